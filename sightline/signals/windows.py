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


def separate(found: Sequence[Occurrence], apart: str) -> list[list[Occurrence]]:
    """Reports put together by what they are reports of. `found` is in the order of happening.

    `entry`: each is one. `day`: those of one day in London. `event`: those of one day or within 12 hours of the first; and
    a second report, of the same kind, of what was still going on (an absence, a night in custody), or of what began at that
    time, whatever was told between: an absence that is reported each morning is one.
    """
    numbers = _numbered(found, apart)
    events: list[list[Occurrence]] = [[] for _ in range(_count(numbers))]
    for one, number in zip(found, numbers, strict=True):
        events[number].append(one)
    return events


def how_many(found: Sequence[Occurrence], apart: str, *, enough: int = 0) -> int:
    """How many events these are reports of: as many as `separate` finds. `enough`: counted no further than that."""
    return len(found) if apart == "entry" or len(found) < 2 else _count(_numbered(found, apart, enough))


def _count(numbers: Sequence[int]) -> int:
    return max(numbers) + 1 if numbers else 0


def _numbered(found: Sequence[Occurrence], apart: str, enough: int = 0) -> list[int]:
    """Of which event each is a report, by its number in the order of happening. A rule asks this of thousands of windows."""
    if apart == "entry":
        return list(range(len(found)))
    numbers: list[int] = []
    last, first, day = -1, None, None  # of the newest event: its number, when it was first told of, and that day
    lasting: dict[tuple[str, object], datetime] = {}  # until when it went on, by whose and of what kind
    began: dict[tuple[str, object], list[tuple[datetime, int]]] = {}  # what says when it began, and which event that is
    for one in found:
        happened, number = one.happened, -1
        if day_of(happened) == day:
            number = last
        elif apart == "event" and first is not None:
            if happened - first <= ONE_EVENT:
                number = last
            elif lasting and (until := lasting.get(_kind(one))) is not None and happened < until:
                number = last
            elif one.since is not None and began:
                number = _began_with(began.get(_kind(one), ()), one.since)
        if number < 0:
            last, first, day = last + 1, happened, day_of(happened)
            number = last
            lasting = {}
        numbers.append(number)
        if number + 1 == enough:
            break
        if one.until is not None and number == last:
            lasting[_kind(one)] = max(one.until, lasting.get(_kind(one), one.until))
        if one.since is not None:
            began.setdefault(_kind(one), []).append((one.since, number))
    return numbers


def _kind(one: Occurrence) -> tuple[str, object]:
    return one.who, one.facts.get("record")


def _began_with(told: Sequence[tuple[datetime, int]], since: datetime) -> int:
    """The last event of which a record of the same kind, of the same person, says that it began within 12 hours of this; -1
    where there is none."""
    return max((number for begun, number in told if abs(since - begun) <= ONE_EVENT), default=-1)


def whole_days(found: Sequence[Occurrence]) -> int:
    """From the first day to the last, both counted."""
    if not found:
        return 0
    days = [day_of(one.happened) for one in found]
    return (max(days) - min(days)).days + 1
