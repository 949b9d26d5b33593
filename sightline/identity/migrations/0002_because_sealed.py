"""Why a match was decided is somebody's words: it is sealed. What stood there in the clear goes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0001_initial")]

    operations = [
        migrations.RemoveField("possible", "because"),
        migrations.AddField("possible", "because", models.BinaryField(null=True)),
    ]
