"""Who is told of a signal, when again, and what becomes of an answer."""

from uuid import UUID

import pytest

from sightline.agencies.actions import add_worker
from sightline.agencies.queries import machine, partnership
from sightline.definition.outcomes import Conflict, Invalid, Missing, Refused
from sightline.jobs import due, signalling
from sightline.jobs.linking import join
from sightline.messages.actions import workers_by_place
from sightline.messages.models import Acknowledged, Delivered, Outgoing
from sightline.messages.seeing import open_to
from sightline.sharing.reading import reading
from sightline.sharing.standing import NOBODY, nobody, standing
from sightline.signals import queries, telling
from sightline.signals.models import Standing
from sightline.timescales.london import parse_moment
from sightline.timescales.moment import pretend
from tests.integration.signals.living import BECAUSE, at, child, missing, three, what
from tests.integration.signals.rules import MISSING, in_force, rule
from tests.support.partnership import CARE, POLICE, identities, send


def test_what_comes_late_or_as_history_is_told_only_where_it_is_news(people, monkeypatch):
    in_force(monkeypatch, rule())
    old, late = child(0), child(1)
    for day in ("2024-10-05", "2024-10-08", "2024-12-30"):  # a load, in February, of what was sent then
        send(
            "missing-episode",
            ("missing-child", old),
            happened=f"{day} 21:00",
            sent=f"{day} 22:00",
            on="2025-02-03 12:00",
        )
    row = Standing.objects.get()
    assert (
        row.ended_because == "" and row.told_at is None and not Outgoing.objects.filter(kind="signal-raised").exists()
    )
    missing(late, "2025-01-06"), missing(late, "2025-01-20")
    send(
        "missing-episode",
        ("missing-child", late),
        happened="2025-01-02 21:00",
        sent="2025-02-05 12:00",
        on="2025-02-05 12:00",
    )
    assert Standing.objects.count() == 2 and Outgoing.objects.filter(kind="signal-raised").count() == 1
    assert Standing.objects.exclude(id=row.id).get().since == parse_moment("2025-02-05 12:00")


def test_an_answer_given_while_somebody_is_told_again_stands(people, monkeypatch):
    """Whoever tells again, because nobody has answered, read the signal before somebody did."""
    in_force(monkeypatch, rule())
    three(child())
    before = Standing.objects.get()
    with pretend(parse_moment("2025-02-04 09:00")):
        signalling.answer(signal=before.id, answer="acted", because=BECAUSE, by=people["mona"])
        answered = Standing.objects.get()
        telling.mark_told(before, to=["role:team-manager"], way=0, how="bell", why="unanswered", rule=rule())
    row = Standing.objects.get()
    assert (row.answered, row.answered_at, row.answered_by) == ("acted", answered.answered_at, answered.answered_by)
    assert row.told["to"] == ["role:team-manager"]


def test_what_is_graver_breaks_the_rest(people, monkeypatch):
    graver = [{"when": {"count": {**MISSING, "risk": "high"}, "within": "90 days"}, "is": "now"}]
    in_force(monkeypatch, rule(graver=graver))
    who = child()
    three(who)
    missing(who, "2025-02-05", risk="high")
    row = Standing.objects.get()
    assert row.level == "now" and what(row) == ["raised", "told", "grew", "graver", "told"]
    assert [one.kind for one in Outgoing.objects.filter(because=row.id).order_by("at")] == [
        "signal-raised",
        "signal-raised-now",
    ]


def test_an_answer_stays_with_it_and_what_was_sent_is_read(people, monkeypatch):
    in_force(monkeypatch, rule())
    who, mona = child(), people["mona"]
    firsts = three(who)
    row = Standing.objects.get()
    with pretend(parse_moment("2025-02-04 09:00")):
        with pytest.raises(Refused):
            signalling.answer(signal=row.id, answer="acted", because=BECAUSE, by=people["dee"])
        with pytest.raises(Missing):  # a school that was not told, and sees none of it
            signalling.answer(signal=row.id, answer="acted", because=BECAUSE, by=people["ruth"])
        for wrong in ({"answer": "no"}, {"answer": "not-relevant"}, {"answer": "acted", "because": "ok"}):
            with pytest.raises(Invalid):
                signalling.answer(signal=row.id, by=mona, **wrong)
        with pytest.raises(Missing):
            signalling.answer(signal=row.id, answer="acted", done=[UUID(int=7)], by=mona)
        signalling.answer(signal=row.id, answer="acted", because=BECAUSE, done=[firsts[0]], by=mona)
        with pytest.raises(Conflict):
            signalling.answer(signal=row.id, answer="covered", because=BECAUSE, by=mona)
    row.refresh_from_db()
    assert (row.answered, row.answered_by) == ("acted", mona.id) and what(row)[-1] == "answered"
    assert row.rests_until == parse_moment("2025-03-04 09:00")
    assert Acknowledged.objects.filter(message__because=row.id).count() == 1
    with pretend(parse_moment("2025-02-04 10:00")), reading(mona, "safeguarding") as opened:
        view, history = queries.one(opened, row.id)
        assert (view.answered_words, view.answered_by, view.because, view.done) == (
            "Acted on", "Mona", BECAUSE, (firsts[0],),
        )  # fmt: skip
        assert [one.what for one in history] == ["raised", "told", "answered"] and BECAUSE in history[-1].says
        assert queries.mine(opened) == []
    missing(who, "2025-02-20")  # it grows in its rest: the answer stands
    row.refresh_from_db()
    assert row.answered == "acted" and Outgoing.objects.filter(kind="signal-raised").count() == 1
    at("2025-03-04 09:00")  # then it is asked again, for it has grown
    row.refresh_from_db()
    assert (
        row.answered == "" and what(row)[-2:] == ["rose-again", "told"] or set(what(row)[-2:]) == {"rose-again", "told"}
    )
    assert Outgoing.objects.filter(kind="signal-raised").count() == 2


