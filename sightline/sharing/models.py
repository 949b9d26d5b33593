"""How ties and restrictions are kept."""

from __future__ import annotations

import uuid

from django.db import models


class Tie(models.Model):
    """A reason to see: this worker, team or agency stands in this relation to this source identity, from, until.

    Written by the module in which the fact arises, in its own transaction; read only here. A tie of kind `named`,
    `originator-agreed` or `sign-rests-on` may be to a record instead, by the id of its first version.
    """

    classification = dict.fromkeys(("id", "holder", "kind", "subject", "from_at", "until", "because"), "internal")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    holder = models.CharField(max_length=80)  # worker:<id> | team:<id> | agency:<id> | role:<role>@<agency>
    kind = models.CharField(max_length=20)
    subject = models.UUIDField()
    from_at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    because = models.UUIDField(null=True)  # the entry, or the sign, that made it

    class Meta:
        indexes = [
            models.Index(fields=["subject", "holder"], name="tie_subject"),
            models.Index(fields=["holder", "kind", "subject"], name="tie_holder"),
            models.Index(fields=["because"], name="tie_because"),  # what an entry made ends with it
        ]


class Restriction(models.Model):
    """A record, or all that is held about a source identity, is kept to named people, from, until.

    Who is named has a tie of kind `named` to the same subject. Each change is in the ledger, in its own transaction.
    """

    classification = dict.fromkeys(
        ("id", "subject", "kind", "holder", "from_at", "until", "by", "lifted_by"), "internal"
    ) | {"because": "sealed"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.UUIDField()  # the id of a record's first version, or a source identity
    kind = models.CharField(max_length=20, default="named")
    holder = models.CharField(max_length=80)  # whom to ring, day and night: worker:<id> | team:<id> | agency:<id>
    from_at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    by = models.CharField(max_length=60)
    lifted_by = models.CharField(max_length=60, blank=True, default="")
    because = models.BinaryField()  # {because, lifted}: under a key of its own

    class Meta:
        indexes = [models.Index(fields=["subject"], name="restriction_subject")]
