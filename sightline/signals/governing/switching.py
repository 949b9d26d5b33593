"""Switching rules off and on: one, or all, at once, on the record."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from sightline.agencies.two_people import record, require
from sightline.agencies.types import Actor
from sightline.definition.nearest import nearest
from sightline.definition.outcomes import Conflict, Decision, Invalid, Refused
from sightline.definition.types import Fault
from sightline.signals.governing.force import EVERY, switched_off
from sightline.signals.models import Switch
from sightline.timescales.moment import now

SWITCH, APPROVE = "switch-signals", "approve-signal-rules"
MACHINE = "signal-machine"  # the role that watches fairness
SHORTEST, LONGEST = 10, 500  # characters of a reason


@transaction.atomic
def switch_off(*, rule: str, because: str, by: Actor) -> None:
    """From now on the rule (`*`: every rule) raises nothing, tells nobody, and what it raised shows nowhere. It is all there
    again once it is on. Anybody with the right, alone: stopping must never wait for a second person.

    Raises Refused, Invalid, and Conflict where it is off already.
    """
    reason = _asked(rule, because, by)
    if rule in switched_off():
        raise Conflict(f"{_named(rule)} off already. Nothing was changed.")
    set_switch(rule, True, reason, by)


@transaction.atomic
def switch_on(*, rule: str, because: str, by: Actor) -> None:
    """Ends it. What is stopped because of a rate that nobody had explained is explained first (`explaining.explain`).

    Raises Refused, Invalid, and Conflict where it is not off.
    """
    reason = _asked(rule, because, by)
    if by.machine:
        raise Refused(Decision(False, "people-only", "Only a person switches a rule on."))
    if rule not in switched_off():
        raise Conflict(f"{_named(rule)} not switched off. Nothing was changed.")
    if stopped_for_rate(rule):
        sentence = (
            "It stopped by itself because of a rate that nobody had explained: explain it, and a second person agrees."
        )
        raise Refused(Decision(False, "second-person-needed", sentence))
    set_switch(rule, False, reason, by)


def stopped_for_rate(rule: str) -> bool:
    """Whether the last who switched it off was the machine that watches fairness."""
    last = Switch.objects.filter(rule=rule).order_by("-at", "-id").first()
    return last is not None and last.off and last.by == MACHINE


def _asked(rule: str, because: str, by: Actor) -> str:
    """The reason, once everything else is well. Raises Refused, Invalid."""
    definition = require(by, SWITCH)
    if rule != EVERY and rule not in definition.signal:
        near = nearest(rule, definition.signal)
        raise Invalid([Fault(path="rule", found=rule, expected="a rule, or * for all", nearest=near)])
    reason = " ".join(because.split())[:LONGEST]
    if len(reason) < SHORTEST:
        raise Invalid([Fault(path="because", expected=f"why, in at least {SHORTEST} characters", code="needed")])
    return reason


def set_switch(rule: str, off: bool, because: str, by: Actor) -> None:
    """The act itself, for verbs that have asked who may."""
    last = Switch.objects.filter(rule=rule).order_by("-at", "-id").first()
    made = Switch.objects.create(rule=rule, off=off, by=by.id, agency=by.agency, at=_after(last), because=because)
    record("switch-signals-off" if off else "switch-signals-on", by, [made.id], rule=rule)


def _after(last: Switch | None) -> datetime:
    """Now; never the moment of the act before it, for the latest stands (a told story has many acts at one moment)."""
    moment = now()
    return max(moment, last.at + timedelta(microseconds=1)) if last is not None else moment


def _named(rule: str) -> str:
    return "All rules are" if rule == EVERY else f"The rule {rule} is"
