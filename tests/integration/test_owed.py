"""What is owed is done in the end, once, whatever fails on the way; and what fails mutes nothing else."""

import threading
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from django.db import connections

from sightline.agencies.models import Worker
from sightline.agencies.queries import machine, partnership
from sightline.clocks.models import Running
from sightline.front_door import expecting, telling
from sightline.front_door.told_models import Awaited, Telling
from sightline.intake import bodies
from sightline.intake.types import Details
from sightline.jobs import due, falling_due, receive, unread
from sightline.jobs.models import Due
from sightline.jobs.nightly import NIGHTLY, plan
from sightline.messages import following
from sightline.messages.models import Outgoing
from sightline.operations.health import details
from sightline.sharing.actions import tie
from sightline.timescales.london import parse_moment
from sightline.timescales.moment import now, pretend
from tests.support.house import JAY, POLICE, SCHOOL, an_hour_ago, identity, open_house, send, told

UNA = Details(given="Una", family="Petty", born="2012-05-15", nhs_number="9990000018", local_id="A", school=SCHOOL)
TEENS = [
    Details(given=f"Kim{letter}", family=f"Otley{letter}", born="2010-02-03", local_id=f"K{letter}") for letter in "abcdefg"
]
ADMINISTRATOR = ("mo", "business-unit", "system-administrator", "")


def trouble(*_, **__):
    raise RuntimeError("an hour's trouble")


def turns(start, hours, minutes=5):
    """The worker's turns, from a moment on."""
    first = parse_moment(start)
    for n in range(0, round(hours * 60), minutes):
        with pretend(first + timedelta(minutes=n)):
            plan()
            due.sweep()


def kinds(kind):
    return list(Outgoing.objects.filter(kind=kind).values_list("to", flat=True))


def incident(who=UNA, *, at="2025-01-14 20:00", **more):
    words = {"professional_judgement": "high", "children_present": "yes", "voice_of_child": "I hid."}
    return told("domestic-abuse-incident", "child", who, at=at, sent=at, **words, **more)


def test_after_hours_of_trouble_the_school_is_told_and_somebody_was_told_of_the_trouble_once(database, monkeypatch):
    open_house(ADMINISTRATOR)
    with monkeypatch.context() as patched:
        patched.setattr(telling, "plan", trouble)
        send(incident(), at="2025-01-14 20:01")
        turns("2025-01-14 20:02", 5)
        with pretend(parse_moment("2025-01-15 01:02")):
            assert not Telling.objects.exists() and details()["status"] == "degraded" and details()["work_failing"]
    assert kinds("work-failing") == ["role:system-administrator"]
    turns("2025-01-15 01:02", 14, 15)
    assert kinds("operation-encompass") == ["role:designated-safeguarding-lead@elmfield-academy"]
    assert kinds("work-failing") == ["role:system-administrator"]
    with pretend(parse_moment("2025-01-15 15:02")):
        assert not details()["work_failing"]


def test_a_record_that_fails_mutes_no_other_of_the_same_bite(database, monkeypatch):
    open_house(ADMINISTRATOR)
    bad, sound = [], telling.plan

    def one_fails(*, incident, by):
        if not bad:
            bad.append(incident)
        if incident in bad:
            raise RuntimeError
        return sound(incident=incident, by=by)

    monkeypatch.setattr(telling, "plan", one_fails)
    pupils = [replace(one, school=SCHOOL) for one in TEENS]
    send(*(incident(one, message=f"m{n}") for n, one in enumerate(pupils)), at="2025-01-14 20:01")
    turns("2025-01-14 20:02", 0.2, 1)
    assert Telling.objects.values("incident").distinct().count() == len(TEENS) - 1
    (left,) = Due.objects.filter(verb="arrived", done_at=None)
    assert list(left.payload["entries"]) == [str(bad[0])]


def test_what_fails_of_a_record_does_not_mute_what_else_follows_from_it(database, monkeypatch):
    open_house(ADMINISTRATOR)
    monkeypatch.setattr("sightline.jobs.arriving.day_lists.plan", trouble)
    send(incident(), at="2025-01-14 20:01")
    turns("2025-01-14 20:02", 0.2, 1)
    assert Telling.objects.count() == 1
    assert [row.payload.get("part") for row in Due.objects.filter(verb="arrived", done_at=None)] == ["daylist"]


def post(n, at):
    thing = bodies.read(b"{not json %d" % n, agency="yorkshire-ambulance", partnership=partnership())
    with pretend(parse_moment(at)):
        receive.receive_many([thing], feed="api", kind="api", agency="yorkshire-ambulance", by=machine("feed-machine"))


def test_what_fails_and_waits_for_its_next_try_does_not_hold_up_what_is_new(database, monkeypatch):
    open_house()
    with monkeypatch.context() as patched:
        patched.setattr(unread, "send", trouble)
        post(1, "2025-01-06 09:00")
        turns("2025-01-06 09:00", 3)
        assert not kinds("concern-unread")
        (owed,) = Due.objects.filter(verb="tell-unread", done_at=None)
    moment = owed.run_at - timedelta(minutes=50)
    post(2, f"{moment:%Y-%m-%d %H:%M}")
    for minutes in range(4):
        with pretend(moment + timedelta(minutes=minutes)):
            due.sweep()
    assert len(kinds("concern-unread")) == 2  # within two minutes, to both roles; not with the next try, in 50
    assert Due.objects.filter(verb="tell-unread").count() == 1


