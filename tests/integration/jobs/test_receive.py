"""Receiving: what arrives twice is nothing new, what contradicts waits for a person, and the order of arrival changes nothing."""

import itertools
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from sightline.chronology.models import Entry
from sightline.clocks.models import Running
from sightline.definition.outcomes import Conflict, Refused
from sightline.definition.types import Fault
from sightline.identity.queries import persons_of
from sightline.intake.models import Item, Message, Quarantined
from sightline.intake.types import Unread
from sightline.jobs import bite as bite_module
from sightline.jobs import due
from sightline.jobs.models import Due
from sightline.jobs.quarantine import release, set_aside
from sightline.ledger.models import Record
from sightline.timescales.moment import now
from sightline.vault.actions import Keyring
from tests.support.house import JAY, MIA, POLICE, SCHOOL, actor, entries, live, person, recent_day, send, told
from tests.support.senders import notifications


def as_it_stands():
    """What stands, by message: the words of the newest version, and how many there are."""
    keyring, found = Keyring(), {}
    for e in Entry.objects.order_by("known_at", "recorded_at"):
        keyring.fetch_for([bytes(e.body)])
        found[str(Item.objects.get(id=e.item).message)] = keyring.open(bytes(e.body), f"entry|{e.id}")["says"]
    return found


def v(version, says, message="inc-1", **more):
    return told(
        message=message,
        version=version,
        says=says,
        at=f"{recent_day(20)} 10:00",
        sent=f"{recent_day(19 - int(version or 0))} 10:00",
        **more,
    )


# --- twice, and other content under one id ---------------------------------------------------------------------------


def test_what_arrives_twice_is_nothing_new(house):
    things = list(notifications(60))
    first = send(*things)
    assert (first.new, first.unchanged) == (60, 0)
    rows = {model: model.objects.count() for model in (Entry, Item, Message, Running)}
    receives = Record.objects.filter(verb="receive").count()
    again = send(*things)
    assert (again.new, again.unchanged, again.superseding, again.quarantined, again.people_new) == (0, 60, 0, 0, 0)
    assert rows == {model: model.objects.count() for model in rows}
    assert Record.objects.filter(verb="receive").count() == receives, (
        "nothing was received, and nothing is recorded as received"
    )


def test_twice_in_one_bite_is_once(house):
    one = told()
    counts = send(one, one, one)
    assert (counts.read, counts.new, counts.unchanged) == (3, 1, 2)


def test_two_agencies_may_use_the_same_message_id(house):
    counts = send(told(message="1"), told("school-concern", "child", agency=SCHOOL, message="1", category="neglect"))
    assert counts.new == 2


def test_other_content_under_the_same_id_waits_and_changes_nothing(house):
    send(v("", "He was seen."))
    counts = send(v("", "He was not seen."))
    assert (counts.new, counts.superseding, counts.quarantined) == (0, 0, 1)
    assert list(as_it_stands().values()) == ["He was seen."]
    waiting = Quarantined.objects.get()
    assert (waiting.reason, waiting.state) == ("conflict", "waiting")
    again = send(v("", "He was not seen."), v("", "He was seen."))
    assert (again.unchanged, again.quarantined) == (2, 0), "the same contradiction is kept once"


def test_a_newer_version_supersedes_and_an_older_one_that_comes_late_does_not(house):
    send(v("1", "one"))
    assert send(v("3", "three")).superseding == 1
    assert send(v("2", "two")).unchanged == 1
    assert send(v("10", "ten")).superseding == 1, "versions are numbers: 10 is newer than 3"
    assert list(as_it_stands().values()) == ["ten"]
    assert Entry.objects.count() == 3


def test_a_file_with_an_original_and_its_corrections_is_nothing_new_the_second_time(house):
    """The original had no version: it is older than every version, and is not a contradiction when it comes again."""
    file = [v("", "one"), v("2", "two"), v("3", "three")]
    send(*file)
    for _ in range(2):
        again = send(*file)
        assert (again.unchanged, again.superseding, again.quarantined) == (3, 0, 0)
    assert list(as_it_stands().values()) == ["three"]


