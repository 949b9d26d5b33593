"""How well matching does, and whether it may join by itself."""

import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0007_no_traits")]

    operations = [
        migrations.CreateModel(
            name="Measured",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField(db_index=True)),
                ("by", models.CharField(max_length=60)),
                ("model", models.CharField(max_length=40)),
                ("against", models.CharField(max_length=10)),
                ("counts", models.JSONField()),
                ("gaps", models.JSONField(default=list)),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="Halting",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField(db_index=True)),
                ("by", models.CharField(max_length=60)),
                ("step", models.CharField(max_length=10)),
                ("model", models.CharField(max_length=40)),
                ("gaps", models.JSONField(default=list)),
                ("because", models.CharField(blank=True, max_length=400)),
            ],
            options={"abstract": False},
        ),
    ]
