"""A load that was stopped goes on where it was; one that cannot, begins anew; neither leaves anything out."""

import json
import signal

import pytest

from sightline.agencies.actions import take_from_definition
from sightline.agencies.queries import machine
from sightline.chronology.models import Entry
from sightline.commands import main
from sightline.intake import resuming
from sightline.intake.models import Delivery, Item
from sightline.jobs import bite
from sightline.jobs.receive import PACES, Pace
from sightline.ledger.models import Record
from tests.integration.load.test_load import police

ROWS = 160


@pytest.fixture
def file(database, tmp_path, monkeypatch):
    """Its first load is stopped in the third bite."""
    monkeypatch.setattr("sightline.commands.setup_django", lambda _: None)
    monkeypatch.setattr("sightline.commands.load.REMEMBER_SECONDS", 0.0)
    take_from_definition(by=machine("feed-machine"))
    file = tmp_path / "police-1.csv"
    file.write_text(police(ROWS))
    original, calls = bite.Bite.work, []

    def work(self):
        original(self)
        calls.append(1)
        if len(calls) == 3:
            signal.raise_signal(signal.SIGTERM)

    with monkeypatch.context() as patch:
        small = Pace(seconds=1, first=20, least=20, most=20, pause=0)
        patch.setattr("sightline.jobs.receive.PACES", dict.fromkeys(PACES, small))
        patch.setattr(bite.Bite, "work", work)
        assert main(["load", str(file)]) == 130
    assert Entry.objects.count() == 40
    return file


def load(file, capsys):
    capsys.readouterr()
    assert main(["load", str(file), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_it_goes_on_behind_what_was_taken_and_says_so(file, capsys):
    done = load(file, capsys)
    assert (done["read"], done["new"], done["unchanged"]) == (ROWS - 40, ROWS - 40, 0)
    assert done["files"][0]["continued_after"] == 40
    assert Entry.objects.count() == Item.objects.count() == ROWS
    first, second = Delivery.objects.order_by("received_at")
    assert (first.state, second.state) == ("stopped", "done")
    assert first.counts["continued"] == str(second.id)
    assert "It was stopped after 40 records. The rest is in a later load of the same file." in first.notes
    assert (
        "It goes on after the first 40 records of the file, which an earlier load took before it was stopped."
        in second.notes
    )
    assert Record.objects.get(verb="continue-delivery").ids == [str(first.id), str(second.id)]
    again = load(file, capsys)  # it came to its end: the next is a load of its own
    assert (again["read"], again["unchanged"]) == (ROWS, ROWS) and "continued_after" not in again["files"][0]


def test_one_that_was_killed_is_closed_when_it_goes_on(file, capsys, monkeypatch):
    """kill -9: nobody said that it was stopped. The process that was at it runs no more."""
    Delivery.objects.update(state="reading", finished_at=None)
    monkeypatch.setattr(resuming, "_began", lambda pid: "another time")
    row = Delivery.objects.get()
    assert row.counts["reached"]["taken"] == 40
    assert load(file, capsys)["read"] == ROWS - 40
    assert Delivery.objects.get(id=row.id).state == "stopped" and Delivery.objects.get(id=row.id).finished_at


def test_one_that_somebody_is_still_at_is_left_alone(file, capsys):
    Delivery.objects.update(state="reading", finished_at=None)  # by this very process
    done = load(file, capsys)
    assert (done["read"], done["unchanged"], done["new"]) == (ROWS, 40, ROWS - 40)
    assert Delivery.objects.order_by("received_at").first().state == "reading"


def test_another_content_begins_at_the_start(file, capsys):
    file.write_text(police(ROWS + 1))
    done = load(file, capsys)
    assert (done["read"], done["unchanged"], done["new"]) == (ROWS + 1, 40, ROWS + 1 - 40)


def test_where_another_thing_stands_at_that_place_it_begins_at_the_start(file, capsys):
    """As if the reader had changed: a wrong place never leaves anything out."""
    row = Delivery.objects.get()
    row.counts["reached"]["taken"] = 90
    row.save()
    done = load(file, capsys)
    assert (done["read"], done["unchanged"], done["new"]) == (ROWS, 40, ROWS - 40)
    assert Entry.objects.count() == ROWS


def test_stopped_again_and_again_it_goes_on_from_the_last(file, capsys, monkeypatch):
    original = bite.Bite.work
    with monkeypatch.context() as patch:  # before anything more was taken
        patch.setattr(bite.Bite, "work", lambda self: signal.raise_signal(signal.SIGTERM))
        assert main(["load", str(file)]) == 130
    assert bite.Bite.work is original
    assert load(file, capsys)["files"][0]["continued_after"] == 40
    assert [one.state for one in Delivery.objects.order_by("received_at")] == ["stopped", "stopped", "done"]


def test_what_came_to_its_end_is_not_read_again(file, capsys):
    load(file, capsys)
    load(file, capsys)
    again = load(file, capsys)
    assert again["unchanged"] == again["read"] == ROWS and again["new"] == 0
    assert any("This very file was taken" in note for note in again["files"][0]["notes"])
