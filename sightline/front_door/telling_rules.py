"""Who is told of a child's bad night, at which place, and by when. Pure: what is known, and the moment, are arguments.

A notice is in the inbox at the declared hour of the morning of the day that begins next for the child, or of the next
working day where that is sooner (`a day that begins`: the place's own calendar; in holidays the next working day, or the
next morning where the lead there has chosen so). Where people are at work there it is told at once: the child may be in
class now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from sightline.clocks.rules import school_days, working_days
from sightline.definition.kinds.telling import Expected, Telling
from sightline.definition.types import Partnership
from sightline.timescales.london import at, local, local_day, parse_moment, utc
from sightline.timescales.partial import parse_partial
from sightline.timescales.school import SchoolDays, first_at, parse_days
from sightline.timescales.spans import parse_span
from sightline.timescales.working import WorkingDays


class Route(StrEnum):
    """Why somebody is told, and not somebody else."""

    PLACE = "place"  # where the child is taught
    AT_HOME = "at-home"  # educated at home: the authority's officer
    NO_PLACE = "no-place"  # no school is known
    ELSEWHERE = "elsewhere"  # a school is named that cannot be reached here: independent, or out of the area
    NO_READER = "no-reader"  # nobody there reads
    WRONG = "wrong"  # the school says that the child is not theirs


@dataclass(frozen=True, slots=True)
class Attends:
    """That somebody attends a place: who says so (`own`: the place itself or the education authority), and since when."""

    agency: str
    since: datetime
    own: bool = False


@dataclass(frozen=True, slots=True)
class Taught:
    """What is known of where a child is taught."""

    attends: tuple[Attends, ...] = ()
    left: tuple[tuple[str, date], ...] = ()  # (place, day on which it says that the child left)
    home_since: date | None = None  # educated at home, now
    named: bool = False  # a school is named that is no agency here
    ages: tuple[int, int] | None = None  # youngest and oldest that the child may be; below 0 while expected


def places(taught: Taught, readers: Mapping[str, bool]) -> tuple[tuple[str, ...], Route]:
    """The places where the child is taught, and why they are told; none where a person must find out which.

    `readers`: the places that can be told at all, and whether somebody there reads: where nobody does, a person rings. Two
    places are both told: many children are on two rolls. What others than the place or the authority say counts for less
    than a later word of theirs, and a place that says that the child has left is not told.
    """
    left = dict(taught.left)
    attends = [
        one for one in taught.attends if one.agency in readers and not _left(one, left) and not _overtaken(one, taught)
    ]
    if taught.home_since is not None:
        attends = [one for one in attends if one.own and local_day(one.since) > taught.home_since]
        if not attends:
            return (), Route.AT_HOME
    found = tuple(dict.fromkeys(one.agency for one in attends))
    if found:
        return found, Route.PLACE if all(readers[one] for one in found) else Route.NO_READER
    return (), Route.ELSEWHERE if taught.named else Route.NO_PLACE


def may_attend(telling: Telling, taught: Taught) -> bool:
    """Whether anybody is told of them at all: not of who is certainly too old, nor of who is not born yet. An unknown age may
    be a child's."""
    return taught.ages is None or (taught.ages[0] < telling.until_age and taught.ages[1] >= 0)


def of_age(telling: Telling, taught: Taught) -> bool:
    """Whether somebody without a known place may be of the age at which they have one. An unknown age may be."""
    return may_attend(telling, taught) and (taught.ages is None or taught.ages[1] >= telling.from_age)


def _left(one: Attends, left: Mapping[str, date]) -> bool:
    return one.agency in left and local_day(one.since) <= left[one.agency]


def _overtaken(one: Attends, taught: Taught) -> bool:
    return not one.own and any(
        other.own and other.agency != one.agency and other.since > one.since for other in taught.attends
    )


def ages_of(born: Iterable[str], on: date) -> tuple[int, int] | None:
    """The youngest and the oldest that a child may be, by everything that is known of the birth date."""
    found: list[tuple[int, int]] = []
    for text in born:
        try:
            found.append(parse_partial(text, on).ages(on))
        except (ValueError, OverflowError):
            continue
    return (min(a for a, _ in found), max(b for _, b in found)) if found else None


@dataclass(frozen=True, slots=True)
class When:
    """When it is told, and by when it must be."""

    told: datetime
    due: datetime


