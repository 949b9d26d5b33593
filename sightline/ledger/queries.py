"""Checking the ledger. Reading other people's records passes the gate of whoever shows them."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL

from sightline.ledger import rules
from sightline.ledger.models import Head, Link, Record, Unplaced
from sightline.vault.actions import check_key, digest

PAGE = 5000  # places that are looked at together
_ID, _STREAM = rules.TEXTS.index("id"), rules.TEXTS.index("stream")


@dataclass(frozen=True)
class Verified:
    """What a check of the whole ledger found. `faults` are sentences; none means that the chain holds."""

    records: int
    chained: int
    faults: tuple[str, ...]


Places = dict[str, tuple[int, str]]  # stream: newest place, its chain


def places(head: Head | None) -> Places:
    """Where every chain stands, as a head says."""
    return {stream: (int(n), chain) for stream, (n, chain) in head.streams.items()} if head else {}


def ends() -> Places:
    """Where every chain stands now."""
    return places(Head.objects.filter(id=Head.ONE).first())


def sealed(streams: Mapping[str, Any]) -> str:
    """The keyed digest of a head."""
    return digest("ledger-head", rules.head_text(streams))


def is_whole(head: Head) -> bool:
    """Whether a head is as it was written by whoever holds the key."""
    return hmac.compare_digest(head.seal, sealed(head.streams))


def verify(progress: Callable[[int], None] | None = None) -> Verified:
    """Recomputes every leaf and every chain, and compares their ends with the sealed head; names each record that does not fit.

    A page of places at a time: memory stays small however long the ledger is, and on SQLite others write in between.
    Records that come while it looks are looked at too, as far as the head said when it came to the end.

    Not found here: what was done to a record before it had its place (about a second), the whole ledger put back to an
    older copy of itself (that is what `anchors` is for), and whatever somebody does who holds the key.
    """
    check_key()
    walk = _Walk(progress)
    for stream in _streams():
        walk.on(stream)
    head = Head.objects.filter(id=Head.ONE).first()
    if head is not None and is_whole(head):
        for stream, (place, _) in head.streams.items():
            walk.on(stream, until=place)  # what came meanwhile
    walk.without_a_place()
    return Verified(records=walk.records, chained=walk.chained, faults=(*walk.faults, *_ends(walk.heads, head)))


class _Walk:
    """Through the ledger, from place to place. Rows are read plain: a model a record would take four times as long."""

    def __init__(self, progress: Callable[[int], None] | None) -> None:
        self.faults: list[str] = []
        self.heads: dict[str, tuple[int, str]] = {}
        self.records = self.chained = 0
        self._progress = progress or (lambda _: None)
        sqlite = connection.vendor == "sqlite"
        how = {"at": """r."at" || '+00:00'"""} if sqlite else {}  # which keeps a moment as text, without its zone
        named = (*rules.TEXTS, "count", "ids", "detail", "leaf")
        self._columns = ", ".join(how.get(name, f'r."{name}"') for name in named)
        self._texts = _from_sqlite if sqlite else _plain

    def on(self, stream: str, *, until: int = 2**62) -> None:
        """Along one chain, from where it stands to its end (or a place)."""
        statement = (
            f"SELECT l.n, l.chain, {self._columns} FROM ledger_link l LEFT JOIN ledger_record r ON r.id = l.record_id "
            "WHERE l.stream = %s AND l.n > %s AND l.n <= %s ORDER BY l.n LIMIT %s"
        )
        while True:
            n, before = self.heads.get(stream, (0, rules.START))
            rows = _rows(statement, [stream, n, until, PAGE])
            for place, chain, *values, leaf in rows:
                if place != n + 1:
                    self.faults.append(f"stream {stream}: place {n + 1} is missing")
                if leaf is None:
                    self.faults.append(f"stream {stream}: the record at place {place} is gone")
                else:
                    self._look_at(values, leaf)
                    if values[_STREAM] != stream or rules.chained(before, leaf) != chain:
                        self.faults.append(f"stream {stream}: the chain breaks at place {place}")
                n, before = place, chain
            self.chained += len(rows)
            if rows:
                self.heads[stream] = (n, before)
                self._progress(self.records)
            if len(rows) < PAGE:
                return

    def without_a_place(self) -> None:
        """Records that are in no chain yet."""
        statement = (
            f"SELECT {self._columns} FROM ledger_record r WHERE r.id > %s "
            "AND NOT EXISTS (SELECT 1 FROM ledger_link l WHERE l.record_id = r.id) ORDER BY r.id LIMIT %s"
        )
        last = UUID(int=0)
        while True:
            rows = _rows(statement, [last.hex if connection.vendor == "sqlite" else last, PAGE])
            for *values, leaf in rows:
                self._look_at(values, leaf)
            if len(rows) < PAGE:
                return
            last = UUID(str(rows[-1][_ID]))

    def _look_at(self, values: list[Any], leaf: str) -> None:
        self.records += 1
        *texts, count, ids, detail = values
        try:
            fits = rules.leaf_of_row(self._texts(texts), count, ids, detail) == leaf
        except ValueError:  # no longer JSON
            fits = False
        if not fits:
            self.faults.append(f"record {UUID(str(texts[_ID]))} was altered after it was written")


def _plain(texts: list[Any]) -> list[str]:
    return [str(text) for text in texts]


def _from_sqlite(texts: list[str]) -> list[str]:
    """SQLite keeps an id without its dashes."""
    id_ = texts[_ID]
    texts[_ID] = f"{id_[:8]}-{id_[8:12]}-{id_[12:16]}-{id_[16:20]}-{id_[20:]}"
    return texts


def _streams() -> list[str]:
    """Every stream that has a chain, by hopping along the index from one to the next."""
    found: list[str] = []
    while True:
        after = Link.objects.filter(stream__gt=found[-1]) if found else Link.objects.all()
        stream = after.order_by("stream").values_list("stream", flat=True).first()
        if stream is None:
            return found
        found.append(stream)


def _rows(statement: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def _ends(heads: Mapping[str, tuple[int, str]], head: Head | None) -> list[str]:
    """How the chains end, against the sealed head."""
    if head is None:
        return ["the head is gone: how far the chains had got cannot be said"] if heads else []
    if not is_whole(head):
        return ["the head is not as it was written"]
    faults = []
    for stream in sorted({*heads, *head.streams}):
        there, sealed_ = heads.get(stream, (0, rules.START)), tuple(head.streams.get(stream, (0, rules.START)))
        if there[0] < sealed_[0]:
            faults.append(f"stream {stream}: cut off after place {there[0]}, of {sealed_[0]}")
        elif there != sealed_:
            faults.append(f"stream {stream}: it does not end as it was written; somebody computed its chain afresh")
    return faults


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
    """Since when a record has waited for its place in a chain; None where none waits."""
    return Unplaced.objects.order_by("id").values_list("at", flat=True).first()
