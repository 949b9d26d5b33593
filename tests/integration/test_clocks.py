"""Stored clocks are a projection: recomputing changes nothing, and one child at a time says the same as many together."""

import random
import threading
from dataclasses import replace
from datetime import timedelta

from django.db import connection

from sightline.clocks import actions
from sightline.clocks.actions import recompute
from sightline.clocks.models import Running
from sightline.clocks.queries import mine, of_identities
from sightline.identity.models import SourceIdentity
from sightline.sharing.actions import tie
from sightline.timescales.moment import now, pretend
from tests.support.house import JAY, POLICE, SCHOOL, actor, as_, identity, live, person, recent_day, send, told
from tests.support.senders import notifications


def stored():
    kept = [f.attname for f in Running._meta.concrete_fields if f.name != "id"]
    return sorted(map(str, Running.objects.values_list(*kept)))


def everybody():
    return sorted({row.person for row in SourceIdentity.objects.all()}, key=str)


def test_recomputing_changes_nothing_however_it_is_done(house):
    send(*notifications(150, seed=3, ending=(now() - timedelta(hours=3)).replace(tzinfo=None)))
    with pretend(now()):  # one moment for all, so that a clock that runs is not a second older
        persons = everybody()
        recompute(persons)
        once = stored()
        assert len(once) > 20
        recompute(persons)
        assert stored() == once
        random.Random(1).shuffle(persons)
        for one in persons:
            recompute([one])
        assert stored() == once
        recompute(persons * 2)
        assert stored() == once


def test_recomputing_nobody_is_nothing(house):
    assert recompute([]) == 0


def test_clocks_of_others_are_left_alone(house):
    send(
        told(at=f"{recent_day(2)} 10:00", child_at_risk="yes"),
        told(who=replace(JAY, local_id="J2", nhs_number="", given="Kit"), child_at_risk="yes"),
    )
    others = set(Running.objects.filter(identity=identity(POLICE, "J2")).values_list("id", flat=True))
    assert others
    recompute([person()])
    assert others <= set(Running.objects.values_list("id", flat=True))


def test_two_processes_at_one_child_lose_no_clock(house, monkeypatch):
    """Whoever read before another's record was there, and writes after the other has, puts back nothing older."""
    send(told(at=f"{recent_day(2)} 10:00", child_at_risk="yes"))
    first, read, began = set(Running.objects.values_list("first", flat=True)), actions.of_people, threading.Event()
    main = threading.current_thread()
    again = told(at=f"{recent_day(1)} 10:00", message="another", child_at_risk="yes")

    def other():
        try:
            send(again)
        finally:
            connection.close()

    beside = threading.Thread(target=other)

    def slowly(*arguments, **more):
        entries = read(*arguments, **more)
        if threading.current_thread() is main and not began.is_set():
            began.set()
            beside.start()
            beside.join(3)
        return entries

    monkeypatch.setattr(actions, "of_people", slowly)
    recompute([person()])
    beside.join()
    assert began.is_set() and first
    assert first < set(Running.objects.values_list("first", flat=True)), "the newer record's clock stands"


def test_what_starts_stops_and_is_corrected(house):
    start, back = f"{recent_day(3)} 21:00", f"{recent_day(2)} 06:00"
    episode = {"record": "missing-episode", "role": "missing-child", "message": "miss-1", "at": start}

    def interview():
        return [(c.clock, c.started_at) for c in Running.objects.filter(clock="return-home-interview")]

    live(told(version="1", missing_from=start, **episode))
    assert interview() == [], "a child who has not returned has no interview due"
    live(told(version="2", missing_from=start, returned_at=back, sent=back, **episode))
    ((_, began),) = interview()
    live(
        told(
            version="3",
            missing_from=start,
            returned_at=f"{recent_day(2)} 04:00",
            sent=f"{recent_day(1)} 09:00",
            **episode,
        )
    )
    ((_, sooner),) = interview()
    assert sooner == began - timedelta(hours=2), "the correction moves the clock"
    live(told("return-home-interview", "child", at=f"{recent_day(1)} 10:00", held_at=f"{recent_day(1)} 10:00"))
    assert Running.objects.get(clock="return-home-interview").stopped_at is not None


def test_a_clock_shows_only_to_who_may_see_what_started_it(house):
    send(told(at=f"{recent_day(1)} 10:00", child_at_risk="yes"))
    subject = identity(POLICE, "J1").id

    def seen(username):
        with as_(username) as opened:
            return len(of_identities(opened, [subject]))

    assert seen("amir") > 0
    assert seen("ruth") == seen("bob") == seen("sam") == 0
    tie([(f"worker:{actor('sam').id}", "allocated", subject, now(), None, None)])
    assert seen("sam") == seen("amir")
    with as_("sam") as opened:
        assert {c.person for c in mine(opened)} == {person()}
    with as_("ruth") as opened:
        assert mine(opened) == []


def test_a_school_concern_and_a_police_report_run_side_by_side(house):
    live(told(at=f"{recent_day(2)} 10:00", child_at_risk="yes"))
    live(
        told(
            "school-concern",
            "child",
            replace(JAY, local_id="S7"),
            agency=SCHOOL,
            category="neglect",
            at=f"{recent_day(1)} 10:00",
        )
    )
    agencies = set(Running.objects.filter(clock="contact-screening").values_list("agency", flat=True))
    assert agencies == {POLICE, SCHOOL}
