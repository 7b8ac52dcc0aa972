"""Many rows at once: COPY on PostgreSQL, executemany on SQLite, and lists of keys as one parameter of a query."""

import io
from collections.abc import Iterable
from typing import Any, TypeVar

import polars as pl
from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.expressions import RawSQL

from jishi.kernel.canonical import canonical

M = TypeVar("M", bound=Model)


def _is_postgresql() -> bool:
    return connection.vendor == "postgresql"


def among(keys: Iterable[Any], kind: str = "text") -> RawSQL:
    """What stands behind ``__in`` for any number of keys, sent as one parameter. ``kind`` is text or bigint."""
    found = list(keys)
    if _is_postgresql():
        return RawSQL(f"SELECT unnest(%s::{kind}[])", [found])  # noqa: S611 (kind is text or bigint)
    return RawSQL("SELECT value FROM json_each(%s)", [canonical(found).decode()])


def take_ids(model: type[Model], count: int) -> list[int]:
    """Ids for so many new rows, given to nobody else; within the transaction in which the rows are inserted."""
    if not count:
        return []
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if _is_postgresql():
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')::regclass) FROM generate_series(1, %s)",
                [table, count],
            )
            return [row[0] for row in cursor.fetchall()]
        # One writer at a time: nobody inserts between this and our own rows, which move the counter on.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = cursor.fetchone()
        return list(range((last[0] if last else 0) + 1, (last[0] if last else 0) + 1 + count))


def insert_rows(model: type[Model], rows: pl.DataFrame) -> None:
    """Insert rows whose columns are those of the table, by the names the database knows them by.

    Every constraint of the database holds; nothing is checked that only Django would check. Days and moments are text
    as both databases read them.
    """
    if not rows.height:
        return
    names = ", ".join(f'"{name}"' for name in rows.columns)
    table = f'"{model._meta.db_table}"'
    with connection.cursor() as cursor:
        if _is_postgresql():
            block = io.BytesIO()
            rows.write_csv(block, include_header=False)
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT csv)") as copy:
                copy.write(block.getvalue())
            return
        marks = ", ".join(["%s"] * rows.width)
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows.rows())  # noqa: S608


def frame(rows: QuerySet[M, Any], schema: dict[str, Any]) -> pl.DataFrame:
    """The rows of ``values_list`` as a frame of these columns and types."""
    return pl.DataFrame(list(rows), schema=schema, orient="row")
