import uuid

import django.db.models.deletion
from django.db import migrations, models
from django.utils import timezone

RECORDS = ("missing-episode", "missing-informal")
TOGETHER = 100


def owe(apps, schema_editor):
    """Whoever was ever missing is looked at again by the worker: what is kept of them is made from what only it may open."""
    parts = apps.get_model("chronology", "Part").objects.filter(entry__record__in=RECORDS, child=True)
    persons = sorted({str(one) for one in parts.values_list("identity__person", flat=True)})
    due = apps.get_model("jobs", "Due")
    due.objects.bulk_create(
        due(verb="clocks", payload={"persons": persons[start : start + TOGETHER]}, run_at=timezone.now())
        for start in range(0, len(persons), TOGETHER)
    )


class Migration(migrations.Migration):
    dependencies = [
        ("front_door", "0007_came_soon"),
        ("chronology", "0001_initial"),
        ("identity", "0001_initial"),
        ("jobs", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Away",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("latest", models.DateTimeField()),
                ("since", models.DateTimeField(null=True)),
                ("until", models.DateTimeField(null=True)),
                ("held_at", models.DateTimeField(null=True)),
                ("offered_at", models.DateTimeField(null=True)),
                ("declined", models.BooleanField(default=False)),
                (
                    "identity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="identity.sourceidentity"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["latest"], name="away_latest")],
                "constraints": [models.UniqueConstraint(fields=("identity",), name="away_once")],
            },
        ),
        migrations.RunPython(owe, migrations.RunPython.noop, elidable=True),
    ]
