"""How the inbox is kept."""

from __future__ import annotations

import uuid

from django.db import models

from sightline.ledger.models import AppendOnly


class Delivery(models.Model):
    """A file or a call: by whom, when, what became of it."""

    classification = dict.fromkeys(
        (
            "id",
            "feed",
            "agency",
            "by",
            "kind",
            "digest",
            "key",
            "received_at",
            "finished_at",
            "state",
            "counts",
            "filled",
            "notes",
        ),
        "internal",
    ) | {"name": "sensitive"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    feed = models.CharField(max_length=60)
    agency = models.CharField(max_length=60, blank=True)
    by = models.CharField(max_length=60)
    kind = models.CharField(max_length=10)  # file | api | story
    name = models.BinaryField(default=bytes)  # file name, sealed: it may name a child
    digest = models.CharField(max_length=32, blank=True)  # keyed, of the whole content
    key = models.UUIDField()  # seals what has no subject yet (name, quarantined rows)
    received_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=12, default="reading")  # reading | done | stopped
    counts = models.JSONField(default=dict)
    filled = models.JSONField(default=dict)  # how often each declared field and detail was filled (see `filled.py`)
    notes = models.JSONField(default=list)  # what the reader noticed: unknown elements, encodings (no values)

    class Meta:
        indexes = [
            models.Index(fields=["-received_at", "id"], name="delivery_recent"),
            models.Index(fields=["feed", "-received_at"], name="delivery_feed"),
        ]


class Item(AppendOnly):
    """One thing as received, sealed. What could be used has become an entry; what could not has a `Quarantined`."""

    classification = dict.fromkeys(
        ("id", "delivery", "agency", "message", "content", "version", "position", "received_at", "sent_at"), "internal"
    ) | {"raw": "sealed"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="+")
    agency = models.CharField(max_length=60)
    message = models.CharField(max_length=32)  # keyed digest of the sender's message id
    content = models.CharField(max_length=32)  # keyed digest of the content
    version = models.CharField(max_length=40, blank=True)
    position = models.CharField(max_length=40, blank=True)
    received_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    raw = models.BinaryField()


class Message(models.Model):
    """What makes a second arrival of the same thing nothing new. One a sender's message id; can be rebuilt from items."""

    classification = dict.fromkeys(("id", "agency", "message", "content", "version", "item", "first"), "internal")

    id = models.BigAutoField(primary_key=True)
    agency = models.CharField(max_length=60)
    message = models.CharField(max_length=32)
    content = models.CharField(max_length=32)
    version = models.CharField(max_length=40, blank=True)
    item = models.UUIDField()
    first = models.UUIDField(null=True)  # the entry's first version; null while it waits in quarantine

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "message"], name="message_once")]


class Quarantined(models.Model):
    """An item that waits for a person: why, and what became of it."""

    classification = dict.fromkeys(
        ("id", "item", "reason", "faults", "state", "at", "decided_at", "decided_by", "became"), "internal"
    ) | {"repaired": "sealed", "note": "sealed"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.OneToOneField(Item, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=40)
    faults = models.JSONField(default=list)  # paths and expectations; never what was found
    state = models.CharField(max_length=12, default="waiting")  # waiting | released | set-aside
    at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=60, blank=True)
    note = models.BinaryField(null=True)  # why it was set aside, in somebody's words
    repaired = models.BinaryField(null=True)
    became = models.UUIDField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "at", "id"], name="quarantine_waiting")]


class Draft(models.Model):
    """Anything typed and not yet sent, kept as it is typed: one a worker and form."""

    classification = {
        "id": "internal",
        "worker": "internal",
        "form": "internal",
        "body": "sealed",
        "key": "internal",
        "saved_at": "internal",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    worker = models.CharField(max_length=60)
    form = models.CharField(max_length=120)
    body = models.BinaryField()
    key = models.UUIDField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["worker", "form"], name="draft_once")]


class SupplierMapping(models.Model):
    """A mapping that somebody makes for a new supplier's file: from the sample to the feed that two people agreed on."""

    classification = dict.fromkeys(
        (
            "id",
            "feed",
            "state",
            "by",
            "made_at",
            "saved_at",
            "version",
            "asked_by",
            "asked_at",
            "decided_by",
            "decided_at",
            "declared",
            "key",
            "sample_key",
        ),
        "internal",
    ) | {"body": "sealed", "sample": "sealed", "note": "sealed"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    feed = models.CharField(max_length=60, blank=True)  # the id that it gets; empty until it is named
    state = models.CharField(
        max_length=12, default="drafted"
    )  # drafted | submitted | approved | ending | ended | dropped
    by = models.CharField(max_length=60)
    made_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    version = models.IntegerField(default=0)  # grows with every change: what is approved is what was read
    asked_by = models.CharField(max_length=60, blank=True)  # who submitted it, or asked that it be withdrawn
    asked_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=60, blank=True)
    decided_at = models.DateTimeField(null=True)
    declared = models.UUIDField(null=True)  # the thing in the definition in force
    key = models.UUIDField()  # seals what was chosen (the supplier's codes may name anybody) and the notes
    sample_key = models.UUIDField(null=True)  # destroyed with the sample when it is decided
    body = models.BinaryField()
    sample = models.BinaryField(null=True)
    note = models.BinaryField(null=True)  # why it was sent back, or is to be withdrawn

    class Meta:
        indexes = [models.Index(fields=["state", "-saved_at", "id"], name="mapping_state")]


class FeedAlarm(AppendOnly):
    """Something was noticed about a feed, and somebody is told: who, when, and from when it was so. No content."""

    classification = dict.fromkeys(
        ("id", "feed", "agency", "of", "about", "since", "opened_at", "told", "detail"), "internal"
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    feed = models.CharField(max_length=60)
    agency = models.CharField(max_length=60, blank=True)
    of = models.CharField(max_length=12)  # late | silent | stopped | volume | filled | quarantined | waiting | gone
    about = models.CharField(max_length=60)  # the delivery after which, or of which: each is told once
    since = models.DateTimeField()
    opened_at = models.DateTimeField()
    told = models.JSONField(default=list)  # workers' ids
    detail = models.JSONField(default=dict)  # figures and names of declared fields

    class Meta:
        constraints = [models.UniqueConstraint(fields=["feed", "of", "about"], name="alarm_once")]
        indexes = [models.Index(fields=["feed", "-opened_at"], name="alarm_of_feed")]


class FeedAlarmStep(AppendOnly):
    """What became of an alarm: answered by somebody in their words, or closed since it is so no more."""

    classification = dict.fromkeys(("id", "alarm", "step", "at", "by", "key"), "internal") | {"words": "sealed"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    alarm = models.ForeignKey(FeedAlarm, on_delete=models.PROTECT, related_name="steps")
    step = models.CharField(max_length=10)  # answered | closed
    at = models.DateTimeField()
    by = models.CharField(max_length=60)
    key = models.UUIDField(null=True)
    words = models.BinaryField(null=True)  # an answer, sealed: it may name anybody

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["alarm"], condition=models.Q(step="closed"), name="alarm_closed_once"
            )
        ]
