"""Why something was set aside is somebody's words: it is sealed. What stood there in the clear goes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("intake", "0001_initial")]

    operations = [
        migrations.RemoveField("quarantined", "note"),
        migrations.AddField("quarantined", "note", models.BinaryField(null=True)),
    ]
