"""Time, as rules measure it: windows, separate events, ages, what should have come. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from sightline.definition.kinds.signals import months
from sightline.signals.types import Occurrence
from sightline.timescales.london import at, local, local_day, parse_moment
from sightline.timescales.spans import Span, add_months, parse_span
from sightline.timescales.working import WorkingDays

ONE_EVENT = timedelta(hours=12)
IN_DAYS = {"day": 1, "week": 7}
MIDNIGHT = datetime.min.time()
day_of = lru_cache(50_000)(local_day)  # asked of the same few moments again and again


def after(span: str, moment: datetime) -> datetime:
    """The moment that lies this far on: the first at which `moment` is outside a window of that length. The mirror of
    `Span.before`. Raises ValueError for working and school days."""
    read: Span = parse_span(span)
    if read.unit in ("minute", "hour"):
        return moment + (moment - read.before(moment))
    read.before(moment)  # refuses what is no window
    here = local(moment)
    day = here.date()
    day = (
        add_months(day, read.amount) if read.unit == "month" else day + timedelta(days=read.amount * IN_DAYS[read.unit])
    )
    return at(day, here.time())


def next_time(clock: str, moment: datetime) -> datetime:
    """The first moment after this one at which it is that time of day in London (`04:00`)."""
    time, day = datetime.strptime(clock, "%H:%M").time(), local_day(moment)
    first = at(day, time)
    return first if first > moment else at(day + timedelta(days=1), time)


def moment(text: str) -> datetime | None:
    """A field's moment, in UTC; None where it cannot be read."""
    try:
        return parse_moment(text)
    except ValueError:
        return None


def due(span: str, moment: datetime, days: WorkingDays) -> datetime:
    """When something of which it is said that it should come within `span` is late."""
    return parse_span(span).due(moment, days)


def birthday(born: date, age: str) -> datetime:
    """The moment at which somebody reaches an age."""
    return at(add_months(born, months(age)), MIDNIGHT)


def is_aged(born: date | None, least: str, under: str, moment: datetime) -> bool:
    """Whether somebody born on that day is of that age. Of somebody whose birth date nobody knows it is never said."""
    if born is None or (not least and moment < at(born, MIDNIGHT)):
        return False
    return (not least or birthday(born, least) <= moment) and (not under or moment < birthday(born, under))


@dataclass(slots=True)
class _Event:
    first: datetime
    reports: list[Occurrence]


def separate(found: Sequence[Occurrence], apart: str) -> list[list[Occurrence]]:
    """Reports put together by what they are reports of. `found` is in the order of happening.

    `entry`: each is one. `day`: those of one day in London. `event`: those of one day or within 12 hours of the first; and
    a second report, of the same kind, of what was still going on (an absence, a night in custody), or of what began at that
    time, whatever was told between: an absence that is reported each morning is one.
    """
    if apart == "entry":
        return [[one] for one in found]
    events: list[_Event] = []
    for one in found:
        last = events[-1] if events else None
        if last is not None and _is_of(last, one, apart):
            last.reports.append(one)
        elif apart == "event" and (begun := _began_with(events, one)) is not None:
            begun.reports.append(one)
        else:
            events.append(_Event(one.happened, [one]))
    return [event.reports for event in events]


def _began_with(events: Sequence[_Event], one: Occurrence) -> _Event | None:
    """The event of which a record says the same as this one: of the same kind, begun within 12 hours of it."""
    if one.since is None:
        return None
    for event in reversed(events):
        for other in event.reports:
            if (
                other.since is not None
                and abs(one.since - other.since) <= ONE_EVENT
                and one.who == other.who
                and one.facts.get("record") == other.facts.get("record")
            ):
                return event
    return None


def _is_of(event: _Event, one: Occurrence, apart: str) -> bool:
    if day_of(event.first) == day_of(one.happened):
        return True
    if apart == "day":
        return False
    if one.happened - event.first <= ONE_EVENT:
        return True
    return any(
        one.who == other.who
        and one.facts.get("record") == other.facts.get("record")
        and other.until is not None
        and one.happened < other.until
        for other in event.reports
    )


def whole_days(found: Sequence[Occurrence]) -> int:
    """From the first day to the last, both counted."""
    if not found:
        return 0
    days = [day_of(one.happened) for one in found]
    return (max(days) - min(days)).days + 1
