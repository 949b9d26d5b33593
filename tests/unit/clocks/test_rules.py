"""How clocks follow from entries."""

import random

import pytest

from sightline.clocks.rules import follow, limit_in_force
from sightline.clocks.types import State
from sightline.timescales.london import local, parse_moment
from tests.unit.clocks.clocks import DAYS, clock, event, stand
from tests.unit.timescales.test_school import ELMFIELD

SCREENING = clock(
    {"record": "queued"},
    {"record": "decision"},
    [
        {"from": "2010-04-01", "is": "4 hours", "when": {"urgent": "yes"}, "source": "Front door standard"},
        {"from": "2010-04-01", "is": "1 working day"},
    ],
)
CONFERENCE = clock(
    {
        "record": "strategy-discussion",
        "where": {"outcome": ["s47-single", "s47-joint"]},
        "at": "held-at",
        "first": "yes",
    },
    {"record": "conference", "where": {"kind": "initial"}, "at": "held-at"},
    "15 working days",
    on="child",
)
INTERVIEW = clock(
    {"record": "missing-episode", "at": "returned-at"}, {"record": "return-home-interview", "at": "held-at"}, "72 hours"
)
REVIEW = clock(
    {"record": "conference", "at": "held-at"},
    {"record": "conference", "where": {"kind": "review"}, "at": "held-at"},
    "6 months",
    on="child",
)
SEEN = clock({"record": "visit"}, None, "10 working days", on="child")
ACCESS = clock(
    {"record": "access-request"},
    {"record": "access-answer"},
    "1 months",
    pauses={"record": "identity-asked"},
    resumes={"record": "identity-shown"},
)


class TestStarting:
    def test_a_record_that_reaches_the_queue_starts_when_it_was_known(self):
        ppn = event("e1", "ppn", "2025-01-10 21:40", "2025-01-13 07:05", queued=True)
        assert stand(SCREENING, [ppn], "2025-01-13 09:00") == [("e1", "running", "2025-01-14 17:00", "")]

    def test_a_record_named_beside_the_queue_starts_when_it_happened(self):
        both = clock({"record": ["referral", "queued"]}, limit="1 hour")
        events = [
            event("r1", "referral", "2025-01-10 21:40", "2025-01-13 07:05", queued=True),
            event("e1", "ppn", "2025-01-10 21:40", "2025-01-13 07:05", queued=True),
        ]
        found = stand(both, events, "2025-01-13 07:30")
        assert [(id, due) for id, _, due, _ in found] == [("r1", "2025-01-10 22:40"), ("e1", "2025-01-13 08:05")]

    def test_an_agencys_record_starts_when_it_happened(self):
        sent = clock({"record": "police-incident", "where": {"child-at-risk": "yes"}}, {"record": "ppn"}, "24 hours")
        incident = event(
            "e1", "police-incident", "2025-01-10 21:40", "2025-01-13 07:05", fields={"child-at-risk": True}
        )
        assert stand(sent, [incident], "2025-01-13 09:00") == [("e1", "late", "2025-01-11 21:40", "")]

    def test_what_does_not_fit_does_not_start(self):
        other = event(
            "e1", "strategy-discussion", "2025-03-03 10:00", fields={"outcome": "nfa", "held-at": "2025-03-03"}
        )
        assert stand(CONFERENCE, [other], "2025-03-04") == []
        assert stand(SCREENING, [event("e2", "custody", "2025-03-03 10:00")], "2025-03-04") == []

    def test_a_moment_that_a_field_holds(self):
        episode = event("e1", "missing-episode", "2025-03-05 19:00", fields={"returned-at": "2025-03-06 04:30"})
        assert stand(INTERVIEW, [episode], "2025-03-07") == [("e1", "running", "2025-03-09 04:30", "")]

    def test_a_field_still_empty_or_unreadable_has_not_done_it_yet(self):
        for value in (None, "", "this morning"):
            episode = event("e1", "missing-episode", "2025-03-05 19:00", fields={"returned-at": value})
            assert stand(INTERVIEW, [episode], "2025-03-07") == []

    def test_known_and_happened_can_be_asked_for_by_name(self):
        late = event("e1", "ppn", "2025-01-10 21:40", "2025-01-13 07:05", queued=True)
        for at, due in (("known", "2025-01-13 08:05"), ("happened", "2025-01-10 22:40")):
            found = stand(clock({"record": "ppn", "at": at}, limit="1 hours"), [late], "2025-01-13 07:30")
            assert found[0][2] == due

    def test_one_day_without_a_time_starts_with_its_first_minute(self):
        episode = event("e1", "missing-episode", "2025-03-05", fields={"returned-at": "2025-03-06"})
        assert stand(INTERVIEW, [episode], "2025-03-07") == [("e1", "running", "2025-03-09 00:00", "")]

    def test_before_any_limit_was_in_force_nothing_runs(self):
        assert stand(SCREENING, [event("e1", "ppn", "2009-03-05", queued=True)], "2025-03-07") == []


