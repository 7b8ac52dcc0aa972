"""Emptying the tables after a test with real transactions, although the audit record is protected."""

from importlib import import_module
from types import SimpleNamespace
from typing import Any

from django.core.management.commands import flush

RECORD = import_module("jishi.audit.migrations.0002_only_grows")
HISTORY = import_module("jishi.matters.migrations.0002_history_is_append_only")
ORDERS = import_module("jishi.orders.migrations.0002_history_is_append_only")
PARTS = import_module("jishi.parts.migrations.0003_history_only_grows")
PROTECTIONS = (RECORD, HISTORY, ORDERS, PARTS)


def statements(connection: Any, change: Any) -> list[str]:
    """What a step of the migration would execute."""
    collected: list[str] = []
    change(None, SimpleNamespace(connection=connection, execute=collected.append))
    return collected


def allow_erasing() -> None:
    """From now on flushing lifts the protection, empties the tables and lays it again."""
    plain = flush.sql_flush

    def around(style: Any, connection: Any, **options: Any) -> list[str]:
        emptying = plain(style, connection, **options)
        lift = [line for protection in PROTECTIONS for line in statements(connection, protection.lift)]
        lay = [line for protection in PROTECTIONS for line in statements(connection, protection.lay)]
        return lift + emptying + lay

    flush.sql_flush = around
