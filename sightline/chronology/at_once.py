"""Several records, and what is held about several children, at once: for a queue, in a bounded number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sightline.chronology import rules
from sightline.chronology.models import Entry, Part
from sightline.chronology.placing import ON_ENTRIES
from sightline.chronology.queries import (
    VERSIONS,
    _since,
    entries_of,
    handled_on,
    is_sealed,
    label_of,
    latest_of,
    opened_for_each,
    view,
)
from sightline.chronology.types import EntryView, Holds
from sightline.chronology.veiled import learn
from sightline.identity.queries import persons_of, rows_for, rows_of
from sightline.sharing.reading import Reading
from sightline.sharing.types import Level, Sight
from sightline.vault.asking import Question

ENTRY = "first", "record", "agency", "handling", "pointer_only", "routine", "happened"
_HELD = Question(
    lambda identities: Part.objects.filter(identity_id__among=identities, child=True),
    *("identity_id", "role", "entry_id", *(f"entry__{name}" for name in ENTRY)),
)
_OF_TYPES = Question(
    lambda identities, records: Part.objects.filter(
        identity_id__among=identities, entry__record__among=records, child=True
    ).order_by("id"),
    *("entry_id", "identity_id", "role"),
)


class _On(NamedTuple):
    """Somebody's place on a record."""

    identity_id: UUID
    role: str
    child: bool


class _Held(NamedTuple):
    """A record on somebody's chronology: of it what the gate asks."""

    id: UUID
    first: UUID
    record: str
    agency: str
    handling: str
    pointer_only: bool
    routine: bool
    happened: datetime


@dataclass(frozen=True, slots=True)
class Noticed:
    """A standing record as its reader may see it, and the children on it: (person, source identity)."""

    view: EntryView
    children: tuple[tuple[UUID, UUID], ...]
    adults: int  # who else stands on it, as a number


def notices(reading: Reading, firsts: Iterable[UUID]) -> dict[UUID, Noticed]:
    """These records (by their first version) as they stand, of which this reader may see anything at all. Six queries."""
    wanted = list(dict.fromkeys(firsts))
    standing: dict[UUID, Entry] = {}
    earlier: dict[UUID, int] = defaultdict(lambda: -1)
    for row in VERSIONS.rows(wanted):
        standing[row.first] = row
        earlier[row.first] += 1
    parts: dict[UUID, list[_On]] = defaultdict(list)
    for entry_id, *on in ON_ENTRIES([row.id for row in standing.values()]):
        parts[entry_id].append(_On(*on))
    person_of, same = _people(reading, [p.identity_id for some in parts.values() for p in some if p.child])
    opened = opened_for_each(list(person_of), None)
    reading.learn_ties([*person_of, *standing])
    known = reading.agencies
    seen: list[tuple[Entry, Sight, list[_On]]] = []
    for row in standing.values():
        on = parts[row.id]
        kind = known[row.agency].kind if row.agency in known else ""
        children = list(dict.fromkeys(person_of[p.identity_id] for p in on if p.child and p.identity_id in person_of))
        best: Sight | None = None
        for who in [same[child] for child in children] or [[p.identity_id for p in on]]:
            roles = list(dict.fromkeys(p.role for p in on if p.child and p.identity_id in who))
            sealed = is_sealed(row, _since(opened, who))
            sight = reading.see(
                label_of(row, kind, who, sealed=sealed, handling=handled_on(reading.definition, row, roles))
            )
            best = sight if best is None or sight.level > best.level else best
        if best:
            seen.append((row, best, on))
    reading.keyring.fetch_for(bytes(row.body) for row, sight, _ in seen if sight.level >= Level.HEADLINE)
    found = {}
    for row, sight, on in seen:
        roles = tuple(dict.fromkeys(p.role for p in on if p.child))
        children = tuple(
            dict.fromkeys(
                (person_of[p.identity_id], p.identity_id) for p in on if p.child and p.identity_id in person_of
            )
        )
        adults = len({p.identity_id for p in on if not p.child})
        found[row.first] = Noticed(view(reading, row, sight, roles, earlier[row.first], known), children, adults)
    return found


def _people(reading: Reading, identities: Sequence[UUID]) -> tuple[dict[UUID, UUID], dict[UUID, tuple[UUID, ...]]]:
    """The person of each of these source identities and of whoever is the same person; and who is the same. Two queries."""
    rows = rows_for(reading, persons_of(identities).values())
    same: dict[UUID, list[UUID]] = defaultdict(list)
    for row in rows:
        same[row.person].append(row.id)
    return {row.id: row.person for row in rows}, {person: tuple(ids) for person, ids in same.items()}


