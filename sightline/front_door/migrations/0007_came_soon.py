from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("front_door", "0006_deputies")]

    operations = [
        migrations.AddIndex(
            "awaited",
            models.Index(
                condition=models.Q(("closed_at__lt", models.F("run_at")), ("state", "came")),
                fields=["run_at"],
                name="awaited_came_soon",
            ),
        )
    ]
