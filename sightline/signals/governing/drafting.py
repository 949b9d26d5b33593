"""A rule's way to being in force: drafted, tried over the past, submitted; agreed to by a second, different person.

A draft is a whole declaration. What is agreed to joins the definition in force (`agencies.actions.declare`): every process
finds it within two seconds, and each version stays to be read for ever. What an agreed version has raised stays as it was.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from sightline.agencies import actions as definition_actions
from sightline.agencies.queries import declared, partnership
from sightline.agencies.two_people import SHORTEST, Steps, reason, record, require
from sightline.agencies.types import Actor
from sightline.definition.outcomes import Decision, Invalid, Missing, Refused
from sightline.definition.types import Fault, Partnership, Signal
from sightline.signals.governing.models import Draft
from sightline.signals.governing.writing import FILE, as_kept, fingerprint, from_yaml, to_yaml
from sightline.timescales.moment import now

DRAFT, APPROVE = "draft-signal-rules", "approve-signal-rules"
LONGEST = 1000  # characters of a reason
STATES = {
    "drafted": "being made",
    "submitted": "waits for a second person",
    "approved": "in force",
    "ending": "to be withdrawn: waits for a second person",
    "ended": "no longer in force",
    "dropped": "dropped",
}
STEPS: Steps[Draft] = Steps("draft", STATES, "lock")


@transaction.atomic
def begin(*, rule: str, by: Actor, text: str = "") -> UUID:
    """A draft of a change of this rule, beginning with what is in force; with `text`, of a new one. Returns its id."""
    definition = require(by, DRAFT)
    standing = definition.signal.get(rule)
    if standing is None and not text:
        raise Missing
    version = next_version(definition, rule)
    if not text and standing is not None:
        text = to_yaml(standing.model_copy(update={"version": version, "off": False}))
    row = Draft.objects.create(rule=rule, version=version, text=text, by=by.id, made_at=now(), saved_at=now())
    _written("begin-rule", row, by)
    return row.id


@transaction.atomic
def save(*, draft: UUID, text: str, why: str, lock: int, by: Actor) -> int:
    """Keeps what was written, faults and all. Only who began it changes it. Returns its lock."""
    row = mine(draft, by, lock)
    row.text, row.why, row.saved_at, row.lock = text, " ".join(why.split())[:LONGEST], now(), row.lock + 1
    rule, _ = from_yaml(text, partnership())
    if rule is not None:
        row.rule, row.version = rule.id, rule.version
    row.save(update_fields=["text", "why", "saved_at", "lock", "rule", "version"])
    return row.lock


@transaction.atomic
def submit(*, draft: UUID, lock: int, by: Actor) -> None:
    """Asks for a second person. Raises Invalid where it has a fault, Refused where it was not tried as it stands."""
    row = mine(draft, by, lock)
    _sound(row)
    if row.tried_text != fingerprint(row.text):
        sentence = "Try it over the past first, as it stands now: the second person sees what it would have changed."
        raise Refused(Decision(False, "wrong-state", sentence))
    if len(row.why) < SHORTEST:
        raise Invalid([Fault(path="why", expected=f"what it is for, in at least {SHORTEST} characters", code="needed")])
    row.state, row.asked_by, row.asked_at, row.note = "submitted", by.id, now(), ""
    row.lock += 1
    row.save(update_fields=["state", "asked_by", "asked_at", "note", "lock"])
    _written("submit-rule", row, by)


@transaction.atomic
def approve(*, draft: UUID, lock: int, by: Actor) -> Signal:
    """Makes it part of the definition in force. Never by who made or submitted it. Returns the rule."""
    row = _taken(draft, by, APPROVE, "submitted", lock)
    STEPS.somebody_else(by, row.asked_by, row.by)
    rule = _sound(row)
    Draft.objects.filter(rule=rule.id, state="approved").update(state="ended")
    row.declared = definition_actions.declare(
        thing=rule,
        kind="signal",
        body=as_kept(rule),
        asked_by=row.asked_by,
        permission=APPROVE,
        by=by,
        instead=True,
    )
    row.state, row.decided_by, row.decided_at, row.lock = "approved", by.id, now(), row.lock + 1
    row.save(update_fields=["declared", "state", "decided_by", "decided_at", "lock"])
    _written("approve-rule", row, by)
    return rule


@transaction.atomic
def send_back(*, draft: UUID, because: str, lock: int, by: Actor) -> None:
    """Back to who made it, with what to change."""
    row = _taken(draft, by, APPROVE, "submitted", lock)
    STEPS.somebody_else(by, row.asked_by, row.by)
    row.state, row.note, row.decided_by, row.decided_at = "drafted", reason(because, LONGEST), by.id, now()
    row.lock += 1
    row.save(update_fields=["state", "note", "decided_by", "decided_at", "lock"])
    _written("send-back-rule", row, by)


@transaction.atomic
def drop(*, draft: UUID, by: Actor) -> None:
    """Gives it up."""
    row = mine(draft, by, None)
    row.state, row.decided_by, row.decided_at, row.lock = "dropped", by.id, now(), row.lock + 1
    row.save(update_fields=["state", "decided_by", "decided_at", "lock"])
    _written("drop-rule", row, by)


@transaction.atomic
def ask_to_end(*, draft: UUID, because: str, by: Actor) -> None:
    """Asks that an agreed version be taken out of force; a rule of the files then stands as it does there."""
    row = _taken(draft, by, DRAFT, "approved", None)
    row.state, row.note, row.asked_by, row.asked_at, row.lock = (
        "ending",
        reason(because, LONGEST),
        by.id,
        now(),
        row.lock + 1,
    )
    row.save(update_fields=["state", "note", "asked_by", "asked_at", "lock"])
    _written("ask-to-end-rule", row, by)


@transaction.atomic
def decide_end(*, draft: UUID, ended: bool, lock: int, by: Actor) -> None:
    """Takes it out of force, or keeps it. Never by who asked."""
    row = _taken(draft, by, APPROVE, "ending", lock)
    STEPS.somebody_else(by, row.asked_by, row.by)
    if ended and row.declared is not None:
        definition_actions.end_declared(id=row.declared, asked_by=row.asked_by, permission=APPROVE, by=by)
    row.state, row.decided_by, row.decided_at, row.lock = "ended" if ended else "approved", by.id, now(), row.lock + 1
    row.save(update_fields=["state", "decided_by", "decided_at", "lock"])
    _written("end-rule" if ended else "keep-rule", row, by)


def next_version(definition: Partnership, rule: str) -> int:
    """The version that a change of this rule has: above all there have been."""
    standing = definition.signal.get(rule)
    were = [int(one.body.get("version", 1)) for one in declared("signal") if one.name == rule]
    return max([standing.version if standing else 0, *were]) + 1


# --- what they rest on ------------------------------------------------------------------------------------------------


def _sound(row: Draft) -> Signal:
    """The rule, without a fault, under an id and a version that nothing else has."""
    definition = partnership()
    rule, faults = from_yaml(row.text, definition)
    if rule is None:
        raise Invalid(faults)
    least = next_version(definition, rule.id)
    if rule.version < least:
        expected = f"{least} or more: a version is never used twice"
        raise Invalid([Fault(file=FILE, line=1, path="version", found=str(rule.version), expected=expected)])
    if rule.off:
        raise Invalid([Fault(file=FILE, line=1, path="off", found="yes", expected="a rule that is in use")])
    return rule


def mine(draft: UUID, by: Actor, lock: int | None) -> Draft:
    """A draft that is being made by this worker, locked. Raises as `_taken`, and Refused where it is somebody else's."""
    row = _taken(draft, by, DRAFT, "drafted", lock)
    STEPS.own(by, row.by)
    return row


def _taken(draft: UUID, by: Actor, permission: str, state: str, lock: int | None) -> Draft:
    """The row, locked. Raises Refused, Missing, or Conflict when it is not in this state or has changed since."""
    require(by, permission)
    return STEPS.at(Draft.objects.all(), draft, state, lock)


def _written(verb: str, row: Draft, by: Actor) -> None:
    record(verb, by, [row.id], rule=row.rule, version=row.version, state=row.state)