def test_two_workers_at_one_row_do_it_once(postgresql_database, monkeypatch):
    open_house()
    send(told(at="2025-01-10 09:00"))
    sam = Worker.objects.get(username="sam")
    tie([(f"worker:{sam.id}", "allocated", identity(POLICE, "J1").id, parse_moment("2025-01-10 10:00"), None, None)])
    referral = told("camhs-referral", "child", JAY, agency="leeds-york-mental-health", at=an_hour_ago(), reason="No sleep")
    with monkeypatch.context() as patched:
        patched.setattr(receive, "sweep", lambda **_: 0)
        send(referral)
    row, gate, sending = Due.objects.get(verb="tell-new", done_at=None), threading.Barrier(2), following.send

    def slowly(*args, **more):
        try:
            gate.wait(3)
        except threading.BrokenBarrierError:
            pass
        return sending(*args, **more)

    monkeypatch.setattr(following, "send", slowly)
    settled = []

    def settle():
        settled.append(due.settle(row.id))
        connections.close_all()

    threads = [threading.Thread(target=settle) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(settled) == [False, True] and len(kinds("new-on-your-child")) == 1


# --- chains: each does its work and owes the next ---------------------------------------------------------------------


def theft(who, message):
    return told("police-incident", "victim", who, at="2025-01-06 10:00", message=message, offence="theft", child_at_risk="yes")


def test_a_look_that_fails_for_hours_is_owed_all_the_same(database, monkeypatch):
    open_house(ADMINISTRATOR, ("una", POLICE, "police-supervisor", "police-hub"))
    send(theft(TEENS[0], "k0"), at="2025-01-06 10:01")
    with monkeypatch.context() as patched:
        patched.setattr("sightline.jobs.expecting.expecting.look", trouble)
        turns("2025-01-06 10:02", 48, 30)
        assert not kinds("ppn-missing")
    turns("2025-01-08 10:02", 2, 30)
    assert len(kinds("ppn-missing")) == 1
    again = Awaited.objects.get().run_at
    assert Due.objects.filter(verb="look-for-expected", done_at=None, run_at=again).exists()  # and the next is owed


def test_one_that_cannot_be_looked_for_mutes_no_other(database, monkeypatch):
    open_house(ADMINISTRATOR, ("una", POLICE, "police-supervisor", "police-hub"))
    send(*(theft(one, f"k{n}") for n, one in enumerate(TEENS)), at="2025-01-06 10:01")
    bad, state = Awaited.objects.order_by("run_at", "id").first(), expecting._state

    def one_fails(opened, row):
        if row.id == bad.id:
            raise RuntimeError
        return state(opened, row)

    with monkeypatch.context() as patched:
        patched.setattr(expecting, "_state", one_fails)
        turns("2025-01-06 10:02", 48, 30)
        assert Awaited.objects.filter(times__gte=1).count() == len(TEENS) - 1
        (alone,) = Due.objects.filter(verb="look-for-expected", done_at=None, payload__awaited=str(bad.id))
        assert alone.tries > due.LONG and kinds("work-failing")
    turns("2025-01-08 10:02", 3, 30)
    bad.refresh_from_db()
    assert bad.times == 1


def test_a_step_that_fails_for_hours_is_looked_at_all_the_same(database, monkeypatch):
    looked = []
    with monkeypatch.context() as patched:
        patched.setattr(falling_due, "look", trouble)
        with pretend(parse_moment("2025-01-06 10:00")):
            row = due.owe(falling_due.VERB, {"step": str(uuid4())}, run_at=now())
        turns("2025-01-06 10:02", 24, 30)
    monkeypatch.setattr(falling_due, "look", lambda step: looked.append(step) or [(step, now() + timedelta(days=1))])
    turns("2025-01-07 10:02", 2, 30)
    assert len(looked) == 1 and Due.objects.get(id=row).done_at
    assert Due.objects.filter(verb=falling_due.VERB, done_at=None).count() == 1  # and the next look is owed


def test_nights_that_a_clock_set_far_ahead_has_passed_over_are_not_left_out(database):
    """A machine that wakes with another year owes its night's work for then; set right again, it owes it for this night."""
    open_house(ADMINISTRATOR)
    today = parse_moment("2025-03-29 12:00")
    for moment in (today, today + timedelta(days=3652), today):
        with pretend(moment):
            plan()
            due.sweep()
            plan()
    for verb in NIGHTLY:
        owed = Due.objects.filter(verb=verb, done_at=None)
        assert owed.earliest("run_at").run_at <= today + timedelta(days=1), verb
        assert owed.count() == 1
    with pretend(today):
        assert plan() == 0


def test_clocks_and_signals_stand_where_the_queue_cannot_be_sorted(database, monkeypatch):
    open_house(ADMINISTRATOR)
    with monkeypatch.context() as patched:
        patched.setattr(due.queue, "bring_up_to_date", trouble)
        patched.setattr(due.beside, "others", trouble)
        send(incident(), at="2025-01-14 20:01")
        assert Running.objects.filter(identity_id=identity(POLICE, "A").id).exists()
        assert {row.verb for row in Due.objects.filter(done_at=None, tries__gt=0)} == {"queue", "beside"}
    with pretend(parse_moment("2025-01-14 20:10")):
        due.sweep()
    assert not Due.objects.filter(verb__in=("queue", "beside"), done_at=None, tries__gt=0).exists()
