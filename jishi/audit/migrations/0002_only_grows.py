"""The record only grows: the database itself refuses to change or remove an entry or a seal.

A later migration that makes SQLite rebuild one of the tables must lay these triggers again.
"""

from django.db import migrations

TABLES = ("audit_entry", "audit_seal")

POSTGRESQL_FUNCTION = """
    CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the audit record only grows' USING ERRCODE = 'integrity_constraint_violation';
    END $$
"""


def lay(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_FUNCTION)
        for table in TABLES:
            schema_editor.execute(
                f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows()"
            )
        return
    for table in TABLES:
        for event in ("UPDATE", "DELETE"):
            schema_editor.execute(
                f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'the audit record only grows'); END"
            )


def lift(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            schema_editor.execute(f"DROP TRIGGER {table}_only_grows ON {table}")
        schema_editor.execute("DROP FUNCTION audit_only_grows()")
        return
    for table in TABLES:
        for event in ("UPDATE", "DELETE"):
            schema_editor.execute(f"DROP TRIGGER {table}_no_{event.lower()}")


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunPython(lay, lift)]
