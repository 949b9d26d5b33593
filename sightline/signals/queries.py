"""Which patterns a child's chronology completes, as a reader may see them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sightline.chronology.events import MachineEntry, of_people
from sightline.chronology.types import EntryView
from sightline.sharing.reading import Reading
from sightline.sharing.types import Level
from sightline.signals.rules import raised as raise_one
from sightline.signals.types import Occurrence, RaisedSignal


def _occurrence(reading: Reading, entry: MachineEntry) -> Occurrence:
    people = reading.definition.record[entry.record].people
    counts = frozenset(people[r].counts_as for r in entry.roles if r in people and people[r].counts_as)
    return Occurrence(str(entry.first), entry.happened, entry.known_at, {**entry.facts, "counts-as": counts})


def raised(reading: Reading, person: UUID, *, known_on: datetime | None = None) -> list[RaisedSignal]:
    """The complete patterns among the entries that this reader may read in full, now or as known on a moment.

    A reader who may not read all that a pattern rests on is told of none: a count alone would say too much.
    """
    entries = of_people(reading, [person], known_on=known_on).get(person, [])
    occurrences = [_occurrence(reading, e) for e in entries]
    found = (raise_one(signal, occurrences) for signal in reading.definition.signal.values())
    return sorted((s for s in found if s is not None), key=lambda s: s.since, reverse=True)


def among(reading: Reading, entries: Iterable[EntryView]) -> list[RaisedSignal]:
    """The complete patterns among entries that have passed the gate already and may be read in full: no further query."""
    occurrences = [
        Occurrence(
            str(e.first),
            e.happened,
            e.known_at,
            {**e.values, "record": e.record, "role": frozenset(e.roles), "counts-as": frozenset(e.counts_as)},
        )
        for e in entries
        if e.level is Level.FULL
    ]
    found = (raise_one(signal, occurrences) for signal in reading.definition.signal.values())
    return sorted((s for s in found if s is not None), key=lambda s: s.since, reverse=True)
