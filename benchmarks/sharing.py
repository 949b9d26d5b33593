"""What it costs to see only what one may: lists, counts and single decisions in a big database, with the ledger's record.

Two readers: a social worker with sixty children allocated to them, and a worker at the front door, who sees at least a
pointer to everything in the city. On PostgreSQL everything is measured twice: by the gate alone, and signed in as the
application's own user, behind the second wall.

Beside the time by the clock stands the work that one cost, in processor time of ours and of the database's process: that
is the same on a machine that does other things too.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.child_page import database  # noqa: F401  the same town
from benchmarks.measuring import Report, percentile

WARM, TIMES, LIST, CHILDREN, MOST_COUNTED = 5, 60, 50, 60, 1000
SAM = ("sam", "childrens-social-work", "social-worker", "east-area-team")
TARGETS = {"sam": 50, "amir": 100}  # ms, for a list of 50
WORDS = {"sam": "practitioner", "amir": "whole city"}


def measure(size: int) -> int:
    from django.db import connection

    import config.wsgi  # noqa: F401  (what a server does when it starts)
    from sightline.chronology.models import Entry

    report = Report()
    settle()
    report.say("entries", f"{Entry.objects.count():,}")
    gc.collect()
    gc.freeze()
    walls = (
        (("", nullcontext), (", behind the wall", behind))
        if connection.vendor == "postgresql"
        else (("", nullcontext),)
    )
    for said, wall in walls:
        with wall():
            for name in TARGETS:
                lists(report, name, said)
    return report.missed


def lists(report: Report, name: str, said: str) -> None:
    """What somebody sees who opens a list: fifty of it, the count, one of them; each a response with its ledger record."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from sightline.agencies.queries import actor_for, worker
    from sightline.chronology.listing import TIES_OF_NEWS, recent
    from sightline.chronology.listing import lines as lines_of
    from sightline.chronology.passing import how_many
    from sightline.chronology.queries import at_least_headline
    from sightline.sharing.reading import Reading
    from sightline.sharing.standing import nobody
    from sightline.sharing.types import Level

    def reading(about: str) -> Reading:
        opened = Reading(actor_for(worker(name)), "safeguarding")
        opened.about = about
        return opened

    def newest(n: int) -> list[Any]:
        opened = reading("list")
        found = recent(opened, limit=LIST)
        opened.close()
        assert len(found) == LIST, len(found)
        return found

    # a practitioner: of those to whom they have a tie, as their own list asks; the whole city: all of which they may know
    ties = TIES_OF_NEWS if name == "sam" else None

    def pointers(n: int) -> None:
        opened = reading("list")
        found = lines_of(opened, level, ties=ties, limit=LIST)
        opened.close()
        assert len(found) == LIST, len(found)
        assert all(line.sight.level >= level for line in found)

    def count(n: int) -> None:
        opened = reading("count")
        opened.detail["count"] = how_many(opened, level, ties=ties, most=MOST_COUNTED)
        opened.close()

    level = Level.POINTER if name == "amir" else Level.HEADLINE
    with nobody():
        shown = [entry.id for _, entry in newest(0)]

    def decision(n: int) -> None:
        assert at_least_headline(deciding[0], [shown[n % len(shown)]])

    def decided(n: int) -> tuple[float, float]:
        """One decision about a record by its id, within a request that has begun; the time and work of that alone."""
        deciding[:] = [reading("decide")]
        worked, began = worked_so_far(), time.perf_counter()
        decision(n)
        took = time.perf_counter() - began
        return took, worked_so_far() - worked

    deciding: list[Reading] = []
    who, most = f"{WORDS[name]}{said}", TARGETS[name]
    for what, one in (
        (f"{LIST} newest, opened", newest),
        (f"{LIST} lines", pointers),
        (f"how many show (to {MOST_COUNTED:,}+)", count),
    ):
        took, work = timed(inside(nobody, one))
        with CaptureQueriesContext(connection) as queries:
            inside(nobody, one)(0)
        report.most(f"{who}: {what}, p95", percentile(took, 0.95) * 1000, most, " ms")
        report.say(f"{who}: {what}, p50", f"{percentile(took, 0.5) * 1000:,.1f} ms, {len(queries)} queries")
        report.say(f"{who}: {what}, work", f"{work * 1000:,.1f} ms")
    took = [inside(nobody, decided)(n) for n in range(WARM + TIMES)][WARM:]
    report.most(f"{who}: one decision, p95", percentile([by_clock for by_clock, _ in took], 0.95) * 1000, 5, " ms")
    report.say(f"{who}: one decision, p50", f"{percentile([by_clock for by_clock, _ in took], 0.5) * 1000:,.1f} ms")
    report.say(f"{who}: one decision, work", f"{sum(work for _, work in took) / len(took) * 1000:,.1f} ms")


def inside(around: Callable[[], Any], one: Callable[[int], Any]) -> Callable[[int], Any]:
    """Each as a request is: from nobody, by its reading, and everything taken back."""

    def done(n: int) -> Any:
        with around():
            return one(n)

    return done


def timed(one: Callable[[int], object]) -> tuple[list[float], float]:
    """Seconds that each took by the clock, and the work of one, on average."""
    for n in range(WARM):
        one(n)
    took, worked = [], worked_so_far()
    for n in range(TIMES):
        began = time.perf_counter()
        one(n)
        took.append(time.perf_counter() - began)
    return took, (worked_so_far() - worked) / TIMES


def worked_so_far() -> float:
    """Seconds of processor time: ours, and of PostgreSQL's process that serves us, as the kernel counts them."""
    from django.db import connection

    ours = time.process_time()
    if connection.vendor != "postgresql":
        return ours
    connection.ensure_connection()
    counted = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text()
    return ours + int(counted.split()[0]) / 1e9


def settle() -> None:
    """The social worker, with children of whom something is told; once for each database that was built."""
    from django.db import connection

    from sightline.agencies.actions import add_worker
    from sightline.agencies.models import Worker
    from sightline.agencies.queries import machine
    from sightline.chronology.models import Part
    from sightline.sharing.actions import tie
    from sightline.timescales.moment import now

    username, agency, role, team = SAM
    if Worker.objects.filter(username=username).exists():
        return
    add_worker(username=username, name="Sam", agency=agency, role=role, team=team, by=machine("set-up-machine"))
    sam = Worker.objects.get(username=username)
    found: dict[Any, None] = {}
    for identity in (
        Part.objects.filter(child=True).order_by("id").values_list("identity_id", flat=True)[: CHILDREN * 40 : 40]
    ):
        found[identity] = None
    since = now() - timedelta(days=90)
    tie([(f"worker:{sam.pk}", "allocated", identity, since, None, None) for identity in found])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE sharing_tie" if connection.vendor == "postgresql" else "ANALYZE")


@contextmanager
def behind() -> Iterator[None]:
    """The same database, as the application signs in to it where the wall is built."""
    from django.db import connection

    from sightline.sharing.walling import examine
    from tests.support.databases import Database
    from tests.support.walled import behind_the_wall

    own = connection.settings_dict
    url = f"postgresql://{own['USER']}:{own['PASSWORD']}@{own['HOST']}:{own['PORT']}/{own['NAME']}"
    with behind_the_wall(Database("postgresql", url)):
        assert examine().stands
        yield
