"""A PostgreSQL server that is copied and followed, killed in the middle of commits, lost, and rebuilt."""

import os
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path

import psycopg
from django.db import DatabaseError, connection

from sightline.agencies.actions import take_from_definition
from sightline.agencies.queries import machine
from sightline.intake.models import Item
from sightline.jobs.receive import receive_one
from sightline.ledger.verifying import verify
from sightline.operations import backups
from tests.integration.operations.conftest import Again, Deployment
from tests.support.databases import Database, connected
from tests.support.senders import notifications


def test_nothing_acknowledged_is_lost_and_an_older_copy_is_noticed(postgresql):
    server, copies = postgresql.server, postgresql.copies
    command, environment = backups.follow(copies)
    assert not any(server.password in part for part in command)  # which everybody on the machine can read
    follower = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        commits_wait_for_the_log(server)
        (log,) = [c for c in postgresql.json("doctor", code=0)["checks"] if c["name"] == "log"]
        assert log["state"] == "ok", log
        postgresql.write(2)
        older = postgresql.backup()
        told: list[str] = []
        sender = threading.Thread(target=send, args=(told,))
        sender.start()
        wait(lambda: len(told) > 30)
        postgresql.write(1)  # and the worker anchored
        assert sender.is_alive(), "the sender ended before the server was killed"
        kill(server)
        sender.join()
    finally:
        follower.send_signal(signal.SIGINT)
        follower.wait()
    connection.close()
    lost, acknowledged = server.data, list(told)
    shutil.rmtree(lost)
    data = lost.with_name("rebuilt")

    done = postgresql.json("restore", str(copies), "--to", str(data))
    assert (done["right"], done["ledger_faults"], done["anchor"]["state"], done["notes"]) == (True, [], "fits", [])
    again = Again(server, data)
    try:
        with connected(Database("postgresql", again.url("main"))):
            held = {str(each) for each in Item.objects.values_list("id", flat=True)}
            assert len(acknowledged) > 30 and set(acknowledged) <= held
            assert verify().faults == ()
    finally:
        again.stop_in_order()

    # The copy alone, without the log that followed it, is an older one.
    assert "is not empty" in postgresql.run("restore", str(older), "--to", str(data), code=2).stderr
    shutil.move(copies / "wal", copies / "away")
    done = postgresql.json("restore", str(older), "--to", str(data), "--replace", code=1)
    assert (done["right"], done["anchor"]["state"], done["ledger_faults"]) == (False, "behind", [])
    assert "No log was received" in done["notes"][0] and Path(done["kept"]).exists()

    # One file altered, and nothing is put in place.
    some = next(
        path for path in sorted((older / "data" / "base").rglob("*")) if path.is_file() and path.stat().st_size > 8192
    )
    with some.open("r+b") as file:
        file.seek(5000)
        file.write(b"?")
    said = postgresql.run("restore", str(older), "--to", str(data.with_name("never")), code=2).stderr
    assert "is not as it was when the copy was made" in said and not data.with_name("never").exists()


def test_a_dump_fills_an_empty_database(tmp_path, postgresql_database, database_templates, settings):
    settings.SIGHTLINE_ANCHOR = str(tmp_path / "anchor")
    take_from_definition(by=machine("feed-machine"))
    made = Deployment(tmp_path, postgresql_database.url)
    made.write(3)
    copy = made.backup("--dump")
    assert "is not empty" in made.run("restore", str(copy), code=2).stderr
    server, name = database_templates._hasty_template, "test_of_a_dump"
    server.create(name)
    try:
        with connected(Database("postgresql", server.url(name))):
            done = made.json("restore", str(copy))
            assert (done["right"], done["anchor"]["state"]) == (True, "fits")
            checks = {check["name"]: check for check in made.json("doctor", code=1)["checks"]}
            assert checks["append-only"]["state"] == "ok" and checks["tables"]["state"] == "ok"
            assert (
                checks["database"]["state"] == "fail" and "fsync" in checks["database"]["says"]
            )  # of the tests' server
            assert checks["log"]["state"] == "warn" and "nobody receives the log" in checks["log"]["says"]
    finally:
        server.drop(name)


def send(told):
    by = machine("feed-machine")
    try:
        for one in notifications(100_000, seed=78):
            told.append(receive_one(one, feed="bench", kind="api", by=by).id)
    except DatabaseError:
        pass
    finally:
        connection.close()


def wait(true, seconds=30):
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.02)


def commits_wait_for_the_log(server):
    own = server.connection
    wait(
        lambda: own.execute("SELECT 1 FROM pg_stat_replication WHERE application_name = 'sightline_backup'").fetchone()
    )
    own.execute("ALTER SYSTEM SET synchronous_standby_names = 'sightline_backup'")
    own.execute("SELECT pg_reload_conf()")
    wait(lambda: "sightline" in own.execute("SHOW synchronous_standby_names").fetchone()[0])


def kill(server):
    """Our server and all of its processes, at once."""
    children = [
        int(pid) for (pid,) in psycopg.connect(server.url("postgres")).execute("SELECT pid FROM pg_stat_activity")
    ]
    for pid in (server.process.pid, *children):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    server.process.wait()