def when(
    telling: Telling, known: datetime, school: SchoolDays, days: WorkingDays, *, next_morning: bool = False
) -> When:
    """When a place is told of something that became known at a moment.

    `school`: the place's days. `next_morning`: its lead wants it on the next morning, whatever day that is.
    """
    begins, morning = time.fromisoformat(telling.begins), time.fromisoformat(telling.morning)
    due = min(first_at(known, begins, school.is_school_day), first_at(known, begins, days.is_working))
    if next_morning:
        due = min(due, first_at(known, begins, lambda day: True))
    if at_work(telling, known, days):
        return When(utc(known), due)
    return When(max(utc(known), at(local_day(due), morning)), due)


def at_work(telling: Telling, moment: datetime, days: WorkingDays) -> bool:
    """Whether people are at work at such a place: on a working day, between the declared hours."""
    here = local(moment)
    first, last = (time.fromisoformat(text) for text in telling.at_once.split(" to "))
    return days.is_working(here.date()) and first <= here.time() < last


def unread_at(telling: Telling, told: datetime, school: SchoolDays) -> tuple[datetime, datetime]:
    """(when the deputies are told too, when somebody rings), if nobody reads it. On a day without school, whoever rings
    waits for the next day on which there is."""
    deputies = parse_span(telling.deputies.after).due(told)
    span = parse_span(telling.unread.after)
    if school.is_school_day(local_day(told)):
        return deputies, max(span.due(told), deputies)
    return deputies, span.due(school.next_opening(told, time.fromisoformat(telling.begins)))


def asked_at(telling: Telling, read: datetime, school: SchoolDays, days: WorkingDays) -> datetime:
    """When whoever read it is asked what was done."""
    return parse_span(telling.asks.after).due(read, days, school)


# --- what did not come ------------------------------------------------------------------------------------------------


def missing_at(expected: Expected, due: datetime, known: datetime) -> datetime:
    """From when on something that has not come is told of: its clock is over, and whoever told us of the first late has
    had an hour to tell of the second."""
    return max(utc(due), parse_span(expected.grace).due(known))


def again_at(expected: Expected, times: int, told: datetime, days: WorkingDays) -> datetime:
    """When it is told again, having been told this often, last at `told`: what is told each day for months is read by nobody."""
    span = parse_span(expected.again[min(times, len(expected.again)) - 1])
    due = span.due(told, days)
    if span.clock is None and span.unit not in ("minute", "hour"):  # days end at midnight; nobody is told of it then
        return at(local_day(due), local(told).time())
    return due


def comes_with(expected: Expected, partnership: Partnership) -> frozenset[str]:
    """Record types that end what is awaited: those that stop its clock."""
    clock = partnership.clock.get(expected.clock)
    return frozenset(clock.stops.record if clock is not None and clock.stops is not None else ())


def further(expected: Expected, times: int) -> bool:
    """Whether it was told often enough for the next to be told too."""
    return times >= len(expected.again) > 1


# --- worked examples --------------------------------------------------------------------------------------------------


def run_telling_example(partnership: Partnership, telling: Telling, example: dict[str, Any]) -> str | None:
    """`{known: MOMENT, told: MOMENT, due: MOMENT}`, at a school with the usual year; with `inset`, `closed` days and
    `holidays: next-morning` where given."""
    usual = school_days(partnership)
    closed, inset = _days(example.get("closed")), _days(example.get("inset"))
    school = SchoolDays(usual.terms, usual.closed | closed, usual.inset | inset, usual.working)
    chosen = str(example.get("holidays", "")) == "next-morning"
    found = when(telling, parse_moment(str(example["known"])), school, working_days(partnership), next_morning=chosen)
    for name, came in (("told", found.told), ("due", found.due)):
        if name in example and parse_moment(str(example[name])) != came:
            return f"{name} {local(came):%Y-%m-%d %H:%M}"
    return None


def _days(given: Any) -> frozenset[date]:
    return parse_days([given] if isinstance(given, str) else given or ())


def run_expected_example(partnership: Partnership, expected: Expected, example: dict[str, Any]) -> str | None:
    """`{started: MOMENT, known: MOMENT, asked: MOMENT}`: when it is told that nothing came."""
    started, known = (parse_moment(str(example[name])) for name in ("started", "known"))
    limits: Sequence[Any] = partnership.clock[expected.clock].limit
    limit = max((one for one in limits if one.from_ <= local_day(started)), key=lambda one: one.from_)
    due = parse_span(limit.is_).due(started, working_days(partnership), school_days(partnership))
    came = missing_at(expected, due, known)
    return None if came == parse_moment(str(example["asked"])) else f"asked {local(came):%Y-%m-%d %H:%M}"
