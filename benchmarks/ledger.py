"""The tamper-evident ledger: writing with and without proofs, checking all of it, and a proof.

Each writer waits for the disk, as in earnest. "With proofs" means that while they write, every record takes its place in
the tree, and checkpoints are signed and kept outside the database, as the worker does; the time ends when the last record
has its place and a signed checkpoint covers it.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from benchmarks.databases import PLACE, pair
from benchmarks.measuring import Report, peak_megabytes, percentile

BATCH = 10_000
WRITERS = 4
WRITTEN = 4_000  # records that the writers write between them
PROOFS = 300
LEAST_SHARE, VERIFY_MOST, PROOF_MOST = 0.5, 10.0, 10.0


@contextmanager
def database(engine: str, size: int) -> Iterator[dict[str, str]]:
    with pair(engine) as environment, tempfile.TemporaryDirectory(dir=PLACE) as outside:
        yield {**environment, "SIGHTLINE_ANCHOR": outside}


def grow(size: int) -> None:
    """Adds readings of somebody, each in its place, as fast as can be. Django is set up."""
    from django.db import connection, transaction

    from sightline.ledger import rules
    from sightline.ledger.actions import _place
    from sightline.ledger.models import Head, Record
    from sightline.ledger.proofs import growing
    from sightline.ledger.queries import ends, record_seal, sealed
    from sightline.vault.adding import add_objects, new

    moment, rng, tree, streams = datetime.now(UTC) - timedelta(seconds=size), random.Random(5), growing(), ends()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF" if connection.vendor == "sqlite" else "SET synchronous_commit = off")
    for start in range(0, size, BATCH):
        records = []
        for n in range(start, min(size, start + BATCH)):
            values = _reading(f"agency-{rng.randrange(20)}", moment + timedelta(seconds=n))
            leaf = rules.leaf(values)
            records.append(new(Record, **values, leaf=leaf, seal=record_seal(leaf)))
        with transaction.atomic():
            add_objects(records)
            _place(records, tree)
            streams = {**streams, rules.TREE: (tree.size, tree.root.hex())}
            Head.objects.update_or_create(
                id=Head.ONE,
                defaults={
                    "streams": {stream: list(end) for stream, end in streams.items()},
                    "at": datetime.now(UTC),
                    "frontier": [root.hex() for root in tree.frontier],
                    "seal": sealed(streams),
                },
            )


def _reading(stream: str, at: datetime) -> dict[str, Any]:
    return {
        **{"id": uuid4(), "stream": stream, "at": at, "kind": "read", "verb": "view-child", "actor": str(uuid4())},
        **{"acting_for": stream, "purpose": "safeguarding", "basis": "public-task", "rule": "sharing/front-door"},
        **{"policy": "0" * 64, "outcome": "allowed", "ids": [str(uuid4()) for _ in range(3)], "count": 3},
        # in no order, as records have it: databases keep names in an order of their own
        "detail": {"persons": [str(uuid4())], "levels": {"pointer": 1, "full": 2, "headline": 1}},
    }


def measure(size: int) -> int:
    from django.db import connection

    report = Report()
    without = _written(proofs=False)
    report.say(f"records a second, {WRITERS} writers, no proofs", f"{without:,.0f}")
    with_proofs = _written(proofs=True)
    report.say("the same, with places, tree and signed checkpoints", f"{with_proofs:,.0f}")
    report.say("checkpoints signed meanwhile", f"{_signed():,}")
    report.least("share of it", with_proofs / without, LEAST_SHARE)
    began = time.perf_counter()
    grow(size)
    report.say("growing", f"{time.perf_counter() - began:,.0f} s")
    _proofs(report)
    connection.close()
    _verified(report)
    return report.missed


def _written(*, proofs: bool) -> float:
    """Records a second, by several writers in processes of their own; the clock runs from the first to the last."""
    from sightline.ledger import checkpoints
    from sightline.ledger.actions import sequence
    from sightline.ledger.models import Unplaced
    from sightline.ledger.proofs import size

    command = [sys.executable, "-m", "benchmarks.ledger", str(WRITTEN // WRITERS)]
    writers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(WRITERS)
    ]
    for writer in writers:
        assert writer.stdout and writer.stdout.readline() == "ready\n"
    stop = threading.Event()
    worker = threading.Thread(target=_work, args=(stop,))
    if proofs:
        worker.start()
    began = time.perf_counter()
    for writer in writers:
        assert writer.stdin
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        assert writer.wait() == 0
    if proofs:
        stop.set()
        worker.join()
        assert not Unplaced.objects.exists() and checkpoints.newest().checkpoint.size == size()
    took = time.perf_counter() - began
    while sequence(limit=BATCH):  # so that the next begins with nothing waiting
        pass
    return WRITTEN / took


def _work(stop: threading.Event) -> None:
    """What the worker does, until nothing is left: once a second, as it does."""
    from django.db import connection

    from sightline.ledger import checkpoints
    from sightline.ledger.actions import sequence

    while True:
        ending = stop.is_set()
        while sequence():
            pass
        checkpoints.keep(at_once=ending)
        if ending:
            connection.close()
            return
        stop.wait(1.0)


def _signed() -> int:
    from sightline.ledger.reading_checkpoints import FILE, lines_of
    from sightline.vault import outside

    place = outside.folder()
    assert place
    return sum(1 for _ in lines_of(place / FILE))


def write() -> None:
    """A writer, in a process of its own."""
    import django

    django.setup()
    from sightline.ledger import actions

    said = [_reading("agency-1", datetime.now(UTC)) for _ in range(int(sys.argv[1]))]
    for each in said:
        for name in ("id", "stream", "at", "count"):
            del each[name]
    print("ready", flush=True)
    sys.stdin.readline()
    for each in said:
        actions.write(**each)


def _proofs(report: Report) -> None:
    from sightline.ledger import proofs
    from sightline.ledger.models import Place

    size, rng, took, held = proofs.size(), random.Random(3), [], []
    root = proofs.root_at(size)
    from sightline.ledger import tree

    for _ in range(PROOFS):
        leaf, old = rng.randrange(size), rng.randrange(1, size)
        hashed = bytes.fromhex(Place.objects.select_related("record").get(n=leaf).record.leaf)
        began = time.perf_counter()
        path = proofs.inclusion(leaf, size)
        took.append((time.perf_counter() - began) * 1000)
        assert tree.root_by_inclusion(hashed, leaf, size, path) == root
        earlier = proofs.root_at(old)
        began = time.perf_counter()
        path = proofs.consistency(old, size)
        held.append((time.perf_counter() - began) * 1000)
        assert tree.is_consistent(old, earlier, size, root, path)
    report.say("a proof that a record is there, p50", f"{percentile(took, 0.5):,.2f} ms")
    report.most("p99", percentile(took, 0.99), PROOF_MOST, " ms")
    report.say("a proof that nothing was rewritten, p50", f"{percentile(held, 0.5):,.2f} ms")
    report.most("p99", percentile(held, 0.99), PROOF_MOST, " ms")


def _verified(report: Report) -> None:
    from sightline.ledger.verifying import verify

    began, before = time.perf_counter(), os.times()
    found = verify()
    took, after = time.perf_counter() - began, os.times()
    ours = sum(after[:4]) - sum(before[:4])  # of all our processes; a server's are its own
    assert not found.faults, found.faults[:5]
    report.say("records verified", f"{found.records:,}")
    report.most("seconds for a million", took * 1_000_000 / found.records, VERIFY_MOST, " s")
    report.say("of our processors, for a million", f"{ours * 1_000_000 / found.records:,.1f} s")
    report.say("memory of the process that leads", f"{peak_megabytes():,.0f} MB")


if __name__ == "__main__":
    write()
