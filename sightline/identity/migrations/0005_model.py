"""Trained models, and which of them is in force."""

import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0004_origin"),
    ]

    operations = [
        migrations.CreateModel(
            name="PublishedModel",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("model", models.CharField(blank=True, max_length=40)),
                ("at", models.DateTimeField(db_index=True)),
                ("by", models.CharField(max_length=60)),
                ("because", models.CharField(max_length=400)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="TrainedModel",
            fields=[
                ("id", models.SlugField(editable=False, max_length=40, primary_key=True, serialize=False)),
                ("body", models.BinaryField()),
                ("made_at", models.DateTimeField()),
                ("by", models.CharField(max_length=60)),
            ],
            options={
                "abstract": False,
            },
        ),
    ]
