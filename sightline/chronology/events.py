"""Entries as machines read them (clocks, signals): standing versions with their values, through the same gate.

A machine acts as a declared actor with a purpose; the reading that it passes leaves one ledger record a run.
"""

from __future__ import annotations

from collections import defaultdict, namedtuple
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q

from sightline.chronology.models import Entry, Part
from sightline.chronology.queries import allowed_values, is_sealed, label_of, latest_of, opened_for_each
from sightline.definition.records import facts
from sightline.identity.queries import rows_by_id, rows_of
from sightline.sharing.reading import Reading
from sightline.sharing.types import Level
from sightline.vault.actions import CannotOpen
from sightline.vault.taking import taken

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
    "until",
    "precision",
    "known_at",
    "recorded_at",
    "stated",
    "body",
)
OWN = Q(child=True)  # a part of the person's own chronology
_Read = namedtuple("_Read", READ)


class MachineEntry(NamedTuple):
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
    until: datetime | None = None
    place: tuple[str, str] = ("", "")  # name, postcode: for keyed digests alone
    lacks: tuple[str, ...] = ()  # what a good record would also have
    handling: str = "ordinary"


def of_people(
    reading: Reading,
    persons: Iterable[UUID],
    *,
    known_on: datetime | None = None,
    records: Collection[str] | None = None,
    in_any_role: bool = False,
) -> dict[UUID, list[MachineEntry]]:
    """Each person's standing open entries, oldest first. Sealed routine entries and pointers-only never come.

    `records`: only these record types (and, where `queued` is among them, whatever reached the front door).
    `in_any_role`: also those on which the person stands as a parent, as who caused harm, … : not on their own chronology.
    """
    some = Q() if in_any_role else OWN
    if records is not None:
        some &= Q(entry__record__in=records) | (Q(entry__queued=True) if "queued" in records else Q())
    if known_on is not None:
        some &= Q(entry__known_at__lte=known_on)
    rows = {row.id: row for row in rows_of(persons)}
    found: dict[UUID, list[MachineEntry]] = defaultdict(list)
    identities = list(rows)
    for start in range(0, len(identities), 400):
        _add(reading, identities[start : start + 400], rows, found, known_on, some)
    return {person: sorted(entries, key=lambda e: (e.happened, e.first.int)) for person, entries in found.items()}


def of_records(
    reading: Reading, firsts: Collection[UUID], *, known_on: datetime | None = None
) -> dict[UUID, list[MachineEntry]]:
    """What stands of these records (by their first versions), of each person whose own chronology they are on."""
    if not firsts:
        return {}
    some = OWN & Q(entry__first__among=set(firsts))
    if known_on is not None:
        some &= Q(entry__known_at__lte=known_on)
    there = {identity for (identity,) in taken(Part.objects.filter(some).order_by(), "identity_id")}
    found: dict[UUID, list[MachineEntry]] = defaultdict(list)
    identities = list(there)
    rows = {row.id: row for row in rows_of({row.person for row in rows_by_id(there).values()})}
    for start in range(0, len(identities), 400):
        _add(reading, identities[start : start + 400], rows, found, known_on, some)
    return found


def _opened(
    parts: Sequence[tuple[UUID, UUID, str]],
    entries: Mapping[UUID, Any],
    people: Mapping[UUID, Any],
    known_on: datetime | None,
) -> dict[UUID, dict[str, datetime]]:
    """From when each person's routine records of each type are open: what one sender's concern opens is opened under the
    names of all of them. One query, and none where nothing is routine."""
    asked = {people[identity].person for entry_id, identity, _ in parts if entries[entry_id].routine}
    if not asked:
        return {}
    theirs = [row.id for row in people.values() if row.person in asked]
    found: dict[UUID, dict[str, datetime]] = defaultdict(dict)
    for identity, opened in opened_for_each(theirs, known_on).items():
        person = people[identity].person
        for record, since in opened.items():
            found[person][record] = min(since, found[person].get(record, since))
    return found


def _add(
    reading: Reading,
    identities: Sequence[UUID],
    people: Mapping[UUID, Any],
    found: dict[UUID, list[MachineEntry]],
    known_on: datetime | None,
    some: Q,
) -> None:
    asked = Part.objects.filter(some, identity_id__among=identities).order_by("id")
    parts = taken(asked, "entry_id", "identity_id", "role")
    rows = taken(Entry.objects.filter(id__among={entry_id for entry_id, _, _ in parts}), *READ)
    entries = {row.id: row for row in map(_Read._make, rows)}
    standing, _ = latest_of(entries.values(), known_on)
    own = {entry.first for entry in entries.values()} if reading.policy.asks_records else set()
    reading.learn_ties({identity for _, identity, _ in parts} | own)
    known, definition = reading.agencies, reading.definition
    opened_of = _opened(parts, entries, people, known_on)
    roles: dict[tuple[UUID, UUID], dict[str, None]] = defaultdict(dict)
    allowed: dict[tuple[UUID, UUID], tuple[Any, ...]] = {}
    for entry_id, identity, role in parts:
        entry = entries[entry_id]
        if standing[entry.first] != entry.id or entry.record not in definition.record:
            continue
        at = entry.id, identity
        roles[at][role] = None
        if at in allowed:  # in another role
            continue
        kind = known[entry.agency].kind if entry.agency in known else ""
        sealed = is_sealed(entry, opened_of.get(people[identity].person, {}))
        sight = reading.see(label_of(entry, kind, (identity,), sealed=sealed))
        if sight.level is Level.FULL:
            reading.note(entry.id, sight)
            allowed[at] = entry, identity, kind, sight
    reading.keyring.fetch_for(bytes(entry.body) for entry, *_ in allowed.values())
    reading.keyring.fetch(people[identity].key for _, identity, *_ in allowed.values())
    for entry, identity, kind, sight in allowed.values():
        own = people[identity].key, entry.id  # a routine record has a key of its own
        if not reading.keyring.opens_by(entry.body, own):
            continue  # whoever is erased: no rule rests on what opens with a brother's key
        try:
            body = reading.keyring.open(bytes(entry.body), f"entry|{entry.id}")
        except CannotOpen:
            continue  # what was erased, or altered, is nothing that a rule may rest on
        held = tuple(roles[(entry.id, identity)])
        found[people[identity].person].append(
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
                entry.until,
                (body.get("place", {}).get("name", ""), body.get("place", {}).get("postcode", "")),
                tuple(body.get("absent", ())),
                entry.handling,
            )
        )
