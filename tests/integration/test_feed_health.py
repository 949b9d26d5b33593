"""Silence is noticed and somebody is told: with a clock that moves, on both databases."""

from __future__ import annotations

import json
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from django.test import Client

from sightline.agencies.actions import add_worker, make_token
from sightline.agencies.queries import machine, partnership
from sightline.commands import main
from sightline.definition.outcomes import Conflict, Missing, Refused
from sightline.intake import alarms, resuming
from sightline.intake import health_queries as queries
from sightline.intake.models import Delivery, FeedAlarm, FeedAlarmStep
from sightline.intake.types import Unread
from sightline.jobs import nightly
from sightline.jobs.models import Due
from sightline.jobs.receive import close_delivery, open_delivery, receive
from sightline.jobs.worker import turn
from sightline.ledger.models import Record
from sightline.timescales.london import parse_moment
from sightline.timescales.moment import pretend
from tests.support.house import HOSPITAL, JAY, POLICE, actor, as_, told

FEED = "leeds-police-csv"


@pytest.fixture
def staff(house):
    by = machine("set-up-machine")
    for name, agency, role in (
        ("bea", "business-unit", "business-manager"),
        ("pat", POLICE, "data-officer"),
        ("hal", HOSPITAL, "data-officer"),
    ):
        add_worker(username=name, name=name.capitalize(), agency=agency, role=role, by=by)
    return house


def file(day, rows=25, bad=0, *, empty=0, feed=FEED, agency=POLICE):
    """A file of so many rows, received at seven on that day; of `empty` rows the person has no birth date."""
    by = machine("feed-machine")
    with pretend(parse_moment(f"{day} 07:00")):
        delivery = open_delivery(feed=feed, agency=agency, kind="file", name=f"{day}.csv", by=by, mark=uuid4().hex)
        nobody = replace(JAY, born="", nhs_number="")
        things = [
            told(who=nobody if n < empty else JAY, agency=agency, at=f"{day} 01:00", message=f"{day}-{n}")
            for n in range(rows - bad)
        ]
        things += [Unread(f"line {n}", f"bad {day} {n}".encode(), "not-a-date") for n in range(bad)]
        counts = receive(things, delivery=delivery, by=by, settled=False)
        close_delivery(delivery, counts, by=by)
    return delivery


def watch(at):
    with pretend(parse_moment(at)):
        return alarms.watch(definition=partnership(), by=machine("clock-machine"))


def mine(who, at):
    with pretend(parse_moment(at)), as_(who, "administration") as opened:
        return [(one.feed, one.of) for one in queries.mine(opened)]


def test_a_feed_that_falls_silent_is_told_once_to_the_right_people_until_the_file_comes(staff):
    file("2025-03-03")
    assert watch("2025-03-05 07:50") == (0, 0)
    assert watch("2025-03-05 08:10") == (1, 0)
    assert watch("2025-03-05 08:25") == (0, 0), "told once"
    row = FeedAlarm.objects.get()
    assert (row.feed, row.agency, row.of) == (FEED, POLICE, "late")
    assert set(row.told) == {actor(name).id for name in ("bea", "pat", "dee")}
    entry = Record.objects.get(verb="open-feed-alarm")
    assert entry.actor == "clock-machine" and entry.ids == [str(row.id)]
    for who in ("bea", "pat", "dee"):
        assert mine(who, "2025-03-05 08:30") == [(FEED, "late")]
    assert mine("hal", "2025-03-05 08:30") == mine("amir", "2025-03-05 08:30") == []

    assert watch("2025-03-07 09:00") == (1, 1), "silent now, and told again"
    assert mine("pat", "2025-03-07 09:05") == [(FEED, "silent")]
    file("2025-03-08")
    assert mine("pat", "2025-03-08 07:05") == [], "the file has come, though nobody has looked yet"
    assert watch("2025-03-08 07:15") == (0, 1)
    assert FeedAlarmStep.objects.filter(step="closed").count() == FeedAlarm.objects.count() == 2
    assert Record.objects.filter(verb="close-feed-alarm").count() == 2


def test_an_answer_takes_it_from_everybodys_work_and_stays_on_the_feeds_page(staff):
    file("2025-03-03")
    watch("2025-03-05 09:00")
    row = FeedAlarm.objects.get()
    with pretend(parse_moment("2025-03-05 10:00")):
        with pytest.raises(Missing):
            alarms.answer(alarm=row.id, words="Not my agency's feed", by=actor("hal"))
        with pytest.raises(Refused):
            alarms.answer(alarm=row.id, words="Rang them at nine", by=actor("amir"))
        with pytest.raises(Refused):
            alarms.answer(alarm=row.id, words="  ok ", by=actor("pat"))
        alarms.answer(alarm=row.id, words="Rang their data team: tomorrow.", by=actor("pat"))
    step = FeedAlarmStep.objects.get()
    assert b"Rang" not in bytes(step.words) and "Rang" not in json.dumps(list(Record.objects.values_list("detail", flat=True)))
    assert mine("bea", "2025-03-05 10:05") == mine("pat", "2025-03-05 10:05") == []
    with as_("bea", "administration") as opened:
        (one,) = queries.alarms(opened, FEED)
        assert one.open and one.answers[0].words == "Rang their data team: tomorrow." and one.answers[0].by == actor("pat").id
    file("2025-03-06")
    watch("2025-03-06 08:00")
    with pytest.raises(Conflict):
        alarms.answer(alarm=row.id, words="Too late for words", by=actor("bea"))