class TestLimits:
    def test_urgent_has_its_own_limit(self):
        ppn = event("e1", "ppn", "2025-01-10 21:40", queued=True, urgent=True)
        assert stand(SCREENING, [ppn], "2025-01-10 22:00") == [("e1", "running", "2025-01-11 01:40", "")]

    def test_the_newest_limit_that_had_come_applies_and_a_later_one_does_not_touch_it(self):
        dated = clock(
            {"record": "referral"},
            limit=[
                {"from": "2024-01-01", "is": "1 working day"},
                {"from": "2010-04-01", "is": "3 working days"},
                {"from": "2026-01-01", "is": "2 hours"},
            ],
        )
        assert stand(dated, [event("e1", "referral", "2023-12-29 10:00")], "2023-12-30")[0][2] == "2024-01-04 17:00"
        assert (
            stand(dated, [event("e1", "referral", "2024-01-02 10:00")], "2024-01-02 11:00")[0][2] == "2024-01-03 17:00"
        )
        assert (
            stand(dated, [event("e1", "referral", "2025-12-31 23:59")], "2026-01-01 11:00")[0][2] == "2026-01-02 17:00"
        )

    def test_the_day_of_a_limit_is_londons(self):
        dated = clock({"record": "referral"}, limit=[{"from": "2025-07-01", "is": "1 hour"}])
        assert stand(dated, [event("e1", "referral", "2025-06-30T23:30Z")], "2025-07-01 02:00") != []
        assert stand(dated, [event("e1", "referral", "2025-06-30T22:30Z")], "2025-07-01 02:00") == []

    def test_one_that_is_newer_but_does_not_apply_is_passed_over(self):
        dated = clock(
            {"record": "referral"},
            limit=[
                {"from": "2024-01-01", "is": "2 hours", "when": {"urgent": "yes"}},
                {"from": "2010-04-01", "is": "3 working days"},
            ],
        )
        start = parse_moment("2024-05-01")
        assert limit_in_force(dated, start, {"urgent": "no"}).is_ == "3 working days"
        assert limit_in_force(dated, start, {"urgent": "yes"}).is_ == "2 hours"

    def test_school_days_use_the_schools_calendar(self):
        notice = clock({"record": "domestic-abuse-incident"}, limit="08:30 next school day")
        incident = event("e1", "domestic-abuse-incident", "2025-02-28 22:40")
        assert stand(notice, [incident], "2025-03-01", school=ELMFIELD)[0][2] == "2025-03-04 08:30"

    def test_why_says_the_limit_its_day_and_its_source(self):
        ppn = event("e1", "ppn", "2025-01-10 21:40", queued=True, urgent=True)
        (run,) = follow(SCREENING, [ppn], now=parse_moment("2025-01-10 22:00"), days=DAYS)
        assert run.why == (
            "A clock: 4 hours from 10 Jan 2025, 21:40 (limit in force from 1 Apr 2010). Source: Front door standard."
        )
        assert run.limit == "4 hours"

    def test_why_is_never_longer_than_its_column(self):
        wordy = clock({"record": "ppn"}, source="Guidance " * 60)
        (run,) = follow(wordy, [event("e1", "ppn", "2025-01-10")], now=parse_moment("2025-01-10"), days=DAYS)
        assert len(run.why) <= 300 and run.why.endswith("…")


