"""Traits made way for keys (0003)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("identity", "0006_guarding")]

    operations = [migrations.DeleteModel("Trait")]
