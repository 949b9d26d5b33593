"""What a school was told, and what a person must find out, as each reader may see it: names pass the gate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from sightline.agencies.queries import partnership
from sightline.agencies.rules import may
from sightline.chronology.queries import entry as entry_history
from sightline.chronology.types import EntryView
from sightline.definition.outcomes import Missing, Refused
from sightline.front_door.teaching import CHOSEN, NEXT_MORNING, Readers
from sightline.front_door.telling import NOT_THERE, PERSON, PLACE_FOUND, TAKEN_OFF
from sightline.front_door.telling_answers import ANSWER, SEE
from sightline.front_door.telling_rules import Route
from sightline.front_door.told_models import Telling
from sightline.identity.queries import ids_of, names, persons_of
from sightline.identity.types import Profile
from sightline.sharing.holding import ties_to
from sightline.sharing.paging import Page, seen
from sightline.sharing.reading import Reading
from sightline.sharing.standing import trusted
from sightline.timescales.moment import now

MOST = 200
ATTENDS = "attends"


@dataclass(frozen=True, slots=True)
class Told:
    """One child of one incident at one place. `name` is empty where whose it is is not open to this reader."""

    id: UUID
    incident: UUID
    person: UUID | None
    name: str
    born: str
    route: str
    state: str
    place: str  # agency, where a place was told
    run_at: datetime
    due_at: datetime
    told_at: datetime | None
    read_at: datetime | None
    read_by: str
    asked_at: datetime | None
    chased_at: datetime | None
    support: UUID | None
    closed_because: str

    @property
    def late(self) -> bool:
        """Whether it should have been told, or found out, by now."""
        end = self.told_at if self.route in ("place", "at-home") else None
        return self.state in ("planned", "told") and end is None and self.due_at < now()


@dataclass(frozen=True, slots=True)
class Notice:
    """What one place was told about one incident."""

    incident: UUID
    entry: EntryView | None  # the incident, as far as this reader may see it
    children: tuple[Told, ...]
    support: dict[UUID, str]  # telling: what was done, in words


def of_school(reading: Reading, *, closed: bool = False) -> list[Told]:
    """What the reader's own place was told, newest first: what still waits for something, or what is over."""
    _require(reading, ANSWER)
    rows = Telling.objects.filter(recipient=f"agency:{reading.actor.agency}", told_at__isnull=False)
    rows = rows.filter(Q(state__in=("done", "wrong", "over"))) if closed else rows.filter(state__in=("told", "read"))
    reading.about = reading.about or "view-tellings"
    return _told(reading, list(rows.order_by("-told_at", "id")[:MOST]))


def waiting_of_place(agency: str) -> int:
    """How many notices wait for something at a school or college: a number alone, at most 1,000."""
    return Telling.objects.filter(recipient=f"agency:{agency}", told_at__isnull=False, state__in=("told", "read"))[
        :1000
    ].count()


def about(reading: Reading, cause: UUID) -> Notice:
    """What the reader's place was told, by the incident or by the row that the message named. Raises Missing."""
    _require(reading, ANSWER)
    mine = Telling.objects.filter(recipient=f"agency:{reading.actor.agency}", told_at__isnull=False)
    first = mine.filter(Q(incident=cause) | Q(id=cause)).first()
    if first is None:
        raise Missing
    return _notice(reading, list(mine.filter(incident=first.incident).order_by("id")))


def to_tell(reading: Reading, *, closed: bool = False, after: str = "") -> Page[Told]:
    """What a person must find out, or ring about: what is due first stands first, a page at a time. Only whom this reader may
    see."""
    _require(reading, SEE)

    def see(some: Sequence[Telling]) -> list[tuple[Telling, Told]]:
        return [(row, one) for row, one in zip(some, _told(reading, some), strict=True) if one.name]

    rows = Telling.objects.filter(Q(recipient=PERSON) | Q(chased_at__isnull=False))
    rows = rows.exclude(closed_at=None) if closed else rows.filter(closed_at=None)
    reading.about = reading.about or "view-tellings"
    return seen(rows, "closed_at" if closed else "due_at", see, after=after, limit=MOST, last_first=closed)


