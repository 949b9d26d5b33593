"""Time in the invented city: when it begins and ends, and at what hours what happens. Naive times are London's."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property

from sightline.definition.types import Partnership
from sightline.timescales.school import SchoolDays, parse_days
from sightline.timescales.working import WorkingDays

STORY_ENDS = date(2025, 3, 14)  # the day on which the planted story is told
LAST_ARRIVAL = time(8, 30)  # what is sent later than this on the last day has not come yet
NIGHT_HOURS = (17, 18, 19, 20, 20, 21, 21, 22, 22, 23, 23, 0, 1)
DAY_HOURS = (8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22)
DAY = timedelta(days=1)


def shifted(until: date, before: date) -> date:
    """The day moved by whole weeks, so that it is the last of its weekday before another."""
    return until + timedelta(weeks=((before - until).days - 1) // 7)


def school_days_of(partnership: Partnership) -> SchoolDays:
    calendars = partnership.calendar.values()
    closed = frozenset().union(*(parse_days(c.closed) for c in calendars if c.kind == "working"))
    usual = next((c for c in calendars if c.kind == "school" and c.years), None)
    terms = [term for year in usual.years.values() for term in year] if usual else []
    return SchoolDays.read(terms, working=WorkingDays(closed))


@dataclass(frozen=True)
class Period:
    """The days in which the city is watched."""

    start: date
    until: date
    school: SchoolDays

    @property
    def now(self) -> datetime:
        return datetime.combine(self.until, LAST_ARRIVAL)

    @property
    def years(self) -> float:
        return (self.until - self.start).days / 365.25

    @property
    def census_year(self) -> tuple[date, date]:
        """The year of the last census: 1 April to the last 31 March."""
        last = self.until.year if self.until >= date(self.until.year, 3, 31) else self.until.year - 1
        return date(last - 1, 4, 1), date(last, 3, 31)

    @cached_property
    def shift(self) -> timedelta:
        """By how much planted stories are moved: whole weeks, so that every day keeps its name."""
        return timedelta(weeks=(self.until - STORY_ENDS).days // 7)

    @cached_property
    def segments(self) -> list[tuple[date, date, float]]:
        """Years counted back from the last day, newest first: (first day, last day, how much of a year). The oldest
        may be a part of one. Volumes are held in each."""
        found, last = [], self.until
        while last >= self.start:
            first = max(self.start, last - timedelta(days=364))
            days = (last - first).days + 1
            if days < 8 and found:  # a year of 365.25 days leaves a little over
                found[-1] = (first, *found[-1][1:])
                break
            found.append((first, last, 1.0 if days >= 365 else days / 365))
            last = first - DAY
        return found

    @cached_property
    def _tables(self) -> dict[tuple[str, int], list[date]]:
        """The days on which things happen, by what sort of thing and year: a day that counts double stands twice."""
        tables: dict[tuple[str, int], list[date]] = {}
        for at, (first, last, _) in enumerate(self.segments):
            if last == self.until and first < last:
                last -= DAY  # what happens on the last day has not come yet
            days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
            work = [d for d in days if self.school.working.is_working(d)] or days
            tables["any", at] = days
            tables["work", at] = work
            tables["school", at] = [d for d in days if self.school.is_school_day(d)] or work
            # Fridays and Saturdays more, August and December less (seen in forces' figures), summer evenings a little more
            tables["night", at] = [
                d
                for d in days
                for _ in range(
                    (7 if d.weekday() in (4, 5) else 4 + (d.weekday() == 6))
                    - 2 * (d.month in (8, 12))
                    + (d.month in (5, 6, 7))
                )
            ]
            # At home: weekends and holidays, the days around Christmas and the summer
            tables["home", at] = [
                d
                for d in days
                for _ in range(
                    (7 if d.weekday() >= 5 else 5)
                    - (d.month in (8, 12))
                    + 2 * (d.month == 12 and d.day > 23)
                    + (d.month in (6, 7))
                )
            ]
        return tables

    @cached_property
    def days(self) -> list[date]:
        return [self.start + timedelta(days=n) for n in range((self.until - self.start).days + 1)]

    @cached_property
    def terms(self) -> list[tuple[date, date, int]]:
        """(first day, last day, sessions) of every term that lay in the period; half terms are not told apart."""
        found: list[tuple[date, date, int]] = []
        ended = [t for t in self.school.terms if self.start <= t.first and t.last < self.until]
        for term in ended:
            sessions = 2 * sum(
                self.school.is_school_day(term.first + timedelta(days=n))
                for n in range((term.last - term.first).days + 1)
            )
            if found and (term.first - found[-1][1]).days <= 10:  # a half term's holiday is nine days
                first, _, before = found.pop()
                found.append((first, term.last, before + sessions))
            else:
                found.append((term.first, term.last, sessions))
        return found

    # --- draws: in one of the years ---------------------------------------------------------------------

    def day(self, rng: random.Random, sort: str, segment: int) -> date:
        return rng.choice(self._tables[sort, segment])

    def at_night(self, rng: random.Random, segment: int = 0, sort: str = "night") -> datetime:
        day, hour = rng.choice(self._tables[sort, segment]), rng.choice(NIGHT_HOURS)
        day += DAY if hour < 5 and day < self.segments[segment][1] - DAY else timedelta()
        return _moment(day, hour, rng.randrange(60))

    def at_any_time(self, rng: random.Random, segment: int = 0) -> datetime:
        return _moment(rng.choice(self._tables["any", segment]), rng.choice(DAY_HOURS), rng.randrange(60))

    def at_school(self, rng: random.Random, segment: int = 0) -> datetime:
        return _moment(rng.choice(self._tables["school", segment]), rng.randrange(9, 15), rng.randrange(0, 60, 5))

    def at_work(self, rng: random.Random, segment: int = 0) -> datetime:
        return _moment(rng.choice(self._tables["work", segment]), rng.randrange(9, 17), rng.randrange(0, 60, 5))


def _moment(day: date, hour: int, minute: int) -> datetime:
    return datetime.combine(day, time(2 if hour == 1 else hour, minute))  # no hour that the clocks skip or repeat


def next_morning(moment: datetime, hour: int = 7, minute: int = 5) -> datetime:
    return datetime.combine(moment.date() + DAY, time(hour, minute))


def same_evening(moment: datetime, hour: int = 18, minute: int = 0) -> datetime:
    """When a day's records are sent; what is written later goes at once."""
    return max(moment + timedelta(minutes=6), datetime.combine(moment.date(), time(hour, minute)))


def next_friday(moment: datetime) -> datetime:
    ahead = (4 - moment.weekday()) % 7 or 7
    return datetime.combine(moment.date() + timedelta(days=ahead), time(16, 0))


def working_day(school: SchoolDays, day: date, after: int) -> date:
    return school.working.add(day, after)


def age_on(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def years_before(day: date, years: int) -> date:
    return day.replace(year=day.year - years, day=min(day.day, 28))
