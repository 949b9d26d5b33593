"""What one entry does to a clock: whether it counts, from which moment, and which limit then applies.

Which moment of an entry counts: the field that `at:` names (or `known`, or `happened`); else, for an entry that is
there because it reached the front door (`queued`), when it was known; else when it happened. An entry whose `at:`
field is still empty has not done it yet (a missing child who has not returned).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sightline.clocks.types import Event
from sightline.definition.types import Clock, ClockEvent, Limit
from sightline.timescales.london import is_day_only, local_day, parse_moment, utc

QUEUED, DECISION = "queued", "decision"
AGED, ATTENDS = "aged", "attends"  # what conditions may ask of the person, besides what they ask of the entry
KNOWN, HAPPENED = "known", "happened"


def events_of(clock: Clock) -> list[ClockEvent]:
    """Everything that does something to the clock."""
    return [spec for spec in (clock.starts, clock.stops, clock.ends, clock.pauses, clock.resumes) if spec is not None]


def limit_in_force(clock: Clock, start: datetime, facts: Mapping[str, Any]) -> Limit | None:
    """The limit for a start at that moment: the newest whose day had come and whose `when` holds (of several from the
    same day, the first that is written)."""
    for limit in sorted(clock.limit, key=lambda limit: limit.from_, reverse=True):
        if limit.from_ <= local_day(start) and (limit.when is None or limit.when.holds(dict(facts))):
            return limit
    return None


def facts_of(event: Event) -> dict[str, str | tuple[str, ...]]:
    """What conditions may ask of an entry: its fields as texts, `record`, `urgent`, `queued`, and what is asked of the person."""
    facts: dict[str, str | tuple[str, ...]] = {}
    for name, value in event.fields.items():
        if isinstance(value, (list, tuple, set, frozenset)):
            facts[name] = tuple(_text(part) for part in value)
        elif value is not None and value != "":
            facts[name] = _text(value)
    return facts | {"record": event.record, "urgent": _text(event.urgent), "queued": _text(event.queued)}


def moment_of(spec: ClockEvent, event: Event) -> tuple[datetime, bool] | None:
    """When the entry does what `spec` says, and whether only the day is known; None where it does not (or not yet)."""
    if not names(spec, event) or (spec.where and not spec.where.holds(facts_of(event))):
        return None
    if spec.at == KNOWN:
        return _when_known(event)
    if spec.at and spec.at != HAPPENED:
        return _moment(event.fields.get(spec.at) or event.fields.get(spec.or_at))
    if not spec.at and spec.record and event.record not in spec.record and QUEUED in spec.record and event.queued:
        return _when_known(event)
    return utc(event.happened), event.whole_day


def named_moment(field: str, event: Event) -> datetime | None:
    """The moment that a field of the entry names; None where it names none."""
    found = _moment(event.fields.get(field)) if field else None
    return found[0] if found else None


def measured_from_known(spec: ClockEvent, event: Event) -> bool:
    """Whether `spec` measures from when we knew: for a record told as history there is no such moment to begin from."""
    return spec.at == KNOWN or (
        not spec.at and QUEUED in spec.record and event.record not in spec.record and event.queued
    )


def _when_known(event: Event) -> tuple[datetime, bool]:
    """When we knew; for a record told as history, when it happened."""
    return (utc(event.happened), event.whole_day) if event.stated else (utc(event.known), False)


def names(spec: ClockEvent, event: Event) -> bool:
    """Whether the entry is of a kind that the declaration names: a record type, `queued`, `decision`; with no kind
    named but conditions given, any entry."""
    if not spec.record:
        return spec.where is not None
    if event.record in spec.record:
        return True
    return (event.queued and QUEUED in spec.record) or (event.decision and DECISION in spec.record)


def _moment(value: object) -> tuple[datetime, bool] | None:
    """A field's moment; None where it is empty or cannot be read (a poor record stops nothing, and is not refused)."""
    if isinstance(value, datetime):
        return utc(value), False
    if isinstance(value, date):
        return parse_moment(value.isoformat()), True
    try:
        return (parse_moment(value), is_day_only(value)) if isinstance(value, str) else None
    except ValueError:
        return None


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else str(value)
