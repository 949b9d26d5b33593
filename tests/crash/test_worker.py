"""kill -9 of the serving process while its worker settles what is owed: after a restart it is settled, once."""

import time

import pytest
from django.db import OperationalError

from sightline.agencies.actions import take_from_definition
from sightline.agencies.queries import machine
from sightline.clocks.models import Running
from sightline.jobs.models import Due
from sightline.jobs.receive import open_delivery, receive
from sightline.ledger.models import Record
from sightline.ledger.verifying import verify
from sightline.timescales.moment import now
from tests.crash.content import content, difference
from tests.support.databases import connected
from tests.support.senders import notifications

LONGEST = 90  # seconds
TRIES = 8


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_what_is_owed_is_settled_after_a_restart(engine, database_templates, django_db_blocker, nursery, monkeypatch):
    monkeypatch.setattr("sightline.jobs.receive.sweep", lambda **_: 0)  # a load that ends before it has settled anything
    with django_db_blocker.unblock(), database_templates.copy(engine, durable=True) as database, connected(database):
        by = machine("feed-machine")
        take_from_definition(by=by)
        receive(notifications(400), delivery=open_delivery(feed="", agency="", kind="file", name="f", by=by), by=by)
        assert owed() > 0 and not Running.objects.exists()
        for _ in range(TRIES):
            before = recomputed()
            nursery.serve(database)
            wait(lambda: recomputed() > before)  # noqa: B023 - some are settled, others are at work
            assert nursery.kill().killed
            if owed():
                break
            Due.objects.update(done_at=None)  # it was quicker than we
        else:
            pytest.fail("the worker was always killed too late")
        nursery.serve(database)
        wait(lambda: not owed() and not Record.objects.filter(place__isnull=True).exists())
        assert nursery.kill().killed
        settled = content()
        assert Running.objects.count() == sum(settled["clocks"].values()) == len(settled["clocks"]) > 0  # none twice
        Due.objects.update(done_at=None)
        nursery.serve(database)
        wait(lambda: not owed())
        assert nursery.kill().killed
        assert not difference(content(), settled)  # settled again, nothing differs
        assert verify().faults == ()


def owed():
    return Due.objects.filter(done_at=None, run_at__lte=now()).count()


def recomputed():
    return Record.objects.filter(verb="recompute-clocks").count()


def wait(until):
    end = time.monotonic() + LONGEST
    while True:
        try:
            if until():
                return
        except OperationalError:  # the database is busy with the other process
            pass
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.003)
