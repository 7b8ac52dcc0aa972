"""History lines, photos and ratings are appended and never edited: the database itself refuses anything else."""

from django.db import migrations

from jishi.orm.append_only import only_grows

lay, lift = only_grows(
    ("matters_step", "matters_photo", "matters_rating"),
    function="matters_history_is_append_only",
    says="the history of a matter only grows",
)


class Migration(migrations.Migration):
    dependencies = [("matters", "0001_initial")]

    operations = [migrations.RunPython(lay, lift)]
