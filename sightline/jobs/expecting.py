"""Waiting for what must follow, and telling where it does not: owed for the moment at which it is over."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from sightline.agencies.queries import machine
from sightline.agencies.types import Actor
from sightline.chronology.queries import persons_on
from sightline.front_door import expecting
from sightline.jobs.due import owe, owe_once
from sightline.jobs.models import Due
from sightline.sharing.standing import trusted
from sightline.timescales.moment import now

VERB, AWAIT = "look-for-expected", "await-expected"


def arrived(first: UUID) -> None:
    """Waits for what must follow this record (its first version)."""
    looks, again = expecting.await_(first=first, by=machine(expecting.MACHINE))
    for moment in set(looks):
        owe(VERB, {}, run_at=moment)
    for moment in again:
        owe(AWAIT, {"entry": str(first)}, run_at=moment)


def came(first: UUID) -> None:
    """Closes what was awaited and comes with this record (its first version); what a correction takes back is looked for."""
    for moment in set(expecting.came(first=first, by=machine(expecting.MACHINE))):
        owe(VERB, {}, run_at=moment)


def await_(payload: dict[str, Any]) -> None:
    """What is owed: a clock begins now that the record named."""
    arrived(UUID(payload["entry"]))


def look(payload: dict[str, Any]) -> None:
    """What is owed: tells of what has not come, and looks again when the next is over. What fails is owed by itself."""
    only = UUID(payload["awaited"]) if "awaited" in payload else None
    later, failed = expecting.look(by=machine(expecting.MACHINE), only=only)
    for one in failed:
        owe_once(VERB, {"awaited": str(one)}, run_at=now())
    if later is not None and not _owed(later):
        owe(VERB, {}, run_at=later)


def _owed(moment: object) -> bool:
    return Due.objects.filter(verb=VERB, done_at=None, run_at=moment).exists()


@trusted("explain-missing")
@transaction.atomic
def explain(*, awaited: UUID, because: str, by: Actor) -> UUID:
    """As `expecting.explain`; the clock stops at once after commit."""
    made = expecting.explain(awaited=awaited, because=because, by=by)
    owe("clocks", {"persons": [str(one) for one in persons_on(made)]})
    return made
