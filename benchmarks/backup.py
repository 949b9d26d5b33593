"""A copy of a big database, the loss of everything, and putting it back: seconds, rates, and that nothing is missing.

The database of the child-page bench, with as many ledger records as entries. While it is copied, and until it is lost, a
sender sends: on PostgreSQL, whose log is received, everything that was acknowledged must be there afterwards. Then an
older copy is put in its place, and must be noticed.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks import child_page
from benchmarks.databases import PLACE, Kept, keys
from benchmarks.measuring import Report
from tests.support.postgresql import COPIED

SIGHTLINE = str(Path(sys.executable).parent / "sightline")
LONGEST = 300  # seconds for copy, loss, restore and every check
SENDING = 3.0  # seconds between the copy's end and the loss
BATCH = 20_000


class Copied(Kept):
    """A server that may be copied, and whose log may be received."""

    log = COPIED


@contextmanager
def database(engine: str, size: int) -> Iterator[dict[str, str]]:
    place = (
        PLACE / f"backup-{engine}"
        if engine == "sqlite"
        else Path("/var/tmp") / f"sightline-bench-backup-{os.geteuid()}"
    )
    shutil.rmtree(place, ignore_errors=True)
    with child_page.database(engine, size) as built:
        url = built["DATABASE_URL"]
        if engine == "sqlite":
            place.mkdir(parents=True)
            _copy(Path(url.removeprefix("sqlite:///")), place / "main.sqlite3")
    given = {
        "SIGHTLINE_ANCHOR": str(place / "anchor"),
        "BENCH_PLACE": str(place),
        "BENCH_COPIES": str(place / "copies"),
    }
    try:
        if engine == "sqlite":
            given["DATABASE_URL"] = f"sqlite:///{place / 'main.sqlite3'}"
            _grow(given, size)
            yield given
            return
        kept = next((Path("/var/tmp") / f"sightline-bench-{os.geteuid()}").glob(f"child-page-{size}-*"))
        place.mkdir(mode=0o755)
        _copy(kept, place / "main")
        server = Copied(place / "main")
        try:
            given |= {"DATABASE_URL": server.url("main"), "BENCH_PID": str(server.process.pid)}
            _grow(given, size)
            yield given
        finally:
            if server.process.poll() is None:
                server.stop()
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _copy(what: Path, to: Path) -> None:
    subprocess.run(["cp", "-a", "--reflink=auto", str(what), str(to)], check=True)


def _grow(given: dict[str, str], size: int) -> None:
    environment = {**os.environ, **keys(), **given}
    subprocess.run([sys.executable, "-m", "benchmarks.backup", "grow", str(size)], env=environment, check=True)


def grow(size: int) -> None:
    """In a process of its own: a reading of somebody for each entry, of twenty agencies."""
    import django

    django.setup()
    from benchmarks.ledger import grow as grow_ledger

    began = time.perf_counter()
    grow_ledger(size)
    print(f"  {size:,} ledger records added, {time.perf_counter() - began:,.0f} s", flush=True)


def send() -> None:
    """In a process of its own: sends until the database is gone; tells the receipt of each that was acknowledged."""
    import django

    django.setup()
    from sightline.agencies.queries import machine
    from sightline.jobs.receive import receive_one
    from tests.support.senders import notifications

    by = machine("feed-machine")
    for one in notifications(1_000_000, seed=77, ending=datetime.now()):
        receipt = receive_one(one, feed="bench", kind="api", by=by)
        print(receipt.id, flush=True)


def measure(size: int) -> int:
    import django

    django.setup()
    from django.db import connection

    from sightline.chronology.models import Entry
    from sightline.ledger.models import Record

    report, copies = Report(), Path(os.environ["BENCH_COPIES"])
    report.say("entries", f"{Entry.objects.count():,}")
    report.say("ledger records", f"{Record.objects.count():,}")
    vendor = connection.vendor
    connection.close()
    measured = _postgresql if vendor == "postgresql" else _sqlite
    measured(report, copies)
    return report.missed


def _sqlite(report: Report, copies: Path) -> None:
    database = Path(os.environ["DATABASE_URL"].removeprefix("sqlite:///"))
    sender, told = _sender()
    began = time.perf_counter()
    taken = _run("backup", "--to", str(copies))
    took = time.perf_counter() - began
    _kill(sender.pid)
    sender.wait()
    for path in database.parent.glob("main.sqlite3*"):
        path.unlink()
    done = _restore(report, taken, took, copies)
    acknowledged = told.read_text().split()
    report.say("acknowledged while it was copied", f"{len(acknowledged):,}")
    report.say("of these in the copy", f"{_held(acknowledged, os.environ['DATABASE_URL']):,}")
    assert not done["ledger_faults"], done
    _older_copy_is_noticed(report, copies, replace=("--replace",))


def _postgresql(report: Report, copies: Path) -> None:
    data, pid = Path(os.environ["BENCH_PLACE"]) / "main" / "data", int(os.environ["BENCH_PID"])
    environment = {**os.environ}
    follower = subprocess.Popen(
        [SIGHTLINE, "backup", "--to", str(copies), "--follow"], env=environment, stderr=subprocess.DEVNULL
    )
    try:
        _commits_wait_for_the_log()
        sender, told = _sender()
        began = time.perf_counter()
        taken = _run("backup", "--to", str(copies))
        took = time.perf_counter() - began
        time.sleep(SENDING)
        assert sender.poll() is None, "the sender ended before the loss"
        _kill(pid)  # the server and all of its processes, in the middle of a commit
        sender.wait()
    finally:
        follower.send_signal(signal.SIGINT)
        follower.wait()
    acknowledged = told.read_text().split()
    shutil.rmtree(data)
    done = _restore(report, taken, took, copies, "--to", str(data))
    assert done["right"], done
    server = Copied(data.parent)
    try:
        held = _held(acknowledged, server.url("main"))
        report.say("acknowledged up to the kill -9", f"{len(acknowledged):,}")
        report.most("of these missing", len(acknowledged) - held, 0)
        os.environ["DATABASE_URL"] = server.url("main")
        before = subprocess.run(
            [SIGHTLINE, "verify", "--json"], env=os.environ, capture_output=True, text=True, check=True
        )
        assert json.loads(before.stdout)["faults"] == [], before.stdout
    finally:
        server.stop()
    shutil.rmtree(copies / "wal")  # the copy alone, without what came after it
    _older_copy_is_noticed(report, copies, "--to", str(data), replace=("--replace",))


def _restore(report: Report, taken: dict[str, Any], took: float, copies: Path, *where: str) -> dict[str, Any]:
    began = time.perf_counter()
    done = _run("restore", str(copies), *where, right=None)
    restored = time.perf_counter() - began
    report.say("size of the copy", f"{taken['bytes'] / 1e6:,.0f} MB")
    report.say("backup", f"{took:,.1f} s ({taken['bytes'] / 1e6 / took:,.0f} MB/s)")
    report.say("restore, with every check", f"{restored:,.1f} s")
    report.say(
        "of it verifying the ledger",
        f"{done['verify_seconds']:,.1f} s ({done['records'] / done['verify_seconds']:,.0f}/s)",
    )
    report.most("backup, loss and restore", took + restored, LONGEST, " s")
    report.most("ledger faults", len(done["ledger_faults"]), 0)
    return done


def _older_copy_is_noticed(report: Report, copies: Path, *where: str, replace: tuple[str, ...]) -> None:
    done = _run("restore", str(copies), *where, *replace, right=None)
    report.say("the older copy: the anchor says", done["anchor"]["state"])
    report.most("an older copy put in place is not noticed", done["right"], 0)
    print(f"    {done['anchor']['sentence']}", flush=True)


def _run(*arguments: str, right: bool | None = True) -> dict[str, Any]:
    done = subprocess.run(
        [SIGHTLINE, *arguments, "--json"], env=os.environ, capture_output=True, text=True, check=False
    )
    if done.returncode not in ((0, 1) if right is None else (0,)):
        raise SystemExit(f"sightline {arguments[0]}: {done.stderr}{done.stdout}")
    return json.loads(done.stdout)


def _sender() -> tuple[subprocess.Popen[bytes], Path]:
    """A sender at work, and the file into which it tells what was acknowledged."""
    told = Path(os.environ["BENCH_PLACE"]) / "acknowledged"
    with told.open("wb") as output:
        sender = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.backup", "send"],
            env=os.environ,
            stdout=output,
            stderr=subprocess.DEVNULL,
        )
    until = time.monotonic() + 60
    while not told.stat().st_size and time.monotonic() < until and sender.poll() is None:
        time.sleep(0.05)
    assert told.stat().st_size, "nothing was acknowledged"
    return sender, told


def _commits_wait_for_the_log() -> None:
    """As docs/how-to/back-up-and-restore.md says: the server acknowledges what is on the archive's disk too."""
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        until = time.monotonic() + 30
        while not connection.execute(
            "SELECT 1 FROM pg_stat_replication WHERE application_name = 'sightline_backup'"
        ).fetchone():
            assert time.monotonic() < until, "nobody receives the log"
            time.sleep(0.1)
        connection.execute("ALTER SYSTEM SET synchronous_standby_names = 'sightline_backup'")
        connection.execute("SELECT pg_reload_conf()")
    time.sleep(0.5)


def _kill(pid: int) -> None:
    """This process, which is ours, and its children, at once."""
    children = []
    for each in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(each.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == pid:
            children.append(int(each.parent.name))
    for one in (pid, *children):
        try:
            os.kill(one, signal.SIGKILL)
        except ProcessLookupError:
            pass


def _held(acknowledged: list[str], url: str) -> int:
    """How many of them the database has."""
    environment = {**os.environ, "DATABASE_URL": url}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.backup", "held"],
        env=environment,
        input="\n".join(acknowledged),
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


def held() -> None:
    """In a process of its own: how many of the receipts on standard input lead to an item."""
    import django

    django.setup()
    from sightline.intake.models import Item

    ids = sys.stdin.read().split()
    print(sum(Item.objects.filter(id__in=ids[start : start + 500]).count() for start in range(0, len(ids), 500)))


if __name__ == "__main__":
    {"grow": lambda: grow(int(sys.argv[2])), "send": send, "held": held}[sys.argv[1]]()
