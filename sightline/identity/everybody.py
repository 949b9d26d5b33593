"""Everybody, read once for a run over all: through the gate, as the declared matching machine, in batches.

Likenesses are opened and made ready in processes of their own; the only thing that stays is a table of columns in memory,
and for each row whose source identity it is. One ledger record a run says what was opened, why, and under which rule.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from typing import Any
from uuid import UUID

import pyarrow as pa
from django.db import connection

from sightline.agencies.queries import machine, partnership
from sightline.identity.indexing import opened
from sightline.identity.linkage.columns import ID, table_of
from sightline.identity.linkage.comparing import prepared
from sightline.identity.models import Alike, SourceIdentity
from sightline.ledger.actions import write
from sightline.sharing.reading import Reading
from sightline.sharing.types import Label, Level
from sightline.vault.actions import CannotOpen, Keyring

BATCH = 20_000
ACTOR = "matching-machine"
SEALED = "sealed"
Progress = Callable[[str, int, int], None]
Row = tuple[Any, ...]  # as `_ROWS` gives it
Ready = tuple[list[int], bytes, pa.Table]  # which of the rows could be opened, their identities, their columns

_ROWS = """
    SELECT a.id, a.identity_id, a.body, s.agency, s.guard, s.key, v.wrapped FROM "identity_alike" AS a
    JOIN "identity_sourceidentity" AS s ON s.id = a.identity_id JOIN "vault_key" AS v ON v.id = s.key
    WHERE a.id > %s ORDER BY a.id LIMIT %s"""


class Everybody:
    """Source identities by their number in a run: `identity(n)`, `agencies[n]`."""

    def __init__(self, *, purpose: str, sealed: bool = True) -> None:
        self.purpose, self.sealed = purpose, sealed
        self._identities = bytearray()  # sixteen bytes each
        self.agencies: list[str] = []
        self.hidden = 0  # whom the gate does not let this machine read, or who is erased
        self._reading = Reading(machine(ACTOR), "identity")
        self._levels: dict[str, bool] = {}
        self._rules: dict[str, None] = {}
        self._basis: dict[str, None] = {}

    def __len__(self) -> int:
        return len(self.agencies)

    def identity(self, number: int) -> UUID:
        return UUID(bytes=bytes(self._identities[16 * number : 16 * number + 16]))

    def identities(self) -> Iterator[UUID]:
        return map(self.identity, range(len(self)))

    def tables(self, progress: Progress = lambda *_: None, *, jobs: int = 0) -> Iterator[pa.Table]:
        """The columns of everybody (`columns.SCHEMA`), numbered in the order of `identities`."""
        jobs = jobs or len(os.sched_getaffinity(0))
        of, done = Alike.objects.count(), 0
        with _quiet(), _pool(jobs) as pool:
            waiting: deque[tuple[list[Row], Future[Ready] | Ready]] = deque()
            for rows in self._batches():
                waiting.append((rows, pool.submit(_ready, rows) if pool else _ready(rows)))
                while len(waiting) > (jobs if pool else 0):
                    done += len(waiting[0][0])
                    yield self._taken(*waiting.popleft())
                    progress("opening", min(done, of), of)
            while waiting:
                yield self._taken(*waiting.popleft())
        progress("opening", of, of)

    def _taken(self, rows: Sequence[Row], found: Future[Ready] | Ready) -> pa.Table:
        kept, identities, table = found.result() if isinstance(found, Future) else found
        first = len(self)
        self.hidden += len(rows) - len(kept)
        self._identities += identities
        self.agencies += [rows[at][3] for at in kept]
        return table.set_column(0, ID, pa.array(range(first, first + len(kept)), pa.int32()))

    def _batches(self) -> Iterator[list[Row]]:
        after = 0
        while True:
            with connection.cursor() as cursor:
                cursor.execute(_ROWS, [after, BATCH])
                found = cursor.fetchall()
            if not found:
                return
            after = found[-1][0]
            may = {agency: self._may_open(agency) for agency in {row[3] for row in found}}
            rows = [row for row in found if may[row[3]] and (self.sealed or row[4] != SEALED)]
            self.hidden += len(found) - len(rows)
            yield rows

    def _may_open(self, agency: str) -> bool:
        if agency not in self._levels:
            known = self._reading.agencies.get(agency)
            label = Label("identity", agency, known.kind if known else "", "ordinary", ())
            sight = self._reading.policy.decide(label, ())
            self._levels[agency] = sight.level is Level.FULL
            self._rules[sight.decision.reason_code] = None
            self._basis.update(dict.fromkeys(sight.basis))
        return self._levels[agency]

    def record(self, **detail: object) -> None:
        """The run's one record in the ledger: how many were opened, and a digest of whom."""
        write(
            kind="run",
            verb=self.purpose,
            actor=ACTOR,
            acting_for="",
            purpose="identity",
            basis=",".join(self._basis)[:120],
            rule=",".join(self._rules),
            policy=partnership().hash,
            outcome="done" if len(self) else "nothing",
            ids=self.identities(),
            detail={"opened": len(self), "hidden": self.hidden, **detail},
        )


def locals_of(identities: Sequence[UUID]) -> dict[UUID, str]:
    """The keyed digest of the sender's own id for each of these, where it has one: to hold a run against a known truth."""
    found: dict[UUID, str] = {}
    for start in range(0, len(identities), BATCH):
        some = SourceIdentity.objects.filter(id__among=identities[start : start + BATCH]).exclude(local=None)
        found.update(some.values_list("id", "local"))
    return found


def _ready(rows: Sequence[Row]) -> Ready:
    """Opens likenesses. In a process of its own: it asks no database."""
    keyring, kept, identities, likenesses = Keyring(), [], [], []
    for at, (_, identity, body, _, _, key, wrapped) in enumerate(rows):
        if not isinstance(identity, UUID):  # SQLite keeps them as text
            identity, key = UUID(identity), UUID(key)
        keyring.take([(key, wrapped)])
        with suppress(CannotOpen):
            likenesses.append(prepared(opened(keyring, identity, bytes(body))))
            kept.append(at)
            identities.append(identity.bytes)
    return kept, b"".join(identities), table_of(likenesses)


@contextmanager
def _pool(jobs: int) -> Iterator[Executor | None]:
    if jobs < 2:
        with nullcontext():
            yield None
        return
    # Forked, so that settings and lists of names are there; what the parent has open is not touched.
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("fork"), initializer=gc.freeze) as pool:
        yield pool


@contextmanager
def _quiet() -> Iterator[None]:
    """Without looks for garbage: rows make none that refers to itself, and the looks grow with what is kept."""
    there = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if there:
            gc.enable()
