"""Limits equal an almanac that shares nothing with them: another algorithm for days, holidays, Easter and London's clock.

A thousand generated cases in every run, ten thousand at night: the same ones each time for a seed (`CLOCK_SEED`).
"""

from __future__ import annotations

import os
import random
from datetime import UTC, date, datetime, timedelta

import pytest

from sightline.clocks.rules import follow, school_days, working_days
from sightline.clocks.types import Event
from sightline.definition.loader import load
from sightline.timescales.holidays import bank_holidays
from sightline.timescales.london import at, local, local_day
from sightline.timescales.school import SchoolDays
from sightline.timescales.spans import parse_span
from tests.support import almanac

some_and_all = pytest.mark.parametrize("cases", [1_000, pytest.param(10_000, marks=pytest.mark.nightly)])
SEED = int(os.environ.get("CLOCK_SEED", "20250302"))
SPANS = (
    *(f"{n} working days" for n in (0, 1, 2, 3, 5, 10, 15, 20, 35, 45)),
    *(f"{n} school days" for n in (1, 2, 6, 15)),
    *("08:30 next school day", "15:00 next school day", "08:30 next working day", "12:00 next working day",
      "17:00 next working day"),
    *("15 minutes", "2 hours", "24 hours", "72 hours", "96 hours",
      "1 day", "8 days", "28 days", "6 weeks", "1 month", "3 months", "6 months"),
)  # fmt: skip


@pytest.fixture(scope="module")
def leeds():
    return load("leeds")


@pytest.fixture(scope="module")
def terms(leeds):
    texts = [text for calendar in leeds.calendar.values() for year in calendar.years.values() for text in year]
    return [tuple(date.fromisoformat(part) for part in text.split(" to ")) for text in texts]


def moments(draw: random.Random) -> datetime:
    """A moment from 2013 to 2029: often where it is hard to count, by London's clock."""
    year = draw.randrange(2013, 2030)
    easter = almanac.of_julian(almanac.easter(year))
    hard = [
        date(year, 12, 24) + timedelta(days=draw.randrange(-2, 11)),
        easter + timedelta(days=draw.randrange(-5, 5)),
        almanac.of_julian(almanac.last_sunday(year, draw.choice((3, 10)))) + timedelta(days=draw.randrange(-2, 2)),
        date(year, draw.choice((5, 8)), 31) - timedelta(days=draw.randrange(0, 9)),
        date(year, 2, 28) + timedelta(days=draw.randrange(-2, 3)),
        date(year, 1, 1) + timedelta(days=draw.randrange(365)),
        date(year, 1, 1) + timedelta(days=draw.randrange(365)),
    ]
    day = draw.choice(hard)
    minute = draw.choice(
        (0, 1, 59, 60, 61, 89, 119, 120, 8 * 60 + 29, 8 * 60 + 30, 16 * 60 + 59, 17 * 60, 17 * 60 + 1, 1439)
    )
    minute = minute if draw.random() < 0.5 else draw.randrange(1440)
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(
        minutes=minute, seconds=draw.choice((0, 0, 0, 1, 59))
    )


def pauses(draw: random.Random, start: datetime) -> list[tuple[datetime, datetime]]:
    found, moment = [], start
    for _ in range(draw.choice((0, 0, 0, 1, 2))):
        begin = moment + timedelta(hours=draw.randrange(1, 200))
        moment = begin + timedelta(hours=draw.randrange(1, 400))
        found.append((begin, moment))
    return found


@some_and_all
def test_limits_equal_the_almanac(terms, cases):
    draw = random.Random(SEED)
    wrong = []
    years = sorted({first.year for first, _ in terms})
    worlds = cases // 125
    for _ in range(worlds):
        shut = {
            date(draw.choice(years), draw.randrange(1, 13), draw.randrange(1, 29)) for _ in range(draw.randrange(12))
        }
        closed, inset = set(list(shut)[::2]), set(list(shut)[1::2])
        ours = SchoolDays.read(
            [f"{a} to {b}" for a, b in terms], [str(day) for day in closed], [str(day) for day in inset]
        )
        worked = almanac.working()
        theirs = almanac.Almanac(worked, almanac.school(terms, shut, worked))
        for _ in range(cases // worlds):
            text, start = draw.choice(SPANS), moments(draw)
            breaks = pauses(draw, start)
            got = parse_span(text).due(start, None, ours, breaks)
            if got != (wanted := theirs.due(text, start, breaks)):
                wrong.append((text, start, breaks, got, wanted, sorted(shut)))
    assert not wrong, wrong[:3]


@some_and_all
def test_declared_clocks_are_due_when_the_almanac_says(leeds, terms, cases):
    """Each declared clock, at generated moments, by what it declares."""
    draw = random.Random(SEED + 1)
    worked = almanac.working()
    theirs = almanac.Almanac(worked, almanac.school(terms, set(), worked))
    days, school = working_days(leeds), school_days(leeds)
    clocks = [
        clock
        for clock in leeds.clock.values()
        if clock.starts.record and len(clock.limit) == 1 and not clock.limit[0].when
    ]
    assert len(clocks) > 8
    for n in range(cases // 10):
        clock, start = clocks[n % len(clocks)], moments(draw)
        limit = clock.limit[0]
        if local_day(start) < limit.from_:
            continue
        fields = {name: values[0] for name, values in (clock.starts.where.terms if clock.starts.where else {}).items()}
        if clock.starts.at and clock.starts.at not in ("known", "happened"):
            fields[clock.starts.at] = start.isoformat()
        event = Event(id="1", record=clock.starts.record[0], happened=start, known=start, fields=fields, urgent=False)
        runs = follow(clock, [event], now=start, days=days, school=school)
        wanted = theirs.due(limit.is_, start)
        if limit.never_later:
            wanted = min(wanted, theirs.due(limit.never_later, start))
        assert [run.due_at for run in runs] in ([wanted], []), (clock.id, start, runs, wanted)


def test_bank_holidays_are_the_almanacs():
    for year in range(almanac.FIRST, almanac.LAST + 1):
        assert {almanac.julian(day) for day in bank_holidays(year)} == almanac.holidays(year), year


@some_and_all
def test_londons_clock_is_the_almanacs(cases):
    draw = random.Random(SEED)
    for _ in range(cases):
        moment = moments(draw)
        assert local(moment).replace(tzinfo=None) == almanac.london(moment)
        here = almanac.london(moment)
        number = almanac.julian(here.date())
        assert at(here.date(), here.time()) == almanac.greenwich(number, here.hour, here.minute, here.second)


def test_the_almanac_would_be_noticed_if_it_were_the_same_code():
    """It knows nothing of the product: what it counts by is its own."""
    source = open(almanac.__file__, encoding="utf-8").read()
    assert "sightline" not in source.replace("`sightline.timescales`", "") and "zoneinfo import" not in source
