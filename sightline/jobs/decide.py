"""Deciding at the front door, with what follows: the clocks of the children concerned."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from sightline.agencies.types import Actor
from sightline.chronology.queries import persons_on
from sightline.front_door import actions as front_door
from sightline.jobs.due import owe
from sightline.sharing.standing import trusted


@trusted("decide")
@transaction.atomic
def decide(*, entry: UUID, by: Actor, **given: str) -> tuple[UUID, tuple[str, ...]]:
    """As `front_door.actions.decide`; the clocks that it starts and stops follow at once after commit."""
    made, flagged = front_door.decide(entry=entry, by=by, **given)
    owe("clocks", {"persons": [str(p) for p in persons_on(made)]})
    return made, flagged
