"""What the demonstration prints to begin with can be opened by whoever it names."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from sightline.agencies.actions import add_worker
from sightline.agencies.queries import machine, worker
from sightline.commands.demo import _centrepiece, _tell
from sightline.identity.queries import identities_of
from sightline.jobs.due import sweep
from sightline.sharing.actions import tie
from sightline.simulation.demo import DEMO_WHO, DEMO_WORKERS
from sightline.timescales.london import local
from sightline.timescales.moment import now
from tests.support.house import JAY, POLICE, live, open_house, person, told

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture(scope="module")
def house(shared_database):
    open_house()
    who = next(one for one in DEMO_WORKERS if one.username == DEMO_WHO)
    by = machine("set-up-machine")
    add_worker(username=who.username, name=who.name, agency=who.agency, role=who.role, team=who.team, by=by)
    return shared_database


def happened(back):
    at = f"{local(now()).date() - timedelta(days=back):%Y-%m-%d} 21:40"  # so many days of the calendar, whatever clocks do
    return told("police-incident", "victim", JAY, at=at, sent=at, offence="robbery")


def settled():
    while sweep():
        pass


def test_nothing_is_promised_that_does_not_stand(house):
    assert _centrepiece() == []


def test_the_sign_and_the_child_open_for_whoever_is_named(house, capsys):
    live(happened(40), happened(20), happened(2))
    settled()
    child = person(POLICE, JAY.local_id)
    holder = f"worker:{worker(DEMO_WHO).id}"
    tie([(holder, "allocated", row.id, now(), None, None) for row in identities_of(child)])
    _tell("127.0.0.1:8000")
    said = capsys.readouterr().out
    assert next(one.name for one in DEMO_WORKERS if one.username == DEMO_WHO) + ":" in said
    paths = re.findall(r"http://127\.0\.0\.1:8000/demo/\?next=(\S+)", said)
    assert [path.split("/")[1] for path in paths] == ["signs", "child"]
    client = Client(SERVER_NAME="localhost")
    client.force_login(worker(DEMO_WHO), backend=BACKEND)
    sign, whole = (client.get(path).content.decode() for path in paths)
    assert "3 events in 39 days" in sign and "does not mean" in sign.lower()
    assert JAY.family in whole
