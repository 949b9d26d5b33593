"""Who is guarded as an identity, since when, and because of what."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0005_model")]

    operations = [
        migrations.CreateModel(
            name="Guarding",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=10)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=60)),
                ("entry", models.UUIDField(null=True)),
                ("because", models.BinaryField(null=True)),
                (
                    "identity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.sourceidentity"
                    ),
                ),
            ],
            options={"abstract": False},
        ),
    ]
