"""What signals cost: from a commit until what follows from it stands, for a child with 500 entries in a big database; how much of
it is asking the rules, and how much merely reading; and everybody anew.

On a copy of the child-page bench's database: new entries are sent one by one through the product's own door.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from benchmarks import child_page
from benchmarks.databases import built
from benchmarks.measuring import Report, percentile

WARM, TIMES = 5, 60
MANY = 4_000  # people whose signals are computed anew, where the database holds more: the rest by proportion
LEEDS = 40_000  # chronologies that are open in a city of 166,000 children (a quarter: known to any service in two years)


@contextmanager
def database(engine: str, size: int):
    filled = (f"child-page-{size}", child_page._version(), lambda url: child_page._fill(url, size))
    with built(engine, *filled, copied=True) as environment:
        yield environment


def measure(size: int) -> int:
    import config.wsgi  # noqa: F401  (what a server does when it starts)
    from sightline.agencies.queries import partnership
    from sightline.chronology.models import Entry
    from sightline.jobs import due
    from sightline.signals.knowing import rules_in_force
    from sightline.timescales.moment import now

    report = Report()
    while due.sweep(due.EVERYTHING, at_once=due.MANY):
        pass
    nell, rules = _nell(), rules_in_force(partnership(), now())
    report.say("entries, and rules in force", f"{Entry.objects.count():,}, {len(rules)}")
    _arrivals(report)
    _cost(report, nell)
    _everybody(report)
    return report.missed


def _nell() -> UUID:
    from sightline.identity.models import SourceIdentity
    from sightline.vault.actions import digest

    return SourceIdentity.objects.get(agency="elmfield-academy", local=digest("local", "elmfield-academy|NELL")).person


def _told(n: int, record: str, role: str, fields: dict[str, str]) -> Any:
    from sightline.intake.types import Details, Named, Notification

    at = datetime.now() - timedelta(minutes=TIMES + WARM + 5 - n)
    nell = Named("p1", (role,), Details(given="Nell", family="Crowther", born="2009-08-12", local_id="nell"))
    return Notification(
        agency="elmfield-academy" if record == "school-concern" else "west-yorkshire-police",
        record=record, message_id=f"signals-{time.time_ns()}", happened=at.isoformat(), sent=at.isoformat(), people=(nell,),
        fields=fields, raw=str(time.time_ns()).encode(), position=f"line {n}",
    )  # fmt: skip


def _arrivals(report: Report) -> None:
    """Each new entry: from its commit to the commit of what follows (clocks and signals), and of all else (the queue, those
    beside the child)."""
    from sightline.agencies.queries import machine
    from sightline.jobs import due
    from sightline.jobs.models import Due
    from sightline.jobs.receive import close_delivery, open_delivery, receive

    by, took, others, spent = machine("feed-machine"), [], [], []
    kinds = (
        ("police-incident", "victim", {"offence": "violence-with-injury", "child-at-risk": "no"}),
        ("school-concern", "child", {"category": "criminal-exploitation"}),
        ("missing-episode", "missing-child", {"missing-from": datetime.now().isoformat(), "risk": "medium"}),
    )
    for n in range(WARM + TIMES):
        one = _told(n, *kinds[n % len(kinds)])
        delivery = open_delivery(feed="bench", agency=one.agency, kind="file", name="signals", by=by)
        close_delivery(delivery, receive([one], delivery=delivery, by=by, settled=False), by=by)
        (owed,) = Due.objects.filter(verb="clocks", done_at=None).values_list("id", flat=True)
        Due.objects.filter(done_at=None).exclude(id=owed).delete()
        begun, worked = time.perf_counter(), time.process_time()
        seen = _settled(owed)
        took.append(seen - begun)
        others.append(time.perf_counter() - begun)
        spent.append(time.process_time() - worked)
        while due.sweep(due.EVERYTHING):
            pass
    report.most("a new entry's effect stands, after commit: p95", percentile(took[WARM:], 0.95) * 1000, 150, " ms")
    report.say("  p50", f"{percentile(took[WARM:], 0.5) * 1000:,.1f} ms")
    report.say("  with the queue and those beside the child: p95", f"{percentile(others[WARM:], 0.95) * 1000:,.1f} ms")
    report.say("  processor of all of it: p50", f"{percentile(spent[WARM:], 0.5) * 1000:,.1f} ms")


def _settled(owed: UUID) -> float:
    """Does what is owed; returns when the child's own was committed (then the queue and those beside the child follow)."""
    from django.db import transaction

    from sightline.jobs import due

    seen: list[float] = []
    own = due.VERBS["clocks"]

    def noted(payload: dict[str, Any]) -> object:
        if not seen:
            transaction.on_commit(lambda: seen.append(time.perf_counter()))  # the first thing after the commit
        return own(payload)

    due.VERBS["clocks"] = noted
    try:
        assert due.settle(owed)
    finally:
        due.VERBS["clocks"] = own
    return seen[0]


def _cost(report: Report, nell: UUID) -> None:
    """Merely reading the child's entries, beside asking every rule of them, in processor time."""
    from sightline.agencies.queries import machine, partnership
    from sightline.chronology.events import of_people
    from sightline.sharing.reading import reading
    from sightline.signals import actions
    from sightline.signals.knowing import relevant

    read, asked, count = [], [], 1
    records = relevant(partnership())
    for _ in range(20):
        with reading(machine("clock-machine"), "safeguarding", about="bench") as opened:
            begun = time.process_time()
            entries = of_people(opened, [nell], records=records)
            between = time.process_time()
            actions.recompute(opened, [nell], entries)
            asked.append(time.process_time() - between)
            read.append(between - begun)
            count = max(1, len(entries[nell]))
    reads, asks = percentile(read, 0.5), percentile(asked, 0.5)
    report.say("reading an entry, processor", f"{reads / count * 1e6:,.0f} µs of {count}")
    report.say("asking all rules of it, processor", f"{asks / count * 1e6:,.0f} µs")
    report.say("asking, for each of reading", f"{asks / reads:,.2f}")


def _everybody(report: Report) -> None:
    from sightline.identity.queries import all_persons
    from sightline.jobs import recomputing

    persons = all_persons()
    some = persons[:: max(1, len(persons) // MANY)]
    begun, worked = time.perf_counter(), time.process_time()
    found = recomputing.everybody(persons=some, jobs=recomputing.processes())
    took = time.perf_counter() - begun
    report.say("people anew, of how many", f"{len(some):,} of {len(persons):,}")
    report.say("  signs that follow", f"{found.signals:,}")
    report.say("  a second", f"{len(some) / took:,.0f}")
    report.say("  processor of one process", f"{(time.process_time() - worked):,.1f} s")
    report.most(f"  all open chronologies of Leeds ({LEEDS:,})", took / len(some) * LEEDS, 300, " s")
    again = recomputing.everybody(persons=some[:500], check=True)
    report.most("  of whom something else stands than follows", again.changed, 0)
