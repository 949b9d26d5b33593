"""Checking the ledger. Reading other people's records passes the gate of whoever shows them."""

from __future__ import annotations

from dataclasses import dataclass

from sightline.ledger import rules
from sightline.ledger.models import Link, Record


@dataclass(frozen=True)
class Verified:
    """What a check of the whole ledger found. `faults` are sentences; none means that the chain holds."""

    records: int
    chained: int
    faults: tuple[str, ...]


def verify() -> Verified:
    """Recomputes every leaf and every chain; names each record that does not fit."""
    faults: list[str] = []
    for record in Record.objects.iterator(chunk_size=2000):
        if rules.leaf({name: getattr(record, name) for name in rules.COVERED}) != record.leaf:
            faults.append(f"record {record.id} was altered after it was written")
    heads: dict[str, tuple[int, str]] = {}
    chained = 0
    for link in Link.objects.select_related("record").order_by("stream", "n").iterator(chunk_size=2000):
        n, chain = heads.get(link.stream, (0, rules.START))
        if link.n != n + 1:
            faults.append(f"stream {link.stream}: place {n + 1} is missing")
        if rules.chained(chain, link.record.leaf) != link.chain:
            faults.append(f"stream {link.stream}: the chain breaks at place {link.n}")
        heads[link.stream] = (link.n, link.chain)
        chained += 1
    return Verified(records=Record.objects.count(), chained=chained, faults=tuple(faults))
