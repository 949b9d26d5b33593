"""The day's lists as those who sit on them see them: who is on it and why, who brings what, who is missing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sightline.agencies.queries import agencies, partnership, workers
from sightline.agencies.rules import may
from sightline.chronology.queries import entry as entry_history
from sightline.chronology.types import EntryView
from sightline.definition.kinds.day_lists import DayList
from sightline.definition.outcomes import Missing, Refused
from sightline.front_door.day_lists import SEE, opened_tasks, opened_words, seats, sits_on
from sightline.front_door.told_models import ListDay, ListLine, ListSeat, ListTask, ListWords
from sightline.identity.queries import names, persons_of
from sightline.sharing.reading import Reading
from sightline.sharing.standing import trusted


@dataclass(frozen=True, slots=True)
class Day:
    """One sitting's list."""

    id: UUID
    day_list: str
    title: str
    day: date
    since: datetime
    until: datetime
    lines: int
    heard: int


@dataclass(frozen=True, slots=True)
class Seat:
    """An agency that is expected, and whether it was there."""

    agency: str
    title: str
    brings: str
    here: bool | None  # None: nobody has said
    people: int  # how many there are who may sit


@dataclass(frozen=True, slots=True)
class Brought:
    agency: str
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Task:
    id: UUID
    words: str
    owner: str
    agency: str
    due: date
    done_at: datetime | None
    mine: bool


@dataclass(frozen=True, slots=True)
class Line:
    """What stands on a list, as its reader may see it."""

    id: UUID
    children: tuple[tuple[UUID, str, str], ...]  # (person, name, born) of those whom this reader may see
    others: int
    why: tuple[str, ...]
    views: tuple[EntryView, ...]
    brought: tuple[Brought, ...]
    tasks: tuple[Task, ...]
    heard: str
    heard_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class Sitting:
    """A list with everything on it."""

    day: Day
    declared: DayList
    seats: tuple[Seat, ...]
    lines: tuple[Line, ...]
    keeps: bool  # whether this reader keeps it

    @property
    def missing(self) -> tuple[Seat, ...]:
        """Who was not there, and whom nobody could send."""
        return tuple(seat for seat in self.seats if seat.here is False or (seat.here is None and not seat.people))


def mine(reading: Reading, *, limit: int = 20) -> list[Day]:
    """The lists on which this reader sits, the newest first. Raises Refused without the right."""
    _require(reading)
    definition = reading.definition
    own = {one.id: one for one in definition.daylist.values() if sits_on(one, reading.actor)}
    rows = ListDay.objects.filter(day_list__in=list(own)).order_by("-day", "day_list")[:limit]
    return [_day(row, own[row.day_list]) for row in rows]


def sitting(reading: Reading, day: UUID) -> Sitting:
    """One list. Raises Missing where this reader does not sit on it."""
    _require(reading)
    row = ListDay.objects.filter(id=day).first()
    declared = reading.definition.daylist.get(row.day_list) if row else None
    if row is None or declared is None or not sits_on(declared, reading.actor):
        raise Missing
    reading.about = "view-day-list"
    lines = list(ListLine.objects.filter(day=row).order_by("added_at", "id"))
    return Sitting(
        _day(row, declared),
        declared,
        tuple(_seats(declared, row)),
        tuple(_lines(reading, declared, lines)),
        reading.actor.role in declared.led_by,
    )


def _require(reading: Reading) -> None:
    if not (decision := may(reading.actor, SEE, partnership())):
        raise Refused(decision)


def _day(row: ListDay, declared: DayList) -> Day:
    heard = row.lines.exclude(heard="").count()
    return Day(row.id, row.day_list, declared.title, row.day, row.since, row.until, row.lines.count(), heard)


def _seats(declared: DayList, row: ListDay) -> list[Seat]:
    said = dict(ListSeat.objects.filter(day=row).values_list("agency", "here"))
    known, people, found = agencies(), [one for one in workers() if one.active], []
    for one, places in seats(partnership(), declared):
        for place in places:
            able = [w for w in people if w.agency == place and (not one.roles or w.role in one.roles)]
            if not able and one.kind:
                continue  # of a kind, those who have somebody
            title = known[place].title if place in known else place
            found.append(Seat(place, title, one.brings, said.get(place), len(able)))
    return found


def _lines(reading: Reading, declared: DayList, rows: list[ListLine]) -> list[Line]:
    with trusted("whom-lists-are-about"):  # ids alone: who they are, and what is held, passes the gate
        person_of = persons_of(UUID(one) for row in rows for one in row.identities)
    named = names(reading, person_of.values()) if person_of else {}
    brought: dict[UUID, list[Brought]] = defaultdict(list)
    words = list(ListWords.objects.filter(line__in=rows).order_by("at", "id"))
    tasks: dict[UUID, list[Task]] = defaultdict(list)
    doing = list(ListTask.objects.filter(line__in=rows).order_by("due", "at", "id"))
    known = agencies()
    opened = {row.id: [UUID(one) for one in row.identities] for row in rows}
    shown = {row.id: any(person_of.get(one) in named for one in opened[row.id]) for row in rows}
    for one, said in zip(words, opened_words(words), strict=True):
        if shown[one.line_id]:
            brought[one.line_id].append(
                Brought(known[one.agency].title if one.agency in known else one.agency, said, one.at)
            )
    for task, said in opened_tasks(doing):
        if shown[task.line_id]:
            title = known[task.agency].title if task.agency in known else task.agency
            own = task.agency == reading.actor.agency or reading.actor.role in declared.led_by
            tasks[task.line_id].append(Task(task.id, said, task.owner, title, task.due, task.done_at, own))
    found = []
    for row in rows:
        people = list(dict.fromkeys(person_of[one] for one in opened[row.id] if one in person_of))
        children = tuple((p, named[p].name, named[p].born) for p in people if p in named)
        if not children:
            continue  # nobody of theirs is open to this reader
        why = tuple(dict.fromkeys(declared.takes[n].says for n in row.why if n < len(declared.takes)))
        views = tuple(v for one in row.entries if (v := _view(reading, UUID(one))) is not None)
        found.append(
            Line(
                row.id,
                children,
                len(people) - len(children),
                why,
                views,
                tuple(brought[row.id]),
                tuple(tasks[row.id]),
                row.heard,
                row.heard_at,
                row.version,
            )
        )
    return found


def _view(reading: Reading, first: UUID) -> EntryView | None:
    try:
        return entry_history(reading, first).now
    except Missing:
        return None
