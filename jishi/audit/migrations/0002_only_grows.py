"""The record only grows: the database itself refuses to change or remove an entry or a seal."""

from django.db import migrations

from jishi.orm.append_only import only_grows

lay, lift = only_grows(
    ("audit_entry", "audit_seal"),
    function="audit_only_grows",
    says="the audit record only grows",
)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunPython(lay, lift)]
