"""What a process keeps of small tables that every request needs, and the one statement that tells whether it is old."""

import time
from collections.abc import Hashable, Sequence

from django.db import connection

from jishi.kernel.shelf import Kept, Shelf

__all__ = ["Kept", "begun_and_ended", "highest", "shelf"]


def highest(table: str) -> str:
    """The stamp of a table to which rows are only added."""
    return f"SELECT MAX(id) FROM {table}"  # noqa: S608 (the names of our own tables)


def begun_and_ended(table: str) -> str:
    """The stamp of a table whose rows only begin and end: the highest id and how many have ended."""
    return f"SELECT COALESCE(MAX(id), 0) || ':' || COUNT(valid_to) FROM {table}"  # noqa: S608 (as above)


def _ask(stamps: Sequence[str]) -> Sequence[Hashable]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(f'({stamp})' for stamp in stamps)}")
        answers: Sequence[Hashable] = cursor.fetchone()
    return answers


shelf = Shelf(ask=_ask, clock=time.monotonic)
