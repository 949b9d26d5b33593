"""kill -9 during a load, at random moments: after a restart and a re-load, everything is as if nothing had happened.

The oracle is what one undisturbed load of the same files leaves. Each kill is looked at before anything is repaired: it
counts as proven mid-work when a delivery is still being read and some items are there but not all. `SIGHTLINE_KILLS=50`
(or `make nightly`) kills 50 times on each database.
"""

import os
import random
import time
from dataclasses import dataclass, field

import pytest

from sightline.agencies.actions import take_from_definition
from sightline.agencies.queries import machine
from sightline.intake.models import Delivery, Item
from sightline.jobs.models import Due
from sightline.jobs.worker import turn
from sightline.ledger.models import Record
from sightline.ledger.verifying import verify
from sightline.timescales.moment import now
from tests.crash.content import content, difference
from tests.support.databases import ENGINES, connected

KILLS = int(os.environ.get("SIGHTLINE_KILLS", "6"))
SEED = 20250110
BITES = (0.02, 0.05, 0.12)  # seconds aimed at: many little transactions, or few and long ones
PROVEN = 0.8  # of the kills, at least


@dataclass
class Told:
    """What came of a series of kills."""

    kills: int = 0
    mid_work: int = 0
    early: int = 0  # before the first bite was kept
    owing: int = 0  # everything was kept, clocks were owed
    databases: int = 0
    seconds: float = field(default_factory=lambda: -time.monotonic())

    def line(self, engine, items, wanted):
        return (
            f"\nkill -9 during a load, {engine}: {self.kills} kills ({wanted} wanted), {self.mid_work} proven mid-work, "
            f"{self.early} before the first bite, {self.owing} with clocks owed; {self.databases} databases of {items} items, "
            f"all equal to the undisturbed one; {self.seconds + time.monotonic():.1f} s"
        )


@pytest.mark.parametrize("kills", [KILLS, pytest.param(50, marks=pytest.mark.nightly)])
@pytest.mark.parametrize("engine", ENGINES)
def test_nothing_is_lost_or_twice_however_a_load_is_killed(
    engine, kills, database_templates, django_db_blocker, files, nursery, capsys
):
    draw, told = random.Random(f"{SEED}/{engine}"), Told()
    with django_db_blocker.unblock():
        with _copy(database_templates, engine) as database:
            took = nursery.load(database, files)
            assert took.code == 0, nursery.log.read_text()
            oracle, items = content(), Item.objects.count()
            _settle()
        while told.kills < kills or told.mid_work < PROVEN * kills:
            with _copy(database_templates, engine) as database:
                told.databases += 1
                _killed_until_done(database, files, nursery, draw, told, items, took.seconds, kills)
                assert nursery.load(database, files).code == 0, nursery.log.read_text()
                _settle()
                wrong = difference(content(), oracle)
                assert not wrong, f"seed {SEED}, database {told.databases}, {told.kills} kills:\n{wrong}"
    with capsys.disabled():
        print(told.line(engine, items, kills))


def _killed_until_done(database, files, nursery, draw, told, items, whole, kills):
    """Load after load is killed, each at a moment drawn from about as long as it will take, until one comes through."""
    left = 1.0
    while told.kills < kills or told.mid_work < PROVEN * kills:
        moment = draw.uniform(0.02, whole * (0.4 + 0.6 * left))
        ended = nursery.load(database, files, kill_after=moment, bite=draw.choice(BITES))
        if not ended.killed:
            assert ended.code == 0, nursery.log.read_text()
            return
        there = Item.objects.count()
        told.kills += 1
        told.mid_work += 0 < there < items and Delivery.objects.filter(state="reading").exists()
        told.early += there == 0
        told.owing += there == items and Due.objects.filter(done_at=None, run_at__lte=now()).exists()
        assert all(_heading(one) for one in Delivery.objects.filter(feed="leeds-police-csv")), (
            "its rows could not be repaired"
        )
        if draw.random() < 0.5:  # sometimes the server is up again before the file comes again
            _settle()
        _ledger_holds()
        if there == items:
            return  # all is there: what a load then does is look at finished files again
        left = 1 - there / items
        assert told.kills < 2 * kills, f"too few kills land mid-work: {told.line(database.engine, items, kills)}"


def _heading(delivery):
    """Whether its rows can be repaired; of a file that had come to its end before, none was read."""
    return any(note.startswith(("heading: REPORT_NO", "This very file was taken")) for note in delivery.notes)


def _copy(templates, engine):
    """A fresh durable database with its agencies, for as long as it is wanted."""
    return _Copy(templates, engine)


class _Copy:
    def __init__(self, templates, engine):
        self.copied = templates.copy(engine, durable=True)

    def __enter__(self):
        database = self.copied.__enter__()
        self.connected = connected(database)
        self.connected.__enter__()
        take_from_definition(by=machine("feed-machine"))
        return database

    def __exit__(self, *how):
        self.connected.__exit__(*how)
        return self.copied.__exit__(*how)


def _settle():
    """What the worker of a restarted server does; then nothing is owed and every ledger record has its place."""
    while turn():
        pass
    assert not Due.objects.filter(done_at=None, run_at__lte=now()).exists()
    assert not Record.objects.filter(place__isnull=True).exists()
    _ledger_holds()


def _ledger_holds():
    assert verify().faults == ()
