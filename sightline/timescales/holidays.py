"""Bank holidays of England and Wales, offline.

From 2012 to 2028 they are GOV.UK's own list, as the package govuk-bank-holidays carries it. (Its data file is read
directly: the package's own reader loads an HTTP client, which costs every command a fifth of a second. A test holds
the two together.) Other years are computed: the regular eight days with their substitutes, and before 2012 the days
that were given or moved once. A day that is given once in a later year belongs in the partnership's calendar until
the package knows it.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

SATURDAY = 5

# Given or moved once, before GOV.UK's list begins: year -> (moved away, put in place)
_ONCE: dict[int, tuple[frozenset[date], frozenset[date]]] = {
    1995: (frozenset({date(1995, 5, 1)}), frozenset({date(1995, 5, 8)})),  # 50 years after the war in Europe
    1999: (frozenset(), frozenset({date(1999, 12, 31)})),  # millennium
    2002: (frozenset({date(2002, 5, 27)}), frozenset({date(2002, 6, 3), date(2002, 6, 4)})),  # Golden Jubilee
    2011: (frozenset(), frozenset({date(2011, 4, 29)})),  # royal wedding
}


@cache
def bank_holidays(year: int) -> frozenset[date]:
    """The weekdays of the year that are bank holidays (where one falls on a weekend: its substitute)."""
    published = _published()
    if year in published:
        return published[year]
    moved, given = _ONCE.get(year, (frozenset(), frozenset()))
    return (regular_holidays(year) - moved) | given


@cache
def _published() -> dict[int, frozenset[date]]:
    data = json.loads((files("govuk_bank_holidays") / "bank-holidays.json").read_text(encoding="utf-8"))
    days = [date.fromisoformat(event["date"]) for event in data["england-and-wales"]["events"]]
    return {year: frozenset(day for day in days if day.year == year) for year in {day.year for day in days}}


def regular_holidays(year: int) -> frozenset[date]:
    """The eight regular days, as the law has had them since 1978."""
    easter = easter_sunday(year)
    found = {
        _monday_on_or_after(date(year, 1, 1)) if date(year, 1, 1).weekday() >= SATURDAY else date(year, 1, 1),
        easter - timedelta(days=2),
        easter + timedelta(days=1),
        _monday_on_or_after(date(year, 5, 1)),
        _monday_on_or_after(date(year, 5, 25)),  # the last Monday of May
        _monday_on_or_after(date(year, 8, 25)),  # the last Monday of August
    }
    for day in (date(year, 12, 25), date(year, 12, 26)):
        while day.weekday() >= SATURDAY or day in found:
            day += timedelta(days=1)
        found.add(day)
    return frozenset(found)


def easter_sunday(year: int) -> date:
    """Easter in the Gregorian calendar (the rule known as Meeus/Jones/Butcher)."""
    golden = year % 19
    century, rest = divmod(year, 100)
    correction = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * golden + century - century // 4 - correction + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    shift = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


def _monday_on_or_after(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)
