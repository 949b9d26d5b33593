"""How protected locations, safe contact and stopped releases are kept. Each only ever gets new rows."""

from __future__ import annotations

import uuid

from django.db import models

from sightline.identity.models import SourceIdentity
from sightline.ledger.models import AppendOnly


class ProtectedLocation(AppendOnly):
    """A place, a number or a name by which somebody could be found, and must not be. Sealed with a key of its own; who may
    have it revealed are ties of kind `holder` to its id."""

    classification = dict.fromkeys(("id", "kind", "key", "ring", "at", "by"), "internal") | {"body": "sealed"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=12)  # home | refuge | placement | school | gp | work | phone | email | vehicle
    key = models.UUIDField()  # its own key in the vault
    ring = models.CharField(max_length=60)  # the agency to ring about it
    at = models.DateTimeField()
    by = models.CharField(max_length=60)
    body = models.BinaryField()


class LocationOf(AppendOnly):
    """Whom a location protects, as one sender knows them. A later record that brings the same value adds a row."""

    classification = dict.fromkeys(("id", "location", "identity", "at", "by"), "internal")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    location = models.ForeignKey(ProtectedLocation, on_delete=models.PROTECT, related_name="+")
    identity = models.ForeignKey(SourceIdentity, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["location", "identity"], name="location_of_once")]


class LocationEnded(AppendOnly):
    """From this moment a location is protected no longer: by whom, agreed by whom, and why."""

    classification = dict.fromkeys(("id", "location", "at", "by", "agreed_by"), "internal") | {"because": "sealed"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    location = models.OneToOneField(ProtectedLocation, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.CharField(max_length=60)
    agreed_by = models.CharField(max_length=60, blank=True, default="")
    because = models.BinaryField(null=True)


class SafeContact(AppendOnly):
    """Whether somebody may be reached by one channel: who said so, when, and of which address or number. The latest
    stands; without one the answer is no."""

    classification = dict.fromkeys(("id", "identity", "channel", "safe", "at", "by"), "internal") | {"body": "sealed"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    identity = models.ForeignKey(SourceIdentity, on_delete=models.PROTECT, related_name="+", db_index=False)
    channel = models.CharField(max_length=10)  # phone | letter | e-mail | text | voicemail
    safe = models.BooleanField()
    at = models.DateTimeField()
    by = models.CharField(max_length=60)
    body = models.BinaryField()  # who said so, of which address or number, when and how

    class Meta:
        indexes = [models.Index(fields=["identity", "channel", "at"], name="safe_contact_latest")]


class StoppedRelease(AppendOnly):
    """Something was about to leave with a protected value in it, and did not."""

    classification = dict.fromkeys(
        ("id", "at", "by", "acting_for", "recipient", "what", "bundle", "found", "locations"), "internal"
    ) | {"body": "sealed"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(db_index=True)
    by = models.CharField(max_length=60)
    acting_for = models.CharField(max_length=60)
    recipient = models.CharField(max_length=80)  # agency:<id> | worker:<id> | person:<id> | outside
    what = models.CharField(max_length=40)  # message | pack | export | api | page
    bundle = models.CharField(max_length=32, db_index=True)  # keyed digest of what was stopped, and for whom
    found = models.JSONField(default=list)  # [[kind, how], …]: codes only
    locations = models.JSONField(default=list)  # ids
    body = models.BinaryField()  # places and masked words around each hit


class StopAnswered(AppendOnly):
    """What somebody said of a stopped release: it stays here, it was mended, or it was no protected value at all."""

    classification = dict.fromkeys(("id", "stopped", "at", "by", "answer"), "internal") | {"because": "sealed"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    stopped = models.ForeignKey(StoppedRelease, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.CharField(max_length=60)
    answer = models.CharField(max_length=12)  # kept-back | mended | false-alarm
    because = models.BinaryField(null=True)
