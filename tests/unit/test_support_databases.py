"""The databases that tests stand on: fresh, migrated, with real transactions, and within reach of a subprocess."""

import subprocess
import sys
import threading

import psycopg
import pytest
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import connection, connections, transaction
from django.utils import timezone

from tests.support.databases import database_url, environment
from tests.support.postgresql import Server


def keep_a_session(key="one"):
    Session.objects.create(session_key=key, session_data="", expire_date=timezone.now())


@pytest.mark.parametrize("turn", ["first", "second"])
def test_each_test_gets_a_fresh_copy(database, turn):
    assert connection.vendor == database.engine
    assert Session.objects.count() == 0
    keep_a_session()
    assert Session.objects.count() == 1


def test_a_copy_is_migrated(database):
    assert "django_session" in connection.introspection.table_names()
    assert ContentType.objects.exists()


def test_callbacks_run_on_commit_and_not_before(database):
    heard = []
    with transaction.atomic():
        keep_a_session()
        transaction.on_commit(lambda: heard.append("committed"))
        assert heard == []
    assert heard == ["committed"]


def test_a_failed_transaction_leaves_nothing(database):
    with pytest.raises(RuntimeError), transaction.atomic():
        keep_a_session()
        raise RuntimeError
    assert Session.objects.count() == 0


def test_another_thread_sees_what_was_committed(database):
    keep_a_session()
    seen = []

    def look():
        seen.append((connection.vendor, Session.objects.count()))
        connections.close_all()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [(database.engine, 1)]


def test_a_subprocess_sees_what_was_committed(database):
    keep_a_session()
    count = (
        "import django; django.setup()\n"
        "from django.contrib.sessions.models import Session\n"
        "from django.conf import settings\n"
        "print(Session.objects.count(), settings.SIGHTLINE_KEY)"
    )
    done = subprocess.run([sys.executable, "-c", count], env=environment(database), capture_output=True, text=True)
    assert done.stdout.split() == ["1", settings.SIGHTLINE_KEY], done.stderr


def test_a_module_may_share_one_copy(shared_database):
    Session.objects.get_or_create(session_key="shared", expire_date=timezone.now())
    assert Session.objects.filter(session_key="shared").count() == 1


def test_sqlite_enforces_foreign_keys_and_fires_triggers_on_replace(sqlite_database):
    with connection.cursor() as cursor:
        for pragma in ("foreign_keys", "recursive_triggers"):
            assert cursor.execute(f"PRAGMA {pragma}").fetchone() == (1,)


def test_a_durable_postgresql_waits_for_the_disk(durable_database):
    if durable_database.engine == "postgresql":
        with psycopg.connect(database_url(durable_database)) as guest:
            assert guest.execute("SHOW fsync").fetchone() == ("on",)


def test_a_stopped_server_leaves_nothing_behind():
    server = Server()
    process, directory = server.process, server.directory
    server.stop()
    assert process.poll() is not None
    assert not directory.exists()
