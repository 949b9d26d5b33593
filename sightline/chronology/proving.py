"""Whether the entries that agencies sent stand as they were written: each that the ledger names, with its labels, with everybody on
it, and with its sealed body to the byte.

The ledger's record of what was received carries one digest over all of them, so a witness holds it too. An entry that somebody took
away, whose label was altered (so that it shows to others), or from which a child was taken off, is found.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sightline.chronology.models import Entry, Part
from sightline.ledger.queries import runs_of

RECEIVED, WRITTEN = "receive", "written"  # the ledger's verb, and the name of the digest in its detail
TOGETHER = 200  # ledger records that are looked at together
LABELS = tuple(field.attname for field in Entry._meta.concrete_fields if field.name != "body")
OnIt = tuple[UUID, str, bool]  # a source identity on an entry: which, in which role, whether as a child


@dataclass(frozen=True, slots=True)
class Checked:
    """`entries`: how many were looked at. `faults`: sentences; none means that all stand as they were written."""

    entries: int
    faults: tuple[str, ...]


def leaf(labels: Mapping[str, Any], body: bytes, on_it: Iterable[OnIt]) -> str:
    """SHA-256 of one entry: its labels, who is on it, and the SHA-256 of its sealed body."""
    said = {name: _said(labels[name]) for name in LABELS}
    said["on-it"] = sorted([str(identity), role, bool(child)] for identity, role, child in on_it)
    said["body"] = hashlib.sha256(body).hexdigest()
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def digest(leaves: Iterable[str]) -> str:
    """One digest over entries that were written together, whatever their order."""
    return hashlib.sha256("\n".join(sorted(leaves)).encode()).hexdigest()


def check(progress: Callable[[int], None] | None = None) -> Checked:
    """Looks at every entry that the ledger says was received. Whole tables are read: for `sightline verify`."""
    faults: list[str] = []
    seen = 0
    for some in _several(runs_of(RECEIVED, TOGETHER)):
        leaves = _leaves([UUID(one) for _, ids, _, _ in some for one in ids])
        for record, ids, count, detail in some:
            if len(ids) != count:
                continue  # more than the ledger names one by one
            seen += count
            gone = [one for one in ids if UUID(one) not in leaves]
            if gone:
                faults.append(
                    f"of what ledger record {record} received, {len(gone)} of {count} are gone: {', '.join(gone[:5])}"
                )
            elif WRITTEN in detail and detail[WRITTEN] != digest(leaves[UUID(one)] for one in ids):
                faults.append(
                    f"of what ledger record {record} received, something was altered: its labels, who is on it, or its body"
                )
        if progress is not None:
            progress(seen)
    return Checked(seen, tuple(faults))


def _leaves(ids: Sequence[UUID]) -> dict[UUID, str]:
    on_it: dict[UUID, list[OnIt]] = {}
    for entry, *part in Part.objects.filter(entry__among=ids).values_list("entry_id", "identity_id", "role", "child"):
        on_it.setdefault(entry, []).append((part[0], part[1], part[2]))
    rows = Entry.objects.filter(id__among=ids).values_list("body", *LABELS)
    found = {}
    for body, *values in rows:
        labels = dict(zip(LABELS, values, strict=True))
        found[labels["id"]] = leaf(labels, bytes(body), on_it.get(labels["id"], ()))
    return found


def _several(rows: Iterable[Any]) -> Iterator[list[Any]]:
    stream = iter(rows)
    while some := list(islice(stream, TOGETHER)):
        yield some


def _said(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value) if isinstance(value, UUID) else value
