"""How the ledger is kept."""

from __future__ import annotations

import uuid

from django.db import models


class AppendOnly(models.Model):
    """Base of tables whose rows are only ever added. Triggers enforce it (see `triggers.py`)."""

    class Meta:
        abstract = True


class Record(AppendOnly):
    """One change, one response, or one machine's run. Ids, times and codes only: no personal data."""

    classification = dict.fromkeys(
        (
            "id",
            "stream",
            "at",
            "kind",
            "verb",
            "actor",
            "acting_for",
            "purpose",
            "basis",
            "rule",
            "policy",
            "outcome",
            "ids",
            "count",
            "detail",
            "leaf",
            "seal",
        ),
        "internal",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    stream = models.CharField(max_length=60)  # the agency that acted: each agency can verify its own
    at = models.DateTimeField()
    kind = models.CharField(max_length=10)  # change | read | run
    verb = models.CharField(max_length=60)
    actor = models.CharField(max_length=60)
    acting_for = models.CharField(max_length=60)
    purpose = models.CharField(max_length=40)
    basis = models.CharField(max_length=120, blank=True)
    rule = models.CharField(max_length=200, blank=True)
    policy = models.CharField(max_length=64, blank=True)  # hash of the definition in force
    outcome = models.CharField(max_length=20, default="done")  # done | allowed | refused | nothing
    ids = models.JSONField(default=list)  # ids, or for long lists their digest
    count = models.IntegerField(default=0)
    detail = models.JSONField(default=dict)  # codes, counts, keyed digests
    leaf = models.CharField(max_length=64)  # SHA-256 over the record's canonical form: a leaf of the tree
    seal = models.CharField(max_length=32, db_default="")  # keyed digest of the leaf, without which no place is given

    class Meta:
        indexes = [models.Index(fields=["at", "id"], name="ledger_at")]


class Head(models.Model):
    """How far the ledger had got when the last record took its place, under a keyed digest. One row.

    Whoever cuts the newest end off, or alters a record and computes the tree afresh, cannot make this row say so
    without the digest key, which lies outside the database.
    """

    classification = dict.fromkeys(("id", "streams", "at", "seal", "frontier"), "internal")

    id = models.PositiveSmallIntegerField(primary_key=True)
    streams = models.JSONField(
        default=dict
    )  # "*" (the tree): [records, root]; chains of before the tree: [place, chain]
    at = models.DateTimeField()
    seal = models.CharField(max_length=32)
    frontier = models.JSONField(default=list)  # the tree's whole subtrees, largest first; they add up to its root

    ONE = 1


class Place(AppendOnly):
    """The record's place among all: the tree's leaves, from 0, without a gap."""

    classification = dict.fromkeys(("n", "record"), "internal")

    n = models.BigAutoField(primary_key=True)  # always given; on SQLite only this kind is the table's own order
    record = models.OneToOneField(Record, on_delete=models.PROTECT)


class Node(AppendOnly):
    """A whole subtree of sixteen leaves or more, so that a proof reads a few rows and not the ledger."""

    classification = dict.fromkeys(("level", "at", "root"), "internal")

    pk = models.CompositePrimaryKey("level", "at")
    level = models.SmallIntegerField()
    at = models.BigIntegerField()
    root = models.BinaryField(max_length=32)


class Link(AppendOnly):
    """A record's place in its agency's chain, as it was kept before there was the tree. Nothing is added any more; what
    is there is still checked, and an anchor of that time is still compared with it.
    """

    classification = dict.fromkeys(("id", "stream", "n", "record", "chain"), "internal")

    id = models.BigAutoField(primary_key=True)
    stream = models.CharField(max_length=60)
    n = models.BigIntegerField()
    record = models.OneToOneField(Record, on_delete=models.PROTECT)
    chain = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "n"], name="ledger_link_place")]


class Unplaced(models.Model):
    """A record that has no place in the tree yet, in the order of writing. Gone once it has one, or is refused one.

    It only says where to look: a record without a place that is not named here is found all the same, once an hour.
    """

    classification = dict.fromkeys(("id", "record", "at"), "internal")

    id = models.BigAutoField(primary_key=True)
    record = models.OneToOneField(Record, on_delete=models.PROTECT)
    at = models.DateTimeField()  # the record's
