"""What must follow: written in the transaction that causes it, tried at once after commit, swept by the worker."""

from __future__ import annotations

import uuid

from django.db import models


class Due(models.Model):
    """A verb that is owed. `payload` holds ids and codes only."""

    classification = dict.fromkeys(("id", "verb", "payload", "run_at", "tries", "done_at", "failed"), "internal")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    verb = models.CharField(max_length=40)
    payload = models.JSONField(default=dict)
    run_at = models.DateTimeField()
    tries = models.IntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    failed = models.CharField(max_length=80, blank=True)

    class Meta:
        indexes = [models.Index(fields=["done_at", "run_at"], name="due_next")]
