"""Somebody leaves: nothing is read from their next request on, and what hung on them alone is counted."""

import pytest

from sightline.agencies.models import Worker
from sightline.agencies.queries import machine
from sightline.commands import workers as command
from sightline.definition.outcomes import Missing, Refused
from sightline.jobs.leaving import Leaves, leave
from sightline.ledger.models import Record
from sightline.sharing.actions import tie
from sightline.sharing.rules import NAMED
from sightline.timescales.moment import now
from tests.support.partnership import child, identities, inside, person_on, send, settle_in


@pytest.fixture(scope="module")
def house(shared_database):
    return settle_in()


@pytest.fixture
def told(house):
    first = send("missing-episode", ("missing-child", child("Ivy")), risk="high")
    tie([(f"worker:{house['sara'].id}", "allocated", one, now(), None, None) for one in identities(first)])
    return first


def test_who_leaves_reads_nothing_from_the_next_request_on(house, told):
    browser = inside("sara")
    assert browser.get(f"/child/{person_on(told)}/").status_code == 200
    names = [(name, told) for name in ("amir", "sara")] + [("sara", one) for one in identities(told)]
    tie([(f"worker:{house[name].id}", NAMED, subject, now(), None, None) for name, subject in names])
    left = leave(username="sara", by=machine("set-up-machine"))
    assert left == Leaves(allocated=1, kept=1, locations=0)  # the record is Amir's too; of the child she was alone
    gone = browser.get(f"/child/{person_on(told)}/")
    assert gone.status_code == 302 and gone.headers["Location"].startswith("/sign-in/")
    assert Record.objects.filter(verb="end-worker").count() == 1
    with pytest.raises(Missing):  # once
        leave(username="sara", by=machine("set-up-machine"))


def test_only_whoever_administers_workers_ends_access_and_of_somebody(house):
    with pytest.raises(Refused):
        leave(username="gwen", by=house["amir"])
    with pytest.raises(Missing):
        leave(username="set-up-machine", by=machine("set-up-machine"))
    assert Worker.objects.get(username="gwen").is_active


def test_the_command_says_what_it_did(house, capsys):
    assert command._end("olive") == 0
    assert "has no access" in capsys.readouterr().out
    assert command._end("olive") == 1
    assert command._end(None) == 2
