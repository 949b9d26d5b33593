"""Everybody has a person of their own (apart from 0003: PostgreSQL changes no table in a transaction that wrote to it)."""

import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0003_alike")]

    operations = [
        migrations.AlterField("sourceidentity", "origin", models.UUIDField(default=uuid.uuid4, editable=False)),
    ]