class TestStopping:
    ppn = event("e1", "ppn", "2025-01-10 21:40", queued=True)

    def decided(self, at, **more):
        return event("d1", "decide-referral", at, decision=True, **more)

    @pytest.mark.parametrize(
        ("decided", "now", "state"),
        [
            (None, "2025-01-13 16:59", "running"),
            (None, "2025-01-13 17:00", "running"),
            (None, "2025-01-13 17:01", "late"),
            ("2025-01-13 17:00", "2025-01-14", "met"),
            ("2025-01-13 17:01", "2025-01-14", "late"),
            ("2025-01-13 10:00", "2025-01-13 09:00", "running"),  # not yet
        ],
    )
    def test_states(self, decided, now, state):
        events = [self.ppn] + ([self.decided(decided, on=["e1"])] if decided else [])
        assert stand(SCREENING, events, now)[0][1] == state

    def test_late_since_and_for_good(self):
        events = [self.ppn, self.decided("2025-01-15 10:00", on=["e1"])]
        (run,) = follow(SCREENING, events, now=parse_moment("2025-03-01"), days=DAYS)
        assert (run.state, run.late_since) == (State.LATE, run.due_at)
        assert run.stopped_at == parse_moment("2025-01-15 10:00") and not run.open

    def test_a_decision_stops_only_the_record_that_it_answers(self):
        other = event("e2", "school-concern", "2025-01-10 22:00", queued=True)
        found = stand(SCREENING, [self.ppn, other, self.decided("2025-01-13 10:00", on=["e2"])], "2025-01-13 12:00")
        assert [(id, state) for id, state, *_ in found] == [("e1", "running"), ("e2", "met")]

    def test_what_answers_nothing_stops_all_that_had_started(self):
        episodes = [
            event("m1", "missing-episode", "2025-03-01", fields={"returned-at": "2025-03-02 06:00"}),
            event("m2", "missing-episode", "2025-03-07", fields={"returned-at": "2025-03-08 06:00"}),
            event("m3", "missing-episode", "2025-03-09", fields={"returned-at": "2025-03-10 06:00"}),
        ]
        held = event("i1", "return-home-interview", "2025-03-09", fields={"held-at": "2025-03-09 15:00"})
        found = stand(INTERVIEW, [*episodes, held], "2025-03-11")
        assert [(id, state, by) for id, state, _, by in found] == [
            ("m1", "late", "i1"),
            ("m2", "met", "i1"),
            ("m3", "running", ""),
        ]

    def test_an_interview_offered_and_not_held_stops_nothing(self):
        episode = event("m1", "missing-episode", "2025-03-01", fields={"returned-at": "2025-03-02 06:00"})
        offered = event("i1", "return-home-interview", "2025-03-03", fields={"offered-at": "2025-03-03 10:00"})
        assert stand(INTERVIEW, [episode, offered], "2025-03-04")[0][1] == "running"

    def test_what_came_before_the_start_stops_nothing(self):
        assert stand(SCREENING, [self.ppn, self.decided("2025-01-10 21:39")], "2025-01-13 10:00")[0][1] == "running"

    def test_told_late_but_done_in_time_is_met_once_it_is_known(self):
        told = self.decided("2025-01-13 10:00", on=["e1"], known="2025-01-20 09:00")
        assert stand(SCREENING, [self.ppn, told], "2025-01-19")[0][1] == "late"
        assert stand(SCREENING, [self.ppn, told], "2025-01-20 09:00")[0][1] == "met"

    def test_a_corrected_entry_is_simply_another_answer(self):
        episode = event("m1", "missing-episode", "2025-03-01", fields={"returned-at": "2025-03-02 06:00"})
        corrected = event("m1", "missing-episode", "2025-03-01", fields={"returned-at": "2025-03-03 06:00"})
        assert stand(INTERVIEW, [episode], "2025-03-05 12:00")[0][1:3] == ("late", "2025-03-05 06:00")
        assert stand(INTERVIEW, [corrected], "2025-03-05 12:00")[0][1:3] == ("running", "2025-03-06 06:00")

    def test_one_record_that_starts_and_in_another_field_ends(self):
        held = clock({"record": "custody", "at": "arrested-at"}, {"record": "custody", "at": "released-at"}, "24 hours")
        first = event("c1", "custody", "2025-03-01", fields={"arrested-at": "2025-03-01 20:00"})
        second = event(
            "c2", "custody", "2025-03-02", fields={"arrested-at": "2025-03-02 20:00", "released-at": "2025-03-02 23:00"}
        )
        found = stand(held, [first, second], "2025-03-03")
        assert [(id, state, by) for id, state, _, by in found] == [("c1", "late", ""), ("c2", "met", "c2")]
        same_day = event(
            "a1", "custody", "2025-03-01", fields={"arrested-at": "2025-03-01", "released-at": "2025-03-01"}
        )
        assert stand(held, [same_day], "2025-03-03")[0][1] == "met"


