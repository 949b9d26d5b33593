"""Receiving and what follows: conflicts, quarantine and release, versions out of order, two at once, ties, clocks, what is owed."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import transaction

from sightline.agencies.queries import machine, partnership
from sightline.chronology.models import Entry
from sightline.chronology.queries import entry as entry_history
from sightline.chronology.tracing import first_of, versions_of
from sightline.clocks.actions import recompute
from sightline.clocks.models import Running
from sightline.definition.outcomes import Conflict, Invalid, Missing, Refused
from sightline.front_door.models import Item as QueueItem
from sightline.intake import bodies
from sightline.intake.models import Item, Message, Quarantined
from sightline.intake.receipts import receipt as receipt_of
from sightline.jobs import due, quarantine
from sightline.jobs.models import Due
from sightline.jobs.receive import receive_many
from sightline.ledger.models import Record
from sightline.messages.models import Outgoing
from sightline.sharing.models import Tie
from sightline.sharing.reading import reading
from sightline.timescales.moment import now
from sightline.vault.rules import key_ids
from tests.support.databases import environment
from tests.support.partnership import POLICE, SCHOOL, child, entries, identities, person_on, send, settle_in


@pytest.fixture(scope="module")
def house(shared_database):
    return settle_in()


@pytest.fixture
def waiting():
    """What has come to wait for a person since the test began."""
    before = set(Quarantined.objects.values_list("id", flat=True))
    return lambda: list(Quarantined.objects.exclude(id__in=before).order_by("at"))


def post(*several, agency=POLICE):
    """Bodies as an agency's system posts them: one receipt each."""
    raws = [json.dumps(one).encode() if isinstance(one, dict) else one for one in several]
    things = [bodies.read(raw, agency=agency, partnership=partnership()) for raw in raws]
    return receive_many(things, feed="api", kind="api", agency=agency, by=machine("feed-machine"))


def body(message, *, says="As told.", kim=None, **more):
    kim = kim or {"given": "Kim", "family": "Otley", "born": "2011-02-03", "local_id": f"K-{message}"}
    known = {
        "message_id": message,
        "record": "ppn",
        "happened": "2025-01-10T21:40",
        "says": says,
        "people": [{"roles": ["child"], **kim}],
    }
    return {**known, "fields": {"grade": "amber"}, **more}


def first(receipt):
    return first_of(UUID(receipt.id))


def says(who, record):
    return [e.says for e in entries(who, person_on(record)) if e.first == record]


# --- the same again, something else under the same id ------------------------------------------------------------


def test_the_same_again_is_nothing_new(house, waiting):
    [one], entries_ = post(body("same")), Entry.objects.count()
    [again], [twice, thrice] = post(body("same")), post(body("same"), body("same"))
    assert [r.state for r in (one, again, twice, thrice)] == [
        "received",
        "already-held",
        "already-held",
        "already-held",
    ]
    assert {r.id for r in (again, twice, thrice)} == {one.id}
    assert (Entry.objects.count(), waiting()) == (entries_, [])


def test_other_content_under_the_same_id_waits_and_changes_nothing(house, waiting):
    [one] = post(body("conflict", says="Out alone."))
    [other] = post(body("conflict", says="At home."))
    assert other.state == "kept-for-a-person"
    [kept] = waiting()
    assert (kept.reason, kept.state) == ("conflict", "waiting")
    assert says(house["amir"], first(one)) == ["Out alone."]
    [again] = post(body("conflict", says="At home."))  # and does not wait twice
    assert again.state != "received" and len(waiting()) == 1
    assert b"At home" not in bytes(kept.item.raw)


def test_a_conflict_that_somebody_releases_corrects_what_stands(house, waiting):
    [one] = post(body("released", says="Out alone."))
    post(body("released", says="At home."))
    [kept] = waiting()
    receipt = quarantine.release(
        quarantined=kept.id, repaired=json.dumps(body("released", says="At home.")), by=house["dee"]
    )
    assert receipt.state == "received"
    assert says(house["amir"], first(one)) == ["At home."]
    assert versions_of(first(one))[0] == first(one) and len(versions_of(first(one))) == 2
    kept.refresh_from_db()
    assert (kept.state, kept.became, kept.decided_by) == ("released", UUID(receipt.id), house["dee"].id)
    assert b"At home" not in bytes(kept.repaired)
    assert Record.objects.filter(verb="release-quarantined", actor=house["dee"].id).exists()
    with pytest.raises(Conflict):
        quarantine.release(quarantined=kept.id, repaired=json.dumps(body("released", says="Third.")), by=house["dee"])
    assert says(house["amir"], first(one)) == ["At home."]


