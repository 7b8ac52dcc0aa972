from collections.abc import Callable

import pytest
from django.db import connection

from tests.erasing import RECORD, statements


@pytest.fixture
def on_postgresql(db: None) -> None:
    """For what only happens where several transactions write at the same time; SQLite lets one in after the other."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")


@pytest.fixture
def attack(db: None) -> Callable[..., None]:
    """Runs SQL as somebody with all rights on the database would: after removing the protection."""
    with connection.cursor() as cursor:
        for statement in statements(connection, RECORD.lift):
            cursor.execute(statement)

    def run(sql: str, *values: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            assert cursor.rowcount != 0, "the attack changed nothing"

    return run