class TestOneAChild:
    def discussion(self, id, at):
        return event(id, "strategy-discussion", at, fields={"outcome": "s47-joint", "held-at": at})

    def test_a_follow_on_discussion_does_not_reset_the_conference(self):
        events = [self.discussion("s1", "2025-03-03 10:00"), self.discussion("s2", "2025-03-10 10:00")]
        found = stand(CONFERENCE, events, "2025-03-11", child="jay")
        assert found == [("s1", "running", "2025-03-24 17:00", "")]

    def test_once_it_has_stopped_another_may_start(self):
        held = event("c1", "conference", "2025-03-20", fields={"kind": "initial", "held-at": "2025-03-20 10:00"})
        events = [self.discussion("s1", "2025-03-03 10:00"), held, self.discussion("s2", "2025-06-02 10:00")]
        found = stand(CONFERENCE, events, "2025-06-03", child="jay")
        assert [(id, state) for id, state, *_ in found] == [("s1", "met"), ("s2", "running")]

    def test_the_key_is_the_child_or_the_record(self):
        (run,) = follow(
            CONFERENCE, [self.discussion("s1", "2025-03-03")], now=parse_moment("2025-03-04"), days=DAYS, child="jay"
        )
        assert (run.key, run.started_by) == ("jay", "s1")
        ppn = event("e1", "ppn", "2025-01-10 21:40", queued=True)
        (run,) = follow(SCREENING, [ppn], now=parse_moment("2025-01-11"), days=DAYS, child="jay")
        assert run.key == "e1"

    def test_a_review_ends_one_period_and_begins_the_next(self):
        def conference(id, kind, at):
            return event(id, "conference", at, fields={"kind": kind, "held-at": at})

        events = [
            conference("c1", "initial", "2025-01-10"),
            conference("c2", "review", "2025-04-08"),
            conference("c3", "review", "2025-10-20"),
        ]
        assert stand(REVIEW, events, "2025-11-01") == [
            ("c1", "met", "2025-07-10 23:59", "c2"),
            ("c2", "late", "2025-10-08 23:59", "c3"),
            ("c3", "running", "2026-04-20 23:59", ""),
        ]

    def test_a_review_does_not_end_the_period_that_it_begins(self):
        review = event("c1", "conference", "2025-04-08", fields={"kind": "review", "held-at": "2025-04-08"})
        assert stand(REVIEW, [review], "2025-04-09") == [("c1", "running", "2025-10-08 23:59", "")]

    def test_without_first_a_later_start_takes_the_runs_place(self):
        visits = [event("v1", "visit", "2025-03-03 10:00"), event("v2", "visit", "2025-03-10 10:00")]
        assert stand(SEEN, visits, "2025-03-18") == [("v2", "running", "2025-03-24 17:00", "")]

    def test_but_a_limit_that_was_missed_does_not_disappear(self):
        visits = [event("v1", "visit", "2025-03-03 10:00"), event("v2", "visit", "2025-03-20 10:00")]
        assert [(id, state, by) for id, state, _, by in stand(SEEN, visits, "2025-03-21")] == [
            ("v1", "late", "v2"),
            ("v2", "running", ""),
        ]
        answered = clock({"record": "visit"}, {"record": "plan"}, "10 working days", on="child")
        assert [(id, state, by) for id, state, _, by in stand(answered, visits, "2025-03-21")] == [
            ("v1", "late", ""),
            ("v2", "running", ""),
        ]


