"""How trained models are kept: rows that are only ever added. Which one is in force is the last row of `PublishedModel`."""

from __future__ import annotations

import uuid

from django.db import models

from sightline.ledger.models import AppendOnly


class TrainedModel(AppendOnly):
    """What a training run learnt. A proposal until somebody else publishes it. No rare name stands in it."""

    classification = dict.fromkeys(("id", "body", "made_at", "by"), "internal")

    id = models.SlugField(primary_key=True, max_length=40, editable=False)  # the hash of its content
    body = models.BinaryField()  # the model as JSON, deflated (zlib)
    made_at = models.DateTimeField()
    by = models.CharField(max_length=60)  # who had it trained


class PublishedModel(AppendOnly):
    """From this moment this model scores; an empty `model` is the one that ships with Sightline."""

    classification = dict.fromkeys(("id", "model", "at", "by"), "internal") | {"because": "ordinary"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    model = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField(db_index=True)
    by = models.CharField(max_length=60)  # never who had it trained
    because = models.CharField(max_length=400)  # about the model; of no person
