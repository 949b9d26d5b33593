"""What stands in the database: raised with the entry that completes it, ended to the minute, withdrawn when it follows no more,
and the same signal throughout."""

from datetime import timedelta

import pytest

from sightline.chronology.queries import of_person
from sightline.clocks.models import Running
from sightline.definition.outcomes import Missing
from sightline.identity.queries import ids_of
from sightline.jobs import due, signalling
from sightline.jobs.correct import correct_record
from sightline.jobs.linking import join, separate
from sightline.jobs.models import Due
from sightline.messages.models import Outgoing
from sightline.sharing.actions import tie
from sightline.sharing.reading import reading
from sightline.signals import actions, queries
from sightline.signals.models import Look, Standing
from sightline.timescales.london import parse_moment
from sightline.timescales.moment import pretend
from tests.integration.signals.living import BECAUSE, at, child, missing, seen, three, what
from tests.integration.signals.rules import MISSING, in_force, rule
from tests.support.partnership import CARE, HOSPITAL, POLICE, identities, person_on, send


def test_it_stands_as_soon_as_its_last_piece_is_told_and_is_told_once(people, monkeypatch):
    in_force(monkeypatch, rule())
    who = child()
    first, second = missing(who, "2025-01-06"), missing(who, "2025-01-20")
    assert not Standing.objects.exists() and not Outgoing.objects.filter(kind="signal-raised").exists()
    third = missing(who, "2025-02-03")
    row = Standing.objects.get()
    assert row.cited == row.window == [str(first), str(second), str(third)]
    assert (row.count, row.days, row.level, row.ended_because) == (3, 29, "look", "")
    assert row.since == parse_moment("2025-02-03 22:00") and row.begins == parse_moment("2025-02-03 21:00")
    assert row.identity_id in identities(third)
    sent = Outgoing.objects.get(kind="signal-raised")
    assert (sent.to, sent.because, sent.says) == (
        f"role:missing-exploitation-officer@{POLICE}",
        row.id,
        {"signal": "repeat-missing"},
    )
    entries = [["entry", str(one)] for one in (first, second, third)]
    assert sorted(sent.about) == sorted([*entries, ["identity", str(row.identity_id)]])
    assert row.told_at == row.since and row.rests_until == parse_moment("2025-03-03 22:00")
    send("school-concern", ("child", who), agency=CARE, on="2025-02-04 10:00", happened="2025-02-04 09:00")
    missing(who, "2025-02-05")  # it has grown, in its rest
    row.refresh_from_db()
    assert (row.count, len(row.cited)) == (4, 4) and what(row) == ["raised", "told", "grew"]
    assert Outgoing.objects.filter(kind="signal-raised").count() == 1
    at("2025-03-03 21:59")
    assert Outgoing.objects.filter(kind="signal-raised").count() == 1
    at("2025-03-03 22:00")  # the rest is over, and it has grown
    row.refresh_from_db()
    assert Outgoing.objects.filter(kind="signal-raised").count() == 2 and what(row)[-1] == "told"


def test_it_ends_at_its_own_minute_and_is_the_same_when_it_goes_on(people, monkeypatch):
    in_force(monkeypatch, rule())
    who = child()
    three(who)
    row = Standing.objects.get()
    over = row.until
    assert over == parse_moment("2025-05-04 21:00")  # 90 days after the last
    with pretend(over - timedelta(minutes=1)):
        assert Look.objects.filter(at__lte=over).exists()
        while due.sweep():
            pass
    row.refresh_from_db()
    assert row.ended_because == ""
    with pretend(over):
        assert due.lag_seconds() >= 0
        while due.sweep():
            pass
    row.refresh_from_db()
    assert (row.ended_because, row.ended_at) == ("over", over) and "ended" in what(row)
    # told months later, of a fourth absence within the window: it had not ended after all
    send(
        "missing-episode",
        ("missing-child", who),
        happened="2025-04-01 21:00",
        sent="2025-05-20 09:00",
        on="2025-05-20 09:00",
    )
    row.refresh_from_db()
    assert row.ended_because == "" and row.until == parse_moment("2025-06-30 21:00") and "rose-again" in what(row)
    assert Standing.objects.count() == 1


def test_a_correction_withdraws_it_and_another_brings_the_same_one_back(people, monkeypatch):
    in_force(monkeypatch, rule())
    who = child()
    third = three(who)[2]
    with pretend(parse_moment("2025-02-10 09:00")):
        correct_record(entry=third, happened="2024-06-03 21:00", by=people["olive"])
    row = Standing.objects.get()
    assert row.ended_because == "withdrawn" and what(row) == ["raised", "told", "withdrawn"]
    assert row.ended_at == parse_moment("2025-02-10 09:00")
    assert not Look.objects.exists()  # two absences become no pattern by time alone
    with pretend(parse_moment("2025-02-11 09:00")):
        correct_record(entry=third, happened="2025-02-03 21:00", by=people["olive"])
    row.refresh_from_db()
    assert row.ended_because == "" and what(row)[-1] == "rose-again" and Standing.objects.count() == 1
    assert Outgoing.objects.filter(kind="signal-raised").count() == 1  # it rests


