"""The front door: what a page of 5,000 open notices costs, and how long a notice takes from being sent to standing, matched
and sorted, in a queue page that is open already, while others read.

A server of two processes (one on SQLite), 20 open queue pages that hear of changes as a browser does, 180 readers who each
ask for a page every two seconds, and an agency's system that sends. `FRONT_DOOR_SECONDS` (60), `FRONT_DOOR_EVERY` (0.5 s
between notices), `FRONT_DOOR_OPEN` (5,000), `FRONT_DOOR_QUEUES` (20), `FRONT_DOOR_READERS` (180).
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import random
import re
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from benchmarks import child_page
from benchmarks.databases import built
from benchmarks.measuring import Report, percentile

OPEN = int(os.environ.get("FRONT_DOOR_OPEN", 5000))
QUEUES = int(os.environ.get("FRONT_DOOR_QUEUES", 20))
READERS = int(os.environ.get("FRONT_DOOR_READERS", 180))
SECONDS = float(os.environ.get("FRONT_DOOR_SECONDS", 60))
EVERY = float(os.environ.get("FRONT_DOOR_EVERY", 0.5))
READ_EVERY, PAGES, SETTLES = 2.0, 60, 5.0
CONNECTIONS = ("max_connections=200",)  # PostgreSQL: a thread of each page, in two processes
MARK = re.compile(r"Number (\d{15}) of those that are measured")
LINE = re.compile(r'<tr id="i-([0-9a-f-]{36})"')


@contextmanager
def database(engine: str, size: int):
    version = hashlib.sha256(f"{child_page._version()}".encode()).hexdigest()[:12]
    with built(engine, f"front-door-{size}", version, lambda url: child_page._fill(url, size), CONNECTIONS) as environment:
        yield environment


def measure(size: int) -> int:
    from django.conf import settings
    from django.db import connection

    from sightline.agencies.actions import make_token
    from sightline.agencies.queries import machine, worker
    from sightline.front_door.models import Item

    settings.ALLOWED_HOSTS = ["testserver", "127.0.0.1"]
    by, report = machine("set-up-machine"), Report()
    _open(OPEN)
    report.say("open notices", f"{Item.objects.filter(closed_at=None).count():,}")
    _pages(report)
    cookies = [_session(worker("amir")) for _ in range(QUEUES + READERS)]
    token = make_token(agency="west-yorkshire-police", label="bench", by=by)
    entries = [str(e) for e in Item.objects.filter(closed_at=None).values_list("entry", flat=True)[:400]]
    items = [str(i) for i in Item.objects.filter(closed_at=None).values_list("id", flat=True)[:400]]
    sqlite = connection.vendor == "sqlite"
    connection.close()
    _live(report, cookies, token, entries, items, processes=1 if sqlite else 2)
    return report.missed


def _open(count: int) -> None:
    """So many open notices: records of the town that stand on children, put into the queue as rows, with what decides their
    place drawn evenly. (To send them one by one would measure the load, which `load` does.)"""
    from sightline.chronology.models import Entry, Part
    from sightline.front_door.models import Item, ItemChild
    from sightline.sharing.actions import tie
    from sightline.vault.adding import add, add_objects, new

    rng, moment = random.Random(11), datetime.now(UTC)
    Item.objects.all().delete()
    reasons = [("red-notice", 10), ("amber-notice", 54), ("domestic-abuse-with-children", 56), ("", 90)]
    rows, children, ties = [], [], []
    parts = Part.objects.filter(child=True, entry__routine=False, entry__pointer_only=False).order_by(
        "-entry__known_at"
    )
    for part in parts.select_related("entry")[: count * 3].iterator():
        entry: Entry = part.entry
        if entry.first != entry.id or len(rows) == count or any(row.entry == entry.first for row in rows[-5:]):
            continue
        why, rank = reasons[rng.randrange(len(reasons))]
        known, id_ = moment - timedelta(minutes=rng.randrange(5, 900)), uuid4()
        rows.append(
            new(
                Item, id=id_, entry=entry.first, record=entry.record, agency=entry.agency, handling=entry.handling,
                happened=entry.happened, known_at=known, danger=rank, why=[why] if why else [], before={}, ages=[],
                due_at=known + timedelta(hours=rng.randrange(1, 30)), open_to=[], event=id_, changed_at=known,
            )
        )  # fmt: skip
        children.append((id_, part.identity_id))
        ties.append(("team:front-door", "on-duty", part.identity_id, known, None, entry.first))
    add_objects(rows)
    add(ItemChild, ("item_id", "identity_id"), children)
    tie(ties)


def _pages(report: Report) -> None:
    """What the queue page costs by itself, in this process."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    import config.wsgi  # noqa: F401  (what a server does when it starts)
    from sightline.agencies.queries import worker

    client = Client(raise_request_exception=True)
    client.force_login(worker("amir"), backend="allauth.account.auth_backends.AuthenticationBackend")
    took, spent = [], []
    for n in range(5 + PAGES):
        began, worked = time.perf_counter(), time.process_time()
        assert client.get("/queue/").status_code == 200
        if n >= 5:
            took.append(time.perf_counter() - began)
            spent.append(time.process_time() - worked)
    with CaptureQueriesContext(connection) as queries:
        client.get("/queue/")
    report.most("queue page: p95", percentile(took, 0.95) * 1000, 200, " ms")
    report.say(
        "queue page: p50, and of it the processor",
        f"{percentile(took, 0.5) * 1000:,.0f} ms, {percentile(spent, 0.5) * 1000:,.0f} ms",
    )
    report.most("queue page: queries", len(queries), 60)


