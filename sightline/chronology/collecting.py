"""Every record on which somebody stands, in whatever role: for packs about a child or an adult. Passes the gate."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sightline.chronology.models import Entry, Part
from sightline.chronology.queries import (
    entries_of,
    handled_since,
    is_sealed,
    label_of,
    latest_of,
    opened_for_each,
    view,
)
from sightline.chronology.types import EntryView
from sightline.definition.outcomes import Missing
from sightline.identity.queries import identities_of, persons_of, rows_of, sealed_away
from sightline.sharing.reading import Reading
from sightline.sharing.rules import both
from sightline.sharing.types import Label, Level, Sight


@dataclass(frozen=True, slots=True)
class Collected:
    """One record as this reader sees it, with its label, and everybody on it by id: (source identity, role)."""

    view: EntryView
    label: Label
    people: tuple[tuple[UUID, str], ...]


@dataclass(frozen=True, slots=True)
class Collection:
    """All of it, the oldest first; `identities`: those that are this person."""

    person: UUID
    identities: tuple[UUID, ...]
    entries: tuple[Collected, ...]


def collect(reading: Reading, person: UUID, *, known_on: datetime | None = None) -> Collection:
    """Every standing record on which this person stands, as child or otherwise, as far as this reader may see each.

    An entry is seen as on the page of any child on it: so records about an adult are seen by those who work with the
    children concerned. Raises Missing where nothing may be seen.
    """
    rows = identities_of(person, known_on)
    own = tuple(row.id for row in rows)
    if not rows or sealed_away(reading, rows):
        raise Missing
    ids = dict.fromkeys(Part.objects.filter(identity_id__among=own).values_list("entry_id", flat=True))
    entries = entries_of(list(ids))
    standing, earlier = latest_of(entries.values(), known_on)
    stand = [e for e in entries.values() if standing[e.first] == e.id and (known_on is None or e.known_at <= known_on)]
    parts: dict[UUID, list[tuple[UUID, str, bool]]] = defaultdict(list)
    wanted = [e.id for e in stand]
    for start in range(0, len(wanted), 800):
        told = Part.objects.filter(entry_id__among=wanted[start : start + 800]).order_by("id")
        for entry_id, identity, role, child in told.values_list("entry_id", "identity_id", "role", "child"):
            parts[entry_id].append((identity, role, child))
    everybody = {identity for on in parts.values() for identity, _, _ in on}
    person_of = {row.id: row.person for row in rows_of(persons_of(everybody).values())}
    same: dict[UUID, list[UUID]] = defaultdict(list)
    for identity, who in person_of.items():
        same[who].append(identity)
    opened = opened_for_each(list(person_of), known_on)
    reading.learn_ties(list(person_of))
    known = reading.agencies
    since_then = handled_since([e.first for e in stand]) if known_on else {}
    seen: list[tuple[Entry, Label, Sight]] = []
    for entry in stand:
        kind = known[entry.agency].kind if entry.agency in known else ""
        on = parts[entry.id]
        children = list(dict.fromkeys(person_of[i] for i, _, child in on if child and i in person_of))
        about = [same[child] for child in children] or [[i for i, _, _ in on]]
        labels = []
        for ids_ in about:
            since: dict[str, datetime] = {}
            for identity in ids_:
                for record, at in opened.get(identity, {}).items():
                    since[record] = min(at, since.get(record, at))
            handling = both(entry.handling, since_then.get(entry.first, ""))
            labels.append(label_of(entry, kind, ids_, sealed=is_sealed(entry, since), handling=handling))
        sights = [reading.see(label) for label in labels]
        best = max(range(len(sights)), key=lambda n: sights[n].level)
        if sights[best]:
            seen.append((entry, labels[best], sights[best]))
    if not seen:
        raise Missing
    reading.keyring.fetch_for(bytes(e.body) for e, _, sight in seen if sight.level >= Level.HEADLINE)
    reading.about_person(person)
    mine, keys = set(own), [row.key for row in rows]  # what opens only with somebody else's key stays out
    found = []
    for entry, label, sight in seen:
        roles = tuple(dict.fromkeys(role for identity, role, _ in parts[entry.id] if identity in mine))
        shown = view(reading, entry, sight, roles, earlier[entry.first], known, keys=keys)
        found.append(Collected(shown, label, tuple((i, role) for i, role, _ in parts[entry.id])))
    found.sort(key=lambda one: (one.view.happened, str(one.view.first)))
    return Collection(person, own, tuple(found))
