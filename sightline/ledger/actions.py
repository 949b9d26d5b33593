"""Writing the ledger. If a record cannot be written, what it records does not happen (fail closed)."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from datetime import UTC
from hmac import compare_digest
from typing import Any
from uuid import uuid4

from django.db import connection, transaction

from sightline.ledger import rules
from sightline.ledger.models import Head, Node, Place, Record, Unplaced
from sightline.ledger.proofs import growing
from sightline.ledger.queries import is_whole, record_seal, sealed
from sightline.ledger.tree import Growing
from sightline.timescales.moment import now
from sightline.vault.adding import add, add_objects
from sightline.vault.asking import Question
from sightline.vault.taking import columns_of, made_of

log = logging.getLogger(__name__)

MANY = 200  # more objects than this are recorded as a count and a digest
CHAIN_LOCK = 7301
EVERY_SECONDS = 3600.0  # between looks through all records for one that waits and is named nowhere


def write(
    *,
    kind: str,
    verb: str,
    actor: str,
    acting_for: str,
    purpose: str,
    basis: str = "",
    rule: str = "",
    policy: str = "",
    outcome: str = "done",
    ids: Iterable[object] = (),
    detail: dict[str, Any] | None = None,
) -> Record:
    """Adds one record, in the caller's transaction. `detail` holds codes and counts, never personal data."""
    named = [str(value) for value in ids]
    detail = dict(detail or {})
    count = len(named)
    if count > MANY:
        detail["ids_digest"] = rules.hashlib.sha256("\n".join(sorted(named)).encode()).hexdigest()
        named = []
    values = {
        "id": uuid4(),
        "stream": acting_for or "partnership",
        "at": now().astimezone(UTC),
        "kind": kind,
        "verb": verb,
        "actor": str(actor),
        "acting_for": acting_for,
        "purpose": purpose,
        "basis": basis,
        "rule": rule[:200],
        "policy": policy,
        "outcome": outcome,
        "ids": named,
        "count": count,
        "detail": detail,
    }
    with transaction.atomic(savepoint=False):  # so that on SQLite it waits for its turn as every other writer does
        leaf = rules.leaf(values)
        [record] = made_of(Record, _WRITTEN, [(*(values[name] for name in rules.COVERED), leaf, record_seal(leaf))])
        add_objects([record])
        add(Unplaced, ("record_id", "at"), [(record.id, record.at)])
    return record


_WRITTEN = (*rules.COVERED, "leaf", "seal")
_RECORD = columns_of(Record)
_UNPLACED = Question(
    lambda limit: Unplaced.objects.order_by("id")[:limit], *(f"record__{column}" for column in _RECORD)
)
_looked_at_all = 0.0  # when this process last looked through every record, by its own clock


def _waiting(limit: int) -> list[Record]:
    """Records without a place, in the order of writing. Going through the whole ledger each second would keep a database
    busy with nothing else (0.9 s for a million records), so each record without a place is named in `Unplaced`; that all
    of them are is looked at once an hour.
    """
    global _looked_at_all
    if time.monotonic() - _looked_at_all > EVERY_SECONDS or not _looked_at_all:
        forgotten = Record.objects.filter(place__isnull=True, unplaced__isnull=True).order_by("at", "id")
        Unplaced.objects.bulk_create([Unplaced(record=r, at=r.at) for r in forgotten], ignore_conflicts=True)
        _looked_at_all = time.monotonic()
    return made_of(Record, _RECORD, _UNPLACED(limit))


def sequence(limit: int = 1000) -> int:
    """Gives committed records their place in the tree. Run by the worker; one at a time. Returns how many it looked at.

    What was put into the table in another way than by `write` gets no place, however well it fits itself: it has no seal.
    `sightline verify` names it.

    In commit order, by a sequencer, rather than inside each writer's transaction: a head that every writer must lock
    would make writers queue (measured on PostgreSQL: 1,500/s against 5,600/s).
    """
    if not _waiting(1):
        return 0  # without taking the lock that others wait for
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])
        waiting = _waiting(limit)
        if not waiting:
            return 0
        head = Head.objects.select_for_update().filter(id=Head.ONE).first()
        trusted = is_whole(head) if head else not Place.objects.exists()
        # Where the head is right, the tree grows from what is sealed, not from what lies in the tables.
        size, _ = (head.streams if head and trusted else {}).get(rules.TREE, (0, ""))
        tree = Growing(size, map(bytes.fromhex, head.frontier if head else ())) if trusted else growing()
        genuine = [record for record in waiting if compare_digest(record.seal, record_seal(record.leaf))]
        if len(genuine) < len(waiting):
            log.error("a ledger record was not written by Sightline, or altered since: it gets no place")
        _place(genuine, tree)
        Unplaced.objects.filter(record__among=[record.id for record in waiting]).delete()
        if trusted:
            streams = {**(head.streams if head else {}), rules.TREE: [tree.size, tree.root.hex()]}
            Head.objects.update_or_create(
                id=Head.ONE,
                defaults={
                    "streams": streams,
                    "at": now(),
                    "frontier": [root.hex() for root in tree.frontier],
                    "seal": sealed(streams),
                },
            )
        else:  # records still take their places, but a head that somebody touched is never made good by us: `verify` says so
            log.error("the ledger's head is not as it was written")
    return len(waiting)


def _place(records: Iterable[Record], tree: Growing) -> None:
    places, nodes = [], []
    for record in records:
        places.append((tree.size, record.id))
        done = tree.add(bytes.fromhex(record.leaf))
        nodes += [each for each in done if each[0] >= rules.STORED]
    add(Place, ("n", "record_id"), places)
    add(Node, ("level", "at", "root"), nodes)
