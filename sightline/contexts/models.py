"""How places are kept: a projection of entries, rebuilt at will."""

from __future__ import annotations

import uuid

from django.db import models


class Spot(models.Model):
    """A record says that something happened at a place. The place is a keyed digest of its postcode, else of its plain name:
    equal ones meet, and the table says nothing of where they are. Who was there stands on the entry alone."""

    classification = dict.fromkeys(("id", "place", "first", "happened", "record", "kinds"), "internal")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    place = models.CharField(max_length=64)
    first = models.UUIDField()  # the record, by its first version; of the version that stands
    happened = models.DateTimeField()
    record = models.CharField(max_length=60)
    kinds = models.CharField(
        max_length=200, blank=True
    )  # codes of `location-type`, as its words say, joined by a space

    class Meta:
        constraints = [models.UniqueConstraint(fields=["first", "place"], name="spot_once")]
        indexes = [models.Index(fields=["place", "happened"], name="spot_place")]


class Place(models.Model):
    """What is shown of a place at which a pattern has stood: its name as told, kinds, days and counts. No child and nobody's
    words. A projection: sealed with a key of its own, made anew whenever what it rests on changes."""

    classification = {
        "id": "internal",
        "place": "internal",
        "key": "internal",
        "changed_at": "internal",
        "body": "sealed",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    place = models.CharField(max_length=64, unique=True)
    key = models.UUIDField()
    changed_at = models.DateTimeField()
    body = models.BinaryField()
