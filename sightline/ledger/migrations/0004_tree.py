"""One tree over all records, in the order in which they took their places, instead of a chain for each agency.

Takes in what is there: a million records in about a minute. The chains stay as they are, and are still checked: that
they are taken over makes nothing good that was altered before.
"""

from itertools import islice

import django.db.models.deletion
from django.db import migrations, models

from sightline.ledger.queries import sealed
from sightline.ledger.rules import STORED, TREE
from sightline.ledger.tree import Growing
from sightline.timescales.moment import now

MANY = 2000


def take_in(apps, schema_editor):
    alias = schema_editor.connection.alias
    record, link, place, node, head, unplaced = (
        apps.get_model("ledger", name).objects.using(alias)
        for name in ("Record", "Link", "Place", "Node", "Head", "Unplaced")
    )
    tree = Growing()
    ordered = _in_order(record, link, unplaced)
    while records := list(islice(ordered, MANY)):
        places, nodes = [], []
        for id_, leaf in records:
            n = tree.size
            places.append(place.model(n=n, record_id=id_))
            done = tree.add(bytes.fromhex(leaf))
            nodes += [node.model(level=level, at=at, root=root) for level, at, root in done if level >= STORED]
        place.bulk_create(places)
        node.bulk_create(nodes)
    unplaced.all().delete()
    if not tree.size:
        return
    before = head.filter(id=1).first()
    whole = before.seal == sealed(before.streams) if before else not link.exists()
    streams = {**(before.streams if before else {}), TREE: [tree.size, tree.root.hex()]}
    head.update_or_create(
        id=1,
        defaults={
            "streams": streams,
            "at": now(),
            "frontier": [root.hex() for root in tree.frontier],
            "seal": sealed(streams) if whole else "",  # a head that somebody touched is never made good by us
        },
    )


def _in_order(record, link, unplaced):
    """Those in the chains in the order of their linking, then those that waited, then any that nothing names."""
    what = ("id", "leaf")
    for of, order in ((link, "id"), (unplaced.filter(record__link__isnull=True), "id")):
        yield from of.order_by(order).values_list(*(f"record__{name}" for name in what)).iterator(chunk_size=MANY)
    forgotten = record.filter(link__isnull=True, unplaced__isnull=True).order_by("at", "id")
    yield from forgotten.values_list(*what).iterator(chunk_size=MANY)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_unplaced")]

    operations = [
        migrations.AddField("record", "seal", models.CharField(db_default="", max_length=32)),
        migrations.AddField("head", "frontier", models.JSONField(default=list)),
        migrations.CreateModel(
            name="Place",
            fields=[
                ("n", models.BigAutoField(primary_key=True, serialize=False)),
                ("record", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, to="ledger.record")),
            ],
        ),
        migrations.CreateModel(
            name="Node",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "level", "at", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("level", models.SmallIntegerField()),
                ("at", models.BigIntegerField()),
                ("root", models.BinaryField(max_length=32)),
            ],
        ),
        migrations.RunPython(take_in, migrations.RunPython.noop),
    ]
