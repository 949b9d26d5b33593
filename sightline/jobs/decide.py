"""Deciding at the front door, with what follows: the clocks of the children concerned, and when somebody looks again."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from sightline.agencies.types import Actor
from sightline.front_door import decisions, escalation
from sightline.front_door.decisions import Decided
from sightline.front_door.step_types import Made
from sightline.jobs.stepping import follows
from sightline.sharing.standing import trusted


def decide(*, entry: UUID, by: Actor, **given: str) -> tuple[UUID, tuple[str, ...]]:
    """As `decide_item`. Returns the decision's entry and what is flagged about it."""
    made = decide_item(entry=entry, by=by, **given)
    return made.entry, made.flagged


@trusted("decide")
@transaction.atomic
def decide_item(
    *, entry: UUID, by: Actor, version: int | None = None, team: str = "", tell: str = "", **given: str
) -> Decided:
    """As `front_door.decisions.decide`; the clocks that it starts and stops follow at once after commit."""
    made = decisions.decide(entry=entry, by=by, version=version, team=team, tell=tell, **given)
    follows(made.entry)
    return made


@trusted("escalate")
@transaction.atomic
def escalate(*, decision: UUID, reason: str, by: Actor) -> Made:
    """As `front_door.escalation.escalate`."""
    made = escalation.escalate(decision=decision, reason=reason, by=by)
    follows(made.entry)
    return made


@trusted("reconsider")
@transaction.atomic
def reconsider(*, decision: UUID, reason: str, by: Actor, stands: bool = False) -> Made:
    """As `front_door.escalation.reconsider`."""
    made = escalation.reconsider(decision=decision, reason=reason, by=by, stands=stands)
    follows(made.entry)
    return made
