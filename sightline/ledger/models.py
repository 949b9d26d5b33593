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
    leaf = models.CharField(max_length=64)  # SHA-256 over the record's canonical form

    class Meta:
        indexes = [models.Index(fields=["at", "id"], name="ledger_at")]


class Head(models.Model):
    """How far every stream's chain had got when the last record took its place, under a keyed digest. One row.

    Whoever cuts the newest end off, or alters a record and computes the chain afresh, cannot make this row say so
    without the digest key, which lies outside the database.
    """

    classification = dict.fromkeys(("id", "streams", "at", "seal"), "internal")

    id = models.PositiveSmallIntegerField(primary_key=True)
    streams = models.JSONField(default=dict)  # stream: [place, chain]
    at = models.DateTimeField()
    seal = models.CharField(max_length=32)

    ONE = 1


class Link(AppendOnly):
    """The record's place in its stream's chain: each link covers the one before."""

    classification = dict.fromkeys(("id", "stream", "n", "record", "chain"), "internal")

    id = models.BigAutoField(primary_key=True)
    stream = models.CharField(max_length=60)
    n = models.BigIntegerField()
    record = models.OneToOneField(Record, on_delete=models.PROTECT)
    chain = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "n"], name="ledger_link_place")]


class Unplaced(models.Model):
    """A record that has no place in its chain yet, in the order of writing. Gone once it has one.

    It only says where to look: a record without a place that is not named here is found all the same, once an hour.
    """

    classification = dict.fromkeys(("id", "record", "at"), "internal")

    id = models.BigAutoField(primary_key=True)
    record = models.OneToOneField(Record, on_delete=models.PROTECT)
    at = models.DateTimeField()  # the record's
