"""Writing entries. Rows are only added: a correction is a new version under the same `first`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sightline.agencies.types import Actor
from sightline.chronology.models import Entry, Opening, Part
from sightline.chronology.proving import digest, leaf
from sightline.chronology.queries import opened_for_each
from sightline.chronology.types import Writing
from sightline.definition.types import Partnership
from sightline.timescales.moment import now
from sightline.timescales.spans import Span
from sightline.vault.actions import Keyring
from sightline.vault.adding import add, add_objects, new
from sightline.vault.asking import Question
from sightline.vault.ids import Ids


def write_entries(writings: Sequence[Writing], keyring: Keyring) -> str:
    """Adds entries with their parts, in bulk, in the caller's transaction. Bodies are sealed for everybody on them. Returns one
    digest over all of them, for the ledger (`proving`)."""
    recorded = now()
    entries, parts, leaves = [], [], []
    for w in writings:
        entry = new(
            Entry,
            id=w.id,
            first=w.first,
            record=w.record,
            agency=w.agency,
            handling=w.handling,
            pointer_only=w.pointer_only,
            routine=w.routine,
            queued=w.queued,
            urgent=w.urgent,
            happened=w.happened,
            until=w.until,
            precision=w.precision,
            known_at=w.known_at,
            recorded_at=recorded,
            stated=w.stated,
            item=w.item,
            author=w.author,
            definition=w.definition,
            body=keyring.seal(w.body, w.keys, f"entry|{w.id}"),
        )
        entries.append(entry)
        parts += [(w.id, identity, role, child, w.happened) for identity, role, child in w.parts]
        leaves.append(leaf(vars(entry), entry.body, w.parts))
    add_objects(entries)
    add(Part, ("entry_id", "identity_id", "role", "child", "happened"), parts)
    return digest(leaves)


def write_here(
    *,
    record: str,
    fields: Mapping[str, Any],
    identities: Sequence[UUID],
    keys: Iterable[UUID],
    by: Actor,
    definition: Partnership,
    role: str = "child",
    agency: str = "",
    handling: str = "",
    happened: datetime | None = None,
    precision: str = "minute",
    on: Sequence[UUID] = (),
    flagged: Sequence[str] = (),
    urgent: bool = False,
    first: UUID | None = None,
    says: str = "",
) -> UUID:
    """One entry that somebody writes here, and no sender told: a decision, a review, what left. In the caller's transaction.

    `identities`: on whose chronologies it stands, in this role; `keys`: everybody's for whom it is sealed, of which those who
    were erased have none; `on`: the records that it is about. `agency` and `handling` are the worker's and the record type's
    unless given. `first`: the record of which it is the next version. Returns its id.
    """
    made, moment, keyring = uuid4(), now(), Keyring()
    wanted = list(dict.fromkeys(keys))
    keyring.fetch(wanted)
    writing = Writing(
        id=made,
        first=first or made,
        record=record,
        agency=agency or by.agency,
        handling=handling or definition.record[record].handling,
        pointer_only=definition.record[record].pointer_only,
        routine=False,
        queued=False,
        urgent=urgent,
        happened=happened or moment,
        until=None,
        precision=precision,
        known_at=moment,
        stated=False,
        item=None,
        author=by.id,
        definition=definition.hash,
        body={
            "says": says,
            "place": {},
            "fields": dict(fields),
            "missing": [],
            "absent": [],
            "counts": {role: len(identities)},
            "on": [str(one) for one in on],
            "flagged": list(flagged),
        },
        parts=tuple((identity, role, True) for identity in identities),
        keys=tuple(key for key in wanted if keyring.has(key)),
    )
    write_entries([writing], keyring)
    return made


def open_routine(concerns: Sequence[tuple[UUID, UUID, datetime]], windows: Mapping[str, Span]) -> int:
    """Opens routine records of these people: (source identity, the entry that is the concern, when it was known).

    `windows`: how far back each routine record type is opened. On the record, append-only. In the caller's transaction.
    """
    if not concerns or not windows:
        return 0
    already = opened_for_each([identity for identity, _, _ in concerns], None)
    there = {identity: set(already.get(identity, ())) for identity, _, _ in concerns}
    rows, ids = [], Ids()
    for identity, entry, known in concerns:
        opened = there[identity]
        for record, window in windows.items():
            if record not in opened:
                opened.add(record)
                rows.append(
                    new(
                        Opening,
                        id=ids(),
                        identity_id=identity,
                        record=record,
                        since=window.before(known),
                        opened_at=known,
                        because=entry,
                    )
                )
    add_objects(rows)
    return len(rows)


_VERSIONS = Question(lambda first: Entry.objects.filter(first=first).order_by("known_at", "recorded_at"), "id")


def versions_of(first: UUID) -> list[UUID]:
    """The ids of a record's versions, oldest first."""
    return [one for (one,) in _VERSIONS(first)]
