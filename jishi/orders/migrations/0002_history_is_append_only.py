"""History lines and ratings are appended and never edited: the database itself refuses anything else."""

from django.db import migrations

from jishi.orm.append_only import only_grows

lay, lift = only_grows(
    ("orders_step", "orders_rating"),
    function="orders_history_is_append_only",
    says="the history of an order only grows",
)


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]

    operations = [migrations.RunPython(lay, lift)]
