"""How packs are kept: what stands in each, what became of it, and the very files that left."""

from __future__ import annotations

import uuid

from django.db import models

from sightline.ledger.models import AppendOnly


class Pack(AppendOnly):
    """One version of a pack. What is taken out by hand makes a new version with the same `first`; the latest stands.

    `body` holds every line as its recipient gets it, for whom it is, and what was taken out by whom. It is sealed for
    the person whom it is about: who is erased is erased from packs.
    """

    classification = dict.fromkeys(
        (
            "id",
            "first",
            "version",
            "kind",
            "recipient",
            "purpose",
            "person",
            "identities",
            "agency",
            "by",
            "at",
            "as_of",
            "handling",
            "definition",
            "digest",
        ),
        "internal",
    ) | {"body": "sealed"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    first = models.UUIDField(db_index=True)
    version = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=20)  # disclosure | subject-access | review
    recipient = models.CharField(max_length=60)  # a declared kind of recipient; who they are is in the body
    purpose = models.CharField(max_length=40)
    person = models.UUIDField()  # as it was when it was prepared
    identities = models.JSONField(default=list)  # the source identities that were this person then: ids
    agency = models.CharField(max_length=60)
    by = models.CharField(max_length=60)
    at = models.DateTimeField()
    as_of = models.DateTimeField()
    handling = models.CharField(max_length=120)  # the strictest of what it holds
    definition = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    body = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["first", "version"], name="pack_version")]
        indexes = [models.Index(fields=["-at", "id"], name="pack_recent")]


class PackStep(AppendOnly):
    """What became of a pack: asked for release, released, stopped by the gate, turned down, withdrawn."""

    classification = dict.fromkeys(("id", "pack", "version", "step", "at", "by", "code", "digest"), "internal") | {
        "says": "sealed"
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pack = models.UUIDField(db_index=True)  # the first version's id
    version = models.PositiveSmallIntegerField()
    step = models.CharField(max_length=12)
    at = models.DateTimeField()
    by = models.CharField(max_length=60)
    code = models.CharField(max_length=40, blank=True, default="")
    digest = models.CharField(max_length=64, blank=True, default="")
    says = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pack"], condition=models.Q(step="released"), name="pack_released_once")
        ]


class PackFile(AppendOnly):
    """A file as it left, byte for byte, sealed; `digest` is its SHA-256, which the ledger holds too."""

    classification = dict.fromkeys(("id", "pack", "format", "digest", "size", "at"), "internal") | {"body": "sealed"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pack = models.UUIDField()  # the first version's id
    format = models.CharField(max_length=4)  # pdf | csv
    digest = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    at = models.DateTimeField()
    body = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pack", "format"], name="pack_file_once")]
