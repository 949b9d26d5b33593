"""Days and times counted otherwise than in `sightline.timescales`: the oracle that it is held against.

Nothing of the product is used, nor `zoneinfo`, nor the package of bank holidays. A day is its Julian number; what is worked
is a row of bits with running totals, so that a limit is found by bisection and not by walking; Easter is by Gauss's rule as
corrected by Lichtenberg; London's clock is by the law itself (the Summer Time Order 2002: last Sunday of March and of
October, at one o'clock Greenwich time).
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

FIRST, LAST = 2009, 2034

# What was given or moved by proclamation in these years, as GOV.UK and the London Gazette have it.
GIVEN = {
    "2011-04-29",  # royal wedding
    "2012-06-04", "2012-06-05",  # Diamond Jubilee: the late May holiday moved, and one was given
    "2020-05-08",  # 75 years after the war in Europe: the early May holiday moved
    "2022-06-02", "2022-06-03",  # Platinum Jubilee
    "2022-09-19",  # the Queen's funeral
    "2023-05-08",  # the coronation
}  # fmt: skip
MOVED = {"2012-05-28", "2020-05-04", "2022-05-30"}


def julian(day: date) -> int:
    """The Julian day number, by Fliegel and van Flandern's formula."""
    a = (14 - day.month) // 12
    y, m = day.year + 4800 - a, day.month + 12 * a - 3
    return day.day + (153 * m + 2) // 5 + 365 * y + y // 4 - y // 100 + y // 400 - 32045


