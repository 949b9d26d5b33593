"""School days: weekdays in term, without bank holidays, closures and training (INSET) days.

Terms are data (`calendars/` of the definition): England's usual school year, and what one school has of its own.

**Outside the years that the data knows, every working day counts as a school day.** So a limit in school days is never
longer than the truth, and a school is never told later than it should be because somebody forgot next year's terms.
`knows(day)` tells whether the data covers a day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from sightline.timescales.london import at, local_day, parse_day, utc
from sightline.timescales.working import DAY, WorkingDays

OPENS = time(8, 30)
SEPTEMBER = 9


@dataclass(frozen=True, order=True)
class Stretch:
    """Days from the first to the last, both included: `2025-02-17 to 2025-02-21`, or one day."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"{self}: the last day is before the first")

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __str__(self) -> str:
        return f"{self.first}" if self.first == self.last else f"{self.first} to {self.last}"

    def days(self) -> frozenset[date]:
        """Every day of it."""
        return frozenset(self.first + timedelta(days=i) for i in range((self.last - self.first).days + 1))


@lru_cache(maxsize=4096)
def parse_stretch(text: str) -> Stretch:
    """`2025-02-17 to 2025-02-21` or `2025-02-17`. Raises ValueError that says what is expected."""
    first, to, last = text.partition(" to ")
    return Stretch(parse_day(first), parse_day(last if to else first))


def parse_days(texts: Iterable[str]) -> frozenset[date]:
    """All days that a list of such texts names."""
    return frozenset().union(*(parse_stretch(text).days() for text in texts))


def first_at(moment: datetime, clock: time, holds: Callable[[date], bool]) -> datetime:
    """The first time, later than the moment, that London's clock shows that time on a day for which `holds` is true."""
    day = local_day(moment)
    while not holds(day) or at(day, clock) <= utc(moment):
        day += DAY
    return at(day, clock)


def school_year(day: date) -> int:
    """The year in which the day's school year began: 2024 for September 2024 to August 2025."""
    return day.year if day.month >= SEPTEMBER else day.year - 1


@dataclass(frozen=True)
class SchoolDays:
    """One school's days. `terms` may hold any number of years; a half term's holiday is the gap between two stretches.

    `closed` are holidays and closures beyond the terms, `inset` the days on which staff come and pupils do not.
    """

    terms: tuple[Stretch, ...] = ()
    closed: Set[date] = frozenset()
    inset: Set[date] = frozenset()
    working: WorkingDays = WorkingDays()

    @classmethod
    def read(
        cls,
        terms: Iterable[str] = (),
        closed: Iterable[str] = (),
        inset: Iterable[str] = (),
        working: WorkingDays | None = None,
    ) -> SchoolDays:
        """From the texts of a calendar. Raises ValueError that says what is expected."""
        stretches = tuple(sorted(parse_stretch(text) for text in terms))
        return cls(stretches, parse_days(closed), parse_days(inset), working or WorkingDays())

    def knows(self, day: date) -> bool:
        """Whether the terms of the day's school year are known. (A term begun in August is the new year's.)"""
        return self._in_term(day) or any(school_year(term.last) == school_year(day) for term in self.terms)

    def is_school_day(self, day: date) -> bool:
        """Whether pupils are taught on that day."""
        if not self.working.is_working(day) or day in self.closed or day in self.inset:
            return False
        return self._in_term(day) or not self.knows(day)

    def next_school_day(self, after: date | datetime, opens: time = OPENS) -> date:
        """The next school day. After a date: a later one. After a moment: the first that has not yet begun, so that at
        02:00 on a school day it is that very day ("before the start of the next school day")."""
        if isinstance(after, datetime):
            return local_day(self.next_opening(after, opens))
        return self.add(after, 1)

    def next_opening(self, after: datetime, opens: time = OPENS) -> datetime:
        """The first beginning of a school day that is later than the moment, in UTC."""
        return first_at(after, opens, self.is_school_day)

    def add(self, start: date | datetime, n: int) -> date:
        """The nth school day after the day of the start, counted as working days are."""
        if n < 0:
            raise ValueError(f"{n} school days: a limit cannot run backwards")
        day = local_day(start)
        while n:
            day += DAY
            n -= self.is_school_day(day)
        return day

    def between(self, a: date | datetime, b: date | datetime) -> int:
        """How many school days after `a` the day `b` is; the same day is 0, a `b` before `a` counts below zero."""
        first, last = local_day(a), local_day(b)
        if last < first:
            return -self.between(last, first)
        return sum(self.is_school_day(first + timedelta(days=i)) for i in range(1, (last - first).days + 1))

    def _in_term(self, day: date) -> bool:
        return any(day in term for term in self.terms)