def test_who_sees_which_feed(staff):
    file("2025-03-03")
    file("2025-03-03", feed="hospital-csv", agency=HOSPITAL)
    with as_("pat", "administration") as opened:
        assert [one.feed.id for one in queries.health(opened) if one.last] == [FEED]
        with pytest.raises(Missing):
            queries.feed_health(opened, "hospital-csv")
    with as_("bea", "administration") as opened:
        assert {one.feed.id for one in queries.health(opened) if one.last} == {FEED, "hospital-csv"}
    with as_("amir", "administration") as opened, pytest.raises(Refused):
        queries.health(opened)
    with pytest.raises(Refused):
        alarms.watch(definition=partnership(), by=actor("bea"))


def test_size_fields_and_rows_against_the_feeds_own_past(staff):
    for day in range(3, 8):
        file(f"2025-03-0{day}")
    assert watch("2025-03-07 08:00") == (0, 0)
    newest = file("2025-03-08", rows=60, bad=10, empty=40)
    opened, closed = watch("2025-03-08 08:00")
    assert (opened, closed) == (3, 0)
    found = {row.of: row for row in FeedAlarm.objects.all()}
    assert set(found) == {"volume", "filled", "quarantined"}
    assert {row.about for row in found.values()} == {str(newest)}
    assert found["volume"].detail == {"rows": 60, "low": 22, "high": 28}
    assert ["police-incident p.suspect.born", 100, 20] in found["filled"].detail["fields"]
    assert found["quarantined"].detail == {"rows": 60, "quarantined": 10}
    file("2025-03-09")
    assert watch("2025-03-09 08:00") == (0, 3), "the next file is as ever"
    assert watch("2025-03-10 17:30") == (0, 0)
    assert watch("2025-03-11 17:30")[0] == 2, "late by now, and rows have waited for two working days"
    assert FeedAlarm.objects.filter(of="waiting").count() == 1


def test_a_stopped_load_is_told_and_one_that_went_on_is_one_file(staff):
    for day in range(3, 8):
        file(f"2025-03-0{day}")
    first = file("2025-03-08", rows=10)
    Delivery.objects.filter(id=first).update(state="reading", finished_at=None)  # killed: nobody closed it
    assert watch("2025-03-08 07:50")[0] == 0
    assert watch("2025-03-08 08:10") == (1, 0)
    assert FeedAlarm.objects.get().of == "stopped" and FeedAlarm.objects.get().about == str(first)
    rest = file("2025-03-09", rows=15)
    with pretend(parse_moment("2025-03-09 07:00")):
        resuming.continue_as(resuming.Stopped(first, 10, ""), rest, by=machine("feed-machine"))
    assert watch("2025-03-09 08:10") == (0, 1)
    with pretend(parse_moment("2025-03-09 08:10")), as_("bea", "administration") as opened:
        one = queries.feed_health(opened, FEED)
    assert [a.rows for a in one.arrivals][:2] == [25, 25] and UUID(one.arrivals[0].id) == rest
    assert one.arrivals[0].filled["police-incident"][""] == 25


def test_the_worker_looks_every_quarter_of_an_hour(staff):
    file("2025-03-03")
    with pretend(parse_moment("2025-03-05 08:00")):
        nightly.plan()
        assert Due.objects.filter(verb="watch-feeds").count() == 1
        turn()
        assert not FeedAlarm.objects.exists()
    with pretend(parse_moment("2025-03-05 08:16")):
        turn()
        assert FeedAlarm.objects.count() == 1
        nightly.plan()
        assert Due.objects.filter(verb="watch-feeds", done_at=None).count() == 1


def test_the_command_and_the_machine_door_say_the_same(staff, capsys):
    file("2025-03-03", bad=1)
    file("2025-03-03", feed="hospital-csv", agency=HOSPITAL)
    with pretend(parse_moment("2025-03-03 12:00")):
        assert main(["feed", "health", "--json"]) == 0
        assert main(["feed", "health", "leeds-polise-csv"]) == 2
    assert "did you mean leeds-police-csv" in capsys.readouterr().err
    with pretend(parse_moment("2025-03-05 12:00")):
        assert main(["feed", "health", "--json"]) == 1
        found = {one["feed"]: one for one in json.loads(capsys.readouterr().out)}
        assert found[FEED]["state"] == "late" and found[FEED]["waiting"][0]["rows"] == 1
        assert main(["feed", "health", FEED]) == 1
        said = capsys.readouterr().out
        assert "late since 5 Mar 2025, 08:00" in said and "Jay" not in said and "bad 2025" not in said
    token = make_token(agency=POLICE, label="theirs", by=machine("set-up-machine"))
    text = token[1] if isinstance(token, tuple) else token
    answer = Client().get("/api/v1/feeds/health", headers={"Authorization": f"Bearer {text}"})
    assert answer.status_code == 200
    assert [one["feed"] for one in answer.json()["feeds"] if one["last"]] == [FEED] and answer.json()["well"] is False
    assert Client().get("/api/v1/feeds/health").status_code == 401
