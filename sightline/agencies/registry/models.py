"""How what a partnership records of its groups is kept: rows that are only ever added."""

from __future__ import annotations

import uuid

from django.db import models

from sightline.ledger.models import AppendOnly


class RegistryRow(AppendOnly):
    """Something recorded of a group: that it met, who chairs it now, that it ended. Ids, days and short words: nothing
    about a child, and nobody's name (a chair is an agency or a post)."""

    classification = {
        "id": "internal",
        "group": "ordinary",
        "what": "ordinary",
        "value": "ordinary",
        "happened": "ordinary",
        "known": "ordinary",
        "recorded": "internal",
        "by": "internal",
        "by_name": "ordinary",
        "source": "ordinary",
        "withdraws": "internal",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.CharField(max_length=60, db_index=True)
    what = models.CharField(max_length=20)
    value = models.CharField(max_length=200, blank=True)
    happened = models.DateField()
    known = models.DateField()
    recorded = models.DateTimeField()
    by = models.CharField(max_length=60)
    by_name = models.CharField(max_length=120)
    source = models.CharField(max_length=200, blank=True)
    withdraws = models.UUIDField(null=True)