@pytest.mark.parametrize(
    "order", [("1", "2", "3"), ("3", "2", "1"), ("2", "3", "1"), ("1", "3", "2"), ("10", "9", "2")], ids="-".join
)
@pytest.mark.parametrize("together", [False, True], ids=["apart", "together"])
def test_the_newest_version_stands_whatever_the_order_in_which_they_come(house, waiting, order, together):
    message = f"v-{'-'.join(order)}-{together}"
    things = [body(message, says=f"Version {n}.", version=n) for n in order]
    receipts = post(*things) if together else [r for thing in things for r in post(thing)]
    newest = max(order, key=int)
    assert says(house["amir"], first(receipts[0])) == [f"Version {newest}."]
    assert waiting() == []


def test_a_newer_version_stands_whatever_time_its_sender_gives_it(house, waiting):
    """Many systems send the day of the record with every version of it, and some a day that is earlier."""
    day, before = ((now() - timedelta(days=days)).isoformat() for days in (2, 3))
    for version, words, sent in (("2", "Two.", day), ("1", "One.", day), ("3", "Three.", day), ("4", "Four.", before)):
        [receipt] = post(body("timed", happened=before, says=words, version=version, sent=sent))
        assert receipt.state == "received"
        assert version == "1" or says(house["amir"], first(receipt)) == [words]
    assert says(house["amir"], first(receipt)) == ["Four."]
    post(body("timed", happened=before, says="Five.", version="5", sent=day))
    assert says(house["amir"], first(receipt)) == ["Five."] and waiting() == []


def test_an_older_version_that_comes_late_is_kept_beneath_what_stands_and_nothing_follows_from_it(house, waiting):
    lately = (now() - timedelta(hours=3)).isoformat()

    def late(**said):
        return body("late", happened=lately, **said)

    [newest] = post(late(says="At home, and well.", version="3"))
    [item] = QueueItem.objects.filter(entry=first(newest))
    items, owed = QueueItem.objects.count(), Outgoing.objects.count()
    [older] = post(late(says="He said that he is afraid to go home.", version="1"))
    assert older.state == "received" and waiting() == []
    assert says(house["amir"], first(newest)) == ["At home, and well."]
    with reading(house["amir"], "safeguarding") as opened:
        seen = entry_history(opened, first(newest))
    assert seen.now.says == "At home, and well." and not seen.now.late and seen.now.corrected == 1
    assert [one.says for one in seen.versions if one.late] == ["He said that he is afraid to go home."]
    assert (QueueItem.objects.count(), Outgoing.objects.count()) == (items, owed)
    now_stands = QueueItem.objects.get(id=item.id)
    assert (now_stands.state, now_stands.due_at, now_stands.known_at) == (item.state, item.due_at, item.known_at)
    count = len(versions_of(first(newest)))
    for again in ("1", "3"):
        was = "He said that he is afraid to go home." if again == "1" else "At home, and well."
        assert post(late(says=was, version=again))[0].state == "already-held"
    assert len(versions_of(first(newest))) == count

    [middle] = post(late(says="He came late.", version="2"))
    assert middle.state == "received" and says(house["amir"], first(newest)) == ["At home, and well."]
    post(late(says="At his aunt’s.", version="4"))
    assert says(house["amir"], first(newest)) == ["At his aunt’s."]
    post(late(says="Nobody answered.", version="0"))
    assert says(house["amir"], first(newest)) == ["At his aunt’s."], "also beneath a correction"
    with reading(house["amir"], "safeguarding") as opened:
        told = [one.says for one in entry_history(opened, first(newest)).versions if one.late]
    assert set(told) == {"He said that he is afraid to go home.", "He came late.", "Nobody answered."}


def test_of_what_is_held_on_loan_an_older_version_goes_with_the_key_of_its_own_entry(house, waiting):
    """What was received too: nothing of a routine record outlives the time for which it is lent."""
    period = {"period-from": "2026-09-07", "period-to": "2026-10-16", "possible": "60"}
    pupil = {"roles": ["pupil"], "given": "Lark", "family": "Otley", "born": "2014-02-03", "local_id": "K-loan"}

    def told(version, attended):
        fields = {**period, "attended": attended}
        [made] = post(body("loan", record="attendance-summary", version=version, people=[pupil], fields=fields), agency=SCHOOL)
        return made

    receipts = {n: told(n, attended) for n, attended in (("2", "41"), ("1", "40"))}
    written = {row.id: row for row in Entry.objects.filter(first=first(receipts["2"]))}
    assert len(written) == 3, "the newest, the older beneath it, and the newest once more"
    for row in written.values():
        assert key_ids(bytes(row.body)) == [row.id]
    received = [Item.objects.get(id=UUID(one.id)) for one in receipts.values()]
    assert {key for one in received for key in key_ids(bytes(one.raw))} <= written.keys()


