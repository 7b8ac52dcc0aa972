"""A county with its rules, and pages asked for at the hour the county lives in."""

import datetime as dt
from collections.abc import Iterator

import pytest

from tests.cast import NOW
from tests.matters.town import forget, lay_down


@pytest.fixture
def town(cast, monkeypatch) -> Iterator:
    """The cast with its rules in force; every page believes it is Wednesday morning, ten o'clock."""
    lay_down(cast)
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW.astimezone(dt.UTC))
    yield cast
    forget()
