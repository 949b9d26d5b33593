"""A sign as a page says it: what it rests on, as far as its reader sees, who was told, what was answered; its timeline."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from sightline.chronology.types import Professional, State
from sightline.definition.loader import load
from sightline.front_door.queue_types import QueueChild
from sightline.sharing.types import Level
from sightline.signals.types import SignalEvent, SignalView
from sightline.web.child import drawing, page
from sightline.web.child.page import Filters
from sightline.web.child.signs import DO, DO_OFFER, signs
from sightline.web.child.views import placed
from sightline.web.front_door.queue_lines import sign as queue_sign
from sightline.web.signals import forms, lists, shown
from tests.unit.web.test_child_page import NOW, POLICE, SCHOOL, entry, listing

LEEDS = load("leeds")


class Undeclared:
    lane = {}


def view(*entries, rule="pattern-of-incidents", **more):
    declared = LEEDS.signal[rule]
    firsts = tuple(str(e.first) for e in sorted(entries, key=lambda e: e.happened))
    given = dict(
        id=uuid4(),
        rule=rule,
        title=declared.title,
        says="3 events in 60 days",
        may_mean=declared.may_mean,
        does_not_mean=declared.does_not_mean,
        asks="Who looks at all of it together, and today?",
        level="pressing",
        sort="sign",
        since=NOW - timedelta(days=2),
        until=None,
        person=uuid4(),
        cited=firsts,
        window=firsts[-3:],
        told_me=True,
        source=declared.source,
        owner=declared.owner,
        version=1,
    )
    return SignalView(**{**given, **more})


def said(views, entries, leads_to=lambda e: "#"):
    return signs(views, entries, LEEDS, leads_to)


def told(some, on_page=()):
    entries = [entry(n) for n in range(60)]
    cited = [entries[n] for n in some]
    return entries, cited, said([view(*cited)], entries, lambda e: page.leads_to(e, Filters(), on_page))


def test_a_sign_lists_its_entries_newest_first_and_each_leads_to_where_it_stands():
    entries = [entry(n) for n in range(60)]
    cited = [entries[0], entries[55]]
    (sign,) = said([view(*cited)], entries, lambda e: page.leads_to(e, Filters(), {entries[0].id}))
    assert [e.href for e in sign.entries] == [f"#e-{cited[0].id}", f"?from={cited[1].id}#e-{cited[1].id}"]
    assert sign.number == "2 entries"
    assert sign.does_not_mean.startswith("that the child")
    assert sign.seen_from == "12 March 2025"


def test_the_rule_is_said_in_words_and_who_answers_for_it():
    _, _, (sign,) = told([0, 1, 2])
    assert "3" in sign.rule and "90 days" in sign.rule
    assert sign.owner == LEEDS.role[LEEDS.signal["pattern-of-incidents"].owner].title


def test_what_a_sign_rests_on_is_marked_in_the_list_and_in_the_names_of_the_marks():
    entries, cited, found = told([1, 3])
    rows = listing(entries, cited={first for sign in found for first in sign.firsts}).rows
    assert [row.id for row in rows if row.cited] == [e.id for e in cited]
    drawn = drawing.picture(entries, [], Undeclared(), Filters(), on_page=(), today=NOW.date(), signs=found)
    assert drawn.svg.count(", in the sign</title>") == 2
    assert drawn.frames == ("3 events in 60 days",)


def test_a_sign_whose_marks_the_picture_does_not_show_has_no_frame():
    old = [entry(900), entry(901)]
    drawn = drawing.picture(
        [entry(1), *old],
        [],
        Undeclared(),
        Filters(span="12"),
        on_page=(),
        today=NOW.date(),
        signs=said([view(*old)], old),
    )
    assert drawn.frames == ()


def test_what_cannot_be_opened_says_whom_to_ring_and_nothing_else():
    shut = entry(1, level=Level.POINTER, headline="", record="ae-attendance")
    (sign,) = said([view(shut, entry(2))], [shut])
    (line,) = sign.entries
    assert line.pointer and line.ring == "West Yorkshire Police, 101"
    assert "something" not in line.text


def test_what_is_about_somebody_else_is_counted_here_and_shown_on_its_own_page():
    mine, friends = entry(1), entry(3)
    (sign,) = said([view(mine, friends)], [mine])
    assert [e.id for e in sign.entries] == [mine.id]
    assert sign.others == 1 and sign.number == "2 entries"


def test_a_gap_in_what_is_recorded_is_on_nobodys_page():
    one = entry(1)
    assert said([view(one, sort="data")], [one]) == []


def test_the_gravest_stands_first_and_what_was_answered_or_is_over_last():
    some = [entry(n) for n in range(4)]
    looks = view(some[0], level="look", says="look")
    wide, narrow = view(*some, says="wide"), view(some[0], says="narrow")
    now = view(some[0], level="now", says="now")
    over = view(*some, level="now", says="over", ended="over", until=NOW)
    answered = view(*some, level="now", says="answered", answered="acted", answered_at=NOW)
    found = said([over, looks, narrow, answered, wide, now], some)
    assert [s.says for s in found][:4] == ["now", "wide", "narrow", "look"]
    assert {s.says for s in found[4:]} == {"over", "answered"}
    stands = placed(found)
    assert [s.says for s in stands["signs_first"]] == ["now"]
    assert [s.says for s in stands["signs_more"]] == ["wide", "narrow"]
    assert [s.says for s in stands["signs_later"]] == ["look"]
    assert {s.says for s in stands["signs_over"]} == {"over", "answered"}


def test_an_offer_of_help_stands_whole_beside_the_gravest_and_is_worded_as_an_offer():
    some = [entry(1)]
    found = said([view(*some), view(*some, sort="offer", level="look")], some)
    warning, offer = placed(found)["signs_first"]
    assert (warning.offer, offer.offer) == (False, True)
    assert offer.level_words == "Within the hour" and offer.does == list(DO_OFFER.items())
    assert warning.does == list(DO.items())


def test_every_button_leads_to_a_form_that_asks_for_words():
    for offer, does in ((False, DO), (True, DO_OFFER)):
        for do in does:
            asked = forms.asks(do, offer=offer)
            form = forms.AnswerForm({"because": " "}, asked=asked, not_so=do == "not-so")
            assert not form.is_valid() and form.errors["because"] == [asked.needed], do
    assert forms.asks("erase", offer=False) is None and forms.asks("discussion", offer=True) is None


def test_not_so_asks_what_is_not_so_and_nothing_else_does():
    asked = forms.asks("not-so", offer=False)
    assert list(forms.AnswerForm(asked=asked, not_so=True).fields) == ["answer", "because"]
    assert "answer" not in forms.AnswerForm(asked=asked).fields
    good = forms.AnswerForm({"because": "He was at his father's.", "answer": "wrong"}, asked=asked, not_so=True)
    assert good.is_valid()
    assert not forms.AnswerForm({"because": "x", "answer": "acted"}, asked=asked, not_so=True).is_valid()


def test_who_was_told_at_one_moment_stands_together():
    at = NOW + timedelta(minutes=1)
    (sign,) = said([view(entry(1), told=(("Duty desk", NOW), ("Allocated worker", NOW), ("Team manager", at)))], [])
    assert sign.told == (
        "Duty desk and Allocated worker, Fri 14 March 2025 at 09:00",
        "Team manager, Fri 14 March 2025 at 09:01",
    )


@pytest.mark.parametrize(
    ("more", "answered", "ended"),
    [
        ({}, "", ""),
        (
            {"answered": "acted", "answered_by": "Lena Fox", "answered_at": NOW},
            "Acted on, by Lena Fox on Fri 14 March 2025 at 09:00",
            "",
        ),
        ({"answered": "acted", "sort": "offer", "answered_at": NOW}, "Help was offered on Fri 14 March 2025 at 09:00", ""),
        ({"ended": "over", "until": NOW}, "", "It is over, since 14 March 2025"),
        (
            {"ended": "withdrawn", "until": NOW - timedelta(days=9), "ended_at": NOW},
            "",
            "The records do not say so any more, since 14 March 2025",
        ),
    ],
)
def test_what_was_answered_and_why_it_ended_are_said(more, answered, ended):
    one = entry(1)
    (sign,) = said([view(one, **more)], [one])
    assert (sign.answered, sign.ended) == (answered, ended)
    assert sign.open == (not answered and not ended)


# --- its own page -------------------------------------------------------------------------------------------------------


def test_the_timeline_frames_the_window_that_completed_it_and_all_of_it():
    some = [entry(n, lane="school", agency=SCHOOL) for n in (80, 40, 20, 10)]
    drawn = shown.timeline(view(*some), some, (), Undeclared(), NOW.date())
    assert drawn.frames == ("3 events in 60 days", "4 entries in all")
    assert drawn.svg.count('<rect class="pic-frame"') == 2
    for one in some:
        assert f'href="#e-{one.id}"' in drawn.svg
    only = shown.timeline(view(*some[1:]), some[1:], (), Undeclared(), NOW.date())
    assert only.frames == ("3 events in 60 days",)


def test_a_plan_shows_on_the_timeline_in_the_lane_of_whoever_says_so_and_nowhere_else():
    plan = entry(100, lane="social-care")
    some = [entry(20), replace(plan, happened=NOW)]
    open_ = State("child-in-need-plan", "Child in need", NOW - timedelta(days=90), None, plan.id)
    assert shown.timeline(view(*some), some, [open_], Undeclared(), NOW.date()).bands
    other = replace(open_, entry=uuid4())
    assert not shown.timeline(view(*some), some, [other], Undeclared(), NOW.date()).bands


def test_a_timeline_of_nothing_is_nothing():
    drawn = shown.timeline(view(), (), (), Undeclared(), date(2025, 3, 14))
    assert drawn.lanes == () and drawn.frames == ()


def test_records_of_what_was_done_are_those_that_came_after_it_could_be_seen():
    before, cited, after = entry(5), entry(1), entry(0.5)
    shut = entry(0.4, level=Level.POINTER)
    found = shown.records([shut, after, cited, before], NOW - timedelta(days=2), {str(cited.first)}, {str(after.first)})
    assert [(record.first, record.chosen) for record in found] == [(str(after.first), True)]


def test_what_became_of_it_is_said_in_plain_words():
    history = [SignalEvent("raised", NOW, "", ""), SignalEvent("told", NOW, "Duty desk", "")]
    lines = shown.events(history, NOW)
    assert [(line.what, line.who, line.says) for line in lines] == [("Found", "", ""), ("Told", "Duty desk", "")]
    late = shown.events(history, NOW - timedelta(days=40))
    assert late[0].says.startswith("it could have been seen from 2 February 2025")


def test_whom_to_ring_first_is_whom_the_rule_names_first():
    def works(team):
        return Professional("Worker", team, POLICE, "0113 496 0142", "2025-01-01", "", uuid4())

    one = view(entry(1), told=(("East area team", NOW), ("Youth justice", NOW)))
    found = shown.nearest_first([works("School"), works("Youth justice"), works("East area team"), works("")], one)
    assert [who.team for who in found] == ["East area team", "Youth justice", "School", ""]


def test_whom_the_child_trusts_is_what_the_newest_record_says():
    older = entry(9, values={"trusted-person": "A teacher"})
    newer = entry(1, values={"trusted-person": "Boxing coach"})
    assert shown.trusted([newer, older]) == "Boxing coach"
    assert shown.trusted([entry(1)]) == ""


# --- in a list, and on a line of the queue ------------------------------------------------------------------------------


def child(person):
    return QueueChild(person, uuid4(), "Jay Marsh", "2010-03-04", "", "")


def test_a_line_of_the_queue_names_the_gravest_open_sign_and_counts_the_others():
    jay, mia = uuid4(), uuid4()
    grave = view(entry(1), level="now", says="Injured, and cannot move")
    about = {
        jay: [view(entry(1)), view(entry(1), ended="over", until=NOW), view(entry(1), sort="data")],
        mia: [grave, view(entry(1), answered="covered", answered_at=NOW)],
    }
    assert queue_sign(about, [child(jay), child(mia)]) == (grave.id, "Injured, and cannot move", "and 1 more sign")
    assert queue_sign(about, [child(uuid4())]) is None
    offer = view(entry(1), sort="offer", says="In custody since 22:10")
    assert queue_sign({jay: [offer]}, [child(jay)]) == (offer.id, "A moment to offer help: In custody since 22:10", "")


def test_in_a_list_an_offer_and_what_cannot_wait_come_first_and_then_whose_time_ends_soonest():
    late = view(entry(1), due_at=NOW - timedelta(hours=1), says="late")
    soon = view(entry(1), due_at=NOW + timedelta(hours=1), says="soon")
    none = view(entry(1), says="none")
    offer = view(entry(1), sort="offer", level="look", says="offer", due_at=NOW + timedelta(minutes=40))
    now = view(entry(1), level="now", says="now")
    assert [one.says for one in sorted([none, soon, late, now, offer], key=lists.order)] == [
        "offer",
        "now",
        "late",
        "soon",
        "none",
    ]


def test_a_line_without_a_name_that_shows_says_so():
    said_ = lists.line(view(entry(1)), {}, NOW)
    assert said_.name == lists.UNNAMED and said_.age == ""
    place = lists.line(view(entry(1), person=None, place_words="a place of business in LS9"), {}, NOW)
    assert place.name == "a place of business in LS9"
