"""What a school and whoever rings say about a telling: read, not ours, what was done, whom I told."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from sightline.agencies.actions import choose
from sightline.agencies.queries import partnership
from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.chronology.actions import write_here
from sightline.chronology.queries import originator_of
from sightline.definition.outcomes import Conflict, Decision, Invalid, Missing, Refused
from sightline.definition.types import Fault
from sightline.front_door.teaching import CHOSEN, NEXT_MORNING
from sightline.front_door.telling import PERSON, PLACE_FOUND, PURPOSE, was_read
from sightline.front_door.telling_rules import Route
from sightline.front_door.told_models import Telling
from sightline.identity.queries import persons_of, rows_by_id, rows_of
from sightline.ledger.actions import write
from sightline.messages.actions import acknowledge
from sightline.messages.queries import acknowledged
from sightline.sharing.actions import tie, untie
from sightline.timescales.moment import now

FEWEST_WORDS = 10  # characters of a sentence that says something
WENT_WRONG = ("not-a-pupil", "left", "not-known")
ANSWER, SEE = "answer-tellings", "see-tellings"


def _require(by: Actor, permission: str) -> None:
    if not (decision := may(by, permission, partnership())):
        raise Refused(decision)


def _mine(telling: UUID, by: Actor) -> Telling:
    """A telling of this worker's own place, locked. Raises Missing for anybody else's."""
    row = Telling.objects.select_for_update().filter(id=telling, recipient=f"agency:{by.agency}").first()
    if row is None or row.state in ("planned", "over"):
        raise Missing
    return row


def _told_instead(telling: UUID, by: Actor) -> Telling | None:
    """A telling of a child who is educated at home, locked, where this worker's role was told in place of a school."""
    row = Telling.objects.select_for_update().filter(id=telling, recipient=PERSON, route=Route.AT_HOME).first()
    if row is None or f"role:{by.role}" not in row.told_to:
        return None
    _require(by, SEE)
    return row


def _note(by: Actor, verb: str, rows: Iterable[Telling], **detail: str) -> None:
    write(
        kind="change",
        verb=verb,
        actor=by.id,
        acting_for=by.agency,
        purpose=PURPOSE,
        policy=partnership().hash,
        ids=[row.id for row in rows],
        detail=detail,
    )


@transaction.atomic
def read(*, telling: UUID, by: Actor) -> UUID:
    """Says that it was read: by the place that was told, or by whoever was told in place of a school. Returns the incident.
    Raises Conflict where somebody said so before."""
    row = _told_instead(telling, by)
    if row is None:
        _require(by, ANSWER)
        row = _mine(telling, by)
    if row.state != "told":
        raise Conflict("Somebody where you work has read this already. Nothing was changed.")
    same = list(Telling.objects.select_for_update().filter(message=row.message, state="told"))
    _acknowledge(row, by)
    was_read(same, by.id, now())
    _note(by, "read-telling", same)
    return row.incident


def _acknowledge(row: Telling, by: Actor) -> None:
    """Says in the inbox too that it was read: of what the lead was told and what the deputy was, whichever reached them."""
    for message in (row.message, row.deputies_message):
        if message is not None and not acknowledged([message]):
            with suppress(Missing, Conflict):
                acknowledge(message=message, by=by)


@transaction.atomic
def not_ours(*, telling: UUID, because: str, by: Actor) -> UUID:
    """Says that the child is not taught there. From now on nothing of theirs shows to this school, and somebody else is
    told at once. Returns the incident. `because`: not-a-pupil, left or not-known."""
    _require(by, ANSWER)
    if because not in WENT_WRONG:
        raise Invalid([Fault(path="because", found=because, expected=f"one of {', '.join(WENT_WRONG)}")])
    row = _mine(telling, by)
    if row.state == "wrong":
        raise Conflict("Your school has said so already. Nothing was changed.")
    if row.support is not None:
        raise Conflict("Your school has said what it did for the child. If that was another child, ring who told you.")
    if row.state == "told" and row.message and not acknowledged([row.message]):
        others = Telling.objects.filter(message=row.message).exclude(id=row.id).exists()
        if not others:
            _acknowledge(row, by)
    row.state, row.closed_at, row.closed_because = "wrong", now(), because
    row.read_at, row.read_by = row.read_at or now(), row.read_by or by.id
    row.save(update_fields=["state", "closed_at", "closed_because", "read_at", "read_by"])
    person = persons_of([row.identity]).get(row.identity)
    identities = [one.id for one in rows_of([person])] if person else [row.identity]
    untie(kind="attends", subjects=identities, holder=f"agency:{by.agency}")
    _note(by, "refuse-telling", [row], because=because)
    return row.incident


