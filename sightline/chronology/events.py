"""Entries as machines read them (clocks, signals): standing versions with their values, through the same gate.

A machine acts as a declared actor with a purpose; the reading that it passes leaves one ledger record a run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sightline.chronology.models import Part
from sightline.chronology.queries import is_sealed, label_of, latest_of, opened_for
from sightline.definition.records import facts
from sightline.identity.queries import rows_of
from sightline.sharing.reading import Reading
from sightline.sharing.types import Level


@dataclass(frozen=True, slots=True)
class MachineEntry:
    """One standing entry of one person, as a rule may rest on it."""

    id: UUID
    first: UUID
    record: str
    agency: str
    identity: UUID
    roles: tuple[str, ...]
    happened: datetime
    known_at: datetime
    precision: str
    queued: bool
    urgent: bool
    stated: bool
    on: tuple[str, ...]
    facts: dict[str, Any]


def of_people(reading: Reading, persons: Iterable[UUID], *, known_on: datetime | None = None) -> dict[UUID, list[MachineEntry]]:
    """Each person's standing open entries, oldest first. Sealed routine entries and pointers-only never come."""
    person_of = {row.id: row.person for row in rows_of(persons)}
    found: dict[UUID, list[MachineEntry]] = defaultdict(list)
    identities = list(person_of)
    for start in range(0, len(identities), 400):
        _add(reading, identities[start : start + 400], person_of, found, known_on)
    return {person: sorted(entries, key=lambda e: (e.happened, str(e.first))) for person, entries in found.items()}


def _add(reading: Reading, identities: Sequence[UUID], person_of: dict[UUID, UUID], found: dict[UUID, list[MachineEntry]],
         known_on: datetime | None) -> None:
    parts_rows = Part.objects.filter(identity__in=identities, child=True).select_related("entry")
    if known_on is not None:
        parts_rows = parts_rows.filter(entry__known_at__lte=known_on)
    parts = list(parts_rows)
    entries = {p.entry_id: p.entry for p in parts}
    standing, _ = latest_of(entries.values(), known_on)
    known, definition = reading.agencies, reading.definition
    opened_of = {i: opened_for([i], known_on) for i in {p.identity_id for p in parts if p.entry.routine}}
    roles: dict[tuple[UUID, UUID], dict[str, None]] = defaultdict(dict)
    allowed = []
    for part in parts:
        entry = part.entry
        if standing[entry.first] != entry.id or entry.record not in definition.record:
            continue
        roles[(entry.id, part.identity_id)][part.role] = None
        kind = known[entry.agency].kind if entry.agency in known else ""
        sealed = is_sealed(entry, opened_of.get(part.identity_id, {}))
        sight = reading.see(label_of(entry, kind, (part.identity_id,), sealed=sealed))
        if sight.level is Level.FULL:
            reading.note(entry.id, sight)
            allowed.append((entry, part.identity_id, kind))
    reading.keyring.fetch_for(bytes(entry.body) for entry, _, _ in allowed)
    for entry, identity, kind in dict.fromkeys(allowed):
        body = reading.keyring.open(bytes(entry.body), f"entry|{entry.id}")
        held = tuple(roles[(entry.id, identity)])
        found[person_of[identity]].append(MachineEntry(
            entry.id, entry.first, entry.record, entry.agency, identity, held, entry.happened, entry.known_at,
            entry.precision, entry.queued, entry.urgent, entry.stated, tuple(body.get("on", ())),
            facts(definition, definition.record[entry.record], body.get("fields", {}), roles=held, agency=entry.agency, agency_kind=kind),
        ))
