"""Spans of time as definitions write them, and the moment at which a limit of that length ends.

| text | ends |
|---|---|
| `15 working days` | at 17:00 in London on the last day, counted as `working` says (the day after the start is day 1) |
| `15 school days` | the same, in school days |
| `72 hours`, `90 minutes` | to the second: real hours, also where the clocks change on the way |
| `8 days`, `4 weeks`, `3 months` | at the end of the last day (23:59:59 in London): the start's date, moved on |
| `12:00 next working day` | at that time on the next working day: the day of the start never counts |
| `08:30 next school day` | the next time a school day begins: at 02:00 on a school day that is the same morning |

A month moves to the same day of a later month, or to that month's last: three months from 30 November end on
28 February.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Literal

from sightline.timescales.london import at, local, local_day, utc
from sightline.timescales.school import SchoolDays
from sightline.timescales.working import CLOSE, WorkingDays

Unit = Literal["working day", "school day", "minute", "hour", "day", "week", "month"]
END_OF_DAY = time(23, 59, 59)

_COUNTED = re.compile(r"(\d{1,5}) (working day|school day|minute|hour|day|week|month)s?")
_NEXT = re.compile(r"([01]\d|2[0-3]):([0-5]\d) next (working day|school day)")
_REAL: dict[str, timedelta] = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1)}
_CALENDAR: dict[str, int] = {"day": 1, "week": 7}

Pause = tuple[datetime, datetime]


@dataclass(frozen=True)
class Span:
    """A length of time, or (with `clock`) a time on the next working or school day. `str()` gives the text back."""

    amount: int
    unit: Unit
    clock: time | None = None

    def __str__(self) -> str:
        if self.clock:
            return f"{self.clock:%H:%M} next {self.unit}"
        return f"{self.amount} {self.unit}{'' if self.amount == 1 else 's'}"

    def due(
        self,
        start: datetime,
        days: WorkingDays | None = None,
        school: SchoolDays | None = None,
        pauses: Sequence[Pause] = (),
    ) -> datetime:
        """When a limit of this length from `start` ends, in UTC.

        `pauses` lengthen it by what they took, in the span's own measure: hours by the time that passed, working days
        by the working days between the two dates, calendar days, weeks and months by calendar days. Without a
        school's calendar, school days are working days.
        """
        days = days or WorkingDays()
        if self.unit in _REAL:
            lost = sum((utc(end) - utc(begin) for begin, end in pauses), timedelta())
            return utc(start) + self.amount * _REAL[self.unit] + lost
        if self.unit in ("working day", "school day"):
            return self._due_in_counted_days(start, days, school or SchoolDays(working=days), pauses)
        lost_days = sum((local_day(end) - local_day(begin)).days for begin, end in pauses)
        return at(self._on(local_day(start)) + timedelta(days=lost_days), END_OF_DAY)

    def before(self, moment: datetime) -> datetime:
        """The moment that lies this far back, for windows such as `365 days`: days, weeks and months at the same time
        of London's day. Raises ValueError for working and school days."""
        return self._away(moment, -1)

    def after(self, moment: datetime) -> datetime:
        """The moment that lies this far ahead, as `before` looks back. Raises ValueError for working and school days."""
        return self._away(moment, 1)

    def _away(self, moment: datetime, direction: int) -> datetime:
        if self.unit in _REAL:
            return utc(moment) + direction * self.amount * _REAL[self.unit]
        if self.unit in ("working day", "school day"):
            raise ValueError(f"{self}: a window is given in days, weeks, months or hours")
        here = local(moment)
        return at(self._on(here.date(), direction), here.time())

    def _due_in_counted_days(
        self, start: datetime, days: WorkingDays, school: SchoolDays, pauses: Sequence[Pause]
    ) -> datetime:
        counted: WorkingDays | SchoolDays = days if self.unit == "working day" else school
        lost = sum(counted.between(begin, end) for begin, end in pauses)
        if self.clock is None:
            if self.unit == "working day":
                return days.due(start, self.amount + lost)
            return at(school.add(start, self.amount + lost), CLOSE)
        if self.unit == "school day":
            first = school.next_opening(start, self.clock)
            return at(school.add(first, lost), self.clock)
        return at(days.add(start, 1 + lost), self.clock)

    def _on(self, day: date, direction: int = 1) -> date:
        if self.unit in _CALENDAR:
            return day + timedelta(days=direction * self.amount * _CALENDAR[self.unit])
        return add_months(day, direction * self.amount)


def add_months(day: date, n: int) -> date:
    """The same day n months on (or back), or that month's last day where it is shorter."""
    years, month = divmod(day.month - 1 + n, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@cache
def parse_span(text: str) -> Span:
    """The texts of the table above. Raises ValueError that says what is expected."""
    clean = " ".join(text.split())
    if found := _COUNTED.fullmatch(clean):
        return Span(int(found[1]), found[2])  # type: ignore[arg-type]
    if found := _NEXT.fullmatch(clean):
        return Span(1, found[3], time(int(found[1]), int(found[2])))  # type: ignore[arg-type]
    raise ValueError(
        f"{text!r} is not a span of time; expected for example '15 working days', '72 hours', '3 months', "
        "'4 weeks', '10 school days', '12:00 next working day' or '08:30 next school day'"
    )
