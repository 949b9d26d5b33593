"""Who has which item: claiming, handing on, letting go, gathering and parting. Two people never do the same thing twice.

Each change names the version of the item that its maker saw. If somebody was first, nothing is changed and the maker is
told who: the database compares the version in the same statement that changes it, so that it does not matter how close
together they are. A decision is kept once a generation (`Decided`), whoever tries at the same moment.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from sightline.agencies.queries import actor_by_id, partnership
from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.definition.outcomes import Conflict, Decision, Invalid, Missing, Refused
from sightline.definition.types import Fault
from sightline.front_door.following import head
from sightline.front_door.models import Decided, Item
from sightline.ledger.actions import write
from sightline.timescales.london import local
from sightline.timescales.moment import now

SEE, DECIDE, ACCEPT = "see-queue", "decide-contact", "accept-hand-over"
OPEN, DECIDED, HANDED_OVER, ACCEPTED = "open", "decided", "handed-over", "accepted"
STATES = (OPEN, DECIDED, HANDED_OVER, ACCEPTED)


def claim(*, item: UUID, by: Actor, version: int | None = None, take: bool = False) -> int:
    """Takes an item, so that nobody else begins on it. `take`: also where a colleague has it. Returns its new version.

    Raises Refused without the right, Missing for no such open item, Conflict where somebody else has it, or was first.
    """
    _require(by, DECIDE)
    row = _open(item)
    if row.holder == by.id:
        return row.version
    if row.holder and not take:
        raise Conflict(f"{name_of(row.holder)} has had this since {_clock(row.held_at)}. Nothing was changed.")
    return _change(row, by, "claim", version, holder=by.id, held_at=now(), team="")


def release(*, item: UUID, by: Actor, version: int | None = None) -> int:
    """Lets go of an item that one has: it waits for whoever is free. Raises Refused where a colleague has it."""
    _require(by, DECIDE)
    row = _open(item)
    if row.holder and row.holder != by.id:
        raise Refused(Decision(False, "not-permitted", f"{name_of(row.holder)} has this: only they can let it go."))
    return _change(row, by, "release", version, holder="", held_at=None)


def hand_to(*, item: UUID, worker: str, by: Actor, version: int | None = None) -> int:
    """Gives an item to a colleague who may decide about it. Raises Invalid for anybody else."""
    _require(by, DECIDE)
    row = _open(item)
    try:
        colleague = actor_by_id(worker)
    except Missing:
        colleague = None
    if colleague is None or not may(colleague, DECIDE, partnership()):
        expected = "a colleague who decides at the front door"
        raise Invalid([Fault(path="worker", expected=expected, code="unknown")])
    return _change(row, by, "hand-to", version, holder=colleague.id, held_at=now(), team="")


def hand_to_team(*, item: UUID, team: str, by: Actor, version: int | None = None) -> int:
    """Gives an item to the team that takes over (by night, by day): whoever of them is there first takes it."""
    _require(by, DECIDE)
    row = _open(item)
    declared = partnership().team.get(team)
    if declared is None or not declared.on_duty_for:
        raise Invalid([Fault(path="team", found=team, expected="a team that is on duty for the front door")])
    return _change(row, by, "hand-to-team", version, holder="", held_at=None, team=team)


@transaction.atomic
def gather(*, items: Iterable[UUID], by: Actor) -> UUID:
    """Says that these notices tell of one event: from now on they stand together. Returns the event.

    Raises Missing where one of them is not an open item, Invalid for fewer than two.
    """
    _require(by, DECIDE)
    wanted = list(dict.fromkeys(items))
    if len(wanted) < 2:
        raise Invalid([Fault(path="items", expected="two notices or more that tell of one event", code="too-few")])
    rows = [_open(item) for item in wanted]
    event, moment = rows[0].event, now()
    Item.objects.filter(event__in={row.event for row in rows}, closed_at=None).update(
        event=event, alone=False, changed_at=moment
    )
    head([event], moment)
    _kept(by, "gather", [row.id for row in rows], {"event": str(event)})
    return event


@transaction.atomic
def split(*, item: UUID, by: Actor) -> UUID:
    """Says that a notice is about another event than those beside it: it stands alone, and is not gathered by itself
    again. Returns its event."""
    _require(by, DECIDE)
    row = _open(item)
    event, moment, before = uuid4(), now(), row.event
    Item.objects.filter(id=row.id).update(
        event=event, alone=True, heads=True, changed_at=moment, version=row.version + 1
    )
    head([before, event], moment)
    _kept(by, "split", [row.id], {"event": str(event)})
    return event


# --- for those who decide -----------------------------------------------------------------------------------------------


@transaction.atomic
def settle(*, entry: UUID, decision: UUID, state: str, by: Actor, version: int | None = None) -> Item | None:
    """Keeps that a notice was decided, in the caller's transaction: exactly once a generation.

    `entry`: the first version of the notice; `decision`: the entry that is the decision; `state`: `decided` (what follows
    has not begun), `handed-over` (a team must accept), `accepted` (nothing more to do: it leaves the queue).

    Returns the item as it stands then, None for a notice that has none (history). Raises Conflict, naming who was first,
    where somebody has decided, or where the item has changed since `version`.
    """
    row = Item.objects.select_for_update().filter(entry=entry).first()
    if row is None:
        return None
    told = f"{said_first(row)} Nothing was changed: read their decision, or ask for it to be reconsidered."
    if row.state != OPEN:
        raise Conflict(told)
    if version is not None and row.version != version:
        raise Conflict(_changed(row))
    try:
        with transaction.atomic():
            Decided.objects.create(item=row.id, generation=row.generation, entry=decision, by=by.id, at=now())
    except IntegrityError as error:
        raise Conflict(told) from error
    moment = now()
    row.state, row.changed_at, row.version = state, moment, row.version + 1
    row.holder, row.held_at = by.id, row.held_at or moment
    row.closed_at = moment if state == ACCEPTED else None
    row.save(update_fields=["state", "changed_at", "version", "holder", "held_at", "closed_at"])
    head([row.event], moment)  # another notice of the event, which nobody has decided, stands in the list from now on
    return row


@transaction.atomic
def move(*, entry: UUID, state: str, by: Actor, reopened: bool = False) -> Item | None:
    """Moves a decided notice on (`handed-over`, `accepted`), or opens it again (`reopened`: a new generation, which may be
    decided once more). In the caller's transaction. None for a notice that has no item."""
    row = Item.objects.select_for_update().filter(entry=entry).first()
    if row is None:
        return None
    moment = now()
    row.state, row.changed_at, row.version = state, moment, row.version + 1
    row.closed_at = moment if state == ACCEPTED else None
    row.generation += reopened
    if reopened:
        row.holder, row.held_at = by.id, moment
    row.save(update_fields=["state", "changed_at", "version", "closed_at", "generation", "holder", "held_at"])
    head([row.event], moment)
    return row


