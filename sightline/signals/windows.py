"""Time, as rules measure it: windows, separate events, ages, what should have come. Pure."""

from __future__ import annotations

from collections.abc import Sequence
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


@lru_cache(50_000)
def before(span: str, moment: datetime) -> datetime:
    """Where a window of that length that ends at a moment begins."""
    return parse_span(span).before(moment)


@lru_cache(50_000)
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


class _Event:
    """Reports of one event. `lasting`: those that say until when it went on, by whose they are and of what kind."""

    __slots__ = ("first", "day", "reports", "lasting")

    def __init__(self, one: Occurrence) -> None:
        self.first, self.day = one.happened, day_of(one.happened)
        self.reports: list[Occurrence] = []
        self.lasting: dict[tuple[str, object], datetime] = {}
        self.add(one)

    def add(self, one: Occurrence) -> None:
        self.reports.append(one)
        if one.until is not None:
            kind = one.who, one.facts.get("record")
            self.lasting[kind] = max(one.until, self.lasting.get(kind, one.until))

    def has(self, one: Occurrence, apart: str) -> bool:
        """Whether it is what this is a report of too."""
        if self.day == day_of(one.happened):
            return True
        if apart == "day":
            return False
        if one.happened - self.first <= ONE_EVENT:
            return True
        until = self.lasting.get((one.who, one.facts.get("record"))) if self.lasting else None
        return until is not None and one.happened < until


def separate(found: Sequence[Occurrence], apart: str) -> list[list[Occurrence]]:
    """Reports put together by what they are reports of. `found` is in the order of happening.

    `entry`: each is one. `day`: those of one day in London. `event`: those of one day or within 12 hours of the first; and
    a second report, of the same kind, of what was still going on (an absence, a night in custody), or of what began at that
    time, whatever was told between: an absence that is reported each morning is one.
    """
    if apart == "entry":
        return [[one] for one in found]
    events: list[_Event] = []
    began: dict[tuple[str, object], list[tuple[datetime, _Event]]] = {}  # what says when it began, in the order of events
    for one in found:
        event = events[-1] if events and events[-1].has(one, apart) else None
        if event is None and apart == "event" and one.since is not None:
            event = _began_with(began.get((one.who, one.facts.get("record")), ()), one.since)
        if event is None:
            event = _Event(one)
            events.append(event)
        else:
            event.add(one)
        if one.since is not None and apart == "event":
            began.setdefault((one.who, one.facts.get("record")), []).append((one.since, event))
    return [event.reports for event in events]


def _began_with(told: Sequence[tuple[datetime, _Event]], since: datetime) -> _Event | None:
    """The last event of which a record of the same kind, of the same person, says that it began within 12 hours of this."""
    found = [event for begun, event in told if abs(since - begun) <= ONE_EVENT]
    return max(found, key=lambda event: event.first) if found else None


def whole_days(found: Sequence[Occurrence]) -> int:
    """From the first day to the last, both counted."""
    if not found:
        return 0
    days = [day_of(one.happened) for one in found]
    return (max(days) - min(days)).days + 1