def test_two_who_are_joined_and_told_apart_keep_what_was_answered(people, monkeypatch):
    in_force(monkeypatch, rule())
    one, other = child(0), child(1)
    mine, theirs = three(one), [missing(other, day) for day in ("2025-01-08", "2025-01-22", "2025-02-05")]
    a, b = Standing.objects.order_by("begins")
    with pretend(parse_moment("2025-02-06 09:00")):
        signalling.answer(signal=a.id, answer="acted", because=BECAUSE, by=people["mona"])
        join(one=identities(mine[0])[0], other=identities(theirs[0])[0], because="One and the same", by=people["amir"])
        while due.sweep():
            pass
    standing = Standing.objects.filter(ended_because="")
    assert [row.id for row in standing] == [a.id] and len(standing[0].cited) == 6 and standing[0].answered == "acted"
    b.refresh_from_db()
    assert b.ended_because == "withdrawn" and what(b)[-1] == "moved"
    with pretend(parse_moment("2025-02-07 09:00")):
        separate(one=identities(mine[0])[0], other=identities(theirs[0])[0], because="Two after all", by=people["amir"])
        while due.sweep():
            pass
    a.refresh_from_db(), b.refresh_from_db()
    assert (a.ended_because, a.answered, a.cited) == ("", "acted", [str(first) for first in mine])
    assert (b.ended_because, b.answered, b.cited) == ("", "", [str(first) for first in theirs])
    assert what(b)[-1] == "rose-again" and Standing.objects.count() == 2
    assert a.identity_id in identities(mine[0]) and b.identity_id in identities(theirs[0])


def test_as_known_on_a_moment_it_shows_what_would_have_shown(people, monkeypatch):
    in_force(monkeypatch, rule())
    third = three(child())[2]
    tie(
        [
            (f"worker:{people['sara'].id}", "allocated", i, parse_moment("2025-01-01"), None, None)
            for i in identities(third)
        ]
    )
    assert [one.says for one in seen(people["sara"], third)] == ["Missing 3 times in 29 days"]
    then = [
        seen(people["sara"], third, known_on=parse_moment(moment))
        for moment in ("2025-02-03 21:59", "2025-02-03 22:00")
    ]
    assert then[0] == [] and [(one.id, one.cited) for one in then[1]] == [(None, tuple(Standing.objects.get().cited))]
    with pretend(parse_moment("2025-02-10 09:00")):
        correct_record(entry=third, happened="2024-06-03 21:00", by=people["olive"])
    assert seen(people["sara"], third, "2025-02-11 09:00") == []
    assert len(seen(people["sara"], third, "2025-02-11 09:00", known_on=parse_moment("2025-02-05"))) == 1


def test_as_known_on_a_moment_it_asks_what_was_asked_then(people, monkeypatch):
    planned = {
        "when": {"count": {"record": "ppn"}, "within": "14 days"},
        "whom": "social-worker",
        "how": "now",
        "asking": "Does it hold?",
    }
    in_force(monkeypatch, rule(tell=[planned, {"whom": "team-manager", "how": "now", "asking": "Who asks the child?"}]))
    who = child()
    third = three(who)[2]
    send("ppn", ("child", who), agency=POLICE, on="2025-02-06 10:00", happened="2025-02-06 09:00")
    tie(
        [
            (f"worker:{people['sara'].id}", "allocated", i, parse_moment("2025-01-01"), None, None)
            for i in identities(third)
        ]
    )
    asked = [seen(people["sara"], third, known_on=parse_moment(day))[0].asks for day in ("2025-02-05", "2025-02-07")]
    assert asked == ["Who asks the child?", "Does it hold?"]


