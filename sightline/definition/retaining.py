"""When the time of a child's record is over, by the schedules that a partnership declares. Pure.

A birth date that is not known keeps a record longer, never shorter: then the child is taken to have been born on the day of
the first record. Before anything is opened, `earliest` says on which day a record could be due at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sightline.definition.kinds.retention import ANY, Retention

GROWN = 18  # whoever is on a record as a child was younger


@dataclass(frozen=True, slots=True)
class Due:
    """The day from which a record is no longer kept, and the schedule that kept it longest."""

    on: date
    schedule: str


def years_on(day: date, years: int) -> date:
    """The same day, years later (or earlier); 29 February becomes 1 March where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def applying(schedules: Mapping[str, Retention], records: Collection[str]) -> list[Retention]:
    """The schedules that apply to a child with these record types."""
    return [s for s in schedules.values() if ANY in s.records or not set(s.records).isdisjoint(records)]


def due_on(
    schedules: Mapping[str, Retention], *, born: date | None, first: date, last: date, records: Collection[str]
) -> Due | None:
    """When a child's record is due: the last day of all that apply. None where no schedule does.

    `first`, `last`: the days of the first and the last record about the child as a child; `records`: its types.
    """
    found = [Due(_end(schedule, born or first, last), schedule.id) for schedule in applying(schedules, records)]
    return max(found, key=lambda due: (due.on, due.schedule)) if found else None


def _end(schedule: Retention, born: date, last: date) -> date:
    ends = []
    if schedule.until_age:
        ends.append(years_on(born, schedule.until_age))
    if schedule.years_after_last:
        ends.append(years_on(last, schedule.years_after_last))
    return max(ends)


def earliest(schedules: Mapping[str, Retention], *, first: date, last: date, records: Collection[str]) -> date | None:
    """No record of a child with these days is due before this one, whenever the child was born."""
    found = due_on(schedules, born=years_on(first, -GROWN), first=first, last=last, records=records)
    return found.on if found else None


def shortest(schedules: Iterable[Retention]) -> int:
    """After how many years without a record anybody's may be due: nobody with a later record need be looked at."""
    always = [schedule.years_after_last for schedule in schedules if ANY in schedule.records]
    return max(always, default=0)


def run_example(partnership: Any, schedule: Retention, example: Mapping[str, Any]) -> str | None:
    """`{given: {born, first, last, records}, due: day}`, by this schedule alone: None where it holds."""
    given = dict(example["given"])
    days = {name: date.fromisoformat(given[name]) for name in ("born", "first", "last") if given.get(name)}
    records = given.get("records", ())
    found = due_on(
        {schedule.id: schedule},
        born=days.get("born"),
        first=days.get("first", days["last"]),
        last=days["last"],
        records=[records] if isinstance(records, str) else records,
    )
    came = str(found.on) if found else "no"
    return None if came == example["due"] else came
