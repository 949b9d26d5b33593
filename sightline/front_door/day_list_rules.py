"""On which days a list is made, what it covers, and who stands on it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from sightline.clocks.rules import working_days
from sightline.definition.kinds.day_lists import DAYS, DayList, Takes
from sightline.definition.types import Partnership
from sightline.timescales.london import at, local, local_day, parse_moment
from sightline.timescales.working import DAY, WorkingDays

LONGEST_GAP = 14  # days: a list that was not kept for longer begins afresh; what was known before is history to it


def sits(declared: DayList, day: date, days: WorkingDays) -> bool:
    """Whether it sits on that day."""
    if DAYS[day.weekday()] not in declared.sits_on:
        return False
    return declared.on_bank_holidays or days.is_working(day) or day.weekday() > 4


def built_at(declared: DayList, day: date) -> datetime:
    return at(day, time.fromisoformat(declared.built_at))


def next_sitting(declared: DayList, after: datetime, days: WorkingDays) -> date:
    """The day of the next sitting whose list is built later than a moment."""
    day = local_day(after)
    while not sits(declared, day, days) or built_at(declared, day) < after:
        day += DAY
    return day


def covers_from(declared: DayList, day: date, days: WorkingDays, last: datetime | None) -> datetime:
    """From when on the list of a day holds what arrived: since the one before it was built, so that Monday's covers
    the weekend, and the first after Christmas the days between."""
    before = day - DAY
    while not sits(declared, before, days) and (day - before).days < LONGEST_GAP:
        before -= DAY
    usual = built_at(declared, before)
    return max(last, built_at(declared, day) - timedelta(days=LONGEST_GAP)) if last is not None else usual


def known_after(until: datetime) -> datetime:
    """What was known before this is history to a list until `until`, and no late arrival."""
    return until - timedelta(days=LONGEST_GAP)


def brings(declared: DayList, record: str, facts: Mapping[str, Any], counted: Mapping[int, int]) -> list[int]:
    """Which of a list's `takes` bring this record on to it. `counted`: how often it happened, by the place of a `takes` that
    asks so."""
    return [n for n, takes in enumerate(declared.takes) if _takes(takes, record, facts, counted.get(n, 0))]


def _takes(takes: Takes, record: str, facts: Mapping[str, Any], count: int) -> bool:
    if record not in takes.record:
        return False
    if takes.pointer:
        return True
    if takes.where is not None and not takes.where.holds(dict(facts)):
        return False
    return takes.again is None or count >= takes.again.at_least


def lacking(declared: DayList, *, decision: str, tasks: int, because: str, codes: Collection[str]) -> str:
    """What is missing before a line has been heard: a sentence, or nothing."""
    if declared.each == "decision" and decision not in codes:
        return "Choose what was decided."
    if declared.each == "decision" and not tasks:
        return f"{declared.plan or 'A plan for safety'} is missing: say what somebody does, who, and by which day."
    if declared.each == "tasking" and not tasks and len(because.strip()) < 10:
        return "Say who does what and by when; or, in a sentence, why nothing is to be done."
    return ""


def run_day_list_example(partnership: Partnership, declared: DayList, example: dict[str, Any]) -> str | None:
    """`{day: DATE, sits: yes, covers-from: MOMENT}`, or `{given: {record, fields}, again: N, on-it: yes}`."""
    days = working_days(partnership)
    if "day" in example:
        day = date.fromisoformat(str(example["day"]))
        wanted = str(example.get("sits", "yes")).lower() in ("yes", "true")
        if sits(declared, day, days) is not wanted:
            return f"it {'does not sit' if wanted else 'sits'} on {day}"
        if "covers-from" in example:
            came = covers_from(declared, day, days, None)
            if came != parse_moment(str(example["covers-from"])):
                return f"covers from {local(came):%Y-%m-%d %H:%M}"
        return None
    given = dict(example.get("given", {}))
    record = str(given.pop("record"))
    count = int(str(example.get("again", "0")))
    facts = {name: value if isinstance(value, list) else str(value) for name, value in given.items()}
    found = brings(declared, record, facts, dict.fromkeys(range(len(declared.takes)), count))
    wanted = str(example.get("on-it", "yes")).lower() in ("yes", "true")
    return None if bool(found) is wanted else f"{'on the list' if found else 'not on the list'}"
