"""Entries as machines read them (clocks, signals): standing versions with their values, through the same gate.

A machine acts as a declared actor with a purpose; the reading that it passes leaves one ledger record a run.
"""

from __future__ import annotations

from collections import defaultdict, namedtuple
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from sightline.chronology.models import Entry, Part
from sightline.chronology.queries import allowed_values, is_sealed, label_of, latest_of, opened_for_each
from sightline.chronology.rules import history_before, is_history
from sightline.definition.records import facts
from sightline.definition.types import Partnership
from sightline.identity.queries import rows_by_id, rows_of
from sightline.sharing.reading import Reading
from sightline.sharing.standing import trusted
from sightline.sharing.types import Level
from sightline.vault.actions import CannotOpen
from sightline.vault.asking import Question, known_by

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


def _parts(
    identities: Collection[UUID], records: Collection[str] | None, queued: bool, known_on: datetime | None, own: bool
) -> QuerySet[Part]:
    some = OWN if own else Q()
    if records is not None:
        some &= Q(entry__record__among=records) | (Q(entry__queued=True) if queued else Q())
    return Part.objects.filter(some, known_by(known_on, "entry__known_at"), identity_id__among=identities).order_by("id")


def _on_records(firsts: Collection[UUID], known_on: datetime | None) -> QuerySet[Part]:
    return Part.objects.filter(OWN, known_by(known_on, "entry__known_at"), entry__first__among=firsts).order_by()


_PARTS = Question(_parts, "entry_id", "identity_id", "role")
_ON_RECORDS = Question(_on_records, "identity_id")
_PARTS_OF_RECORDS = Question(
    lambda identities, firsts, known_on: _on_records(firsts, known_on)
    .filter(identity_id__among=identities)
    .order_by("id"),
    *("entry_id", "identity_id", "role"),
)
_ENTRIES = Question(lambda ids: Entry.objects.filter(id__among=ids), *READ)
_TOLD = Question(
    lambda firsts, known_on: Entry.objects.filter(known_by(known_on), first__among=firsts).order_by("known_at", "recorded_at"),
    *("first", "queued", "urgent", "id", "happened", "known_at", "stated", "recorded_at"),
)


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
    told: tuple[datetime, bool, datetime] | None = None  # of a correction: when what it corrects was told (see `_told`)

    @property
    def first_told(self) -> tuple[datetime, bool, datetime]:
        """(known, stated, recorded) of the first version that was as pressing as this: correcting a word tells nothing anew."""
        return self.told or (self.known_at, self.stated, self.recorded_at)


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
    rows = {row.id: row for row in rows_of(persons)}
    found: dict[UUID, list[MachineEntry]] = defaultdict(list)
    identities = list(rows)
    for start in range(0, len(identities), 400):
        some = identities[start : start + 400]
        parts = _PARTS(some, records, records is not None and "queued" in records, known_on, not in_any_role)
        _add(reading, parts, rows, found, known_on)
    return {person: sorted(entries, key=lambda e: (e.happened, e.first.int)) for person, entries in found.items()}


def of_records(
    reading: Reading, firsts: Collection[UUID], *, known_on: datetime | None = None
) -> dict[UUID, list[MachineEntry]]:
    """What stands of these records (by their first versions), of each person whose own chronology they are on."""
    if not firsts:
        return {}
    wanted = set(firsts)
    there = {identity for (identity,) in _ON_RECORDS(wanted, known_on)}
    found: dict[UUID, list[MachineEntry]] = defaultdict(list)
    identities = list(there)
    rows = {row.id: row for row in rows_of({row.person for row in rows_by_id(there).values()})}
    for start in range(0, len(identities), 400):
        parts = _PARTS_OF_RECORDS(identities[start : start + 400], wanted, known_on)
        _add(reading, parts, rows, found, known_on)
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
    parts: Sequence[tuple[Any, ...]],
    people: Mapping[UUID, Any],
    found: dict[UUID, list[MachineEntry]],
    known_on: datetime | None,
) -> None:
    rows = _ENTRIES({entry_id for entry_id, _, _ in parts})
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
    told = _told([entry for entry, *_ in allowed.values()], known_on, definition)
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
                    says=body.get("says", "") if "sensitive" in sight.fields else "",
                ),
                entry.until,
                (body.get("place", {}).get("name", ""), body.get("place", {}).get("postcode", "")),
                tuple(body.get("absent", ())),
                entry.handling,
                told.get(entry.id),
            )
        )


def _told(
    entries: Iterable[Any], known_on: datetime | None, definition: Partnership
) -> dict[UUID, tuple[datetime, bool, datetime]]:
    """When what these corrections correct was told: by each one's id, (known, stated, recorded) of the first version that
    reached the front door, and could not wait, as this one does; not of one that was history, where this happened lately
    after all. One query, and none where nothing was corrected."""
    corrected = {entry.first: entry for entry in entries if entry.id != entry.first}
    found: dict[UUID, tuple[datetime, bool, datetime]] = {}
    if corrected:
        with trusted("which-version-stands"):
            for first, queued, urgent, id, happened, *told in _TOLD(corrected, known_on):
                entry = corrected[first]
                lately = entry.happened >= history_before(definition, entry.recorded_at)
                if lately and is_history(
                    definition, first=id == first, happened=happened, known=told[0], recorded=told[2]
                ):
                    continue
                if (queued, urgent) == (entry.queued, entry.urgent):
                    found.setdefault(entry.id, (told[0], told[1], told[2]))
    return found
