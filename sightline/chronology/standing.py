"""Which records stand, in a line each: kind, when, whom they are about. Through the gate, in a handful of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sightline.chronology.models import Entry, Part
from sightline.chronology.queries import label_of, latest_of
from sightline.identity.queries import persons_of
from sightline.sharing.reading import Reading
from sightline.sharing.types import Level


@dataclass(frozen=True, slots=True)
class Stands:
    """A record that stands, by its first version: what kind it is, when it was known, and whom it is about."""

    first: UUID
    entry: UUID
    record: str
    known_at: datetime
    urgent: bool
    persons: tuple[UUID, ...]


def which_stand(reading: Reading, firsts: Collection[UUID]) -> dict[UUID, Stands]:
    """Of these records those of which this reader may see at least the headline, noted on the reading."""
    rows = list(Entry.objects.filter(first__among=list(firsts)).defer("body")) if firsts else []
    standing, _ = latest_of(rows, None)
    now_stand = {row.id: row for row in rows if standing.get(row.first) == row.id}
    parts: dict[UUID, dict[UUID, None]] = defaultdict(dict)
    told = Part.objects.filter(entry__in=list(now_stand), child=True).order_by("id")
    for entry, identity in told.values_list("entry_id", "identity_id"):
        parts[entry][identity] = None
    every = {identity for those in parts.values() for identity in those}
    reading.learn_ties([*every])
    persons = persons_of(every)
    known, found = reading.agencies, {}
    for id, row in now_stand.items():
        kind = known[row.agency].kind if row.agency in known else ""
        sight = reading.see(label_of(row, kind, list(parts[id]), sealed=False))
        if sight.level >= Level.HEADLINE:
            reading.note(id, sight)
            whom = tuple(dict.fromkeys(persons[one] for one in parts[id] if one in persons))
            found[row.first] = Stands(row.first, id, row.record, row.known_at, row.urgent, whom)
    return found
