"""What people do about the rules of signals, and what must follow: a trial is owed to the worker; everybody's signals follow a
rule that goes live, ends, or is switched on again."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from sightline.agencies.types import Actor
from sightline.definition.types import Signal
from sightline.jobs.due import owe
from sightline.signals.governing import drafting, judging, switching, trying
from sightline.signals.governing.force import switched_off
from sightline.timescales.moment import now


@transaction.atomic
def try_over_the_past(*, draft: UUID, share: int, lock: int, by: Actor) -> None:
    """Asks for a trial of a draft as it stands; the worker does it. `share`: every child, or one in so many."""
    trying.ask(draft=draft, share=share, lock=lock, by=by)
    owe("try-rule", {"draft": str(draft), "share": share}, run_at=now())


@transaction.atomic
def approve(*, draft: UUID, lock: int, by: Actor) -> Signal:
    """A second person agrees: it is in force at once, and everybody's signals follow."""
    rule = drafting.approve(draft=draft, lock=lock, by=by)
    _follow()
    return rule


@transaction.atomic
def decide_end(*, draft: UUID, ended: bool, lock: int, by: Actor) -> None:
    """A second person agrees that a version ends, or keeps it."""
    drafting.decide_end(draft=draft, ended=ended, lock=lock, by=by)
    if ended:
        _follow()


def switch_off(*, rule: str, because: str, by: Actor) -> None:
    """At once: nothing follows that anybody would have to wait for."""
    switching.switch_off(rule=rule, because=because, by=by)


@transaction.atomic
def switch_on(*, rule: str, because: str, by: Actor) -> None:
    """Shows again what had been raised, and computes what happened meanwhile."""
    switching.switch_on(rule=rule, because=because, by=by)
    _follow()


@transaction.atomic
def agree(*, explanation: UUID, by: Actor) -> bool:
    """A second person agrees with an explanation. Returns whether a rule that had stopped goes on."""
    before = switched_off()
    judging.agree(explanation=explanation, by=by)
    goes_on = switched_off() != before
    if goes_on:
        _follow()
    return goes_on


def _follow() -> None:
    owe("follow-rules", {}, run_at=now())
