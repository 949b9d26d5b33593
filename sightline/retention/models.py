"""How requests, dues and holds are kept. Words are sealed under keys of their own: they go when those go."""

from __future__ import annotations

import uuid

from django.db import models

from sightline.ledger.models import AppendOnly


class Hold(AppendOnly):
    """From this moment something may not be erased, until it is lifted."""

    classification = dict.fromkeys(
        ("id", "kind", "reach", "record", "subjects", "at", "by", "agency", "key"), "internal"
    ) | {"because": "sealed"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20)  # a code of hold-kind
    reach = models.CharField(max_length=10)  # child | record | everything
    record = models.CharField(max_length=60, blank=True)  # the record type
    subjects = models.JSONField(default=list)  # source identities of the child
    at = models.DateTimeField()
    by = models.CharField(max_length=60)
    agency = models.CharField(max_length=60)
    key = models.UUIDField()
    because = models.BinaryField()


class Lifting(AppendOnly):
    """From this moment a hold is over."""

    classification = dict.fromkeys(("id", "hold", "at", "by"), "internal") | {"because": "sealed"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    hold = models.OneToOneField(Hold, on_delete=models.PROTECT, related_name="lifting")
    at = models.DateTimeField()
    by = models.CharField(max_length=60)
    because = models.BinaryField()


class Disposal(models.Model):
    """Something that is to be erased: asked for by somebody, or because its time is over; until two people have agreed."""

    classification = dict.fromkeys(
        (
            *("id", "kind", "state", "subjects", "schedule", "due_on", "made_at", "asked_by", "asked_at", "decided_by"),
            *("decided_at", "kept_until", "counts", "record", "definition", "key"),
        ),
        "internal",
    ) | {"because": "sealed", "answer": "sealed"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10)  # erase | retention | routine
    state = models.CharField(max_length=10)  # due | asked | done | rejected | withdrawn | kept
    subjects = models.JSONField(default=list)  # source identities
    schedule = models.CharField(max_length=60, blank=True)  # the schedule, or the routine record type
    due_on = models.DateField(null=True)
    made_at = models.DateTimeField()
    asked_by = models.CharField(max_length=60, blank=True)
    asked_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=60, blank=True)
    decided_at = models.DateTimeField(null=True)
    kept_until = models.DateField(null=True)
    counts = models.JSONField(default=dict)
    record = models.UUIDField(null=True)  # the tombstone in the ledger
    definition = models.CharField(max_length=64)
    key = models.UUIDField(null=True)
    because = models.BinaryField(null=True)  # why it is asked
    answer = models.BinaryField(null=True)  # what the second person said

    class Meta:
        indexes = [models.Index(fields=["state", "due_on", "id"], name="disposal_waiting")]