def test_it_shows_to_whoever_may_read_all_of_it_and_to_those_who_are_told(people, monkeypatch):
    events = {"any": [MISSING, {"record": "ae-attendance"}]}
    in_force(
        monkeypatch,
        rule(when={"count": events, "at-least": 3, "within": "90 days"}, ends={"none": MISSING, "for": "90 days"}),
    )
    who = child()
    missing(who, "2025-01-06"), missing(who, "2025-01-20")
    third = send(
        "ae-attendance", ("patient", who), agency=HOSPITAL, happened="2025-02-03 21:00", sent="2025-02-03 22:00",
        on="2025-02-03 22:00", injury="violence", complaint="Cut to the arm",
    )  # fmt: skip
    row = Standing.objects.get()
    tie(
        [
            (f"worker:{people['sara'].id}", "allocated", i, parse_moment("2025-01-01"), None, None)
            for i in ids_of([person_on(third)])
        ]
    )
    whole = seen(people["sara"], third)
    assert [(one.id, one.partly, len(one.cited)) for one in whole] == [(row.id, False, 3)]
    assert seen(people["ruth"], third) == [] and seen(people["gwen"], third) == []  # neither told, nor may they read it
    with pretend(parse_moment("2025-02-04 09:00")), reading(people["mona"], "safeguarding") as opened:
        told = queries.mine(opened)
        page = of_person(opened, person_on(third)).entries
        on_page = queries.of_person(opened, person_on(third), ids_of([person_on(third)]), entries=page)
    levels = {str(view.first): view.level.word for view in page}
    visible = tuple(first for first in row.cited if first in levels)
    assert [one.cited for one in told] == [one.cited for one in on_page] == [visible]
    if len(visible) < 3:  # what is hidden from her is in no figure
        assert told[0].says == "Missing three times" and told[0].partly
    with pretend(parse_moment("2025-02-04 09:00")), reading(people["ruth"], "safeguarding") as opened:
        with pytest.raises(Missing):
            queries.one(opened, row.id)
        assert queries.mine(opened) == [] and queries.of_people(opened, [person_on(third)]) == {}


def test_an_age_is_reached_at_its_own_minute_and_nothing_is_said_of_adults(people, monkeypatch):
    plan = {"record": "child-protection-plan"}
    in_force(
        monkeypatch,
        rule(
            when={"all": [{"aged": {"from": "17 years", "under": "18 years"}}, {"open": "child-protection-plan"}]},
            ends=None,
        ),
    )
    who = child(born="2008-02-10")
    send(
        "child-protection-plan", ("child", who), agency=CARE, started="2025-01-06", happened="2025-01-06",
        sent="2025-01-06 10:00", on="2025-01-06 10:00",
    )  # fmt: skip
    assert plan and not Standing.objects.exists()
    assert Look.objects.get().at == parse_moment("2025-02-10 00:00")
    at("2025-02-09 23:59")
    assert not Standing.objects.exists()
    at("2025-02-10 00:00")
    row = Standing.objects.get()
    assert row.since == parse_moment("2025-02-10 00:00") and row.until == parse_moment("2026-02-10 00:00")
    at("2026-02-10 00:00")
    row.refresh_from_db()
    assert row.ended_because == "over" and not Look.objects.exists()
    in_force(monkeypatch, rule())
    three(child(1, born="1990-05-05"))
    assert Standing.objects.count() == 1


def test_a_rule_that_fails_takes_neither_the_clocks_nor_the_other_rules_with_it(people, monkeypatch, caplog):
    good, bad = rule(), rule("pattern-of-incidents")
    in_force(monkeypatch, good, bad)
    who = child()
    missing(who, "2025-01-06"), missing(who, "2025-01-20")
    sound = actions.stands

    def broken(one, *more, **named):
        if one.id == bad.id:
            raise ZeroDivisionError("Kim at 14 Quarry Rise")
        return sound(one, *more, **named)

    monkeypatch.setattr(actions, "stands", broken)
    third = missing(who, "2025-02-03", returned_at="2025-02-03 21:30")
    assert [row.rule for row in Standing.objects.all()] == [good.id]
    assert Running.objects.filter(first=third).exists()
    owed = Due.objects.get(verb="signals", done_at=None)
    assert "ZeroDivisionError" in {getattr(one, "error", "") for one in caplog.records}
    for _ in range(12):  # it is tried again, ever later, and never given up
        with pretend(Due.objects.get(id=owed.id).run_at):
            due.sweep()
    assert Due.objects.get(id=owed.id).tries >= 12 and due.failing() >= 1
    monkeypatch.setattr(actions, "stands", sound)
    at("2025-02-10 09:00")
    missing(who, "2025-02-10")
    assert sorted(row.rule for row in Standing.objects.all()) == sorted([good.id, bad.id])


def test_when_signals_fail_altogether_clocks_stand(people, monkeypatch):
    in_force(monkeypatch, rule())
    who = child()
    missing(who, "2025-01-06"), missing(who, "2025-01-20")

    def broken(*_):
        raise OSError

    with monkeypatch.context() as patched:
        patched.setattr(actions, "known", broken)
        third = missing(who, "2025-02-03", returned_at="2025-02-03 21:30")
    assert Running.objects.filter(first=third).exists() and not Standing.objects.exists()
    at("2025-02-03 22:30")
    assert Standing.objects.count() == 1