# --- quarantine ------------------------------------------------------------------------------------------------------


def test_what_cannot_be_read_is_kept_as_it_came_repaired_and_released(house, waiting):
    broken = body("broken", happened="the tenth", says="She said she is afraid.")
    [receipt] = post(broken)
    assert receipt.state == "kept-for-a-person"
    [kept] = waiting()
    assert kept.faults[0]["path"] == "happened"
    assert "tenth" not in json.dumps(kept.faults)
    with pytest.raises(Invalid) as refused:
        quarantine.release(quarantined=kept.id, repaired=json.dumps(broken), by=house["dee"])
    assert [fault.path for fault in refused.value.faults] == ["happened"]
    before = Item.objects.count(), Message.objects.count()
    with pytest.raises(Invalid):
        quarantine.release(quarantined=kept.id, repaired="{not json", by=house["dee"])
    assert before == (Item.objects.count(), Message.objects.count())
    kept.refresh_from_db()
    assert kept.state == "waiting"
    made = quarantine.release(
        quarantined=kept.id, repaired=json.dumps({**broken, "happened": "2025-01-10"}), by=house["dee"]
    )
    assert says(house["amir"], first(made)) == ["She said she is afraid."]
    assert receipt_of(UUID(receipt.id), by=_system(POLICE)).state == "received"
    with pytest.raises(Missing):
        receipt_of(UUID(receipt.id), by=_system(SCHOOL))


def _system(agency):
    return replace(machine("feed-machine"), agency=agency)


def test_a_repair_stays_the_senders_and_is_not_passed_off_as_anothers(house, waiting):
    post(body("whose", happened="?"), agency=SCHOOL)
    [kept] = waiting()
    made = quarantine.release(quarantined=kept.id, repaired=json.dumps(body("whose")), by=house["dee"])
    assert Entry.objects.get(id=first(made)).agency == SCHOOL


def test_what_needs_nothing_more_is_set_aside_with_a_reason_and_stays_kept(house, waiting):
    post(b"not json at all")
    [kept] = waiting()
    with pytest.raises(Refused):
        quarantine.set_aside(quarantined=kept.id, note="no", by=house["dee"])
    quarantine.set_aside(quarantined=kept.id, note="A test message; rang Kim's school.", by=house["dee"])
    kept.refresh_from_db()
    assert kept.state == "set-aside" and b"Kim" not in bytes(kept.note)
    assert Item.objects.filter(id=kept.item_id).exists()
    with pytest.raises(Conflict):
        quarantine.set_aside(quarantined=kept.id, note="A second time.", by=house["dee"])


def test_nobody_else_releases_or_sets_aside(house, waiting):
    post(body("right", happened="?"))
    [kept] = waiting()
    for name in ("sara", "ruth", "olive", "gwen"):
        with pytest.raises(Refused):
            quarantine.release(quarantined=kept.id, repaired=json.dumps(body("right")), by=house[name])
        with pytest.raises(Refused):
            quarantine.set_aside(quarantined=kept.id, note="Nothing to see here.", by=house[name])
    kept.refresh_from_db()
    assert kept.state == "waiting"


# --- two at once -----------------------------------------------------------------------------------------------------

TAKE = """
import django, sys, time; django.setup()
from sightline.agencies.queries import machine
from sightline.jobs.receive import receive_one
from tests.support.partnership import say, Details
by, made = machine("feed-machine"), []
who = [Details(given="Kim", family=f"Twice{n}", born="2010-01-01", local_id=f"T{n}") for n in range(12)]
things = [say("ppn", ("child", one), message=f"two-{one.local_id}", grade="amber") for one in who]
print("ready", flush=True); sys.stdin.readline()
for thing in things:
    print(receive_one(thing, feed="", kind="story", by=by).state, flush=True)
"""


def test_two_processes_with_the_same_messages_make_each_one_entry(house, shared_database):
    started = [
        subprocess.Popen(
            [sys.executable, "-c", TAKE],
            env=environment(shared_database),
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )  # fmt: skip
        for _ in range(2)
    ]
    before = Entry.objects.count()
    for process in started:
        assert process.stdout.readline() == "ready\n"
    for process in started:
        process.stdin.write("\n")
        process.stdin.flush()
    states = [process.communicate(timeout=60)[0].split() for process in started]
    assert [len(s) for s in states] == [12, 12]
    for pair in zip(*states, strict=True):
        assert sorted(pair) == ["already-held", "received"]
    assert Entry.objects.count() == before + 12


# --- what follows ------------------------------------------------------------------------------------------------------


