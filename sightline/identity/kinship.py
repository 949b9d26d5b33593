"""What senders told of who belongs to whom, by ids alone: for stages above, which pass the gate themselves."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from sightline.identity.models import Relation
from sightline.vault.asking import Question, known_by

_TOLD = Question(
    lambda identities, known_on: Relation.objects.filter(
        Q(subject_id__among=identities) | Q(object_id__among=identities), known_by(known_on)
    ).order_by("known_at", "id"),
    *("subject_id", "relation", "object_id", "known_at"),
)


class Told(NamedTuple):
    """`subject` is the `relation` of `object`: a sender says so, from when on."""

    subject: UUID
    relation: str
    object: UUID
    known: datetime


def told_of(identities: Collection[UUID], known_on: datetime | None = None) -> list[Told]:
    """What was told of these source identities. One query."""
    return [Told(*row) for row in _TOLD(identities, known_on)]
