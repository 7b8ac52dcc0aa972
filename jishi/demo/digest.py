"""One fingerprint of everything a demo build wrote, to show that the same seed gives the same county."""

import hashlib
from typing import Any

from django.db import connection

from jishi.kernel.canonical import canonical

# Not part of the demo: what Django keeps for itself, and what depends on the deployment: salted password
# hashes, and the codes of receipts, which are made with its secret key.
NOT_OURS = ("django_", "auth_", "sqlite_")
SALTED = {"accounts_person": {"password"}, "matters_reporter": {"code_digest"}, "orders_orderer": {"code_digest"}}


def database_digest() -> str:
    """SHA-256 over every row of every table of the program, columns and rows in a fixed order."""
    total = hashlib.sha256()
    tables = sorted(name for name in connection.introspection.table_names() if not name.startswith(NOT_OURS))
    for table in tables:
        total.update(table.encode())
        for row in _rows(table):
            total.update(canonical(row))
    return total.hexdigest()


def _rows(table: str) -> Any:
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        # Asked of the cursor: Django's own reading of a SQLite table stumbles over a comma inside a CHECK.
        cursor.execute(f"SELECT * FROM {quote(table)} LIMIT 0")  # noqa: S608 - our own tables
        columns = sorted(column[0] for column in cursor.description if column[0] not in SALTED.get(table, ()))
        wanted = ", ".join(map(quote, columns))
        order = quote("id") if "id" in columns else wanted
        cursor.execute(f"SELECT {wanted} FROM {quote(table)} ORDER BY {order}")  # noqa: S608 - our own tables
        while rows := cursor.fetchmany(1000):
            yield from (list(map(_plain, row)) for row in rows)


def _plain(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes | memoryview) else value
