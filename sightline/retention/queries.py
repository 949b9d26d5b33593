"""Reading requests, dues and holds. Nothing here names a child: whoever may see one asks the gate by the ids."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sightline.agencies.queries import partnership
from sightline.agencies.types import Actor
from sightline.chronology.expiry import Spared
from sightline.definition.outcomes import Missing
from sightline.identity.bands import SEALED, in_force
from sightline.identity.queries import persons_of, rows_by_id, rows_of, seen
from sightline.retention.models import Disposal, Hold
from sightline.retention.types import ASKED, DUE, OPEN, ROUTINE, DisposalView, HoldView
from sightline.sharing.reading import Reading
from sightline.sharing.standing import trusted
from sightline.sharing.types import Level
from sightline.timescales.london import local_day
from sightline.timescales.moment import now
from sightline.vault.actions import CannotOpen, Keyring

MOST = 200


def standing() -> list[Hold]:
    """Every hold that is not lifted. There are few."""
    return list(Hold.objects.filter(lifting=None).order_by("at", "id"))


def holds() -> list[HoldView]:
    """Every hold that stands, with its reason, for those who keep them."""
    rows, keyring = standing(), Keyring()
    keyring.fetch(row.key for row in rows)
    return [_hold(row, keyring) for row in rows]


def _hold(row: Hold, keyring: Keyring | None = None) -> HoldView:
    subjects = tuple(UUID(one) for one in row.subjects)
    because = ""
    if keyring is not None:
        try:
            because = str(keyring.open_bytes(bytes(row.because), f"hold|{row.id}"), "utf-8")
        except CannotOpen:
            because = ""
    return HoldView(row.id, row.kind, row.reach, row.record, subjects, row.at, row.by, because)


def same_people(identities: Iterable[UUID]) -> set[UUID]:
    """Everybody who is one person with any of these now: a hold on one is a hold on all."""
    wanted = set(identities)
    return wanted | {row.id for row in rows_of(set(persons_of(wanted).values()))} if wanted else set()


@trusted("view-retention")  # ids alone: of whom it is, the gate is asked
def holds_on(
    identities: Collection[UUID], records: Collection[str], held: Sequence[Hold] | None = None
) -> list[HoldView]:
    """The holds that forbid erasing a person of these source identities, with records of these types. `held`: those that
    stand, where the caller has them."""
    found = []
    for row in standing() if held is None else held:
        if (
            row.reach == "everything"
            or (row.reach == "record" and row.record in records)
            or (row.reach == "child" and not same_people(UUID(one) for one in row.subjects).isdisjoint(identities))
        ):
            found.append(_hold(row))
    return found


@trusted("view-retention")  # ids alone: of whom it is, the gate is asked
def spared() -> Spared:
    """What a run that erases routine records must leave alone."""
    rows = standing()
    of_children = {UUID(one) for row in rows if row.reach == "child" for one in row.subjects}
    return Spared(
        everything=any(row.reach == "everything" for row in rows),
        records=frozenset(row.record for row in rows if row.reach == "record"),
        identities=frozenset(same_people(of_children)),
    )


@trusted("view-retention")  # ids alone: of whom it is, the gate is asked
def disposal(by: Actor, disposal_id: UUID) -> DisposalView:
    """One request or due, as this worker may know of it. Raises Missing."""
    row = Disposal.objects.filter(id=disposal_id).first()
    if row is None or not may_know(by, row):
        raise Missing
    return view(row, words=True)


@trusted("view-retention")  # ids alone: of whom it is, the gate is asked
def waiting(by: Actor) -> list[DisposalView]:
    """What waits for the first or the second person, the longest due first, as far as this worker may know of it."""
    rows = Disposal.objects.filter(state__in=OPEN).order_by("due_on", "made_at", "id")[:MOST]
    return _known(by, rows)


@trusted("view-retention")  # ids alone: of whom it is, the gate is asked
def lately(by: Actor) -> list[DisposalView]:
    """What was decided last, the newest first."""
    return _known(by, Disposal.objects.exclude(state__in=OPEN).order_by("-decided_at", "id")[:50])


def _known(by: Actor, rows: Iterable[Disposal]) -> list[DisposalView]:
    found = list(rows)
    people = rows_by_id(UUID(one) for row in found for one in row.subjects)
    held = standing()
    return [view(row, held=held) for row in found if may_know(by, row, people)]


def counted() -> dict[str, int]:
    """How many wait, by state: for those who run it."""
    today = local_day(now())
    return {
        DUE: Disposal.objects.filter(state=DUE).count(),
        ASKED: Disposal.objects.filter(state=ASKED).count(),
        "long-due": Disposal.objects.filter(state__in=OPEN, due_on__lt=date(today.year - 1, 1, 1)).count(),
    }


def may_know(by: Actor, row: Disposal, people: Mapping[UUID, Any] | None = None) -> bool:
    """Whether somebody may know of it at all: who looks after erasing, or who may see the child. Who is sealed is their
    holder's alone."""
    if row.kind == ROUTINE:
        return "erase" in by.permissions
    ids = [UUID(one) for one in row.subjects]
    there = rows_by_id(ids) if people is None else people
    return knows(by, [there[one] for one in ids if one in there])


def knows(by: Actor, rows: Sequence[Any]) -> bool:
    """As `may_know`, of source identities (identity's own rows)."""
    if any(row.guard == SEALED for row in rows) and by.role != _holder():
        return False
    if "erase" in by.permissions:
        return bool(rows)
    sights = seen(Reading(by, "safeguarding"), rows)  # asked only: what is shown, the page's own reading records
    return bool(rows) and all(row.id in sights and sights[row.id].level >= Level.HEADLINE for row in rows)


def _holder() -> str:
    return in_force(partnership().matching, local_day(now())).holder


def view(row: Disposal, *, words: bool = False, held: Sequence[Hold] | None = None) -> DisposalView:
    subjects = tuple(UUID(one) for one in row.subjects)
    because = ""
    if words and row.key is not None and row.because is not None:
        keyring = Keyring()
        keyring.fetch([row.key])
        try:
            because = str(keyring.open_bytes(bytes(row.because), f"disposal|{row.id}|because"), "utf-8")
        except CannotOpen:
            because = ""
    records = [row.schedule] if row.kind == ROUTINE else list(row.counts.get("types", {}))
    return DisposalView(
        row.id,
        row.kind,
        row.state,
        subjects,
        row.schedule,
        row.due_on,
        row.made_at,
        row.asked_by,
        row.asked_at,
        row.decided_by,
        row.decided_at,
        row.kept_until,
        row.counts,
        because,
        row.record,
        tuple(holds_on(subjects, records, held)) if row.state in OPEN else (),
    )
