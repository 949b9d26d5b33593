"""What a load costs: records a second with everything (sealing, matching, gate, ledger, and what follows: clocks, signals and who
is told of them), against the same rows bare. How much of it is taking them in, and how much what follows, is said apart.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import datetime

from benchmarks import bare
from benchmarks.databases import pair
from benchmarks.measuring import Report, peak_megabytes


def database(engine: str, size: int):
    return pair(engine)


def measure(size: int) -> int:
    from django.db import connection

    from sightline.agencies.actions import take_from_definition
    from sightline.agencies.queries import machine
    from sightline.jobs.receive import close_delivery, open_delivery, receive, settle_all
    from tests.support.senders import notifications

    by = machine("feed-machine")
    take_from_definition(by=by)
    marks, bites, came = bare.Marks(connection), [], [0.0]
    marks.take()

    def sent() -> Iterator[object]:
        for one in invented:  # before the clock started: what the sender does is no part of a load
            came[0] = time.perf_counter()
            yield one
            came[0] = time.perf_counter()

    aside = 0.0

    def progress(_: object) -> None:
        nonlocal aside
        done = time.perf_counter()
        bites.append(done - came[0])
        marks.take()
        aside += time.perf_counter() - done

    invented = list(notifications(size, ending=datetime.now()))
    delivery = open_delivery(feed="bench", agency="west-yorkshire-police", kind="file", name="bench", by=by)
    began = time.perf_counter()
    counts = receive(sent(), delivery=delivery, by=by, progress=progress, settled=False)
    taken_in = time.perf_counter() - began - aside
    settle_all()
    took = time.perf_counter() - began - aside
    memory = peak_megabytes()
    close_delivery(delivery, counts, by=by)
    marks.take()

    report, rate = Report(), size / took
    rows, slices = bare.rows_of(connection, marks)
    bare_took = bare.insert(os.environ["BARE_URL"], slices)
    if connection.vendor == "sqlite":
        report.least("records a second", rate, 1500)
    else:
        report.say("records a second", f"{rate:,.0f}")
    report.say("of that, taken in: records a second", f"{size / taken_in:,.0f}")
    report.say("what follows (clocks, signals, telling): seconds", f"{took - taken_in:,.1f}")
    report.most("times the cost of the same rows bare", took / bare_took, 8)
    if connection.vendor == "sqlite":  # one writes at a time: others wait for as long as this
        report.most("longest bite", max(bites) * 1000, 200, " ms")
    else:
        report.say("longest bite", f"{max(bites) * 1000:,.0f} ms")
    report.most("peak memory", memory, 1024, " MB")
    report.say("bare: records a second", f"{size / bare_took:,.0f}")
    report.say("rows", f"{rows:,} in {len(slices)}")
    report.say("source identities, new", f"{counts.people_new:,}")
    assert counts.new == size, counts
    return report.missed
