"""Pages during a load: one SQLite file, one server, a `sightline load` in a second process. Nobody must wait for it."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from benchmarks.databases import PLACE, migrate
from benchmarks.measuring import Report, percentile

ENGINES = ("sqlite",)  # on PostgreSQL readers never wait for writers
THREADS = 3
COLUMNS = (
    "REPORT_NO",
    "REPORT_TYPE",
    "INCIDENT_NO",
    "OCC_DATE",
    "SENT_DATE",
    "OFFENCE",
    "PERSON_ROLE",
    "PERSON_ID",
    "FORENAMES",
    "SURNAME",
    "DOB",
    "GENDER",
    "NHS_NO",
    "POSTCODE",
    "CHILD_AT_RISK",
    "SUMMARY",
)
ROLES = {"suspect": "SUSP", "victim": "VIC", "witness": "WIT", "missing-child": "MISPER"}


@contextmanager
def database(engine: str, size: int):
    PLACE.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=PLACE) as folder:
        url = f"sqlite:///{folder}/busy.sqlite3"
        migrate(url)
        yield {"DATABASE_URL": url, "BENCH_FOLDER": folder}


def measure(size: int) -> int:
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.urls import reverse

    from benchmarks import town
    from sightline.agencies.actions import add_worker, take_from_definition
    from sightline.agencies.queries import machine, worker
    from sightline.identity.models import SourceIdentity
    from sightline.vault.actions import digest

    take_from_definition(by=machine("feed-machine"))
    for username, (agency, role, team) in town.PASSWORD_FREE.items():
        add_worker(
            username=username,
            name=username.capitalize(),
            agency=agency,
            role=role,
            team=team,
            by=machine("set-up-machine"),
        )
    town.crowded(200)
    amir, session = worker("amir"), SessionStore()
    session.update(
        {
            SESSION_KEY: str(amir.pk),
            BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
            HASH_SESSION_KEY: amir.get_session_auth_hash(),
        }
    )
    session.save()
    nell = SourceIdentity.objects.get(agency="elmfield-academy", local=digest("local", "elmfield-academy|NELL")).person
    folder = Path(os.environ["BENCH_FOLDER"])
    file = folder / "police-busy.csv"
    _write(file, size)

    port = 8900 + os.getpid() % 90
    command = Path(sys.executable).parent / "sightline"
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([command, "serve", "--bind", f"127.0.0.1:{port}"], stdout=log, stderr=log)
        try:
            pages = [
                f"http://127.0.0.1:{port}{reverse(name, args=args)}"
                for name, args in (("child", [nell]), ("work", []), ("find", []))
            ]
            cookie = f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
            _wait(pages[1], cookie)
            began = time.perf_counter()
            load = subprocess.Popen([command, "load", str(file), "--json"], stdout=log, stderr=log)
            took, errors = _ask(pages, cookie, load)
            load_took = time.perf_counter() - began
        finally:
            server.terminate()
            server.wait(timeout=30)
    report = Report()
    report.say("records loaded meanwhile", f"{size:,} in {load_took:,.1f} s")
    report.say("pages asked for", f"{len(took):,}")
    report.say("p50", f"{percentile(took, 0.5) * 1000:,.0f} ms")
    report.most("p95", percentile(took, 0.95) * 1000, 1000, " ms")
    report.say("longest", f"{max(took) * 1000:,.0f} ms")
    report.most("errors", len(errors), 0)
    for error in errors[:5]:
        print(f"    {error}")
    if load.returncode:
        print(f"    the load ended with {load.returncode}: {(folder / 'log').read_text()[-1500:]}")
    return report.missed or int(load.returncode != 0)


def _write(file: Path, size: int) -> None:
    """A police extract of `size` records, one row a person."""
    from tests.support.senders import POLICE, notifications

    def told(text: str) -> str:
        return datetime.fromisoformat(text).strftime("%d/%m/%Y %H:%M")

    with file.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(COLUMNS)
        for n in (n for n in notifications(2 * size, ending=datetime.now()) if n.agency == POLICE):
            offence = {"theft": "THEFT", "possession-of-weapon": "WEAP", "criminal-damage": "DAM"}.get(
                n.fields.get("offence", ""), "PO"
            )
            kind = "MISSING" if n.record == "missing-episode" else "CRIME"
            for person in n.people:
                d = person.details
                rows.writerow(
                    (
                        n.message_id,
                        kind,
                        n.fields.get("reference", ""),
                        told(n.happened),
                        told(n.sent),
                        offence,
                        ROLES[person.roles[0]],
                        d.local_id,
                        d.given,
                        d.family,
                        datetime.fromisoformat(d.born).strftime("%d/%m/%Y"),
                        d.sex[0].upper(),
                        d.nhs_number,
                        d.postcode,
                        "Y" if n.fields.get("child-at-risk") == "yes" else "N",
                        n.says,
                    )
                )


def _wait(page: str, cookie: str) -> None:
    for _ in range(300):
        try:
            _get(page, cookie)
            return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise TimeoutError("the server does not answer")


def _get(page: str, cookie: str) -> None:
    with urllib.request.urlopen(urllib.request.Request(page, headers={"Cookie": cookie}), timeout=30) as response:
        body = response.read()
    assert response.status == 200 and b"Amir" in body, "not the page that was asked for"


def _ask(pages: list[str], cookie: str, load: subprocess.Popen[bytes]) -> tuple[list[float], list[str]]:
    """Each thread asks for one page after another, as a worker who reads for a moment, until the load has ended."""
    took: list[float] = []
    errors: list[str] = []

    def ask(first: int) -> None:
        for number in range(first, 1_000_000):
            if load.poll() is not None:
                return
            page, began = pages[number % len(pages)], time.perf_counter()
            try:
                _get(page, cookie)
            except Exception as error:
                errors.append(f"{page}: {error!r}")
            took.append(time.perf_counter() - began)
            time.sleep(0.2)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    load.wait()
    return took, errors
