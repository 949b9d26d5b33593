"""How good notices are, for totals: which of the things that a good one says each of them lacks. Codes only."""

from __future__ import annotations

import uuid

from django.db import models


class Quality(models.Model):
    """One notice: what was asked of it and what it lacks, as it stands now. A projection: made again from the entries.

    Who wrote it is not kept here, so that nobody can be counted by it.
    """

    classification = dict.fromkeys(("id", "entry", "record", "agency", "team", "on", "asked", "lacks"), "internal")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entry = models.UUIDField(unique=True)  # the first version
    record = models.CharField(max_length=60)
    agency = models.CharField(max_length=60)
    team = models.CharField(max_length=60, blank=True, default="")  # the writer's, where a person wrote it here
    on = models.DateField()  # London's day on which it was known
    asked = models.JSONField(default=list)  # parts
    lacks = models.JSONField(default=list)  # parts

    class Meta:
        indexes = [models.Index(fields=["agency", "on"], name="quality_of_agency")]
