"""Who stands on which record, in which role: ids alone, for stages above, which pass the gate for what they read of them.

Nothing that is sealed, routine, or intelligence is ever told here: its being there would say something already.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from sightline.chronology.models import Entry, Part
from sightline.chronology.queries import latest_of
from sightline.vault.asking import Question, known_by

SEALED = "sealed"
OPEN = Q(entry__pointer_only=False, entry__routine=False)
HEADS = ("id", "first", "record", "happened", "known_at")


_PART = "entry_id", "identity_id", "role", "child"
_PARTS = Question(
    lambda identities, records, roles: Part.objects.filter(
        OPEN,
        Q() if roles is None else Q(role__among=roles),
        entry__record__among=records,
        identity_id__among=identities,
    ).order_by("id"),
    *_PART,
)
ON_ENTRIES = Question(lambda entries: Part.objects.filter(entry_id__among=entries).order_by("id"), *_PART)
_HEADS = Question(
    lambda entries, known_on: Entry.objects.filter(known_by(known_on), id__among=entries)
    .exclude(handling=SEALED)
    .order_by(),
    *HEADS,
)


class Placed(NamedTuple):
    """Somebody's place on a record, as it stands. `known`: from when this version was."""

    entry: UUID
    first: UUID
    record: str
    happened: datetime
    known: datetime
    identity: UUID
    role: str
    child: bool


class _Head(NamedTuple):
    id: UUID
    first: UUID
    record: str
    happened: datetime
    known_at: datetime


def of_identities(
    identities: Collection[UUID],
    records: Collection[str],
    known_on: datetime | None = None,
    *,
    every_version: bool = False,
    roles: Collection[str] | None = None,
) -> list[Placed]:
    """The places of these source identities on records of these types, in any role. `every_version`: also on those that do
    not stand any more."""
    parts = _PARTS(identities, records, roles)
    heads = _heads({entry for entry, *_ in parts}, known_on)
    standing = {} if every_version else latest_of(heads.values(), known_on)[0]  # type: ignore[arg-type]
    return [
        _placed(heads[entry], identity, role, child)
        for entry, identity, role, child in parts
        if entry in heads and standing.get(heads[entry].first, entry) == entry
    ]


def on_entries(entries: Mapping[UUID, Placed]) -> list[Placed]:
    """Everybody's places on these entries: what `of_identities` found, by entry."""
    if not entries:
        return []
    return [
        entries[entry]._replace(identity=identity, role=role, child=bool(child))
        for entry, identity, role, child in ON_ENTRIES(list(entries))
    ]


def _heads(entries: Collection[UUID], known_on: datetime | None) -> dict[UUID, _Head]:
    if not entries:
        return {}
    return {row[0]: _Head(*row) for row in _HEADS(entries, known_on)}


def _placed(head: _Head, identity: UUID, role: str, child: bool) -> Placed:
    return Placed(head.id, head.first, head.record, head.happened, head.known_at, identity, role, bool(child))
