"""The portal's own tables: who joined, what was told (by the id of its entry), and what was answered. No words stand here."""

from __future__ import annotations

import uuid

from django.db import models

from sightline.ledger.models import AppendOnly


class PortalMembership(AppendOnly):
    """An organisation joined the portal, or left it."""

    classification = dict.fromkeys(("id", "agency", "joined", "by", "at", "definition"), "internal")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.CharField(max_length=60)
    joined = models.BooleanField()
    by = models.CharField(max_length=60)
    at = models.DateTimeField()
    definition = models.CharField(max_length=64)  # under which version

    class Meta:
        indexes = [models.Index(fields=["agency", "at"], name="portal_member")]


class Submitted(AppendOnly):
    """Something that an organisation told the police, by whichever door it came. What it says is sealed in its entry."""

    classification = dict.fromkeys(("id", "entry", "agency", "by", "at", "about_kind", "urgency"), "internal")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entry = models.UUIDField(unique=True)  # the first version
    agency = models.CharField(max_length=60)
    by = models.CharField(max_length=60)  # a worker's id, or what took it in
    at = models.DateTimeField()
    about_kind = models.CharField(max_length=60, blank=True)
    urgency = models.CharField(max_length=60, blank=True)

    class Meta:
        indexes = [models.Index(fields=["at", "id"], name="portal_told")]


class SubmittedAnswer(AppendOnly):
    """What became of it, as a code that may be told back. The first answer closes the wait; later ones add to it."""

    classification = dict.fromkeys(("id", "told", "outcome", "entry", "by", "agency", "at", "place"), "internal")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    told = models.ForeignKey(Submitted, on_delete=models.PROTECT, related_name="answers")
    place = models.PositiveIntegerField()  # 0: the first
    outcome = models.CharField(max_length=60)
    entry = models.UUIDField(null=True)  # the police's own record of it, where they made one
    by = models.CharField(max_length=60)
    agency = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["told", "place"], name="portal_answer_once")]