def test_what_nobody_answers_is_told_again_when_its_rest_ends(people, monkeypatch):
    in_force(monkeypatch, rule())
    three(child())
    row = Standing.objects.get()
    at("2025-03-03 21:59")
    assert what(row) == ["raised", "told"]
    at("2025-03-03 22:00")
    assert what(row) == ["raised", "told", "escalated"]
    with pretend(parse_moment("2025-03-04 10:00")):
        signalling.answer(
            signal=row.id, answer="not-relevant", because="It was one long visit to her aunt.", by=people["mona"]
        )
    at("2025-05-03 12:00")
    assert what(row) == ["raised", "told", "escalated", "answered"]


def test_that_a_rule_is_wrong_is_told_to_whoever_answers_for_it_and_a_manager_is_no_answer(people, monkeypatch):
    in_force(monkeypatch, rule(owner="police-supervisor"))
    three(child())
    row, mona = Standing.objects.get(), people["mona"]
    with pretend(parse_moment("2025-02-04 09:00")):
        with pytest.raises(Invalid):
            signalling.take_to_manager(signal=row.id, because="?", by=mona)
        signalling.take_to_manager(signal=row.id, because="I cannot reach anybody who knows her.", by=mona)
    row.refresh_from_db()
    assert row.answered == "" and what(row)[-1] == "escalated"
    assert f"role:team-manager@{POLICE}" in {one.to for one in Outgoing.objects.filter(because=row.id)}
    with pretend(parse_moment("2025-02-04 10:00")), reading(mona, "safeguarding") as opened:
        assert [one.id for one in queries.mine(opened)] == [row.id]
    with pretend(parse_moment("2025-02-04 11:00")):
        signalling.answer(signal=row.id, answer="wrong", because="One long visit, told three times.", by=mona)
    told = Outgoing.objects.get(kind="rule-doubted")
    assert (told.to, told.about, told.says) == ("role:police-supervisor", [], {"signal": "repeat-missing"})


def test_a_gap_is_on_the_list_and_told_to_nobody(people, monkeypatch):
    gaps = rule(
        "no-voice-recorded",
        sort="data",
        tell=[],
        when={"differs": ["born"]},
        ends=None,
        says="Two birth dates are held",
    )
    in_force(monkeypatch, gaps)
    kept = missing(child(born="2011-03-04"), "2025-01-06")
    first = send(
        "school-concern", ("child", child(born="2011-03-05")), agency=CARE, happened="2025-01-10 09:00",
        sent="2025-01-10 10:00", on="2025-01-10 10:00",
    )  # fmt: skip
    with pretend(parse_moment("2025-01-10 11:00")):
        join(one=identities(kept)[0], other=identities(first)[0], because="One and the same", by=people["amir"])
        while due.sweep():
            pass
    row = Standing.objects.get()
    assert row.cited == [] and row.told_at is None and not Outgoing.objects.filter(kind="signal-raised").exists()


def test_a_list_is_no_rest_for_a_bell(people, monkeypatch):
    """What stood on a list alone, and grew into what is rung in, is told at once though its rest is not over."""
    ways = [
        {
            "when": {"count": {"record": "missing-episode"}, "at-least": "3", "within": "90 days"},
            "whom": ["missing-exploitation-officer"],
        },
        {"whom": ["missing-exploitation-officer"], "how": "list"},
    ]
    count = {"count": {"record": "missing-episode"}, "at-least": "2", "within": "90 days"}
    in_force(monkeypatch, rule(when=count, tell=ways, rest="90 days"))
    who = child()
    missing(who, "2025-01-06"), missing(who, "2025-01-20")
    at("2025-01-21 09:00")
    row = Standing.objects.get()
    assert row.told["how"] == "list" and what(row) == ["raised", "told"]
    missing(who, "2025-02-03")
    at("2025-02-03 22:05")
    row.refresh_from_db()
    assert row.told["how"] == "now" and what(row) == ["raised", "told", "grew", "told"]
    missing(who, "2025-02-10")
    at("2025-02-10 22:05")
    assert what(row).count("told") == 2, "the bell rests as any other"


def test_what_nobody_answers_goes_on_to_who_would_see_it_and_to_nobody_else(people, monkeypatch):
    """A manager who has nothing to do with the child learns nothing of a sign that the front door leaves lying."""
    in_force(monkeypatch, rule())
    for username, role in (("fay", "front-door-manager"), ("tom", "team-manager")):
        add_worker(username=username, name=username, agency=CARE, role=role, team="", by=machine("set-up-machine"))
    three(child())
    at("2025-02-03 22:01")
    row = Standing.objects.get()
    at("2025-02-06 18:00")
    reached = set(Delivered.objects.filter(message__because=row.id).values_list("holder", flat=True))
    assert any(one.startswith("role:front-door-manager") for one in reached), reached
    assert not any(one.startswith("role:team-manager") for one in reached), reached
    about = Outgoing.objects.filter(because=row.id).first().about
    there = workers_by_place(partnership())
    places = [f"role:{role}@{CARE}" for role in ("front-door-manager", "team-manager")]
    with nobody():  # delivered after a page's commit: it sees what a machine sees, and the page reads as before
        assert open_to(places, about, there) == places[:1]
        assert standing() == NOBODY
