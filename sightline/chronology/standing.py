"""Which records stand, in a line each: kind, when, whom they are about. Through the gate, in a handful of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sightline.chronology.models import Entry, Part
from sightline.chronology.queries import _since, handled_on, is_sealed, label_of, latest_of, opened_for_each
from sightline.identity.queries import persons_of, same_people
from sightline.sharing.reading import Reading
from sightline.sharing.types import Level, Sight


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


@dataclass(frozen=True, slots=True)
class Cited:
    """A record that something rests on, as one reader may see it: which version stands, whose chronology it is on, how much
    of it shows there at best. Not noted: whoever hands it out notes it."""

    first: UUID
    entry: UUID
    happened: datetime
    persons: tuple[UUID, ...]
    sight: Sight


def sights(reading: Reading, firsts: Collection[UUID]) -> dict[UUID, Cited]:
    """How much of each of these records this reader may see, on the page of any child on it, hidden ones among them. Six
    queries at most; what has no child on it, or stands no more, is left out."""
    rows = list(Entry.objects.filter(first__among=list(firsts)).defer("body")) if firsts else []
    standing, _ = latest_of(rows, None)
    entries = {row.id: row for row in rows if standing.get(row.first) == row.id}
    told = Part.objects.filter(entry_id__among=list(entries), child=True).order_by("id")
    parts = list(told.values_list("entry_id", "identity_id", "role"))
    same, persons = same_people(identity for _, identity, _ in parts) if parts else ({}, {})
    reading.learn_ties([*(i for ids in same.values() for i in ids), *(row.first for row in entries.values())])
    routine = {entry for entry, row in entries.items() if row.routine}
    opened = opened_for_each([i for ids in same.values() for i in ids], None) if routine else {}
    roles: dict[tuple[UUID, UUID], dict[str, None]] = defaultdict(dict)
    for entry, identity, role in parts:
        roles[entry, persons[identity]][role] = None
    best: dict[UUID, Sight] = {}
    whom: dict[UUID, list[UUID]] = defaultdict(list)
    known = reading.agencies
    for (entry, person), held in roles.items():
        row, own = entries[entry], tuple(same[person])
        kind = known[row.agency].kind if row.agency in known else ""
        sealed = entry in routine and is_sealed(row, _since(opened, own))
        handling = handled_on(reading.definition, row, tuple(held))
        sight = reading.see(label_of(row, kind, own, sealed=sealed, handling=handling))
        whom[entry].append(person)
        if entry not in best or sight.level > best[entry].level:
            best[entry] = sight
    return {
        entries[entry].first: Cited(entries[entry].first, entry, entries[entry].happened, tuple(whom[entry]), sight)
        for entry, sight in best.items()
    }
