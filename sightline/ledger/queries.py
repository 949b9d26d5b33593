"""Checking the ledger. Reading other people's records passes the gate of whoever shows them."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Subquery

from sightline.ledger import rules
from sightline.ledger.models import Head, Link, Record
from sightline.vault.actions import check_key, digest


@dataclass(frozen=True)
class Verified:
    """What a check of the whole ledger found. `faults` are sentences; none means that the chain holds."""

    records: int
    chained: int
    faults: tuple[str, ...]


def sealed(streams: Mapping[str, Any]) -> str:
    """The keyed digest of a head."""
    return digest("ledger-head", rules.head_text(streams))


def is_whole(head: Head) -> bool:
    """Whether a head is as it was written by whoever holds the key."""
    return hmac.compare_digest(head.seal, sealed(head.streams))


def verify() -> Verified:
    """Recomputes every leaf and every chain, and compares their ends with the sealed head; names each record that does not fit.

    Not found until agencies hold signed heads (see THREAT_MODEL.md): what was done to a record before it had its place
    (about a second), the whole ledger put back to an older copy of itself, and whatever somebody does who holds the key.
    """
    check_key()
    faults: list[str] = []
    records = 0
    for record in Record.objects.iterator(chunk_size=2000):
        records += 1
        if rules.leaf({name: getattr(record, name) for name in rules.COVERED}) != record.leaf:
            faults.append(f"record {record.id} was altered after it was written")
    heads: dict[str, tuple[int, str]] = {}
    chained = 0
    of_record = Record.objects.filter(id=OuterRef("record_id"))
    links = Link.objects.annotate(leaf=Subquery(of_record.values("leaf")), whose=Subquery(of_record.values("stream")))
    rows = links.order_by("stream", "n").values_list("stream", "n", "chain", "leaf", "whose")
    for stream, place, chain, leaf, whose in rows.iterator(chunk_size=2000):
        n, before = heads.get(stream, (0, rules.START))
        if place != n + 1:
            faults.append(f"stream {stream}: place {n + 1} is missing")
        if leaf is None:
            faults.append(f"stream {stream}: the record at place {place} is gone")
        elif whose != stream or rules.chained(before, leaf) != chain:
            faults.append(f"stream {stream}: the chain breaks at place {place}")
        heads[stream] = (place, chain)
        chained += 1
    return Verified(records=records, chained=chained, faults=(*faults, *_ends(heads)))


def _ends(heads: Mapping[str, tuple[int, str]]) -> list[str]:
    """How the chains end, against the sealed head."""
    head = Head.objects.filter(id=Head.ONE).first()
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