@transaction.atomic
def say_support(*, telling: UUID, words: str, by: Actor) -> UUID:
    """Says what was done for the child, as an entry on their chronology. Returns that entry."""
    _require(by, ANSWER)
    row = _mine(telling, by)
    if row.state == "wrong":
        raise Conflict("Your school has said that the child is not taught there.")
    if len(words.strip()) < FEWEST_WORDS:
        raise Refused(
            Decision(False, "reason-too-short", "Say in a sentence what was done, or why nothing was needed.")
        )
    if row.state == "told":
        read(telling=telling, by=by)
        row.refresh_from_db()
    made = _entry(
        row, {"told-at": row.told_at.isoformat() if row.told_at else "", "support": words.strip()}, by, by.agency
    )
    row.state, row.support, row.closed_at, row.closed_because = "done", made, now(), "support"
    row.save(update_fields=["state", "support", "closed_at", "closed_because"])
    _note(by, "say-support", [row])
    return made


def _entry(row: Telling, fields: dict[str, Any], by: Actor, agency: str) -> UUID:
    definition = partnership()
    return write_here(
        record=definition.telling[row.plan].record,
        fields={name: value for name, value in fields.items() if value},
        identities=[row.identity],
        keys=[one.key for one in rows_by_id([row.identity]).values()],
        by=by,
        agency=agency,
        definition=definition,
        on=[row.incident],
    )


# --- where a person must find out -------------------------------------------------------------------------------------


def _waiting(telling: UUID) -> Telling:
    row = Telling.objects.select_for_update().filter(id=telling).first()
    if row is None:
        raise Missing
    if row.closed_at is not None:
        raise Conflict("Somebody has said already what became of this. Nothing was changed.")
    if row.recipient != PERSON and row.chased_at is None:
        raise Missing
    return row


@transaction.atomic
def told_by_phone(*, telling: UUID, whom: str, at: datetime, by: Actor) -> UUID:
    """Says that somebody at the child's place was rung. `whom`: their name and role, as the record says it. Returns the
    entry."""
    _require(by, SEE)
    row = _waiting(telling)
    if len(whom.strip()) < FEWEST_WORDS:
        raise Refused(Decision(False, "reason-too-short", "Say whom you told: their name, their role and where."))
    if at > now():
        raise Invalid([Fault(path="at", expected="a moment that has been")])
    made = _entry(row, {"told-at": at.isoformat(), "told-whom": whom.strip()}, by, originator_of(row.incident))
    _over(row, "told-by-phone", made, by)
    return made


@transaction.atomic
def nobody_to_tell(*, telling: UUID, because: str, by: Actor) -> UUID:
    """Says why nobody is told: the child has left the country, is not of school age. Returns the entry."""
    _require(by, SEE)
    row = _waiting(telling)
    if len(because.strip()) < FEWEST_WORDS:
        raise Refused(
            Decision(False, "reason-too-short", "Say in a sentence why nobody is told, and who sees the child.")
        )
    made = _entry(row, {"not-told-because": because.strip()}, by, originator_of(row.incident))
    _over(row, "nobody-to-tell", made, by)
    return made


@transaction.atomic
def name_place(*, telling: UUID, agency: str, by: Actor) -> UUID:
    """Says where the child is taught: that place is told through here. Returns the incident."""
    _require(by, SEE)
    row = _waiting(telling)
    tie([(f"agency:{agency}", "attends", row.identity, now(), None, row.incident)])
    if row.recipient != PERSON:  # what was sent to a school that does not read stays sent
        _over(row, PLACE_FOUND, None, by)
    _note(by, "name-place", [row], agency=agency)
    return row.incident


def _over(row: Telling, because: str, entry: UUID | None, by: Actor) -> None:
    row.state, row.closed_at, row.closed_because = "done", now(), because
    row.entry, row.read_by, row.read_at = entry or row.entry, by.id, row.read_at or now()
    row.save(update_fields=["state", "closed_at", "closed_because", "entry", "read_by", "read_at"])
    _note(by, because, [row])


def choose_holidays(*, next_morning: bool, by: Actor) -> None:
    """A safeguarding lead says whether they want to be told on the next morning also when the school is closed."""
    _require(by, ANSWER)
    choose(settings={CHOSEN: NEXT_MORNING if next_morning else ""}, by=by)
