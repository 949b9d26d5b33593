"""How ties are kept."""

from __future__ import annotations

import uuid

from django.db import models


class Tie(models.Model):
    """A reason to see: this worker, team or agency stands in this relation to this source identity, from, until.

    Written by the module in which the fact arises, in its own transaction; read only here.
    """

    classification = dict.fromkeys(("id", "holder", "kind", "subject", "from_at", "until", "because"), "internal")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    holder = models.CharField(max_length=80)  # worker:<id> | team:<id> | agency:<id>
    kind = models.CharField(max_length=20)
    subject = models.UUIDField()
    from_at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    because = models.UUIDField(null=True)  # the entry that made it

    class Meta:
        indexes = [
            models.Index(fields=["subject", "holder"], name="tie_subject"),
            models.Index(fields=["holder", "kind", "subject"], name="tie_holder"),
        ]
