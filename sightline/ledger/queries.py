"""Reading the ledger. Reading other people's records passes the gate of whoever shows them. Checking it: `verifying`."""

from __future__ import annotations

import hmac
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL

from sightline.ledger import rules
from sightline.ledger.models import Head, Record, Unplaced
from sightline.ledger.tree import EMPTY, Growing
from sightline.vault.actions import digest

Places = dict[str, tuple[int, str]]  # "*": records in the tree, its root; chains of before: newest place, its value


def places(head: Head | None) -> Places:
    """How far the ledger has got, as a head says."""
    return {stream: (int(n), value) for stream, (n, value) in head.streams.items()} if head else {}


def ends() -> Places:
    """How far the ledger has got now."""
    return places(Head.objects.filter(id=Head.ONE).first())


def placed(said: Mapping[str, Any]) -> int:
    """How many records have their place, where this is how far the ledger had got."""
    return int(said[rules.TREE][0]) if rules.TREE in said else sum(int(n) for n, _ in said.values())


def sealed(streams: Mapping[str, Any]) -> str:
    """The keyed digest of a head."""
    return digest("ledger-head", rules.head_text(streams))


def record_seal(leaf: str) -> str:
    """The keyed digest of a record. A row that somebody put in, or altered, who has the database and not the key has none
    that fits: it never gets a place."""
    return digest("ledger-record", leaf)


def is_whole(head: Head) -> bool:
    """Whether a head is as it was written by whoever holds the key, and its frontier adds up to its root."""
    if not hmac.compare_digest(head.seal, sealed(head.streams)):
        return False
    size, root = head.streams.get(rules.TREE, (0, EMPTY.hex()))
    try:
        return Growing(size, map(bytes.fromhex, head.frontier)).root.hex() == root
    except (ValueError, TypeError):
        return False


@dataclass(frozen=True, slots=True)
class Read:
    """One response that showed something, as the ledger has it: ids and codes."""

    id: UUID
    at: datetime
    actor: str
    acting_for: str
    verb: str
    purpose: str
    ids: tuple[str, ...]  # empty where there were too many to name: then `persons` says whose page it was
    persons: tuple[str, ...]


_NAMES = {  # whether a record names one of these: among what was shown, or as the person whose page it was
    "sqlite": "EXISTS (SELECT 1 FROM json_each({}) AS j WHERE j.value IN (SELECT value FROM json_each(%s)))",
    "postgresql": "({}) ?| ARRAY(SELECT jsonb_array_elements_text(%s::jsonb))",
}
_WHERE = {
    "sqlite": ('"ledger_record"."ids"', """COALESCE(json_extract("ledger_record"."detail", '$.persons'), '[]')"""),
    "postgresql": ('"ledger_record"."ids"', """COALESCE("ledger_record"."detail"->'persons', '[]'::jsonb)"""),
}


def reads_of(
    things: Collection[UUID],
    *,
    since: datetime,
    until: datetime,
    after: tuple[datetime, UUID] | None = None,
    limit: int = 1000,
) -> list[Read]:
    """Responses between two moments that showed any of these things (or somebody's page of these persons), in the order
    in which they were given. For stages above, which say who may read of it."""
    named = json.dumps(sorted(str(thing) for thing in things))
    found = Record.objects.filter(kind="read", outcome="allowed", at__gte=since, at__lte=until)
    if after is not None:
        found = found.filter(Q(at__gt=after[0]) | Q(at=after[0], id__gt=after[1]))
    for alias, column in zip(("shown", "page"), _WHERE[connection.vendor], strict=True):
        said = RawSQL(_NAMES[connection.vendor].format(column), [named], output_field=BooleanField())
        found = found.annotate(**{alias: said})
    rows = found.filter(Q(shown=True) | Q(page=True)).order_by("at", "id")[:limit]
    return [
        Read(r.id, r.at, r.actor, r.acting_for, r.verb, r.purpose, tuple(r.ids), tuple(r.detail.get("persons", ())))
        for r in rows
    ]


def latest() -> datetime | None:
    """When the newest record was written."""
    return Record.objects.order_by("-at", "-id").values_list("at", flat=True).first()


def oldest_without_place() -> datetime | None:
    """Since when a record has waited for its place; None where none waits."""
    return Unplaced.objects.order_by("id").values_list("at", flat=True).first()


def runs_of(verb: str, together: int = 200) -> Iterator[tuple[UUID, list[str], int, dict[str, Any]]]:
    """Every run of a machine by this verb, the oldest first: (the record's id, the ids that it names, of how many, its detail).
    The whole table is gone through, so many rows at a time: for `sightline verify`."""
    rows = Record.objects.filter(verb=verb, kind="run").order_by("at", "id").values_list("id", "ids", "count", "detail")
    yield from rows.iterator(chunk_size=together)