def attending(identity):
    open_ = Tie.objects.filter(subject=identity, kind="attends", until=None)
    return {tie.holder for tie in open_}


def test_a_tie_to_a_school_ends_when_the_child_changes_school(house):
    kim = {"given": "Kim", "local_id": "K-school"}
    one = send("ppn", ("child", child(**kim, school=SCHOOL)), grade="amber")
    [identity] = identities(one)
    assert attending(identity) == {f"agency:{SCHOOL}"}
    assert [e.first for e in entries(house["ruth"], person_on(one))] == []  # who it is, not what the police hold
    send("ppn", ("child", child(**kim, school="wrenmoor-high-school")), grade="amber")
    assert attending(identity) == {"agency:wrenmoor-high-school"}
    with pytest.raises(Missing):
        entries(house["ruth"], person_on(one))  # at once
    send("ppn", ("child", child(**kim)), grade="amber")  # nothing said is nothing changed
    assert attending(identity) == {"agency:wrenmoor-high-school"}


def test_a_tie_of_duty_ends_by_itself(house):
    one = send("ppn", ("child", child("Kim")), grade="amber", on="2024-01-10 09:00")
    tie = Tie.objects.get(subject=identities(one)[0], holder="team:front-door")
    assert tie.until and tie.until < now()
    assert {e.level.word for e in entries(house["amir"], person_on(one))} == {"pointer"}  # the floor stays


def clocks(person_id):
    rows = Running.objects.filter(identity__person=person_id).order_by("clock", "first")
    return [(r.clock, r.first, r.started_at, r.due_at, r.stopped_at, r.paused_at, r.why) for r in rows]


def test_clocks_computed_again_are_the_same_clocks(house):
    one = send("ppn", ("child", child("Kim", local_id="K-clock")), grade="red")
    person = person_on(one)
    before = clocks(person)
    assert before
    for _ in range(2):
        recompute([person])
        assert clocks(person) == before
    Running.objects.filter(identity__person=person).delete()  # they are a projection: thrown away, and made again
    recompute([person, person])
    assert clocks(person) == before


def test_what_is_owed_is_tried_again_with_pauses_that_grow_to_an_hour_and_never_given_up(house, monkeypatch):
    one = send("ppn", ("child", child("Kim")), grade="red")
    person, calls = person_on(one), []

    def broken(persons, **more):
        calls.append(list(persons))
        raise OSError("Kim at 14 Quarry Rise")

    while due.sweep():
        pass
    Running.objects.filter(identity__person=person).delete()
    monkeypatch.setattr("sightline.clocks.actions.recompute", broken)
    with transaction.atomic():
        row = due.owe("clocks", {"persons": [str(person)]})
        assert not calls  # after commit, not before
    owed = Due.objects.get(id=row)
    assert (owed.tries, owed.done_at, owed.failed) == (1, None, "OSError")
    assert owed.run_at > now()
    assert due.sweep() == 0  # its time has not come
    before = due.failing()
    for tries in range(2, 20):
        Due.objects.filter(id=row).update(run_at=now() - timedelta(seconds=1))
        due.sweep()
        owed = Due.objects.get(id=row)
        assert owed.tries == tries and owed.run_at <= now() + due.LONGEST
    assert due.failing() == before + 1
    assert Due.objects.filter(verb=due.TELL_FAILING, done_at=None).count() == 1  # once, however often it fails
    monkeypatch.undo()
    Due.objects.filter(id=row).update(run_at=now() - timedelta(seconds=1))
    assert due.sweep() == 1
    assert due.failing() == before
    assert clocks(person) and Due.objects.get(id=row).done_at


def test_what_is_owed_and_fails_holds_nobody_else_up(house):
    one, other = (send("ppn", ("child", child("Kim")), grade="red") for _ in range(2))
    while due.sweep():
        pass
    for record in (one, other):
        Running.objects.filter(identity__person=person_on(record)).delete()
    bad = Due.objects.create(verb="clocks", payload={"persons": ["not an id"]}, run_at=now() - timedelta(seconds=2))
    for record in (one, other):
        Due.objects.create(
            verb="clocks", payload={"persons": [str(person_on(record))]}, run_at=now() - timedelta(seconds=1)
        )
    assert due.sweep() == 2
    assert clocks(person_on(one)) and clocks(person_on(other))
    assert Due.objects.get(id=bad.id).failed == "ValueError"


def test_what_was_rolled_back_is_not_owed(house):
    before = Due.objects.count()
    with pytest.raises(RuntimeError), transaction.atomic():
        due.owe("clocks", {"persons": []})
        raise RuntimeError
    assert Due.objects.count() == before