class TestDaysWithoutATime:
    """Many feeds give a day and no time. It must neither miss a limit nor meet one falsely."""

    ASSESSMENT = clock(
        {"record": "referral", "first": "yes"},
        {"record": "assessment", "at": "authorised"},
        "45 working days",
        on="child",
    )

    def authorised(self, id, day):
        return event(id, "assessment", day, fields={"authorised": day})

    def test_stopped_on_the_day_of_the_start(self):
        for at in ("2025-01-10 14:00", "2025-01-10"):
            (run,) = follow(
                self.ASSESSMENT,
                [event("r1", "referral", at), self.authorised("a1", "2025-01-10")],
                now=parse_moment("2025-01-11"),
                days=DAYS,
            )
            assert (run.state, run.stopped_at) == (State.MET, parse_moment(at))

    def test_stopped_on_the_last_day(self):
        events = [event("r1", "referral", "2025-01-10 14:00"), self.authorised("a1", "2025-03-14")]
        assert stand(self.ASSESSMENT, events, "2025-03-20") == [("r1", "met", "2025-03-14 17:00", "a1")]

    def test_one_ends_and_another_begins_on_the_same_day(self):
        for at in ("2025-02-10 14:00", "2025-02-10"):
            events = [
                event("r1", "referral", "2025-01-10"),
                self.authorised("a1", "2025-02-10"),
                event("r2", "referral", at),
            ]
            found = stand(self.ASSESSMENT, events, "2025-02-11")
            assert [(id, state) for id, state, *_ in found] == [("r1", "met"), ("r2", "running")]


class TestPausing:
    asked = event("p1", "identity-asked", "2025-03-10 10:00", on=["a1"])
    shown = event("p2", "identity-shown", "2025-03-14 09:00", on=["a1"])
    request = event("a1", "access-request", "2025-03-03 10:00")
    answer = event("a2", "access-answer", "2025-04-05 10:00", on=["a1"])

    def test_a_pause_makes_it_longer_by_what_it_took(self):
        assert stand(ACCESS, [self.request], "2025-03-04")[0][1:3] == ("running", "2025-04-03 23:59")
        assert stand(ACCESS, [self.request, self.asked], "2025-03-12")[0][1:3] == ("paused", "2025-04-05 23:59")
        everything = [self.request, self.asked, self.shown, self.answer]
        assert stand(ACCESS, everything, "2025-03-20")[0][1:3] == ("running", "2025-04-07 23:59")
        assert stand(ACCESS, everything, "2025-05-01")[0][1:] == ("met", "2025-04-07 23:59", "a2")

    def test_the_pauses_are_told(self):
        (run,) = follow(ACCESS, [self.request, self.asked, self.shown], now=parse_moment("2025-03-20"), days=DAYS)
        assert [(pause.by, local(pause.since).day, local(pause.until).day) for pause in run.paused] == [("p1", 10, 14)]
        assert "longer by the time it was paused" in run.why

    def test_stopping_ends_a_pause(self):
        answer = event("a2", "access-answer", "2025-03-12 10:00", on=["a1"])
        (run,) = follow(ACCESS, [self.request, self.asked, answer], now=parse_moment("2025-05-01"), days=DAYS)
        assert run.state == State.MET and run.paused[0].until == parse_moment("2025-03-12 10:00")

    def test_a_pause_after_the_limit_undoes_nothing(self):
        asked = event("p1", "identity-asked", "2025-04-10 10:00", on=["a1"])
        assert stand(ACCESS, [self.request, asked], "2025-04-11")[0][1:3] == ("late", "2025-04-03 23:59")

    def test_a_second_question_while_paused_changes_nothing(self):
        again = event("p3", "identity-asked", "2025-03-12 10:00", on=["a1"])
        found = stand(ACCESS, [self.request, self.asked, again, self.shown], "2025-03-20")
        assert found[0][1:3] == ("running", "2025-04-07 23:59")

    def test_paused_and_resumed_on_one_day_without_times(self):
        asked = event("p1", "identity-asked", "2025-03-03", on=["a1"], whole_day=True)
        shown = event("p2", "identity-shown", "2025-03-03", on=["a1"], whole_day=True)
        assert stand(ACCESS, [self.request, asked], "2025-03-04")[0][1] == "paused"
        assert stand(ACCESS, [self.request, asked, shown], "2025-03-04")[0][1:3] == ("running", "2025-04-03 23:59")


def test_the_order_in_which_entries_are_given_does_not_matter():
    events = [
        event("c1", "conference", "2025-01-10", fields={"kind": "initial", "held-at": "2025-01-10"}),
        event("c2", "conference", "2025-04-08", fields={"kind": "review", "held-at": "2025-04-08"}),
        event("c3", "conference", "2025-04-08", fields={"kind": "review", "held-at": "2025-04-08"}),
        event("c4", "conference", "2025-09-08", fields={"kind": "review", "held-at": "2025-09-08 10:00"}),
    ]
    wanted = stand(REVIEW, events, "2025-11-01")
    for seed in range(10):
        assert stand(REVIEW, random.Random(seed).sample(events, len(events)), "2025-11-01") == wanted
