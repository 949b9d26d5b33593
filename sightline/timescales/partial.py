"""Dates as far as they are known: a year, a month, a day, or an age that somebody guessed.

A partial date is a stretch of days, from the earliest that it may be to the latest, and the words by which it was
known. Two agree when they may be the same day. Nothing is ever filled in: 2010 is not 1 January 2010.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import total_ordering
from typing import Literal

from sightline.timescales.london import MONTHS, at, say
from sightline.timescales.spans import add_months

Precision = Literal["day", "month", "year", "age"]

_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_ABOUT = re.compile(r"about (\d{1,3})(?: on (\d{4}-\d{2}-\d{2}))?")
GUESS = 1  # "about 14" may be 13 or 15

EXPECTED = "expected YYYY, YYYY-MM, YYYY-MM-DD or 'about 14 on YYYY-MM-DD'"


@total_ordering
@dataclass(frozen=True)
class PartialDate:
    """A date as far as it is known. `str()` is the form that is kept and that `parse_partial` reads back.

    Sorted by the earliest day that each may be. Equal only when the same thing is known in the same way; ask `agrees`
    whether two may be the same day.
    """

    earliest: date
    latest: date
    precision: Precision
    age: int | None = None
    age_on: date | None = None

    @classmethod
    def of(cls, day: date) -> PartialDate:
        """A day that is known."""
        return cls(day, day, "day")

    @classmethod
    def about(cls, age: int, on: date) -> PartialDate:
        """The birth date of somebody who looked `age` on that day: a year younger or older is possible."""
        youngest, oldest = max(age - GUESS, 0), age + GUESS
        after = add_months(on, -12 * (oldest + 1))
        return cls(after + timedelta(days=1), add_months(on, -12 * youngest), "age", age, on)

    def __str__(self) -> str:
        if self.precision == "age":
            return f"about {self.age} on {self.age_on}"
        return self.earliest.isoformat()[: {"day": 10, "month": 7, "year": 4}[self.precision]]

    def __lt__(self, other: PartialDate) -> bool:
        return (self.earliest, self.latest, str(self)) < (other.earliest, other.latest, str(other))

    @property
    def day(self) -> date | None:
        """The day, where it is known."""
        return self.earliest if self.precision == "day" else None

    def say(self) -> str:
        """As pages say it: `4 Mar 2010`, `Mar 2010`, `2010`, `about 14 on 10 Jan 2025`."""
        if self.precision == "age" and self.age_on:
            return f"about {self.age} on {say(self.age_on)}"
        if self.precision == "month":
            return f"{MONTHS[self.earliest.month - 1]} {self.earliest.year}"
        return str(self.earliest.year) if self.precision == "year" else say(self.earliest)

    def agrees(self, other: PartialDate | date) -> bool:
        """Whether both may be the same day."""
        other = PartialDate.of(other) if isinstance(other, date) else other
        return self.earliest <= other.latest and other.earliest <= self.latest

    def before(self, other: PartialDate | date) -> bool:
        """Whether this is certainly earlier: every day that it may be is before every day that the other may be."""
        return self.latest < (other if isinstance(other, date) else other.earliest)

    def sharper(self, other: PartialDate) -> PartialDate:
        """Of the two, the one that says more (this one, when they say as much)."""
        return other if other.latest - other.earliest < self.latest - self.earliest else self

    def moments(self) -> tuple[datetime, datetime]:
        """The first and the last second that it may be in London, in UTC: for sorting and searching."""
        return at(self.earliest, time(0)), at(self.latest, time(23, 59, 59))

    def ages(self, on: date) -> tuple[int, int]:
        """The youngest and the oldest age that somebody born then may have on that day; below 0 before birth."""
        return age_of(self.latest, on), age_of(self.earliest, on)


def parse_partial(text: str, on: date | None = None) -> PartialDate:
    """`2010`, `2010-03`, `2010-03-04`, `about 14` (seen on the day given by `on`) or `about 14 on 2025-01-10`.

    Raises ValueError that says what is expected.
    """
    clean = " ".join(text.split())
    try:
        if found := _ABOUT.fullmatch(clean):
            seen = date.fromisoformat(found[2]) if found[2] else on
            if seen is None:
                raise ValueError
            return PartialDate.about(int(found[1]), seen)
        if found := _ISO.fullmatch(clean):
            year, month, day = int(found[1]), int(found[2] or 0), int(found[3] or 0)
            if found[3]:
                return PartialDate.of(date(year, month, day))
            if found[2]:
                return PartialDate(date(year, month, 1), date(year, month, monthrange(year, month)[1]), "month")
            return PartialDate(date(year, 1, 1), date(year, 12, 31), "year")
    except ValueError:
        pass
    raise ValueError(f"{text!r} is not a date; {EXPECTED}")


def age_of(born: date, on: date) -> int:
    """Completed years. Somebody born on 29 February has their birthday on 1 March in other years, as the law counts."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
