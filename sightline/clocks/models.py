"""How running clocks are kept: a projection of entries, rebuilt at will."""

from __future__ import annotations

import uuid

from django.db import models


class Running(models.Model):
    """One clock on one record or child."""

    classification = dict.fromkeys(
        (
            "id",
            "clock",
            "agency",
            "first",
            "identity",
            "started_at",
            "due_at",
            "stopped_at",
            "paused_at",
            "history",
            "why",
            "started_by",
            "stopped_by",
        ),
        "internal",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clock = models.CharField(max_length=60)
    agency = models.CharField(max_length=60, blank=True)
    first = models.UUIDField()  # the record that started it (first version)
    identity = models.ForeignKey("identity.SourceIdentity", on_delete=models.CASCADE, related_name="+")
    started_at = models.DateTimeField()
    started_by = models.UUIDField()
    due_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    stopped_by = models.UUIDField(null=True)
    history = models.BooleanField(default=False)  # over before we were told: on the child's page, on nobody's list
    why = models.CharField(max_length=300)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clock", "first", "identity"], name="running_once")]
        indexes = [
            models.Index(fields=["stopped_at", "due_at"], name="running_due"),
            models.Index(fields=["identity"], name="running_identity"),
        ]
