from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("matters", "0005_component_code")]

    operations = [
        migrations.AddIndex(
            model_name="matter",
            index=models.Index(fields=["category_code", "area_2", "registered_at"], name="matter_repeated"),
        ),
    ]