def _session(user: Any) -> str:
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session.update(
        {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
            HASH_SESSION_KEY: user.get_session_auth_hash(),
            "touched": int(time.time()) + 3600,
        }
    )
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def _live(
    report: Report, cookies: list[str], token: str, entries: list[str], items: list[str], *, processes: int
) -> None:
    port = 8900 + os.getpid() % 90
    command = Path(sys.executable).parent / "sightline"
    server = subprocess.Popen(
        [command, "serve", "--bind", f"127.0.0.1:{port}", "--processes", str(processes), "--threads", "64"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait(port)
        told = {"port": port, "cookies": cookies, "token": token, "entries": entries, "items": items}
        clients = subprocess.run(
            [sys.executable, "-m", "benchmarks.front_door"],
            input=json.dumps(told),
            capture_output=True,
            text=True,
            check=True,
        )
        found = json.loads(clients.stdout)
    finally:
        server.terminate()
        server.wait(timeout=60)
    waits, sent = found["waits"], found["sent"]
    report.say("notices sent, pages open, pages read", f"{sent}, {QUEUES}, {found['read']:,}")
    report.say(
        "from sending to its line in an open page: p50",
        f"{percentile(waits, 0.5) * 1000:,.0f} ms" if waits else "never",
    )
    report.most(
        "from sending to its line in an open page: p95", percentile(waits, 0.95) * 1000 if waits else 1e9, 500, " ms"
    )
    report.say(
        "lines asked for, by each page for each notice",
        f"{len(found['lines']) / QUEUES / max(1, sent):.1f}; p50 {percentile(found['lines'], 0.5) * 1000:,.0f} ms",
    )
    report.say("the sender's receipt: p95", f"{percentile(found['posts'], 0.95) * 1000:,.0f} ms")
    report.say(
        "a reader's page: p95", f"{percentile(found['pages'], 0.95) * 1000:,.0f} ms" if found["pages"] else "none"
    )
    report.most("lines that a page missed", found["missed"], 0)
    report.most("lines that stood twice", found["twice"], 0)
    report.most("errors", len(found["errors"]), 0)
    for error in found["errors"][:5]:
        print(f"    {error}")


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            one = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            one.request("GET", "/health/live")
            if one.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise RuntimeError("the server does not answer")


# --- the clients, in a process of their own ---------------------------------------------------------------------------


class Clients:
    """20 browsers with the queue open, 180 that read, one system that sends."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.port, self.cookies, self.token = told["port"], told["cookies"], told["token"]
        self.addresses = [f"/entry/{e}/" for e in told["entries"]] + [f"/queue/{i}/" for i in told["items"][:200]]
        self.sent: dict[str, float] = {}
        self.seen: list[dict[str, tuple[float, set[str]]]] = [{} for _ in range(QUEUES)]
        self.posts: list[float] = []
        self.pages: list[float] = []
        self.lines: list[float] = []
        self.errors: list[str] = []
        self.ready = threading.Semaphore(0)
        self.over = threading.Event()

    def run(self) -> dict[str, Any]:
        threads = [threading.Thread(target=self._queue, args=(n,), daemon=True) for n in range(QUEUES)]
        threads += [threading.Thread(target=self._reader, args=(n,), daemon=True) for n in range(READERS)]
        for thread in threads:
            thread.start()
        for _ in range(QUEUES):
            self.ready.acquire(timeout=60)
        time.sleep(SETTLES)
        self._send()
        time.sleep(SETTLES)
        self.over.set()
        waits, missed, twice = [], 0, 0
        for seen in self.seen:
            for number, began in self.sent.items():
                if number not in seen:
                    missed += 1
                    continue
                at, ids = seen[number]
                waits.append(at - began)
                twice += len(ids) - 1
        return {
            "waits": waits, "missed": missed, "twice": twice, "sent": len(self.sent), "posts": self.posts,
            "pages": self.pages, "lines": self.lines, "read": len(self.pages), "errors": self.errors,
        }  # fmt: skip

    def _ask(self, cookie: str, path: str) -> str:
        """A page, on a connection of its own: the server ends those that are idle, and a browser would begin anew."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", path, headers={"Cookie": cookie, "X-Live": "1"})
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        if answer.status != 200:
            raise RuntimeError(f"{path.split('?')[0]}: {answer.status}")
        return body

    def _queue(self, n: int) -> None:
        """A page that is open: hears of changes, and asks for the lines that changed."""
        cookie = self.cookies[n]
        try:
            live = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
            live.request("GET", "/queue/live/", headers={"Cookie": cookie, "Accept": "text/event-stream"})
            stream, event = live.getresponse(), b""
            self.ready.release()
            while not self.over.is_set():
                line = stream.readline()
                if line.startswith(b"event:"):
                    event = line[6:].strip()
                elif line.startswith(b"data:") and event == b"change" and line[5:].strip():
                    self._lines(n, cookie, line[5:].strip().decode())
                elif not line:
                    raise RuntimeError(f"the stream ended ({event!r})")
        except (OSError, RuntimeError, http.client.HTTPException) as error:
            if not self.over.is_set():
                self.errors.append(f"queue: {type(error).__name__} {error}")

    def _lines(self, n: int, cookie: str, ids: str) -> None:
        began = time.perf_counter()
        body = self._ask(cookie, f"/queue/lines/?ids={ids}")
        at = time.perf_counter()
        self.lines.append(at - began)
        for part in body.split("<tr ")[1:]:
            mark, line = MARK.search(part), LINE.search(f"<tr {part}")
            if mark and line:
                first, known = self.seen[n].get(mark[1], (at, set()))
                self.seen[n][mark[1]] = (first, known | {line[1]})

    def _reader(self, n: int) -> None:
        rng, cookie = random.Random(n), self.cookies[QUEUES + n]
        time.sleep(rng.random() * READ_EVERY)
        while not self.over.is_set():
            began = time.perf_counter()
            try:
                self._ask(cookie, rng.choice(self.addresses))
                self.pages.append(time.perf_counter() - began)
            except (OSError, RuntimeError, http.client.HTTPException) as error:
                self.errors.append(f"reader: {type(error).__name__} {error}")
            time.sleep(max(0.0, READ_EVERY - (time.perf_counter() - began)))

    def _send(self) -> None:
        started, number = time.perf_counter(), 0
        while time.perf_counter() - started < SECONDS:
            number += 1
            code = f"{int(time.time()):010}{number:05}"  # as nothing that an earlier run sent
            happened = f"{datetime.now() - timedelta(minutes=3):%Y-%m-%d %H:%M}"
            child = {
                "roles": ["child"],
                "given": "Robin",
                "family": f"Sent{number}x",
                "born": "2014-05-06",
                "local_id": f"S{code}",
            }
            told = {
                "record": "ppn", "message_id": f"sent-{time.time()}-{number}", "happened": happened,
                "says": f"Number {code} of those that are measured", "people": [child], "fields": {"grade": "red"},
            }  # fmt: skip
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            self.sent[code] = began = time.perf_counter()
            connection.request("POST", "/api/v1/notifications", body=json.dumps(told), headers={
                "Authorization": f"Bearer {self.token}", "Content-Type": "application/json"})  # fmt: skip
            answer = connection.getresponse()
            body = answer.read()
            self.posts.append(time.perf_counter() - began)
            if answer.status != 201:
                self.errors.append(f"send: {answer.status} {body[:200]!r}")
                return
            time.sleep(max(0.0, EVERY - (time.perf_counter() - began)))


if __name__ == "__main__":
    print(json.dumps(Clients(json.load(sys.stdin)).run()))
