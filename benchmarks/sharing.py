"""What it costs to see only what one may: lists, counts and single decisions in a big database, with the ledger's record.

Two readers: a social worker with sixty children allocated to them, and a worker at the front door, who sees at least a
pointer to everything in the city. On PostgreSQL everything is measured twice: by the gate alone, and signed in as the
application's own user, behind the second wall.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
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
    from sightline.chronology import queries as chronology
    from sightline.chronology.models import Part
    from sightline.sharing.filters import at_least, tied
    from sightline.sharing.reading import Reading
    from sightline.sharing.standing import nobody
    from sightline.sharing.types import Level

    def reading(about: str) -> Reading:
        opened = Reading(actor_for(worker(name)), "safeguarding")
        opened.about = about
        return opened

    def newest(n: int) -> list[Any]:
        opened = reading("list")
        found = chronology.recent(opened, limit=LIST)
        opened.close()
        assert len(found) == LIST, len(found)
        return found

    def passed(opened: Reading) -> Any:
        """A practitioner: of those to whom they have a tie, as their own list asks. The whole city: all of which they may know."""
        rows = Part.objects.filter(child=True, entry__routine=False)
        if name == "sam":
            rows = rows.filter(
                tied(opened.policy, subject="identity_id", kinds={"allocated", "network", "attends", "on-duty"})
            )
        return rows.filter(at_least(opened.policy, level, subject="identity_id", prefix="entry__"))

    def pointers(n: int) -> None:
        opened = reading("list")
        rows = passed(opened).order_by("-entry__known_at", "-entry_id").select_related("entry")
        found = list(rows[:LIST])
        opened.learn_ties([*(p.identity_id for p in found), *(p.entry.first for p in found)])
        kinds = {a.id: a.kind for a in opened.agencies.values()}
        for part in found:
            e = part.entry
            sight = opened.see(chronology.label_of(e, kinds.get(e.agency, ""), (part.identity_id,), sealed=False))
            assert sight.level >= level
            opened.note(e.id, sight)
        opened.close()
        assert len(found) == LIST, len(found)

    def count(n: int) -> None:
        opened = reading("count")
        opened.detail["count"] = passed(opened)[: MOST_COUNTED + 1].count()
        opened.close()

    level = Level.POINTER if name == "amir" else Level.HEADLINE
    with nobody():
        shown = [entry.id for _, entry in newest(0)]

    def decision(n: int) -> None:
        assert chronology.at_least_headline(deciding[0], [shown[n % len(shown)]])

    def decided(n: int) -> float:
        """One decision about a record by its id, within a request that has begun; the time of that alone."""
        deciding[:] = [reading("decide")]
        began = time.perf_counter()
        decision(n)
        return time.perf_counter() - began

    deciding: list[Reading] = []
    who, most = f"{WORDS[name]}{said}", TARGETS[name]
    for what, one in (
        (f"{LIST} newest, opened", newest),
        (f"{LIST} lines", pointers),
        (f"how many show (to {MOST_COUNTED:,}+)", count),
    ):
        took = timed(inside(nobody, one))
        with CaptureQueriesContext(connection) as queries:
            inside(nobody, one)(0)
        report.most(f"{who}: {what}, p95", percentile(took, 0.95) * 1000, most, " ms")
        report.say(f"{who}: {what}, p50", f"{percentile(took, 0.5) * 1000:,.1f} ms, {len(queries)} queries")
    took = [inside(nobody, decided)(n) for n in range(WARM + TIMES)][WARM:]
    report.most(f"{who}: one decision, p95", percentile(took, 0.95) * 1000, 5, " ms")
    report.say(f"{who}: one decision, p50", f"{percentile(took, 0.5) * 1000:,.1f} ms")


def inside(around: Callable[[], Any], one: Callable[[int], Any]) -> Callable[[int], Any]:
    """Each as a request is: from nobody, by its reading, and everything taken back."""

    def done(n: int) -> Any:
        with around():
            return one(n)

    return done


def timed(one: Callable[[int], object]) -> list[float]:
    took = []
    for n in range(WARM + TIMES):
        began = time.perf_counter()
        one(n)
        took.append(time.perf_counter() - began)
    return took[WARM:]


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
