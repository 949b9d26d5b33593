"""How old somebody is, as the bands that rules and clocks ask about. Pure."""

from __future__ import annotations

from datetime import date

UNBORN, ADULT = "unborn", "adult"
UNDER = {6: "under-6-months", 12: "under-1", 48: "under-4", 60: "under-5", 120: "under-10", 192: "under-16", 216: "under-18"}
AGES = (UNBORN, *UNDER.values(), ADULT)


def aged(born: date | None, on: date) -> frozenset[str]:
    """All the bands that somebody born on that day is in: a baby of five months is under 6 months, under 1, under 4 …; none
    where nobody knows when they were born."""
    if born is None:
        return frozenset()
    if born > on:
        return frozenset((UNBORN,))
    whole = (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)
    return frozenset(band for limit, band in UNDER.items() if whole < limit) or frozenset((ADULT,))
