"""What matching stands on: likenesses and their keys, pairs with their weights, and who somebody is when joined with nobody.

What is there stays: everybody keeps the person they are now. Two source identities that an identifier had joined get
the pair that says so. Likenesses and keys are a projection, made anew by `sightline identity index`; until then
nobody who was there before is found or matched, and `sightline doctor` says so.
"""

import uuid
from collections import defaultdict

import django.db.models.deletion
from django.db import migrations, models
from django.utils import timezone


def own_person(apps, schema_editor):
    """`origin`: the current person for the first of those who share it; for the others the person they first were,
    where that was nobody else, and else a new one."""
    SourceIdentity = apps.get_model("identity", "SourceIdentity")
    Link = apps.get_model("identity", "Link")
    Possible = apps.get_model("identity", "Possible")
    table, link = SourceIdentity._meta.db_table, Link._meta.db_table
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{table}" SET origin = COALESCE((SELECT person FROM "{link}" '
            f'WHERE "{link}".identity_id = "{table}".id AND reason = \'first-seen\' ORDER BY at, id LIMIT 1), id)'
        )
    shared = SourceIdentity.objects.values("person").annotate(n=models.Count("id")).filter(n__gt=1).order_by()
    alone = SourceIdentity.objects.exclude(person__in=shared.values("person"))
    alone.update(origin=models.F("person"))  # whoever was separated is from now on the person that they became
    taken = set(alone.values_list("origin", flat=True))
    members = defaultdict(list)
    rows = SourceIdentity.objects.filter(person__in=shared.values("person")).order_by("made_at", "id")
    for row in rows.iterator(2000):
        members[row.person].append(row)
    for person, group in members.items():
        first, *others = group
        first.origin = person
        taken.add(person)
        for row in others:
            if row.origin in taken:
                row.origin = uuid.uuid4()
            taken.add(row.origin)
        SourceIdentity.objects.bulk_update(group, ["origin"], batch_size=200)
        _stand(Possible, Link, group)


def _stand(Possible, Link, group):
    """Pairs for whoever is this person only because an identifier agreed: until now nothing but the link said so."""
    ids = [row.id for row in group]
    said = {}
    for pair in Possible.objects.filter(one__in=ids, other__in=ids).values_list("one_id", "other_id", "state"):
        said[frozenset(pair[:2])] = pair[2]
    reached, beginning = {ids[0]}, [ids[0]]
    while beginning:  # whom decisions of people hold together with the first
        at = beginning.pop()
        for other in ids:
            if other not in reached and said.get(frozenset((at, other))) == "same":
                reached.add(other)
                beginning.append(other)
    added = []
    for row in group:
        if row.id in reached:
            continue
        to = next((i for i in ids if i in reached and said.get(frozenset((i, row.id))) != "different"), None)
        if to is None:
            continue
        reached.add(row.id)
        last = Link.objects.filter(identity=row.id).order_by("-at", "-id").first()
        one, other = sorted((to, row.id), key=str)
        if frozenset((one, other)) in said:
            Possible.objects.filter(one=one, other=other).update(state="joined")
        else:
            at = last.at if last else timezone.now()
            agree = last.evidence if last else []
            added.append(Possible(one_id=one, other_id=other, agree=agree, state="joined", at=at))
    Possible.objects.bulk_create(added)


def key_table(apps, schema_editor):
    """Two numbers, by which the table is ordered. Django cannot say WITHOUT ROWID, which halves it."""
    narrow = " WITHOUT ROWID" if schema_editor.connection.vendor == "sqlite" else ""
    schema_editor.execute(
        f'CREATE TABLE "identity_key" ("key" bigint NOT NULL, "alike" bigint NOT NULL, PRIMARY KEY ("key", "alike")){narrow}'
    )


def no_key_table(apps, schema_editor):
    schema_editor.execute('DROP TABLE "identity_key"')


class Migration(migrations.Migration):
    dependencies = [("identity", "0002_because_sealed")]

    operations = [
        migrations.CreateModel(
            name="Alike",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("body", models.BinaryField()),
                (
                    "identity",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="identity.sourceidentity"
                    ),
                ),
            ],
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Key",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "key", "alike", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("key", models.BigIntegerField()),
                        (
                            "alike",
                            models.ForeignKey(
                                db_column="alike",
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="identity.alike",
                            ),
                        ),
                    ],
                )
            ],
            database_operations=[migrations.RunPython(key_table, no_key_table)],
        ),
        migrations.AddField("possible", "bits", models.FloatField(null=True)),
        migrations.AddField("possible", "parts", models.JSONField(default=list)),
        migrations.AddField("possible", "model", models.CharField(blank=True, default="", max_length=40)),
        migrations.AddField("possible", "why", models.JSONField(default=list)),
        migrations.AddField("possible", "guard", models.CharField(blank=True, default="", max_length=10)),
        migrations.AddField("possible", "proposed", models.CharField(blank=True, default="", max_length=10)),
        migrations.AddField("possible", "proposed_by", models.CharField(blank=True, default="", max_length=60)),
        migrations.AddField("possible", "proposed_at", models.DateTimeField(null=True)),
        migrations.AddField("possible", "asked_at", models.DateTimeField(null=True)),
        migrations.AddField("possible", "asked_of", models.CharField(blank=True, default="", max_length=60)),
        migrations.AddField("sourceidentity", "guard", models.CharField(blank=True, default="", max_length=10)),
        migrations.AddField("sourceidentity", "origin", models.UUIDField(null=True)),
        migrations.RunPython(own_person, migrations.RunPython.noop),
    ]
