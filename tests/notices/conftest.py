import datetime as dt

import pytest

from jishi.accounts.rules.roles import Role
from jishi.accounts.rules.viewer import Grant, Viewer

NOON = dt.datetime(2026, 11, 22, 4, tzinfo=dt.UTC)


def viewer(role: Role, name: str) -> Viewer:
    return Viewer(1, name, (Grant(role, 1, "石峰区", 0, "/1/"),))


@pytest.fixture
def zhao() -> Viewer:
    """管理员 小赵."""
    return viewer(Role.ADMINISTRATOR, "小赵")


@pytest.fixture
def wang() -> Viewer:
    """调度员 小王."""
    return viewer(Role.DISPATCHER, "小王")
