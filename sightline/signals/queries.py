"""Which patterns stand about a child, as a reader may see them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sightline.chronology.events import MachineEntry, of_people
from sightline.chronology.types import EntryView
from sightline.clocks.rules import working_days
from sightline.sharing.reading import Reading
from sightline.sharing.types import Level
from sightline.signals import rules
from sightline.signals.seeing import occurrence
from sightline.signals.types import Occurrence, RaisedSignal, World
from sightline.timescales.moment import now


def seen(reading: Reading, entry: MachineEntry) -> Occurrence:
    """An entry as a rule sees it."""
    return occurrence(
        reading.definition.record[entry.record],
        entry.facts | {"lacks": frozenset(entry.lacks)},
        first=str(entry.first),
        happened=entry.happened,
        known=entry.known_at,
        until=entry.until,
        queued=entry.queued,
    )


def raised(reading: Reading, person: UUID, *, known_on: datetime | None = None) -> list[RaisedSignal]:
    """The complete patterns among the entries that this reader may read in full, now or as known on a moment.

    A reader who may not read all that a pattern rests on is told of none: a count alone would say too much.
    """
    entries = of_people(reading, [person], known_on=known_on).get(person, [])
    world = World(tuple(seen(reading, entry) for entry in entries))
    return rules.raised(reading.definition, world, known_on or now(), days=working_days(reading.definition))


def among(reading: Reading, entries: Iterable[EntryView]) -> list[RaisedSignal]:
    """The complete patterns among entries that have passed the gate already and may be read in full: no further query."""
    definition = reading.definition
    world = World(
        tuple(
            occurrence(
                definition.record[e.record],
                {**e.values, "record": e.record, "role": frozenset(e.roles), "lacks": frozenset(e.missing)},
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
