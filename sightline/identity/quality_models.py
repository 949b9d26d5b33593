"""How measurements of matching are kept, and whether it may join by itself: rows that are only ever added."""

from __future__ import annotations

import uuid

from django.db import models

from sightline.ledger.models import AppendOnly


class Measured(AppendOnly):
    """How well matching did on a day: counts of pairs, of everybody and by group. No identity stands in it."""

    classification = dict.fromkeys(("id", "at", "by", "model", "against", "counts", "gaps"), "internal")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(db_index=True)
    by = models.CharField(max_length=60)
    model = models.CharField(max_length=40)  # in force on that day
    against = models.CharField(max_length=10)  # truth | decisions
    counts = models.JSONField()  # `measuring.Counted`
    gaps = models.JSONField(default=list)  # [by, group, share, points, of]


class Halting(AppendOnly):
    """From this moment joining by itself is stopped, or goes on. The latest stands; without one it goes on."""

    classification = dict.fromkeys(("id", "at", "by", "step", "model", "gaps"), "internal") | {"because": "ordinary"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(db_index=True)
    by = models.CharField(max_length=60)
    step = models.CharField(max_length=10)  # stopped | resumed
    model = models.CharField(max_length=40)
    gaps = models.JSONField(default=list)  # of what it was stopped, or in spite of what it goes on
    because = models.CharField(max_length=400, blank=True)  # about matching; of no person
