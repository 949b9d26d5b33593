"""What it costs to follow who reads what, and to show who has seen a child, when so many responses are known already.

What is known already is filled in as rows of the projection: of children and readers that are nobody.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

from benchmarks.databases import pair
from benchmarks.measuring import Report, percentile

HOT, FOLLOWED, WARM, TIMES = 200, 400, 3, 30
FILL = {
    "sqlite": "INSERT INTO watching_seen (identity, person, record, at, actor, agency, verb, ties, opened) "
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {size}) "
    "SELECT lower(hex(randomblob(16))), lower(hex(randomblob(16))), lower(hex(randomblob(16))), "
    "datetime('now', '-' || (i % 500000) || ' seconds'), 'worker-' || (i % 900), 'agency-' || (i % 20), 'view-child', '', 1 FROM n",
    "postgresql": "INSERT INTO watching_seen (identity, person, record, at, actor, agency, verb, ties, opened) "
    "SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), now() - (i % 500000) * interval '1 second', "
    "'worker-' || (i % 900), 'agency-' || (i % 20), 'view-child', '', true FROM generate_series(1, {size}) i",
}


@contextmanager
def database(engine: str, size: int):
    with pair(engine) as urls:
        yield {"DATABASE_URL": urls["DATABASE_URL"], "SIGHTLINE_MODE": "test"}


def measure(size: int) -> int:
    from django.conf import settings
    from django.db import connection
    from django.test import Client

    from sightline.agencies.queries import worker
    from sightline.chronology.queries import of_person
    from sightline.intake.types import Details
    from sightline.jobs.watching import look_at_all
    from sightline.ledger.actions import sequence
    from sightline.sharing.actions import tie
    from sightline.sharing.reading import reading
    from sightline.timescales.moment import now
    from sightline.watching.actions import name_own
    from sightline.watching.following import follow
    from sightline.watching.models import Seen
    from tests.support.house import POLICE, actor, identity, open_house, send, told

    open_house()
    report = Report()
    send(
        told(
            "ppn",
            "child",
            Details(given="Lee", family="Amberley", born="2011-02-03", local_id="L1", postcode="LS9 7AA"),
        )
    )
    lee = identity(POLICE, "L1")
    tie([(f"worker:{actor('sam').id}", "allocated", lee.id, now(), None, None)])
    for name in ("omar", "sam"):
        name_own(worker=actor(name).id, by=actor(name), given=[("postcode", "LS9 7AB"), ("family-name", "Nobody")])
    with connection.cursor() as cursor:
        cursor.execute(FILL[connection.vendor].format(size=size))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    report.say("responses in the projection, before", f"{Seen.objects.count():,}")
    people = [actor(name) for name in ("omar", "sam", "amir", "paul")]

    def read(times: int) -> None:
        for n in range(times):
            with reading(people[n % 4], "safeguarding", about="view-child") as opened:
                of_person(opened, lee.person)

    read(HOT)
    look_at_all()
    read(FOLLOWED)
    while sequence():
        pass
    began = time.perf_counter()
    followed = 0
    while more := follow():
        followed += more
    took = time.perf_counter() - began
    report.say("responses followed", f"{followed:,}")
    report.least("followed in a second", followed / took, 200)
    read(1)
    began = time.perf_counter()
    look_at_all()
    report.most("one response followed", (time.perf_counter() - began) * 1000, 500, " ms")

    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client(raise_request_exception=True)
    client.force_login(worker("sam"), backend="allauth.account.auth_backends.AuthenticationBackend")

    def get(address: str) -> Any:
        response = client.get(address)
        assert response.status_code == 200, (address, response.status_code)
        return response

    page = f"/child/{lee.person}/seen/"
    for name, address in (("who has seen this child", page), ("… only those with no tie", f"{page}?show=untied")):
        took_each = _timed(lambda _, where=address: get(where))
        report.most(f"{name}: p95", percentile(took_each, 0.95) * 1000, 300, " ms")
        report.say(f"{name}: p50", f"{percentile(took_each, 0.5) * 1000:,.1f} ms")
    report.say("readings of that child", f"{Seen.objects.filter(identity=lee.id).count():,}")
    return report.missed


def _timed(one: Callable[[int], object]) -> list[float]:
    took = []
    for n in range(WARM + TIMES):
        began = time.perf_counter()
        one(n)
        took.append(time.perf_counter() - began)
    return took[WARM:]
