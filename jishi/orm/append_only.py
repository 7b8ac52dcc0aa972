"""Tables that only grow: the database itself refuses to change or remove a row. For migrations.

A later migration that makes SQLite rebuild such a table must lay its triggers again.
"""

from collections.abc import Callable, Sequence
from typing import Any

Change = Callable[[Any, Any], None]  # what RunPython takes: the apps and the schema editor
EVENTS = ("UPDATE", "DELETE")


def only_grows(tables: Sequence[str], *, function: str, says: str) -> tuple[Change, Change]:
    """How the protection of ``tables`` is laid and lifted; ``function`` is PostgreSQL's, ``says`` the refusal."""

    def lay(_apps: Any, schema_editor: Any) -> None:
        on_postgresql = schema_editor.connection.vendor == "postgresql"
        for sql in _triggers_with_a_function(tables, function, says) if on_postgresql else _triggers(tables, says):
            schema_editor.execute(sql)

    def lift(_apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            drops = [f"DROP TRIGGER {table}_only_grows ON {table}" for table in tables]
            drops.append(f"DROP FUNCTION {function}()")
        else:
            drops = [f"DROP TRIGGER {table}_no_{event.lower()}" for table in tables for event in EVENTS]
        for sql in drops:
            schema_editor.execute(sql)

    return lay, lift


def _triggers_with_a_function(tables: Sequence[str], function: str, says: str) -> list[str]:
    """On PostgreSQL, where emptying a whole table is refused too."""
    refusal = f"RAISE EXCEPTION '{says}' USING ERRCODE = 'integrity_constraint_violation'"
    return [
        f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {refusal}; END $$",
        *(
            f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
            for table in tables
        ),
    ]


def _triggers(tables: Sequence[str], says: str) -> list[str]:
    """On SQLite, where every event has a trigger of its own."""
    return [
        f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} BEGIN SELECT RAISE(ABORT, '{says}'); END"
        for table in tables
        for event in EVENTS
    ]
