"""Whether a rule tells as often as it used to. Pure: weeks in, an answer in words' codes out.

An individuals chart (XmR): the usual is the mean of the weeks before the newest four, its limits are 2.66 times the mean of
how far one week is from the next. Two of the NHS's rules (Making Data Count) say that something has changed: one of the
newest four weeks stands outside the limits, or the newest seven all on one side of the mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

WEEKS = 26  # that are looked at
NEWEST, RUN = 4, 7
LEAST = 12  # weeks of a past, and signals in it, with fewer of which nothing is said
LIMIT = 2.66
STEADY, MORE, FEWER, UNKNOWN = "steady", "more", "fewer", "too-few"


class Drift(NamedTuple):
    """`says`: steady, more, fewer, too-few. `usual`: signals a week; between `low` and `high` by chance."""

    says: str
    usual: float
    low: float
    high: float
    weeks: tuple[int, ...]


def drift(weeks: Sequence[int]) -> Drift:
    """`weeks`: signals in each whole week, oldest first, from the first in which the rule was in force."""
    past, newest = weeks[:-NEWEST], weeks[-NEWEST:]
    if len(past) < LEAST or sum(past) < LEAST:
        return Drift(UNKNOWN, 0.0, 0.0, 0.0, tuple(weeks))
    usual = sum(past) / len(past)
    moves = [abs(one - other) for one, other in zip(past, past[1:], strict=False)]
    wide = LIMIT * sum(moves) / len(moves)
    low, high = max(0.0, usual - wide), usual + wide
    run = weeks[-RUN:]
    if any(week > high for week in newest) or all(week > usual for week in run):
        says = MORE
    elif any(week < low for week in newest) or all(week < usual for week in run):
        says = FEWER
    else:
        says = STEADY
    return Drift(says, usual, low, high, tuple(weeks))