def to_tell_one(reading: Reading, telling: UUID) -> Notice:
    """One of these. Raises Missing where whose it is is not open to this reader."""
    _require(reading, SEE)
    row = Telling.objects.filter(Q(recipient=PERSON) | Q(chased_at__isnull=False), id=telling).first()
    if row is None:
        row = Telling.objects.filter(Q(incident=telling), Q(recipient=PERSON) | Q(chased_at__isnull=False)).first()
    if row is None:
        raise Missing
    found = _notice(reading, [row])
    if not found.children[0].name:
        raise Missing
    return found


def places_of(reading: Reading, one: Told) -> list[str]:
    """Where this child is taught, as ids of agencies, where a school is known and nobody there reads: it is rung instead.

    Raises Refused without the right. Whose name is not open to this reader is taught nowhere.
    """
    _require(reading, SEE)
    if one.person is None or one.route != Route.NO_READER.value:
        return []
    with trusted("where-they-are-taught"):
        held = ties_to(ids_of([one.person]))
    return sorted(holder.removeprefix("agency:") for holder, kinds in held.items() if ATTENDS in kinds)


def school_places(reading: Reading) -> list[tuple[str, str]]:
    """Where a child may be taught: (agency, its name)."""
    kinds = {kind for one in reading.definition.telling.values() for kind in one.places}
    return sorted(((a.id, a.title) for a in reading.agencies.values() if a.kind in kinds), key=lambda pair: pair[1])


def wants_next_morning(reading: Reading) -> bool:
    """Whether the reader has chosen to be told on the next morning, whatever day it is."""
    for declared in reading.definition.telling.values():
        for one, settings in Readers(declared)._workers:
            if one.id == reading.actor.id:
                return settings.get(CHOSEN) == NEXT_MORNING
    return False


@dataclass(frozen=True, slots=True)
class Counts:
    """How it went in a stretch of time: children, and of how many each is true."""

    children: int
    in_time: int
    read: int
    support: int
    by_person: int


def counts(reading: Reading, since: datetime, until: datetime) -> Counts:
    """How many children were told of, and how: numbers alone."""
    _require(reading, SEE)
    rows = list(
        Telling.objects.filter(run_at__gte=since, run_at__lt=until)
        .exclude(closed_because__in=(TAKEN_OFF, PLACE_FOUND, NOT_THERE))
        .values_list("incident", "identity", "recipient", "told_at", "due_at", "read_at", "support", "state")
    )
    every: dict[tuple[UUID, UUID], list[tuple[object, ...]]] = defaultdict(list)
    for row in rows:
        every[row[0], row[1]].append(row[2:])

    def some(holds: object) -> int:
        return sum(1 for found in every.values() if any(holds(one) for one in found))  # type: ignore[operator]

    return Counts(
        children=len(every),
        in_time=some(lambda one: one[0] != PERSON and one[1] is not None and one[1] <= one[2]),
        read=some(lambda one: one[0] != PERSON and one[3] is not None),
        support=some(lambda one: one[4] is not None),
        by_person=some(lambda one: one[0] == PERSON),
    )


def _require(reading: Reading, permission: str) -> None:
    if not (decision := may(reading.actor, permission, partnership())):
        raise Refused(decision)


def _notice(reading: Reading, rows: Sequence[Telling]) -> Notice:
    incident = rows[0].incident
    try:
        view = entry_history(reading, incident).now
    except Missing:
        view = None
    words = {}
    for row in rows:
        if row.support is not None:
            try:
                words[row.id] = entry_history(reading, row.support).now.values.get("support", "")
            except Missing:
                continue
    reading.about = "view-telling"
    return Notice(incident, view, tuple(_told(reading, rows)), words)


def _told(reading: Reading, rows: Sequence[Telling]) -> list[Told]:
    with trusted("whom-tellings-are-about"):  # ids alone: who they are passes the gate
        person_of = persons_of(row.identity for row in rows)
    named: dict[UUID, Profile] = names(reading, person_of.values()) if person_of else {}
    found = []
    for row in rows:
        person = person_of.get(row.identity)
        shown = named.get(person) if person else None
        found.append(
            Told(
                id=row.id,
                incident=row.incident,
                person=person if shown else None,
                name=shown.name if shown else "",
                born=shown.born if shown else "",
                route=row.route,
                state=row.state,
                place=row.recipient.removeprefix("agency:") if row.recipient != PERSON else "",
                run_at=row.run_at,
                due_at=row.due_at,
                told_at=row.told_at,
                read_at=row.read_at,
                read_by=row.read_by,
                asked_at=row.asked_at,
                chased_at=row.chased_at,
                support=row.support,
                closed_because=row.closed_because,
            )
        )
    return found
