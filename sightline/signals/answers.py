"""What somebody answers to a signal: done something, covered already, not relevant because, wrong. On the record, for good."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid4

from django.db import transaction

from sightline.agencies.queries import partnership
from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.chronology.listing import firsts_of
from sightline.definition.nearest import nearest
from sightline.definition.outcomes import Conflict, Invalid, Missing, Refused
from sightline.definition.types import Fault, Signal
from sightline.identity.queries import identities_of, rows_by_id
from sightline.ledger.actions import write
from sightline.sharing.reading import reading
from sightline.signals import queries, windows
from sightline.signals.becoming import note
from sightline.signals.knowing import rules_in_force
from sightline.signals.models import Answer, Standing
from sightline.signals.telling import look_at_rests_end
from sightline.timescales.moment import now
from sightline.vault.actions import Keyring

PERMISSION = "answer-signal"
ACTED, COVERED, NOT_RELEVANT, WRONG, MANAGER = "acted", "covered", "not-relevant", "wrong", "manager"
ANSWERS = {
    ACTED: "Acted on",
    COVERED: "Already covered",
    NOT_RELEVANT: "Not relevant",
    WRONG: "Not so: the rule is wrong",
}
LEAST = 10  # characters of a reason


@transaction.atomic
def answer(*, signal: UUID, answer: str, because: str = "", done: Sequence[UUID] = (), by: Actor) -> UUID:
    """Keeps an answer. `done`: records (any version) of what was done. Returns the answer's id.

    Raises Refused without the right, Missing for what this worker was neither told of nor may read, Invalid for an answer
    without its reason, Conflict where somebody has answered.
    """
    row, _ = _open(signal, by)
    faults = _faults(answer, because, done)
    if faults:
        raise Invalid(faults)
    firsts = firsts_of(done)
    if len(firsts) < len(set(done)):
        raise Missing
    if row.answered:
        raise Conflict("Somebody has answered this already. Nothing was changed.")
    made = _keep(row, answer, because, [firsts[one] for one in dict.fromkeys(done)], by)
    moment = now()
    row.answered, row.answered_at, row.answered_by = answer, moment, by.id
    rule = rules_in_force(partnership()).get(row.rule)
    if rule is not None:
        rests = windows.after(rule.rest, moment)
        row.rests_until = max(rests, row.rests_until) if row.rests_until is not None else rests
    if row.told_at is None:  # somebody found it on the child's page: it is known, and nobody need be told of the same
        row.told_at = moment
        row.told = {"to": [f"worker:{by.id}"], "way": 0, "how": "list", "level": row.level, "cited": row.cited}
    row.changed_at, row.tells_at = moment, None
    row.save()
    look_at_rests_end(row)
    note(row, "answered", detail={"answer": answer, "row": str(made)}, by=by.id)
    return made


@transaction.atomic
def take_to_manager(*, signal: UUID, because: str, by: Actor) -> tuple[UUID, Standing, Signal]:
    """A worker takes it to a manager: no answer, it stays open. Returns the id of what was kept, the signal and its rule."""
    row, rule = _open(signal, by)
    if row.answered:
        raise Conflict("Somebody has answered this already. Nothing was changed.")
    if len(because.strip()) < LEAST:
        raise Invalid([_short("because")])
    made = _keep(row, MANAGER, because, (), by)
    note(row, "escalated", detail={"row": str(made), "why": "asked"}, by=by.id)
    return made, row, rule


def _open(signal: UUID, by: Actor) -> tuple[Standing, Signal]:
    definition = partnership()
    decision = may(by, PERMISSION, definition)
    if not decision:
        raise Refused(decision)
    with reading(by, "safeguarding", about=PERMISSION) as opened:
        queries.one(opened, signal)
    row = Standing.objects.select_for_update().filter(id=signal).first()
    rule = rules_in_force(definition).get(row.rule) if row is not None else None
    if row is None or rule is None:
        raise Missing
    return row, rule


def _faults(answer: str, because: str, done: Sequence[UUID]) -> list[Fault]:
    if answer not in ANSWERS:
        return [
            Fault(
                path="answer", found=answer, expected="one of " + ", ".join(ANSWERS), nearest=nearest(answer, ANSWERS)
            )
        ]
    if len(because.strip()) < LEAST and not (answer == ACTED and done):
        return [_short("because")]
    return []


def _short(path: str) -> Fault:
    return Fault(path=path, expected=f"a sentence that says why ({LEAST} characters or more)", code="needed")


def _keep(row: Standing, answer: str, because: str, done: Sequence[UUID], by: Actor) -> UUID:
    made, keyring = uuid4(), Keyring()
    keys = _keys(row)
    keyring.fetch(keys)
    own = [key for key in keys if keyring.has(key)] or [keyring.make("signal-answer")]
    sealed = keyring.seal(because.strip(), own, f"signal-answer|{made}")
    keyring.save()
    Answer.objects.create(
        id=made,
        signal=row.id,
        rule=row.rule,
        answer=answer,
        done=[str(one) for one in done],
        by=by.id,
        agency=by.agency,
        role=by.role,
        at=now(),
        words=sealed,
    )
    write(
        kind="change",
        verb=PERMISSION if answer != MANAGER else "take-to-manager",
        actor=by.id,
        acting_for=by.agency,
        purpose="safeguarding",
        policy=partnership().hash,
        ids=[row.id, made],
        detail={"rule": row.rule, "answer": answer},
    )
    return made


def _keys(row: Standing) -> list[UUID]:
    """For whom the words are sealed: whoever they are about. Erased with them, they open no more."""
    there = rows_by_id([row.identity_id]) if row.identity_id else {}
    return list(dict.fromkeys(one.key for found in there.values() for one in identities_of(found.person)))
