"""What two holders of sealed records sealed with what was sealed before, and what they opened again."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0009_protected")]

    operations = [
        migrations.CreateModel(
            name="Sealing",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("step", models.CharField(max_length=10)),
                ("at", models.DateTimeField(db_index=True)),
                ("by", models.CharField(max_length=60)),
                ("first_by", models.CharField(max_length=60)),
                ("marked", models.JSONField(default=list)),
                ("pairs", models.JSONField(default=list)),
                ("turned", models.JSONField(default=list)),
                (
                    "pair",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.possible"
                    ),
                ),
            ],
            options={"abstract": False},
        ),
    ]
