"""In which group a child is counted. Pure: who somebody is stays with the caller, and a group is no more than a name.

Known(ethnicity="BCRB", sex="male", born=date(2011, 4, 2), records={"ehcp"}, states={"looked-after"})
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sightline.definition.kinds.oversight import Grouped, Grouping
from sightline.definition.kinds.signals import months


@dataclass(frozen=True, slots=True)
class Known:
    """What grouping asks of a child, for one period. `born`: None where it isn't known; a day to come while unborn."""

    ethnicity: str = ""
    sex: str = ""
    born: date | None = None
    records: frozenset[str] = field(default_factory=frozenset)
    states: frozenset[str] = field(default_factory=frozenset)


def group_of(grouping: Grouping, known: Known, on: date) -> str:
    """The first group that fits; the last one where none does. `on`: the day at which age is looked at."""
    for id, group in grouping.groups.items():
        if _fits(grouping.of, group, known, on):
            return id
    return next(reversed(grouping.groups))


def _fits(of: str, group: Grouped, known: Known, on: date) -> bool:
    if not group.asks:
        return True
    if of == "ethnicity":
        return known.ethnicity in group.codes
    if of == "sex":
        return known.sex in group.codes
    if of == "age":
        if known.born is None:
            return False
        old = age_in_months(known.born, on)
        least = months(group.from_) if group.from_ else None
        return (least is None or old >= least) and (not group.under or old < months(group.under))
    return bool(set(group.records) & known.records or set(group.open) & known.states)


def age_in_months(born: date, on: date) -> int:
    """Whole months; below nought for somebody who isn't born yet."""
    return (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)


def born_on(text: str) -> date | None:
    """A day of birth as agencies hold it: a day, a month (its first) or a year (its middle)."""
    try:
        return date.fromisoformat({4: f"{text}-07-01", 7: f"{text}-01"}.get(len(text), text))
    except ValueError:
        return None
