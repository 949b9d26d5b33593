"""Asking other agencies and answering them, with what follows: clocks, reminders, and who is told when nobody answers."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.db import transaction

from sightline.agencies.types import Actor
from sightline.definition.outcomes import Conflict, Missing, Refused
from sightline.front_door import checks
from sightline.front_door.checks import Ask
from sightline.front_door.step_types import Made
from sightline.jobs.stepping import follows
from sightline.messages.actions import acknowledge
from sightline.messages.queries import unread_because
from sightline.sharing.standing import trusted

__all__ = ["Ask", "answer_check", "remind_check", "request_checks"]


@trusted("request-check")
@transaction.atomic
def request_checks(*, entry: UUID, asks: Sequence[Ask], by: Actor, **how: Any) -> list[Made]:
    """As `front_door.checks.request_checks`."""
    made = checks.request_checks(entry=entry, asks=asks, by=by, **how)
    follows(*(one.entry for one in made if not one.already))
    return made


@trusted("request-check")
def remind_check(*, step: UUID, by: Actor) -> bool:
    """As `front_door.checks.remind_now`."""
    return checks.remind_now(step=step, by=by)


@trusted("answer-check")
@transaction.atomic
def answer_check(*, step: UUID, by: Actor, **said: str) -> Made:
    """As `front_door.checks.answer_check`; whoever answers has read that they were asked, and is not chased for it."""
    made = checks.answer_check(step=step, by=by, **said)
    for message in unread_because(step, by):
        with suppress(Missing, Conflict, Refused):  # one that reached others only stays with them
            acknowledge(message=message, by=by)
    follows(made.entry)
    return made
