"""What was found and what became of a component is added and never edited: the database itself refuses anything else."""

from django.db import migrations

from jishi.orm.append_only import only_grows

lay, lift = only_grows(
    ("parts_inspection", "parts_happening"),
    function="parts_history_only_grows",
    says="the history of a component only grows",
)


class Migration(migrations.Migration):
    dependencies = [("parts", "0002_happenings")]

    operations = [migrations.RunPython(lay, lift)]
