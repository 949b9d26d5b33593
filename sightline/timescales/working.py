"""Working days in England, and the convention by which they are counted.

**Day zero.** The day on which something starts is day zero; the next working day is day 1. So a referral on Monday
with a limit of one working day must be decided by Tuesday, at whatever hour of Monday it came (17:01 on a Friday
included: Monday is day 1). A start on a day that is not worked changes nothing: the next working day is day 1, so
that a Saturday's, a Sunday's and a Friday's start have the same due day.

Sources: Working Together to Safeguard Children 2023, chapter 3 gives the limits in working days (one for the decision
on a referral, 15 to the initial conference, 45 for an assessment). How they are counted is the Department for
Education's convention in its Children in Need Census statistics: working days between the two dates, so that the same
day counts 0 and the 45th day after is in time. Days that the council itself closes do not stop statutory limits;
`extra_closed` is for days that are not worked by law and are not in the list yet.

A limit in working days ends at 17:00 in London on its last day.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sightline.timescales.holidays import SATURDAY, bank_holidays
from sightline.timescales.london import at, local, local_day

CLOSE = time(17, 0)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class WorkingDays:
    """Monday to Friday, without the bank holidays of England and Wales and without `extra_closed`."""

    extra_closed: Set[date] = frozenset()

    def is_working(self, day: date) -> bool:
        """Whether that day is worked."""
        return day.weekday() < SATURDAY and day not in bank_holidays(day.year) and day not in self.extra_closed

    def add(self, start: date | datetime, n: int) -> date:
        """The nth working day after the day of the start (London's day). Zero days after is the day itself, worked
        or not. Raises ValueError for n below zero."""
        if n < 0:
            raise ValueError(f"{n} working days: a limit cannot run backwards")
        day = local_day(start)
        while n:
            day += DAY
            n -= self.is_working(day)
        return day

    def between(self, a: date | datetime, b: date | datetime) -> int:
        """How many working days after `a` the day `b` is: the working days later than a's and up to b's.

        `between(a, add(a, n)) == n`. The same day is 0; a `b` before `a` counts below zero.
        """
        first, last = local_day(a), local_day(b)
        if last < first:
            return -self.between(last, first)
        weeks, rest = divmod((last - first).days, 7)
        tail = (last - timedelta(days=i) for i in range(rest))
        weekdays = weeks * 5 + sum(day.weekday() < SATURDAY for day in tail)
        closed = set().union(*(bank_holidays(year) for year in range(first.year, last.year + 1)), self.extra_closed)
        return weekdays - sum(first < day <= last and day.weekday() < SATURDAY for day in closed)

    def due(self, start: datetime, n: int) -> datetime:
        """When a limit of n working days ends: 17:00 in London on its last day, in UTC.

        Never before the start: zero days, from a start after 17:00 or on a day that is not worked, end at 17:00 on the
        next working day.
        """
        day = self.add(start, n)
        late = n == 0 and (local(start).time() > CLOSE or not self.is_working(day))
        return at(self.add(day, 1) if late else day, CLOSE)
