"""What every test stands on. Nothing here imports Django: the pure tests run without it (`-p no:django`)."""

import socket
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.cast import Cast

LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    if not pluginmanager.hasplugin("django"):
        parser.addini("DJANGO_SETTINGS_MODULE", "read by pytest-django; named here for the runs without it")


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that would leave the machine fails at once, with the address it asked for."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not str(address[0]).startswith(LOOPBACK):
            raise AssertionError(f"a test tried to reach {address[0]}:{address[1]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def fresh_memory() -> None:
    """What a process keeps in memory belongs to the database of the test before: forget it."""
    for name, module in list(sys.modules.items()):
        if name.startswith("jishi.") and hasattr(module, "forget_cache"):
            module.forget_cache()
    if "jishi.limits.actions" in sys.modules:
        sys.modules["django.core.cache"].cache.clear()


@pytest.fixture
def cast(db: None) -> "Cast":
    """The people of `tests/cast.py` with their county; each is made when first named."""
    from tests.cast import Cast

    return Cast()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """The test database, in which a test may leave nothing behind although the audit record only grows."""
    from tests.erasing import allow_erasing

    allow_erasing()
