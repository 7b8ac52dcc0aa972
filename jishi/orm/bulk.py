"""Many rows at once: COPY on PostgreSQL, executemany on SQLite, and lists of keys as one parameter of a query."""

import io
from typing import Any, TypeVar

import polars as pl
from django.db import connection
from django.db.models import CharField, Field, ForeignKey, Lookup, Model, QuerySet

from jishi.kernel.canonical import canonical

M = TypeVar("M", bound=Model)


def _is_postgresql() -> bool:
    return connection.vendor == "postgresql"


@ForeignKey.register_lookup
@Field.register_lookup
class Among(Lookup):
    """``number__among=keys``: any number of keys, sent as one parameter, looked up one by one in the index.

    As a list of parameters they would be too many; as rows of a subquery PostgreSQL may read the whole table for each.
    """

    lookup_name = "among"

    def get_prep_lookup(self) -> list[Any]:
        return list(self.rhs)

    def process_rhs(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self.rhs if connection.vendor == "postgresql" else canonical(self.rhs).decode(),)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """SQLite."""
        found, params = self.process_lhs(compiler, connection)
        mark, keys = self.process_rhs(compiler, connection)
        return f"{found} IN (SELECT value FROM json_each({mark}))", (*params, *keys)  # noqa: S608 (no value in it)

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        found, params = self.process_lhs(compiler, connection)
        mark, keys = self.process_rhs(compiler, connection)
        kind = "text" if isinstance(self.lhs.output_field, CharField) else "bigint"
        return f"{found} = ANY({mark}::{kind}[])", (*params, *keys)


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
