"""Entries as machines read them (clocks, signals): standing versions with their values, through the same gate.

A machine acts as a declared actor with a purpose; the reading that it passes leaves one ledger record a run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from sightline.chronology.models import Entry, Part
from sightline.chronology.queries import allowed_values, is_sealed, label_of, latest_of, opened_for_each
from sightline.definition.records import facts
from sightline.identity.queries import rows_by_id, rows_of
from sightline.sharing.reading import Reading
from sightline.sharing.types import Level
from sightline.vault.actions import CannotOpen

READ = (  # of an entry: as plain rows, for a machine reads them by the hundred
    "id",
    "first",
    "record",
    "agency",
    "handling",
    "pointer_only",
    "routine",
    "queued",
    "urgent",
    "happened",
    "precision",
    "known_at",
    "recorded_at",
    "stated",
    "body",
)


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
    recorded_at: datetime
    on: tuple[str, ...]
    facts: dict[str, Any]


def of_people(
    reading: Reading,
    persons: Iterable[UUID],
    *,
    known_on: datetime | None = None,
    records: Collection[str] | None = None,
) -> dict[UUID, list[MachineEntry]]:
    """Each person's standing open entries, oldest first. Sealed routine entries and pointers-only never come.

    `records`: only these record types (and, where `queued` is among them, whatever reached the front door).
    """
    some = Q()
    if records is not None:
        some = Q(entry__record__in=records) | (Q(entry__queued=True) if "queued" in records else Q())
    if known_on is not None:
        some &= Q(entry__known_at__lte=known_on)
    person_of = {row.id: row.person for row in rows_of(persons)}
    found: dict[UUID, list[MachineEntry]] = defaultdict(list)
    identities = list(person_of)
    for start in range(0, len(identities), 400):
        _add(reading, identities[start : start + 400], person_of, found, known_on, some)
    return {person: sorted(entries, key=lambda e: (e.happened, str(e.first))) for person, entries in found.items()}


def _add(
    reading: Reading,
    identities: Sequence[UUID],
    person_of: dict[UUID, UUID],
    found: dict[UUID, list[MachineEntry]],
    known_on: datetime | None,
    some: Q,
) -> None:
    parts = list(
        Part.objects.filter(some, identity_id__among=identities, child=True)
        .order_by("id")
        .values_list("entry_id", "identity_id", "role")
    )
    rows = Entry.objects.filter(id__among={entry_id for entry_id, _, _ in parts})
    entries = {row.id: row for row in rows.values_list(*READ, named=True)}
    standing, _ = latest_of(entries.values(), known_on)
    own = {entry.first for entry in entries.values()} if reading.policy.asks_records else set()
    reading.learn_ties({identity for _, identity, _ in parts} | own)
    known, definition = reading.agencies, reading.definition
    opened_of = opened_for_each([identity for entry_id, identity, _ in parts if entries[entry_id].routine], known_on)
    roles: dict[tuple[UUID, UUID], dict[str, None]] = defaultdict(dict)
    allowed = []
    for entry_id, identity, role in parts:
        entry = entries[entry_id]
        if standing[entry.first] != entry.id or entry.record not in definition.record:
            continue
        roles[(entry.id, identity)][role] = None
        kind = known[entry.agency].kind if entry.agency in known else ""
        sealed = is_sealed(entry, opened_of.get(identity, {}))
        sight = reading.see(label_of(entry, kind, (identity,), sealed=sealed))
        if sight.level is Level.FULL:
            reading.note(entry.id, sight)
            allowed.append((entry, identity, kind, sight))
    reading.keyring.fetch_for(bytes(entry.body) for entry, *_ in allowed)
    keys = {row.id: row.key for row in rows_by_id(identity for _, identity, *_ in allowed).values()}
    reading.keyring.fetch(keys.values())
    for entry, identity, kind, sight in dict.fromkeys(allowed):
        if not reading.keyring.opens_by(
            entry.body, (keys[identity], entry.id)
        ):  # a routine record has a key of its own
            continue  # whoever is erased: no rule rests on what opens with a brother's key
        try:
            body = reading.keyring.open(bytes(entry.body), f"entry|{entry.id}")
        except CannotOpen:
            continue  # what was erased, or altered, is nothing that a rule may rest on
        held = tuple(roles[(entry.id, identity)])
        found[person_of[identity]].append(
            MachineEntry(
                entry.id,
                entry.first,
                entry.record,
                entry.agency,
                identity,
                held,
                entry.happened,
                entry.known_at,
                entry.precision,
                entry.queued,
                entry.urgent,
                entry.stated,
                entry.recorded_at,
                tuple(body.get("on", ())),
                facts(
                    definition,
                    definition.record[entry.record],
                    allowed_values(definition.record[entry.record], body.get("fields", {}), sight),
                    roles=held,
                    agency=entry.agency,
                    agency_kind=kind,
                ),
            )
        )
