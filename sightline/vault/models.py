"""Where keys are kept: wrapped under the key-encryption key, which lives outside the database."""

from __future__ import annotations

import uuid

from django.db import models


class Key(models.Model):
    """A key wrapped under the key-encryption key. Deleting the row destroys the key: that is what erasure is."""

    classification = {"id": "internal", "scope": "internal", "wrapped": "secret", "made_at": "internal"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scope = models.CharField(max_length=20)  # subject | delivery | partnership
    wrapped = models.BinaryField()
    made_at = models.DateTimeField()