def held_about(
    reading: Reading, persons: Iterable[UUID], *, besides: Iterable[UUID] = (), words: bool = False
) -> dict[UUID, list[Holds]]:
    """What each kind of agency holds about each of these people, in the order of the picture's lanes.

    `besides`: records (by first version) that are not counted: those that the reader looks at already. `words`: with the
    newest record of each, as far as this reader may see it. Five queries, and three more for the words.
    """
    rows = rows_for(reading, persons)
    same: dict[UUID, list[UUID]] = defaultdict(list)
    for identity in rows:
        same[identity.person].append(identity.id)
    person_of = {identity.id: identity.person for identity in rows}
    parts = [(identity, role, _Held(*entry)) for identity, role, *entry in _HELD(list(person_of))]
    standing, earlier = latest_of((entry for _, _, entry in parts), None)
    opened = opened_for_each(list(person_of) if any(entry.routine for _, _, entry in parts) else [], None)
    since = {person: _since(opened, own) for person, own in same.items()}
    subjects = {person: tuple(own) for person, own in same.items()}
    reading.learn_ties([*person_of, *standing] if reading.policy.asks_records else person_of)
    left_out, known, definition = set(besides), reading.agencies, reading.definition
    roles: dict[tuple[UUID, UUID], dict[str, None]] = defaultdict(dict)
    one_of: dict[tuple[UUID, UUID], _Held] = {}
    for identity, role, entry in parts:
        if standing[entry.first] == entry.id and entry.first not in left_out:
            at = person_of[identity], entry.id
            roles[at][role] = None
            one_of[at] = entry
    found: dict[UUID, dict[str, Holds]] = defaultdict(dict)
    newest: dict[tuple[UUID, str], tuple[UUID, Sight, tuple[str, ...]]] = {}
    for (person, entry_id), entry in one_of.items():
        kind, happened = known[entry.agency].kind if entry.agency in known else "", entry.happened
        held = tuple(roles[person, entry_id])
        sealed = is_sealed(entry, since[person])
        handling = handled_on(definition, entry, held)
        sight = reading.see(label_of(entry, kind, subjects[person], sealed=sealed, handling=handling))
        if not sight:
            continue
        lane, title, order = rules.lane_of(definition, entry.record, kind)
        before = found[person].get(lane)
        if before is None or happened > before.last:
            newest[person, lane] = entry_id, sight, held
        found[person][lane] = Holds(
            lane, title, order, before.count + 1 if before else 1, max(happened, before.last) if before else happened
        )
    if words:
        _words(reading, found, newest, earlier)
    return {person: sorted(lanes.values(), key=lambda one: one.order) for person, lanes in found.items()}


def _words(
    reading: Reading,
    found: dict[UUID, dict[str, Holds]],
    newest: dict[tuple[UUID, str], tuple[UUID, Sight, tuple[str, ...]]],
    earlier: dict[UUID, int],
) -> None:
    rows = entries_of([entry for entry, *_ in newest.values()])
    reading.keyring.fetch_for(bytes(rows[e].body) for e, sight, _ in newest.values() if sight.level >= Level.HEADLINE)
    for (person, lane), (entry, sight, held) in newest.items():
        shown = view(reading, rows[entry], sight, held, earlier[rows[entry].first], reading.agencies)
        found[person][lane] = replace(found[person][lane], newest=shown)


def views_of(reading: Reading, persons: Iterable[UUID], records: Collection[str]) -> dict[UUID, list[EntryView]]:
    """What of these record types stands about each of these people, as their own page shows it to this reader, the first first.
    A number of questions that does not grow with them."""
    rows = rows_of(persons)
    same: dict[UUID, list[UUID]] = defaultdict(list)
    for identity in rows:
        same[identity.person].append(identity.id)
    person_of = {identity.id: identity.person for identity in rows}
    parts = _OF_TYPES(list(person_of), list(records))
    entries = entries_of(list(dict.fromkeys(entry for entry, _, _ in parts)))
    standing, earlier = latest_of(entries.values(), None)
    opened = opened_for_each(list(person_of) if any(one.routine for one in entries.values()) else [], None)
    roles: dict[tuple[UUID, UUID], dict[str, None]] = defaultdict(dict)
    for entry_id, identity, role in parts:
        if standing[entries[entry_id].first] == entry_id:
            roles[person_of[identity], entry_id][role] = None
    reading.learn_ties([*person_of, *standing])
    known, passed = reading.agencies, []
    for (person, entry_id), held in roles.items():
        entry = entries[entry_id]
        kind = known[entry.agency].kind if entry.agency in known else ""
        sealed, handling = is_sealed(entry, _since(opened, same[person])), handled_on(reading.definition, entry, list(held))
        if sight := reading.see(label_of(entry, kind, same[person], sealed=sealed, handling=handling)):
            passed.append((person, entry, sight, tuple(held)))
    reading.keyring.fetch_for(bytes(entry.body) for _, entry, sight, _ in passed if sight.level >= Level.HEADLINE)
    keys: dict[UUID, set[UUID]] = defaultdict(set)
    for identity in rows:
        keys[identity.person].add(identity.key)
    reading.keyring.fetch(key for person, *_ in passed for key in keys[person])
    learn(reading, [entry.id for _, entry, sight, _ in passed if sight.level >= Level.HEADLINE])
    found: dict[UUID, list[EntryView]] = defaultdict(list)
    for person, entry, sight, held in passed:
        found[person].append(view(reading, entry, sight, held, earlier[entry.first], known, keys[person]))
    return {person: sorted(some, key=lambda one: (one.happened, one.first.int)) for person, some in found.items()}
