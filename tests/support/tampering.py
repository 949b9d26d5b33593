"""What somebody does to the ledger who owns the database: for tests that it is found."""

from uuid import uuid4

from django.db import connection

from sightline.ledger import rules
from sightline.ledger.models import Link, Node, Place, Record
from sightline.ledger.tree import Growing


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def unguarded():
    """The triggers switched off, and foreign keys too."""
    for model in (Record, Place, Node, Link):
        table = model._meta.db_table
        for verb in ("update", "delete"):
            drop = f'DROP TRIGGER "{table}_no_{verb}"'
            sql(drop + (f' ON "{table}"' if connection.vendor == "postgresql" else ""))
    if connection.vendor == "postgresql":
        sql("SET session_replication_role = replica")
    else:
        sql("PRAGMA foreign_keys = OFF")


def at(n):
    """The record at a place."""
    return Place.objects.select_related("record").get(n=n).record


def delete(n, *, record=True, place=True):
    """Takes the record at a place, its place, or both."""
    there = Place.objects.get(n=n)
    for model, pk in ((Place, n), (Record, there.record_id)):
        if place if model is Place else record:
            key = model._meta.pk.get_db_prep_value(pk, connection)
            sql(f'DELETE FROM "{model._meta.db_table}" WHERE "{model._meta.pk.column}" = %s', key)


def with_right_leaf(record):
    """The fingerprint that a record ought to have: anybody can compute that."""
    return rules.leaf({name: getattr(record, name) for name in rules.COVERED})


def forged(like, **other):
    """A record that nobody wrote, whole in itself."""
    record = Record.objects.get(id=like.id)
    record.id = uuid4()
    for name, value in other.items():
        setattr(record, name, value)
    record.leaf = with_right_leaf(record)
    record.save(force_insert=True)
    return record


def afresh():
    """The whole tree computed again over the records as they stand, so that every row of it fits."""
    sql('DELETE FROM "ledger_node"')
    tree = Growing()
    for place in Place.objects.select_related("record").order_by("n"):
        done = tree.add(bytes.fromhex(place.record.leaf))
        Node.objects.bulk_create(Node(level=lv, at=a, root=root) for lv, a, root in done if lv >= rules.STORED)
    return tree
