"""What makes the same request have the same answer. Nothing about a child: keyed digests, ids and codes."""

from __future__ import annotations

from django.db import models


class Answered(models.Model):
    """A request with an Idempotency-Key, and how it was answered. May be deleted after some days (the key's life)."""

    classification = dict.fromkeys(("id", "agency", "key", "body", "status", "answer", "at"), "internal")

    id = models.BigAutoField(primary_key=True)
    agency = models.CharField(max_length=60)
    key = models.CharField(max_length=32)  # keyed digest of the Idempotency-Key
    body = models.CharField(max_length=32)  # keyed digest of the body
    status = models.PositiveSmallIntegerField(null=True)  # null while it is being answered, or was cut off
    answer = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "key"], name="answered_once")]
