"""A concern that somebody tells here: taken by the same way in as a file or a message, and kept whatever it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from sightline.agencies.queries import machine, partnership
from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.definition.outcomes import Decision, Invalid, Missing, Refused
from sightline.definition.types import Fault
from sightline.front_door.concerns import Concern, body, sendable
from sightline.intake import bodies, held_public
from sightline.intake.tracing import became
from sightline.intake.types import Notification, Receipt, Unread
from sightline.jobs.due import VERBS, owe_once
from sightline.jobs.receive import keep as keep_unread
from sightline.jobs.receive import keep_in, receive_one
from sightline.messages.actions import goes_to, send
from sightline.sharing.standing import trusted
from sightline.timescales.london import local_day
from sightline.timescales.moment import now

FEED, KIND = "form", "form"
PUBLIC_FEED = "tell-us"
MACHINE = "feed-machine"
TELL_HELD, MESSAGE_HELD = "tell-public-held", "public-held"
GATHERS = timedelta(minutes=5)  # in a flood one message tells of many


@dataclass(frozen=True, slots=True)
class Sent:
    """That it is held: the receipt's id, when, and the record that it became (none where it waits for a person)."""

    receipt: UUID
    at: datetime
    first: UUID | None
    waits: bool


def send_concern(*, concern: Concern, id: UUID, version: int = 1, by: Actor) -> Sent:
    """Sends a concern as this worker's agency. The same id and content again are nothing new; a higher version corrects.

    Raises Refused without the right, or where this agency sends no such record; Invalid for a record that is not there.
    It is never refused for what it says or lacks.
    """
    definition = partnership()
    allowed = may(by, "record-entry", definition)
    if not allowed:
        raise Refused(allowed)
    if concern.record not in definition.record:
        raise Invalid([Fault(path="record", found=concern.record, expected="a record type", code="unknown-record")])
    if not by.agency or concern.record not in {one.id for one in sendable(definition, by.agency_kind)}:
        sentence = f"Your agency does not send this kind of record ({definition.record[concern.record].title.lower()})."
        raise Refused(Decision(False, "not-permitted", sentence))
    return _take(concern, id, version, agency=by.agency, feed=FEED, by=by)


def take_from_public(*, concern: Concern, id: UUID) -> Sent:
    """Takes what a member of the public tells, for the agency that answers at the front door. Raises Missing where none is
    declared."""
    agency = partnership().info.front_door
    if not agency:
        raise Missing
    return _take(concern, id, 1, agency=agency, feed=PUBLIC_FEED, by=machine(MACHINE))


@trusted("take-from-public")
def hold_from_public(
    *, concern: Concern, id: UUID, doubts: Mapping[str, str], place: str, presses: bool = False
) -> Sent:
    """Keeps what a member of the public tells for a person to look at first: whole, marked with why, and somebody is told of
    it within minutes. It is never turned away."""
    agency, by = partnership().info.front_door, machine(MACHINE)
    if not agency:
        raise Missing
    _, raw = understood(concern, id, 1, agency=agency)
    faults = tuple(Fault(path="tell-us", expected=says, code=code) for code, says in doubts.items())
    unread = Unread(f"place {place}", raw, "looked-at-first", faults, str(id), agency)
    with transaction.atomic():
        receipt = keep_in(unread, delivery=held_public.today(agency, by), by=by)
        owe_once(TELL_HELD, {}, run_at=now() + (timedelta(0) if presses else GATHERS))
    return Sent(UUID(receipt.id), receipt.received_at, None, True)


@trusted("tell-public-held")
def tell_held(payload: dict[str, Any]) -> None:
    """What is owed: those who answer for the front door are told how much waits to be sorted."""
    waiting = held_public.count()
    if waiting:
        send(MESSAGE_HELD, to=goes_to(MESSAGE_HELD), says={"count": waiting}, by=machine("clock-machine"))


def _take(concern: Concern, id: UUID, version: int, *, agency: str, feed: str, by: Actor) -> Sent:
    thing, raw = understood(concern, id, version, agency=agency)
    with transaction.atomic():
        receipt = _received(thing, raw, feed=feed, by=by)
    return Sent(UUID(receipt.id), receipt.received_at, became(agency, str(id)), receipt.state == "kept-for-a-person")


def understood(concern: Concern, id: UUID, version: int, *, agency: str) -> tuple[Notification | Unread, bytes]:
    """A concern as a notification, with the text in which it is kept as received."""
    definition, today = partnership(), local_day(now())
    made = body(definition, concern, message_id=str(id), version=version, today=today)
    raw = json.dumps(made, ensure_ascii=False).encode()
    thing = bodies.understand(made, raw=raw, agency=agency, partnership=definition)
    if isinstance(thing, Notification) and not concern.happened:
        thing = replace(thing, undated=True)
    return thing, raw


def _received(thing: Notification | Unread, raw: bytes, *, feed: str, by: Actor) -> Receipt:
    if isinstance(thing, Unread):
        return keep_unread(replace(thing, raw=raw), feed=feed, kind=KIND, by=by)
    return receive_one(thing, feed=feed, kind=KIND, by=by)


VERBS[TELL_HELD] = tell_held