@pytest.mark.parametrize("order", list(itertools.permutations("123")), ids="".join)
def test_whatever_the_order_of_arrival_the_newest_stands(house, order):
    send(*(v(version, f"words {version}") for version in order))
    assert list(as_it_stands().values()) == ["words 3"]


def test_a_whole_feed_in_another_order_tells_the_same_of_everybody(house):
    things = list(notifications(80, seed=5))
    send(*reversed(things))
    send(*things)
    assert Entry.objects.count() == 80
    assert Message.objects.exclude(first=None).count() == 80


# --- what cannot be used ---------------------------------------------------------------------------------------------


def test_bad_things_wait_with_their_reason_and_hold_up_nothing(house):
    spoilt = Unread(
        "line 3",
        b"3;31/02/2025;Marsh",
        "not-a-date",
        (Fault(path="happened", expected="a date", code="not-a-date"),),
        "b-1",
        POLICE,
    )
    counts = send(
        told(message="good-1"), spoilt, told("horse", message="b-2"), told(agency="nobody", message="b-3"),
        told(at="soon", message="b-4"),
        told(role="bystander", message="b-5"), told(who=(), message="b-6"), told(message="b-7", offence="theft", colour="red"),
        told(message="good-2"),
        agency=POLICE,
    )  # fmt: skip
    assert (counts.read, counts.new, counts.quarantined) == (9, 2, 7)
    reasons = sorted(Quarantined.objects.values_list("reason", flat=True))
    assert reasons == [
        "invalid",
        "no-people",
        "not-a-date",
        "not-a-date",
        "unknown-agency",
        "unknown-record",
        "unknown-role",
    ]
    for waiting in Quarantined.objects.all():
        assert "Marsh" not in json.dumps(waiting.faults) and "soon" not in json.dumps(waiting.faults), (
            "never what was found"
        )
    assert send(spoilt, agency=POLICE).unchanged == 1


def test_what_was_spoilt_and_comes_well_becomes_an_entry(house):
    send(told(at="soon", message="m-1"))
    counts = send(told(message="m-1", says="Well now."))
    assert (counts.new, counts.superseding) == (1, 0)
    assert list(as_it_stands().values()) == ["Well now."]


def test_a_fault_of_ours_loses_nothing(house, monkeypatch):
    """One notification breaks the code: it is kept raw for a person, the others go on."""
    whole = bite_module.Bite._entry

    def broken(self, one, *rest):
        if one.notification.message_id == "cursed":
            raise ZeroDivisionError
        return whole(self, one, *rest)

    monkeypatch.setattr(bite_module.Bite, "_entry", broken)
    counts = send(told(), told(message="cursed"), told())
    assert (counts.read, counts.new, counts.quarantined) == (3, 2, 1)
    assert Quarantined.objects.get().reason == "could-not-be-kept"
    monkeypatch.undo()
    assert send(told(message="cursed")).new == 1, "and once it is mended, the next arrival is taken"


HEAD = "REPORT_NO,REPORT_TYPE,INCIDENT_NO,OCC_DATE,OFFENCE,PERSON_ROLE,PERSON_ID,FORENAMES,SURNAME,DOB\n"


