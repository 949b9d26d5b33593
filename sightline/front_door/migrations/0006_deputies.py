from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("front_door", "0005_portal")]

    operations = [migrations.AddField("telling", "deputies_message", models.UUIDField(null=True))]
