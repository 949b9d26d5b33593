"""Patterns among entries that a reader sees anyway: nothing is kept, and nobody is told. For what-ifs and hindsight."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sightline.chronology.events import of_people
from sightline.chronology.types import EntryView
from sightline.clocks.rules import working_days
from sightline.definition.in_words import LIST, in_words
from sightline.sharing.reading import Reading
from sightline.sharing.types import Level
from sightline.signals import rules
from sightline.signals.knowing import seen
from sightline.signals.seeing import occurrence
from sightline.signals.types import RaisedSignal, World
from sightline.timescales.moment import now


def raised(reading: Reading, person: UUID, *, known_on: datetime | None = None) -> list[RaisedSignal]:
    """The complete patterns among the entries that this reader may read in full, now or as known on a moment."""
    entries = of_people(reading, [person], known_on=known_on).get(person, [])
    world = World(tuple(seen(reading.definition, entry) for entry in entries))
    return rules.raised(reading.definition, world, known_on or now(), days=working_days(reading.definition))


def among(reading: Reading, entries: Iterable[EntryView]) -> list[RaisedSignal]:
    """The complete patterns among entries that have passed the gate already and may be read in full: no further query."""
    definition = reading.definition
    world = World(
        tuple(
            occurrence(
                definition.record[e.record],
                {
                    **e.values,
                    LIST: in_words(definition, definition.record[e.record], e.values, e.says),
                    "record": e.record,
                    "role": frozenset(e.roles),
                    "agency": e.agency.id,
                    "agency-kind": e.agency.kind,
                },
                first=str(e.first),
                happened=e.happened,
                known=e.known_at,
                until=e.until,
                queued=e.queued,
            )
            for e in entries
            if e.level is Level.FULL and e.record in definition.record
        )
    )
    return rules.raised(definition, world, now(), days=working_days(definition))