def touch(entries: Iterable[UUID]) -> None:
    """Tells open queue pages that something beside these notices has changed (an answer came, a match was decided)."""
    Item.objects.filter(entry__among=list(entries)).update(changed_at=now())


def dealt_with(*, before: datetime, by: Actor) -> int:
    """Takes out of the queue what was known before a moment: it was decided elsewhere, and was brought over as history. For
    whoever sets a partnership up (a go-live, a demonstration); the notices themselves stay as they are. Returns how many.
    """
    if not by.machine:
        raise Refused(
            Decision(False, "not-permitted", "What is history is said when a partnership is set up, not by hand.")
        )
    moment = now()
    rows = Item.objects.filter(known_at__lt=before, closed_at=None, state=OPEN)
    ids = list(rows.values_list("id", flat=True))
    Item.objects.filter(id__among=ids).update(state=ACCEPTED, closed_at=moment, changed_at=moment)
    if ids:
        _kept(by, "history", ids, {"before": before.isoformat()})
    return len(ids)


def said_first(row: Item) -> str:
    """Who decided about an item, and when, in a sentence."""
    found = Decided.objects.filter(item=row.id).order_by("-generation").first()
    if found is None:
        return "Somebody has decided this already."
    return f"{name_of(found.by)} decided this at {_clock(found.at)}."


def name_of(worker: str) -> str:
    try:
        return actor_by_id(worker).name
    except Missing:
        return "Somebody who has left"


# --- behind it ----------------------------------------------------------------------------------------------------------


def _require(by: Actor, permission: str) -> None:
    decision = may(by, permission, partnership())
    if not decision:
        raise Refused(decision)


def _open(item: UUID) -> Item:
    row = Item.objects.filter(id=item).first()
    if row is None:
        raise Missing
    if row.closed_at is not None or row.state != OPEN:
        raise Conflict(f"{said_first(row)} Nothing was changed.")
    return row


@transaction.atomic
def _change(row: Item, by: Actor, verb: str, version: int | None, **values: Any) -> int:
    """Changes an item in one statement that compares its version; Conflict where somebody was first."""
    seen = row.version if version is None else version
    done = Item.objects.filter(id=row.id, version=seen, state=OPEN, closed_at=None).update(
        version=seen + 1, changed_at=now(), **values
    )
    if not done:
        raise Conflict(_changed(Item.objects.get(id=row.id)))
    _kept(by, verb, [row.id], {k: v for k, v in values.items() if k in ("holder", "team")})
    return seen + 1


def _changed(row: Item) -> str:
    if row.state != OPEN:
        return f"{said_first(row)} Nothing was changed."
    if row.holder:
        return f"{name_of(row.holder)} was first, and has this since {_clock(row.held_at)}. Nothing was changed."
    return "Somebody has changed this since you opened it. Nothing was changed: look at it again."


def _kept(by: Actor, verb: str, ids: list[UUID], detail: dict[str, Any]) -> None:
    write(
        kind="change",
        verb=f"queue-{verb}",
        actor=by.id,
        acting_for=by.agency,
        purpose="safeguarding",
        policy=partnership().hash,
        ids=ids,
        detail=detail,
    )


def _clock(moment: Any) -> str:
    return f"{local(moment):%H:%M}" if moment else "just now"
