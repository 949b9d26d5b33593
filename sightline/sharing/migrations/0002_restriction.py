import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sharing", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Restriction",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("subject", models.UUIDField()),
                ("kind", models.CharField(default="named", max_length=20)),
                ("holder", models.CharField(max_length=80)),
                ("from_at", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                ("by", models.CharField(max_length=60)),
                ("lifted_by", models.CharField(blank=True, default="", max_length=60)),
                ("because", models.BinaryField()),
            ],
            options={"indexes": [models.Index(fields=["subject"], name="restriction_subject")]},
        ),
    ]