def of_julian(number: int) -> date:
    a = number + 32044
    b = (4 * a + 3) // 146097
    c = a - 146097 * b // 4
    d = (4 * c + 3) // 1461
    e = c - 1461 * d // 4
    m = (5 * e + 2) // 153
    return date(100 * b + d - 4800 + m // 10, m + 3 - 12 * (m // 10), e - (153 * m + 2) // 5 + 1)


def weekday(number: int) -> int:
    """Monday is 0."""
    return number % 7


def easter(year: int) -> int:
    """Gauss, with Lichtenberg's correction: the Julian day of Easter Sunday."""
    k = year // 100
    m = 15 + (3 * k + 3) // 4 - (8 * k + 13) // 25
    s = 2 - (3 * k + 3) // 4
    a = year % 19
    d = (19 * a + m) % 30
    r = (d + a // 11) // 29
    og = 21 + d - r
    sz = 7 - (year + year // 4 + s) % 7
    oe = 7 - (og - sz) % 7
    return julian(date(year, 3, 1)) + og + oe - 1


def last_sunday(year: int, month: int) -> int:
    end = julian(date(year, month, 31))
    return end - (weekday(end) + 1) % 7


def holidays(year: int) -> set[int]:
    """Bank holidays of England and Wales that fall on weekdays, by the Act of 1971 and what was proclaimed."""
    new = julian(date(year, 1, 1))
    found = {new + {5: 2, 6: 1}.get(weekday(new), 0), easter(year) - 2, easter(year) + 1}
    may = julian(date(year, 5, 1))
    found.add(may + (7 - weekday(may)) % 7)
    for month in (5, 8):
        end = julian(date(year, month, 31))
        found.add(end - weekday(end))
    christmas = julian(date(year, 12, 25))
    # Saturday: Monday and Tuesday stand for both. Sunday: the Tuesday stands for the Sunday. Friday: the Monday for Boxing Day.
    found |= {
        5: {christmas + 2, christmas + 3},
        6: {christmas + 1, christmas + 2},
        4: {christmas, christmas + 3},
    }.get(weekday(christmas), {christmas, christmas + 1})
    found |= {julian(date.fromisoformat(day)) for day in GIVEN if day.startswith(str(year))}
    return found - {julian(date.fromisoformat(day)) for day in MOVED}


class Days:
    """Some days counted: a row of bits from the first of January of FIRST on, with running totals."""

    def __init__(self, bits: list[bool]) -> None:
        self.start = julian(date(FIRST, 1, 1))
        self.bits, self.sums, total = bits, [], 0
        for bit in bits:
            total += bit
            self.sums.append(total)

    def on(self, number: int) -> bool:
        return self.bits[number - self.start]

    def up_to(self, number: int) -> int:
        """How many there were up to and with that day."""
        return self.sums[number - self.start]

    def after(self, number: int, n: int) -> int:
        """The nth after a day; none after is the day itself."""
        return number if n == 0 else self.start + bisect_left(self.sums, self.up_to(number) + n)

    def between(self, a: int, b: int) -> int:
        return self.up_to(b) - self.up_to(a)


def _all() -> range:
    return range(julian(date(FIRST, 1, 1)), julian(date(LAST, 12, 31)) + 1)


def working(closed: set[date] | None = None) -> Days:
    shut = {number for year in range(FIRST, LAST + 1) for number in holidays(year)}
    shut |= {julian(day) for day in closed or ()}
    return Days([weekday(number) < 5 and number not in shut for number in _all()])


def school(terms: list[tuple[date, date]], shut: set[date], worked: Days) -> Days:
    """Days on which pupils are taught. Years of which no term is known have working days for school days."""
    inside: set[int] = set()
    known: set[int] = set()
    for first, last in terms:
        inside.update(range(julian(first), julian(last) + 1))
        known.add(last.year if last.month > 8 else last.year - 1)
    away = {julian(day) for day in shut}
    bits = []
    for number in _all():
        day = of_julian(number)
        year = day.year if day.month > 8 else day.year - 1
        bits.append(worked.on(number) and number not in away and (number in inside or year not in known))
    return Days(bits)


# --- London's clock ---------------------------------------------------------------------------------------------------


def summer(moment: datetime) -> bool:
    """Whether London is an hour ahead of Greenwich at a moment."""
    begins, ends = (datetime(*_ymd(last_sunday(moment.year, month)), 1, tzinfo=UTC) for month in (3, 10))
    return begins <= moment < ends


def _ymd(number: int) -> tuple[int, int, int]:
    day = of_julian(number)
    return day.year, day.month, day.day


def london(moment: datetime) -> datetime:
    """What London's clocks show, without a zone."""
    return (moment + timedelta(hours=summer(moment))).replace(tzinfo=None)


def greenwich(day: int, hour: int, minute: int, second: int = 0) -> datetime:
    """The moment at which London's clocks show that time of a day. Shown twice: the first. Never shown: an hour later."""
    plain = datetime(*_ymd(day), hour, minute, second, tzinfo=UTC)
    early = plain - timedelta(hours=1)
    return early if summer(early) else plain


# --- spans ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Almanac:
    """Limits, as the definition language writes them."""

    worked: Days
    taught: Days

    def due(self, text: str, start: datetime, pauses: list[tuple[datetime, datetime]] | None = None) -> datetime:
        pauses = pauses or []
        words = text.split()
        today = julian(london(start).date())
        if words[1] == "next":
            hour, minute = (int(part) for part in words[0].split(":"))
            days = self.taught if words[2] == "school" else self.worked
            lost = sum(days.between(_number(a), _number(b)) for a, b in pauses)
            if words[2] == "school":
                first = today
                while not (days.on(first) and greenwich(first, hour, minute) > start):
                    first += 1
                return greenwich(days.after(first, lost), hour, minute)
            return greenwich(days.after(today, 1 + lost), hour, minute)
        n, unit = int(words[0]), " ".join(words[1:]).rstrip("s")
        if unit in ("minute", "hour"):
            gone = sum(((b - a) for a, b in pauses), timedelta())
            return start + timedelta(minutes=n if unit == "minute" else 60 * n) + gone
        if unit in ("working day", "school day"):
            days = self.worked if unit == "working day" else self.taught
            n += sum(days.between(_number(a), _number(b)) for a, b in pauses)
            last = days.after(today, n)
            if (
                unit == "working day"
                and n == 0
                and (london(start).time().isoformat() > "17:00:00" or not days.on(last))
            ):
                last = days.after(today, 1)
            return greenwich(last, 17, 0)
        lost = sum(_number(b) - _number(a) for a, b in pauses)
        if unit == "month":
            day = of_julian(today)
            months = day.year * 12 + day.month - 1 + n
            year, month = months // 12, months % 12 + 1
            length = [
                31,
                29 if year % 4 == 0 and (year % 100 or year % 400 == 0) else 28,
                31,
                30,
                31,
                30,
                31,
                31,
                30,
                31,
                30,
                31,
            ]
            last = julian(date(year, month, min(day.day, length[month - 1])))
        else:
            last = today + n * (7 if unit == "week" else 1)
        return greenwich(last + lost, 23, 59, 59)


def _number(moment: datetime) -> int:
    return julian(london(moment).date())
