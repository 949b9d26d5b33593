"""Eight write identities while eight match: how long a match takes then, and whether everybody who was committed is found.

Writers take new people through the product's own door, a few in each transaction, and say so once they are committed.
Readers, each a process with a connection of its own, ask in turn for somebody of the base and for somebody who has just
been committed by another process: who was committed must be found, at once and by everybody.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg

from benchmarks import identity_base
from benchmarks.databases import PLACE
from benchmarks.measuring import Report, percentile
from benchmarks.namesakes import details_of, told_of

WRITERS = READERS = 8
SECONDS = float(os.environ.get("BENCH_SECONDS", "20"))
AT_ONCE = 5  # people in one transaction
AGENCY = "elmfield-academy"
FROM = 50_000_000  # numbers of people who are not in the base


@contextmanager
def database(engine: str, size: int) -> Iterator[dict[str, str]]:
    """A copy of the base, for it is written to."""
    with identity_base.database(engine, size) as environment, ExitStack() as stack:
        url = environment["DATABASE_URL"]
        if engine == "sqlite":
            folder = stack.enter_context(tempfile.TemporaryDirectory(dir=PLACE))
            copy = f"{folder}/copy.sqlite3"
            shutil.copyfile(url.removeprefix("sqlite:///"), copy)
            yield {"DATABASE_URL": f"sqlite:///{copy}"}
            return
        server, _, name = url.rpartition("/")
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute("DROP DATABASE IF EXISTS concurrent")
            connection.execute(f'CREATE DATABASE concurrent TEMPLATE "{name}"')
            stack.callback(connection.execute, "DROP DATABASE concurrent WITH (FORCE)")
            yield {"DATABASE_URL": f"{server}/concurrent"}


def measure(size: int) -> int:
    from django.db import connection

    connection.close()  # nobody shares a connection
    context = multiprocessing.get_context("spawn")
    ready, results = context.Barrier(WRITERS + READERS), context.Queue()
    committed = [context.Value("q", 0) for _ in range(WRITERS)]  # of each writer, whom it committed last
    jobs = [context.Process(target=_write, args=(n, ready, committed[n], results)) for n in range(WRITERS)]
    jobs += [context.Process(target=_read, args=(n, size, ready, committed, results)) for n in range(READERS)]
    for job in jobs:
        job.start()
    found = [results.get(timeout=SECONDS + 300) for _ in jobs]
    for job in jobs:
        job.join()
    writers = [told for kind, told in found if kind == "write"]
    readers = [told for kind, told in found if kind == "read"]
    failed = [told for kind, told in found if kind == "failed"]
    report = Report()
    for one in failed[:3]:
        report.say("failed", str(one))
    report.most("processes that failed", len(failed), 0)
    took = [seconds for told in readers for seconds in told["took"]]
    missed = sum(told["missed"] for told in readers)
    fresh = sum(told["fresh"] for told in readers)
    report.say("matches; of people just committed", f"{len(took):,}; {fresh:,}")
    report.most("people just committed and not found", missed, 0)
    base = sum(told["base"] for told in readers)
    report.least("people of the base found", sum(told["found"] for told in readers) / max(base, 1), 0.99)
    report.most("a match: p50", percentile(took, 0.5) * 1000, 100, " ms")
    report.say("a match: p95", f"{percentile(took, 0.95) * 1000:,.1f} ms")
    written = sum(told["written"] for told in writers)
    report.say("identities written a second", f"{written / SECONDS:,.0f}")
    waits = [seconds for told in writers for seconds in told["took"]]
    report.most("a transaction of five: p95", percentile(waits, 0.95) * 1000, 2000, " ms")
    return report.missed


def _begin() -> None:
    import django

    django.setup()


def _write(n: int, ready: Any, committed: Any, results: Any) -> None:
    try:
        _begin()
        from sightline.agencies.queries import machine
        from sightline.jobs.receive import receive_many

        by, number, took = machine("feed-machine"), FROM + n * 1_000_000, []
        receive_many([_thing(number + 999_999)], feed="bench", kind="api", agency=AGENCY, by=by)  # definitions are read
        ready.wait(timeout=300)
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            things = [_thing(one) for one in range(number, number + AT_ONCE)]
            began = time.perf_counter()
            receive_many(things, feed="bench", kind="api", agency=AGENCY, by=by)
            took.append(time.perf_counter() - began)
            committed.value = number
            number += AT_ONCE
        results.put(("write", {"took": took, "written": len(took) * AT_ONCE}))
    except BaseException as error:
        results.put(("failed", repr(error)[:200]))


def _thing(number: int) -> Any:
    from sightline.intake.types import Named, Notification

    return Notification(
        agency=AGENCY,
        record="what-is-working",
        message_id=f"W{number}",
        happened="2025-01-05 09:00",
        people=(Named("p1", ("child",), details_of(number)),),
        fields={"words": "She sings."},
        raw=str(number).encode(),
    )


def _read(n: int, size: int, ready: Any, committed: Any, results: Any) -> None:
    try:
        _begin()
        from sightline.agencies.queries import machine
        from sightline.identity.linkage.likeness import likeness_of
        from sightline.identity.matcher import Matcher
        from sightline.identity.models import Alike
        from sightline.sharing.reading import Reading
        from sightline.vault.actions import Keyring

        by, rng = machine("matching-machine"), random.Random(n)
        told: dict[str, Any] = {"took": [], "missed": 0, "fresh": 0, "base": 0, "found": 0}
        Matcher(Keyring(), reading=Reading(by, "identity")).like([likeness_of(told_of(1).details)])  # as above
        ready.wait(timeout=300)
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            number = rng.choice(committed).value if rng.random() < 0.5 else 0
            fresh = number > 0
            details = details_of(number) if fresh else told_of(number := rng.randrange(size)).details
            began = time.perf_counter()
            [near] = Matcher(Keyring(), reading=Reading(by, "identity")).like([likeness_of(details)])
            told["took"].append(time.perf_counter() - began)
            if fresh:
                told["fresh"] += 1
                told["missed"] += not any(f"X{number}" in one.likeness.numbers for one in near)
            else:
                identity = Alike.objects.values_list("identity_id", flat=True).get(id=number + 1)
                told["base"] += 1
                told["found"] += any(one.identity == identity for one in near)
        results.put(("read", told))
    except BaseException as error:
        results.put(("failed", repr(error)[:200]))
