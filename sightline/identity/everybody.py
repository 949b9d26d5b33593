"""Everybody, read once for a run over all: through the gate, as the declared matching machine, in batches.

Likenesses are read, opened and made ready in processes of their own; the only thing that stays is a table of columns in
memory, and for each row whose source identity it is. One ledger record a run says what was opened, why, and under which rule.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import NamedTuple
from uuid import UUID

import pyarrow as pa
from django.db import connection
from django.db.models import Count, Max, Min

from sightline.agencies.queries import machine, partnership
from sightline.identity.linkage.columns import ID
from sightline.identity.linkage.preparing_many import table_from
from sightline.identity.models import Alike, SourceIdentity
from sightline.ledger.actions import write
from sightline.sharing.reading import Reading
from sightline.sharing.types import Label, Level
from sightline.vault.opening import open_each

BATCH = 20_000
ACTOR = "matching-machine"
SEALED = "sealed"
Progress = Callable[[str, int, int], None]


class Ready(NamedTuple):
    """A batch: how many rows were read, and of those that may be read and could be opened the identities (sixteen bytes
    each), agencies and columns; what the gate said.
    """

    read: int
    identities: bytes
    agencies: list[str]
    table: pa.Table
    rules: tuple[str, ...]
    basis: tuple[str, ...]


_ROWS = """
    SELECT a.id, a.identity_id, a.body, s.agency, s.guard, s.key, v.wrapped FROM "identity_alike" AS a
    JOIN "identity_sourceidentity" AS s ON s.id = a.identity_id JOIN "vault_key" AS v ON v.id = s.key
    WHERE a.id > %s AND a.id <= %s ORDER BY a.id"""


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
        known = Alike.objects.aggregate(of=Count("id"), first=Min("id"), last=Max("id"))
        of, done = known["of"], 0
        starts = range((known["first"] or 1) - 1, known["last"] or 0, BATCH)
        with _quiet(), _pool(jobs, self) as pool:
            for found in _in_turn(pool, starts, jobs) if pool else map(self._ready, starts):
                done += found.read
                yield self._taken(found)
                progress("opening", min(done, of), of)
        progress("opening", of, of)

    def _taken(self, found: Ready) -> pa.Table:
        first = len(self)
        self.hidden += found.read - len(found.agencies)
        self._identities += found.identities
        self.agencies += found.agencies
        self._rules.update(dict.fromkeys(found.rules))
        self._basis.update(dict.fromkeys(found.basis))
        return found.table.set_column(0, ID, pa.array(range(first, len(self)), pa.int32()))

    def _ready(self, after: int) -> Ready:
        """Reads and opens the likenesses numbered above this one, so many as there may be in a batch."""
        with connection.cursor() as cursor:
            cursor.execute(_ROWS, [after, after + BATCH])
            found = cursor.fetchall()
        known = {row[3]: row[3] for row in found}  # one text an agency, however many rows
        may = {agency: self._may_open(agency) for agency in known}
        rows = [row for row in found if may[row[3]] and (self.sealed or row[4] != SEALED)]
        names = [row[1] if isinstance(row[1], str) else row[1].hex for row in rows]  # SQLite keeps ids as text
        bodies = open_each(
            (_bytes(key), bytes(wrapped), bytes(body), _bound(name))
            for name, (_, _, body, _, _, key, wrapped) in zip(names, rows, strict=True)
        )
        kept = [at for at, body in enumerate(bodies) if body is not None]
        return Ready(
            len(found),
            bytes.fromhex("".join([names[at] for at in kept])),
            [known[rows[at][3]] for at in kept],
            table_from([body for body in bodies if body is not None]),
            tuple(self._rules),
            tuple(self._basis),
        )

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


def _bound(name: str) -> str:
    """What a likeness is bound to (`indexing`), of an identity's 32 hexadecimal digits."""
    return f"alike|{name[:8]}-{name[8:12]}-{name[12:16]}-{name[16:20]}-{name[20:]}"


def _bytes(key: UUID | str) -> bytes:
    return bytes.fromhex(key) if isinstance(key, str) else key.bytes


_read: list[Everybody] = []  # in a process of the pool: who is read


def _begin(everybody: Everybody) -> None:
    gc.freeze()
    _read[:] = [everybody]


def _ready_there(after: int) -> Ready:
    return _read[0]._ready(after)


def _in_turn(pool: Executor, starts: Iterable[int], jobs: int) -> Iterator[Ready]:
    """What each task found, in order; no more of them are under way than keep everybody busy."""
    waiting: deque[Future[Ready]] = deque()
    for start in starts:
        waiting.append(pool.submit(_ready_there, start))
        if len(waiting) > jobs + 1:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


@contextmanager
def _pool(jobs: int, everybody: Everybody) -> Iterator[Executor | None]:
    """Processes that read by connections of their own; none where what is read may not be committed yet."""
    if jobs < 2 or connection.in_atomic_block:
        yield None
        return
    connection.close()  # so that no two processes share one
    # Forked, so that settings, what the gate knows and lists of names are there.
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(jobs, mp_context=fork, initializer=_begin, initargs=(everybody,)) as pool:
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
