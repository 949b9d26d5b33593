"""Storylines and look-alikes, planted: what each agency would send of one, and the truth beside it.

    lines = storylines(partnership)                       or storylines(partnership, folder): an author's own instead
    casting = suits(line, household, day, rng)            None where it could not happen in this household
    planting = plant(line, casting, day, agencies, rng)   .events, .holds and .truth

Pure and seeded: the same arguments give the same planting, in whatever process and order. `appoint` (in `casting`)
decides for a whole city what goes where. What a storyline is stands in `definitions/…/storylines/`; nothing here knows
one by name.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sightline.definition.check_storylines import SCHOOLS, with_folder
from sightline.definition.kinds.storylines import Storyline as Declared
from sightline.definition.kinds.storylines import Told, read_day, read_range, read_span
from sightline.definition.loader import Unsound
from sightline.definition.types import Partnership
from sightline.simulation.casting import Appointment, Casting, appoint, assemble, prepare, suits
from sightline.simulation.events import Agencies, Event
from sightline.simulation.telling import Hold, Teller
from sightline.simulation.when import school_days_of
from sightline.timescales.school import SchoolDays

__all__ = [
    "Appointment",
    "Casting",
    "Planting",
    "Storyline",
    "appoint",
    "assemble",
    "plant",
    "prepare",
    "quota",
    "storylines",
    "suits",
]
NOON = time(12)
CITY = 166_000  # children at scale 1: what `in-all` is shared out by


@dataclass(frozen=True, eq=False)
class Storyline:
    """A declared storyline with what planting it needs to know of the partnership."""

    declared: Declared
    partnership: Partnership
    school: SchoolDays
    schools: Collection[str]  # agencies to which a child may go
    length: int  # days from the first to the last day that it may take

    @property
    def id(self) -> str:
        return self.declared.id

    @property
    def look_alike(self) -> bool:
        return self.declared.kind == "look-alike"


@dataclass
class Planting:
    """What came of it. `events` in the order in which they were sent; `holds`: how agencies hold its people, where that
    differs from the truth; `truth`: one line of truth/storylines.jsonl. Its `never` is said of these records alone: its
    people have lives besides, and a signal that also cites something of those is not wrong."""

    events: list[Event]
    holds: list[Hold] = field(default_factory=list)
    truth: dict[str, Any] = field(default_factory=dict)

    def until(self, now: datetime, sent: Callable[[Event], bool] = lambda event: True) -> Planting:
        """As far as it was told by then, of what somebody could send (`sent`: whether there is a feed for it).

        What ought to be found stays only where its day has come and all that it rests on has arrived.
        """
        kept = [event for event in self.events if event.sent <= now and sent(event)]
        come = {event.storyline for event in kept}
        told = [e | {"told": e["key"] in come} for e in self.truth["events"]]
        ought = [s for s in self.truth["signals"] if s["by"] <= now.date().isoformat() and come >= set(s["because"])]
        truth = self.truth | {"events": told, "signals": ought, "whole": len(come) == len(self.events)}
        return Planting(kept, self.holds, truth)


def storylines(partnership: Partnership, folder: Path | None = None) -> list[Storyline]:
    """Those that the partnership declares, in the order of their ids; or those of an author's folder instead.

    Raises Unsound with every fault of the folder, and OSError where it cannot be read.
    """
    if folder is not None:
        partnership, faults = with_folder(partnership, folder)
        if faults:
            raise Unsound(faults)
    declared = partnership.storyline.values()
    school = school_days_of(partnership)
    return sorted((of(one, partnership, school) for one in declared), key=lambda one: one.id)


def of(declared: Declared, partnership: Partnership, school: SchoolDays | None = None) -> Storyline:
    """One declared storyline, ready to be planted."""
    schools = frozenset(agency.id for agency in partnership.agency.values() if agency.kind in SCHOOLS)
    return Storyline(declared, partnership, school or school_days_of(partnership), schools, _length(declared))


def quota(storyline: Storyline, children: int, years: float) -> int:
    """How many are planted in a city of so many children, watched for so long."""
    planted = storyline.declared.planted
    if planted.in_all:
        return round(float(planted.in_all) * children / CITY)
    return round(float(planted.per_10000_children_a_year) * children * years / 10_000)


def plant(storyline: Storyline, casting: Casting, start: date, agencies: Agencies, rng: random.Random) -> Planting:
    """The records of one planting that begins on that day, and what is true about it.

    Records that no agency of this partnership could send are left out. Signals ought to be found only where all that
    they rest on was sent.
    """
    teller = Teller(storyline.declared, storyline.partnership, storyline.school, casting, start, agencies, rng)
    told = [teller.tell(event) for event in storyline.declared.events]
    events = [event for some in told for event in some]
    events.sort(key=lambda event: (event.sent, event.storyline))
    return Planting(events, teller.holds(), _truth(storyline, casting, start, teller, events))


def _truth(storyline: Storyline, casting: Casting, start: date, teller: Teller, events: list[Event]) -> dict[str, Any]:
    declared, planting = storyline.declared, f"{storyline.id}/{casting.number}"
    keys: dict[str, list[str]] = {}
    for occurrence in teller.occurrences:
        keys.setdefault(occurrence.name, []).append(occurrence.key)

    def about(who: str) -> list[str]:
        if who in declared.places:
            return [teller.places[who]]
        found = casting.people.get(who, []) if who else [p for p in casting.everybody if p.role == "child"]
        return [person.id for person in found]

    sent = {event.storyline: event.sent.date() for event in events}
    ought = []
    for wanted in declared.signals:
        later = max((o.later for o in teller.occurrences if o.name in wanted.because), default=0)
        by = start + timedelta(days=read_day(wanted.by) + later)
        rests = [key for name in wanted.because for key in keys.get(name, ()) if sent[key] <= by]
        if about(wanted.about) and all(keys.get(name) for name in wanted.because):
            said = {"signal": wanted.signal, "about": about(wanted.about), "by": by.isoformat(), "because": rests}
            ought.append(said)
    never = [{"signal": wanted.signal, "about": about(wanted.about)} for wanted in declared.never]
    return {
        "planting": planting,
        "storyline": storyline.id,
        "kind": declared.kind,
        "start": start.isoformat(),
        "cast": {role: [p.id for p in people] for role, people in casting.people.items()},
        "households": list(casting.households),
        "places": dict(teller.places),
        "events": [
            {"key": o.key, "record": o.event.record, "agency": o.event.agency}
            | ({"one-event": o.one_event} if o.one_event else {})
            for o in teller.occurrences
        ],
        "signals": ought,
        "never": never,
        "turns": turns.isoformat() if (turns := _turns(declared, start, teller)) else "",
        "turns-declared": bool(declared.turns),
        "really": " ".join(declared.really.split()),
        "ends": " ".join(declared.ends.split()),
        "left_out": teller.left_out,
    }


def _turns(declared: Declared, start: date, teller: Teller) -> datetime | None:
    """The moment at which it turns: of several times of an event the last. Where nothing is declared, or nobody here could
    send it, the last record of the storyline."""
    if declared.turns.startswith("day "):
        return datetime.combine(start + timedelta(days=read_day(declared.turns)), NOON)
    came = [o.at for o in teller.occurrences if o.name == declared.turns] or [o.at for o in teller.occurrences]
    return max(came, default=None)


def _length(declared: Declared) -> int:
    """Days from the first day to the last on which anything may still be sent; signals' days count too."""
    last: dict[str, int] = {}
    for event in declared.events:
        last[event.event] = _ends(event, last)
    promised = [read_day(ought.by) for ought in declared.signals]
    return max([*last.values(), *promised, 0])


def _ends(event: Told, last: dict[str, int]) -> int:
    day = read_range(event.day)[1] if event.day else last.get(event.follows, 0)
    if event.after:
        day += -(-read_span(event.after)[1] // 1440)
    if event.repeat:
        day += (read_range(event.repeat.times)[1] - 1) * -(-read_span(event.repeat.every)[1] // 1440)
    return day + 4
