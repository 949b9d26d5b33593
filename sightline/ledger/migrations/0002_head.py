"""The ledger's head: how far every chain had got, sealed. Taken once from the chains as they stand."""

from django.db import migrations, models

from sightline.ledger.queries import sealed
from sightline.timescales.moment import now


def take_the_head(apps, schema_editor):
    links = apps.get_model("ledger", "Link").objects.using(schema_editor.connection.alias)
    streams = {}
    for stream, n, chain in links.order_by("stream", "n").values_list("stream", "n", "chain").iterator():
        streams[stream] = [n, chain]
    if streams:
        head = apps.get_model("ledger", "Head")
        seal = sealed(streams)
        head.objects.using(schema_editor.connection.alias).create(id=1, streams=streams, at=now(), seal=seal)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Head",
            fields=[
                ("id", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ("streams", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
                ("seal", models.CharField(max_length=32)),
            ],
        ),
        migrations.RunPython(take_the_head, migrations.RunPython.noop),
    ]
