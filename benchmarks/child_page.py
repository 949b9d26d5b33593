"""What a child's page and a search cost in a big database: server time with session, right, gate and ledger record."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks.databases import built, keys, migrate
from benchmarks.measuring import Report, percentile

WARM, TIMES = 5, 60


@contextmanager
def database(engine: str, size: int):
    with built(engine, f"child-page-{size}", _version(), lambda url: _fill(url, size)) as environment:
        yield environment


def _version() -> str:
    """What the kept database depends on: the tables, the layout of sealed bodies, and how the town is written."""
    files = [
        *sorted(Path("sightline").glob("*/migrations/*.py")),
        Path("sightline/vault/rules.py"),
        Path("sightline/identity/indexing.py"),
        *(Path("sightline/identity/linkage") / f"{name}.py" for name in ("keys", "likeness", "names")),
        Path("benchmarks/town.py"),
    ]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def _fill(url: str, size: int) -> None:
    migrate(url)
    environment = {**os.environ, **keys(), "DATABASE_URL": url}
    subprocess.run([sys.executable, "-m", "benchmarks.child_page", str(size)], env=environment, check=True)


def fill(size: int) -> None:
    """In a process of its own, on an empty database."""
    import django

    django.setup()
    from django.db import connection

    from benchmarks import town

    indexes: list[str] = []
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=OFF")
            cursor.execute("PRAGMA cache_size=-2000000")
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND name NOT LIKE '%uniq%'"
            )
            for name, statement in cursor.fetchall():
                cursor.execute(f'DROP INDEX "{name}"')
                indexes.append(statement)
    else:
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit = off")
    town.build(size)
    with connection.cursor() as cursor:
        for statement in indexes:
            cursor.execute(statement)
    town.crowded(500)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")  # as autovacuum does in a database that has stood for a day


def measure(size: int) -> int:
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    import config.wsgi  # noqa: F401  (what a server does when it starts)
    from sightline.agencies.queries import worker
    from sightline.chronology.models import Entry
    from sightline.identity.models import SourceIdentity
    from sightline.vault.actions import digest

    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client(raise_request_exception=True)
    client.force_login(worker("amir"), backend="allauth.account.auth_backends.AuthenticationBackend")
    nell = SourceIdentity.objects.get(agency="elmfield-academy", local=digest("local", "elmfield-academy|NELL")).person
    page, report = reverse("child", args=[nell]), Report()
    searches = _searches()

    def get(address: str) -> Any:
        response = client.get(address)
        assert response.status_code == 200, (address, response.status_code)
        return response

    def search(n: int) -> Any:
        response = client.post(reverse("find"), searches[n % len(searches)])
        assert response.status_code == 302, response.status_code
        return get(response.url)

    count = Entry.objects.count()
    body = get(page).content.decode()
    assert "Crowther" in body and "Note 499" in body, "the page does not show the child"
    report.say("entries", f"{count:,}")
    then = (date.today() - timedelta(days=400)).isoformat()
    for name, one in (
        ("child’s page", lambda n: get(page)),
        ("child’s page as known on", lambda n: get(f"{page}?known-on={then}")),
        ("find a child", search),
    ):
        took = _timed(one)
        with CaptureQueriesContext(connection) as queries:
            one(0)
        report.most(f"{name}: p95", percentile(took, 0.95) * 1000, 150, " ms")
        report.say(f"{name}: p50", f"{percentile(took, 0.5) * 1000:,.1f} ms")
        if name.startswith("find"):
            report.say(f"{name}: queries", str(len(queries)))
        else:
            report.most(f"{name}: queries", len(queries), 25)
    return report.missed


def _timed(one: Callable[[int], object]) -> list[float]:
    took = []
    for n in range(WARM + TIMES):
        began = time.perf_counter()
        one(n)
        took.append(time.perf_counter() - began)
    return took[WARM:]


def _searches() -> list[dict[str, str]]:
    """What a front door asks: a common name, half a name with a birth date, a number, a postcode, a wrong spelling."""
    from tests.support.senders import FAMILY_END, FAMILY_START, GIVEN

    rng = random.Random(3)
    found = [
        {"words": "nell crowther"},
        {"words": "nel crowther", "born": "12/8/2009"},
        {"number": "9990000034"},
        {"words": "crowther", "age": "16"},
        {"postcode": "LS8 2DD"},
    ]
    for _ in range(25):
        given, family = rng.choice(GIVEN), rng.choice(FAMILY_START) + rng.choice(FAMILY_END)
        born = date(2007, 1, 1) + timedelta(days=rng.randrange(365 * 18))
        found += [
            {"words": f"{given} {family}"},
            {"words": given, "born": born.strftime("%d/%m/%Y")},
            {"words": family[:4], "age": str(rng.randrange(3, 18))},
        ]
    return found


if __name__ == "__main__":
    fill(int(sys.argv[1]))
