"""Absences, the interviews after them, and what repeats. Pure.

Several reports of one absence are one: those that overlap, and those that begin within a few hours of each other without a
return in between. An offer is not an interview: the 72 hours of the guidance count until it was held.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sightline.timescales.london import local, parse_moment

SAME_ABSENCE = timedelta(hours=4)  # local: two reports that begin so close together, with no return between them
IN_TIME = timedelta(hours=72)  # statutory guidance on children who run away or go missing, 2014
WINDOW = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Report:
    """One report of an absence."""

    first: UUID
    agency: str
    since: datetime
    until: datetime | None
    risk: str = ""
    found_place: str = ""


@dataclass(frozen=True, slots=True)
class Interview:
    """An offer of a return home interview, or one that was held."""

    first: UUID
    happened: datetime
    on: frozenset[str]
    offered_at: datetime | None
    held_at: datetime | None
    declined: bool


@dataclass(frozen=True)
class Absence:
    """One absence, whoever reported it."""

    reports: tuple[Report, ...]
    interviews: tuple[Interview, ...] = field(default=())

    @property
    def since(self) -> datetime:
        return min(one.since for one in self.reports)

    @property
    def until(self) -> datetime | None:
        """When they came back: the last that anybody says; None while nobody does."""
        ends = [one.until for one in self.reports if one.until]
        return max(ends) if ends else None

    @property
    def held_at(self) -> datetime | None:
        return min((one.held_at for one in self.interviews if one.held_at), default=None)

    @property
    def offered_at(self) -> datetime | None:
        return min((one.offered_at for one in self.interviews if one.offered_at), default=None)

    @property
    def declined(self) -> bool:
        return self.held_at is None and any(one.declined for one in self.interviews)

    def due(self) -> datetime | None:
        return self.until + IN_TIME if self.until else None

    def state(self, moment: datetime) -> str:
        """away | held | held-late | declined | offered | waiting | late"""
        if self.until is None:
            return "away"
        due = self.until + IN_TIME
        if self.held_at is not None:
            return "held" if self.held_at <= due else "held-late"
        if self.declined:
            return "declined"
        if moment > due:
            return "late"
        return "offered" if self.offered_at else "waiting"


def absences(reports: Iterable[Report], interviews: Iterable[Interview] = ()) -> list[Absence]:
    """Reports put together by absence, the first first, each with the interviews that answer it (or, where they do not say
    which, that followed it before the next)."""
    groups: list[list[Report]] = []
    for one in sorted(reports, key=lambda report: (report.since, str(report.first))):
        last = groups[-1] if groups else None
        if last is not None and _same(last, one):
            last.append(one)
        else:
            groups.append([one])
    found = [Absence(tuple(group)) for group in groups]
    given: dict[int, list[Interview]] = {}
    for told in interviews:
        place = _answers(found, told)
        if place is not None:
            given.setdefault(place, []).append(told)
    return [Absence(one.reports, tuple(given.get(n, ()))) for n, one in enumerate(found)]


def _same(group: Sequence[Report], one: Report) -> bool:
    ends = [report.until for report in group if report.until]
    returned = max(ends) if ends and len(ends) == len(group) else None
    if returned is not None and one.since > returned:
        return False
    if returned is not None or one.until is not None:
        return True  # it began before they came back
    return one.since - group[-1].since <= SAME_ABSENCE or not ends


def _answers(found: Sequence[Absence], told: Interview) -> int | None:
    for n, one in enumerate(found):
        if any(str(report.first) in told.on for report in one.reports):
            return n
    when = told.held_at or told.offered_at or told.happened
    before = [n for n, one in enumerate(found) if one.until is not None and one.until <= when]
    return before[-1] if before and not told.on else None


@dataclass(frozen=True)
class Pattern:
    """What repeats: told as numbers and places, never as what it means."""

    count: int  # absences in the window
    longest_hours: int
    nights: int  # begun between 20:00 and 06:00
    weekday: str = ""  # on which most began, where it is more than half and at least three
    places: tuple[tuple[str, int], ...] = ()  # found there at least twice
    held: int = 0
    returned: int = 0


WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def pattern(found: Sequence[Absence], moment: datetime) -> Pattern:
    """What the absences of the last 90 days have in common."""
    some = [one for one in found if one.since > moment - WINDOW]
    lengths = [((one.until or moment) - one.since) for one in some]
    days = Counter(local(one.since).weekday() for one in some)
    day, most = days.most_common(1)[0] if days else (0, 0)
    places = Counter(
        report.found_place.strip() for one in some for report in one.reports[:1] if report.found_place.strip()
    )
    returned = [one for one in some if one.until is not None]
    return Pattern(
        count=len(some),
        longest_hours=int(max(lengths, default=timedelta()).total_seconds() // 3600),
        nights=sum(local(one.since).hour >= 20 or local(one.since).hour < 6 for one in some),
        weekday=WEEKDAYS[day] if most >= 3 and most * 2 > len(some) else "",
        places=tuple((place, n) for place, n in places.most_common(5) if n > 1),
        held=sum(one.held_at is not None and one.state(moment) == "held" for one in returned),
        returned=len(returned),
    )


def moment_of(value: Any) -> datetime | None:
    """A field's moment; None where there is none that can be read."""
    text = str(value or "")
    try:
        return (parse_moment(text) if len(text) <= 16 else datetime.fromisoformat(text)) if text else None
    except ValueError:
        return None
