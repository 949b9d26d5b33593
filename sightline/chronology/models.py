"""How entries are kept."""

from __future__ import annotations

import uuid

from django.db import models

from sightline.ledger.models import AppendOnly


class Entry(AppendOnly):
    """One version of one record. A correction is a new row with the same `first`; what was known stays.

    Three times: `happened` (in the world), `known_at` (when we held it), `recorded_at` (the ledger's own clock).
    """

    classification = dict.fromkeys(
        (
            "id",
            "first",
            "record",
            "agency",
            "handling",
            "pointer_only",
            "routine",
            "queued",
            "urgent",
            "happened",
            "until",
            "precision",
            "known_at",
            "recorded_at",
            "stated",
            "item",
            "author",
            "definition",
        ),
        "internal",
    ) | {"body": "sealed"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    first = models.UUIDField()
    record = models.CharField(max_length=60)
    agency = models.CharField(max_length=60)
    handling = models.CharField(max_length=30)
    pointer_only = models.BooleanField(default=False)
    routine = models.BooleanField(default=False)
    queued = models.BooleanField(default=False)
    urgent = models.BooleanField(default=False)
    happened = models.DateTimeField()
    until = models.DateTimeField(null=True)
    precision = models.CharField(max_length=8, default="minute")  # minute | day | month | year
    known_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    stated = models.BooleanField(default=False)  # a historic load: "stated, not witnessed"
    item = models.UUIDField(null=True)
    author = models.CharField(max_length=60)
    definition = models.CharField(max_length=64)  # version of the definition that it was written under
    body = models.BinaryField()

    class Meta:
        indexes = [
            models.Index(fields=["first", "known_at"], name="entry_first"),
            models.Index(fields=["record", "happened"], name="entry_record"),
            models.Index(fields=["-known_at", "id"], name="entry_recent"),
        ]


class Part(AppendOnly):
    """A source identity's place on an entry."""

    classification = dict.fromkeys(("id", "entry", "identity", "role", "child", "happened"), "internal")

    id = models.BigAutoField(primary_key=True)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="parts")
    identity = models.ForeignKey("identity.SourceIdentity", on_delete=models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(max_length=40)
    child = models.BooleanField()  # whether the record belongs on this person's own chronology
    happened = models.DateTimeField()  # as on the entry, so that a child's entries are one index range

    class Meta:
        indexes = [models.Index(fields=["identity", "happened"], name="part_identity")]


class Opening(AppendOnly):
    """A concern opened this person's routine records from a day on, on the record."""

    classification = dict.fromkeys(("id", "identity", "record", "since", "until", "opened_at", "because"), "internal")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    identity = models.ForeignKey("identity.SourceIdentity", on_delete=models.PROTECT, related_name="+")
    record = models.CharField(max_length=60)  # the routine record type
    since = models.DateTimeField()  # routine records that happened from here …
    until = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    because = models.UUIDField()  # the entry that is the concern