def test_a_repaired_row_is_released_once_by_whoever_may(house, tmp_path):
    from tests.support.databases import run_sightline

    file = tmp_path / "police-1.csv"
    file.write_text(HEAD + "CR/1,CRIME,13/1,32/13/2025 10:00,THEFT,SUSP,P1,Jay,Marsh,04/03/2010\n")
    done = run_sightline(house, "load", str(file), "--json")
    assert done.returncode == 0, done.stderr
    waiting = Quarantined.objects.get()
    keyring = Keyring()
    raw = bytes(waiting.item.raw)
    keyring.fetch_for([raw])
    row = keyring.open_bytes(raw, f"item|{waiting.item_id}").decode()
    repaired = row.replace("32/13/2025", "12/03/2025")
    with pytest.raises(Refused):
        release(quarantined=waiting.id, repaired=repaired, by=actor("bob"))
    receipt = release(quarantined=waiting.id, repaired=repaired, by=actor("dee"))
    waiting.refresh_from_db()
    assert (receipt.state, waiting.state) == ("received", "released")
    assert Entry.objects.count() == 1
    with pytest.raises(Conflict):
        release(quarantined=waiting.id, repaired=repaired, by=actor("dee"))
    assert bytes(waiting.item.raw) == raw, "the original stays as it was received"


def test_what_is_set_aside_says_why(house):
    send(told("horse"))
    waiting = Quarantined.objects.get()
    with pytest.raises(Refused):
        set_aside(quarantined=waiting.id, note="no", by=actor("dee"))
    set_aside(quarantined=waiting.id, note="A test message of theirs.", by=actor("dee"))
    waiting.refresh_from_db()
    assert (waiting.state, waiting.decided_by) == ("set-aside", actor("dee").id)


# --- what is owed ----------------------------------------------------------------------------------------------------


def clocks_of(*who):
    persons = {person(local=local) for local in who}
    rows = Running.objects.all()
    of = persons_of(row.identity_id for row in rows)
    return sorted(row.clock for row in rows if of[row.identity_id] in persons)


def test_after_a_load_nothing_is_owed(house):
    send(*notifications(80))
    assert not Due.objects.filter(done_at=None).exists()
    assert Running.objects.exists()


def test_a_correction_that_takes_a_child_off_stops_that_child_s_clocks(house):
    both = {"message": "inc-1", "at": f"{recent_day(3)} 10:00", "child_at_risk": "yes"}
    live(told(who=(JAY, MIA), version="1", **both))
    assert clocks_of("J1") == clocks_of("M1") != []
    live(told(who=JAY, version="2", sent=f"{recent_day(2)} 10:00", **both))
    assert clocks_of("J1") and clocks_of("M1") == []


def test_who_is_joined_in_the_same_bite_has_clocks(house):
    """First seen without a number, then with the one that joins them: the clocks are the joined person's."""
    theirs, hour = replace(JAY, local_id="S7", nhs_number=""), timedelta(hours=1)
    first, second, third = (f"{(now() - n * hour).isoformat(timespec='minutes')}" for n in (5, 4, 3))
    concern = {"record": "school-concern", "role": "child", "agency": SCHOOL, "category": "neglect"}
    send(told(at=first))
    send(
        told(who=theirs, at=second, **concern),
        told(who=replace(theirs, nhs_number=JAY.nhs_number), at=third, **concern),
    )
    assert person(SCHOOL, "S7") == person()
    assert len(clocks_of("J1")) >= 2
    assert [e.record for e in entries("paul", person())].count("school-concern") == 2


def test_what_fails_is_tried_again_and_holds_up_nobody(house, monkeypatch):
    calls = []

    def sometimes(payload):
        calls.append(payload["n"])
        if payload["n"] == 1 and calls.count(1) < 3:
            raise RuntimeError

    monkeypatch.setitem(due.VERBS, "test", sometimes)
    for n in (1, 2):
        due.owe("test", {"n": n}, at_once=False)
    assert due.sweep() == 1
    row = Due.objects.get(done_at=None)
    assert (row.tries, row.failed) == (1, "RuntimeError")
    assert due.sweep() == 0, "not before its pause is over"
    for _ in range(2):
        Due.objects.filter(id=row.id).update(run_at=row.run_at.replace(year=2020))
        due.sweep()
    assert not Due.objects.filter(done_at=None).exists()
    assert calls == [1, 2, 1, 1]
