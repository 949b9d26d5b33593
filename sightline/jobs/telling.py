"""What follows when something arrives that somebody must be told of: planned with it, told when it is time, once.

What is owed stands in a row with its time, so that whoever runs the worker, and however often it is killed, each child's
school is told once. A turn also looks for what nobody owes any more, and owes it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from sightline.agencies.queries import machine
from sightline.agencies.types import Actor
from sightline.chronology.queries import persons_on
from sightline.front_door import telling, telling_answers
from sightline.front_door.telling import overdue
from sightline.identity.queries import persons_of
from sightline.jobs.due import LONGEST, owe
from sightline.jobs.models import Due
from sightline.messages import actions as messages
from sightline.sharing.standing import trusted
from sightline.timescales.moment import now

VERB, MOST = "tell", 200


def arrived(first: UUID) -> None:
    """Plans who is told of an incident (its first version), and owes it."""
    by = machine(telling.MACHINE)
    telling.plan(incident=first, by=by)
    _step(first, by)


def tell(payload: dict[str, Any]) -> None:
    """What is owed about an incident: plans again, for somebody may have been found meanwhile; then does what is due.
    `alone`: for one recipient, because it failed there."""
    incident, by = UUID(payload["incident"]), machine(telling.MACHINE)
    telling.plan(incident=incident, by=by)
    _step(incident, by, payload.get("alone", ""))


def _step(incident: UUID, by: Actor, alone: str = "") -> None:
    found = telling.step(incident=incident, by=by, alone=alone)
    if found.written:
        owe("clocks", {"persons": sorted(str(one) for one in set(persons_of(found.written).values()))})
    if found.again is not None:
        owe(VERB, {"incident": str(incident)}, run_at=found.again)
    for recipient in found.failed:  # tried again by itself, and counted as what fails is: the others have been told
        owe(VERB, {"incident": str(incident), "alone": recipient})


def look() -> int:
    """Owes what should have been told and is owed by nobody: nothing, unless somebody has deleted what was owed. What is owed
    and fails is tried by itself, and hides nothing else."""
    soon = Due.objects.filter(verb=VERB, done_at=None, run_at__lte=now() + LONGEST)
    owed = {payload.get("incident") for payload in soon.values_list("payload", flat=True)}
    found = [incident for incident in overdue(now()) if str(incident) not in owed][:MOST]
    for incident in found:
        owe(VERB, {"incident": str(incident)})
    return len(found)


# --- what people say --------------------------------------------------------------------------------------------------


@transaction.atomic
def acknowledge(*, message: UUID, by: Actor) -> None:
    """As `messages.actions.acknowledge`; where the message told of a child, what is kept of that follows at once: whoever says in
    their inbox that they have read it has read it."""
    messages.acknowledge(message=message, by=by)
    with trusted("read-telling"):
        for incident in telling.told_by(message):
            owe(VERB, {"incident": str(incident)})


@trusted("read-telling")
@transaction.atomic
def read(*, telling: UUID, by: Actor) -> None:
    """As `telling_answers.read`; what was done is asked when it is time."""
    incident = telling_answers.read(telling=telling, by=by)
    owe(VERB, {"incident": str(incident)})


@trusted("refuse-telling")
@transaction.atomic
def not_ours(*, telling: UUID, because: str, by: Actor) -> None:
    """As `telling_answers.not_ours`; somebody else is told at once."""
    incident = telling_answers.not_ours(telling=telling, because=because, by=by)
    owe(VERB, {"incident": str(incident)})


@trusted("say-support")
@transaction.atomic
def say_support(*, telling: UUID, words: str, by: Actor) -> UUID:
    """As `telling_answers.say_support`; the child's clocks follow."""
    return _wrote(telling_answers.say_support(telling=telling, words=words, by=by))


@trusted("told-by-phone")
@transaction.atomic
def told_by_phone(*, telling: UUID, whom: str, at: datetime, by: Actor) -> UUID:
    """As `telling_answers.told_by_phone`; the child's clocks follow."""
    return _wrote(telling_answers.told_by_phone(telling=telling, whom=whom, at=at, by=by))


@trusted("nobody-to-tell")
@transaction.atomic
def nobody_to_tell(*, telling: UUID, because: str, by: Actor) -> UUID:
    """As `telling_answers.nobody_to_tell`; the child's clocks follow."""
    return _wrote(telling_answers.nobody_to_tell(telling=telling, because=because, by=by))


@trusted("name-place")
@transaction.atomic
def name_place(*, telling: UUID, agency: str, by: Actor) -> None:
    """As `telling_answers.name_place`; that place is told."""
    incident = telling_answers.name_place(telling=telling, agency=agency, by=by)
    owe(VERB, {"incident": str(incident)})


def _wrote(entry: UUID) -> UUID:
    owe("clocks", {"persons": [str(one) for one in persons_on(entry)]})
    return entry
