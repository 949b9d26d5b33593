"""The worked examples in a clock's declaration hold it to its word."""

import pytest

from sightline.clocks.rules import run_example, school_days, working_days
from tests.unit.clocks.clocks import clock, partnership
from tests.unit.clocks.test_rules import ACCESS, CONFERENCE, INTERVIEW, REVIEW, SCREENING
from tests.unit.timescales.test_school import TERMS, date

NOTICE = clock({"record": "domestic-abuse-incident"}, limit="08:30 next school day")
PLACE = partnership(
    usual={"kind": "school", "years": {"2024-25": list(TERMS)}},
    elmfield={"kind": "school", "inset": ["2025-03-03"]},
    given={"kind": "working", "closed": ["2030-05-08"]},
)


@pytest.mark.parametrize(
    ("declared", "example"),
    [
        (CONFERENCE, {"starts": "2025-03-03", "due": "2025-03-24"}),
        (
            CONFERENCE,
            {"starts": "2025-04-14", "due": "2025-05-08", "because": "two Easter days and the early May holiday"},
        ),
        (CONFERENCE, {"starts": "2025-03-03", "due": "2025-03-24 17:00"}),
        (CONFERENCE, {"starts": "2025-03-03", "stops": "2025-03-24", "state": "met"}),
        (CONFERENCE, {"starts": "2025-03-03", "stops": "2025-03-25", "state": "late"}),
        (CONFERENCE, {"starts": "2025-03-03", "at": "2025-03-24 16:00", "state": "running"}),
        (CONFERENCE, {"starts": "2025-03-03", "at": "2025-03-25", "state": "late"}),
        (CONFERENCE, {"starts": "2025-03-03", "fields": {"outcome": "nfa"}, "state": "none"}),
        (CONFERENCE, {"starts": "2025-03-03", "where": {"outcome": "s47-single"}, "state": "running"}),
        (SCREENING, {"starts": "2025-01-10 21:40", "urgent": "yes", "due": "2025-01-11 01:40"}),
        (SCREENING, {"starts": "2025-01-10 21:40", "urgent": True, "due": "2025-01-11 01:40"}),
        (SCREENING, {"starts": "2025-01-10 21:40", "due": "2025-01-13 17:00"}),
        (SCREENING, {"starts": "2025-01-10 21:40", "stops": "2025-01-13 09:20", "state": "met"}),
        (SCREENING, {"starts": date(2025, 1, 10), "due": date(2025, 1, 13)}),
        (SCREENING, {"starts": "2005-01-10", "state": "none", "because": "no limit was in force"}),
        (INTERVIEW, {"starts": "2025-03-28 12:00", "due": "2025-03-31 13:00", "because": "summer time begins"}),
        (REVIEW, {"starts": "2025-08-31", "fields": {"kind": "initial"}, "due": "2026-02-28"}),
        (ACCESS, {"starts": "2025-03-03", "pauses": "2025-03-10", "state": "paused"}),
        (ACCESS, {"starts": "2025-03-03", "pauses": "2025-03-10", "resumes": "2025-03-14", "due": "2025-04-07"}),
        (NOTICE, {"starts": "2025-02-14 22:00", "due": "2025-02-24 08:30"}),
    ],
)
def test_an_example_that_holds(declared, example):
    assert run_example(PLACE, declared, example) is None


@pytest.mark.parametrize(
    ("example", "said"),
    [
        (
            {"starts": "2025-03-03", "due": "2025-03-25"},
            "due 2025-03-24 17:00, not 2025-03-25; A clock: 15 working days",
        ),
        ({"starts": "2025-03-03", "due": "2025-03-24 16:00"}, "due 2025-03-24 17:00, not 2025-03-24 16:00"),
        ({"starts": "2025-03-03", "stops": "2025-03-25", "state": "met"}, "late, not met"),
        ({"starts": "2025-03-03", "state": "none"}, "starts; A clock"),
        ({"starts": "2025-03-03", "fields": {"outcome": "nfa"}, "due": "2025-03-24"}, "does not start"),
        ({"starts": "2025-03-03", "dew": "2025-03-24"}, "unknown key 'dew'; an example has starts"),
        ({"due": "2025-03-24"}, "no `starts`"),
        ({"starts": "in March", "due": "2025-03-24"}, "expected YYYY-MM-DD"),
        ({"starts": "2025-03-03", "due": "in March"}, "expected YYYY-MM-DD"),
        ({"starts": "2025-03-03", "pauses": "2025-03-04"}, "the clock has no `pauses`"),
    ],
)
def test_an_example_that_does_not_hold_says_what_happens_instead(example, said):
    assert said in run_example(PLACE, CONFERENCE, example)


def test_a_clock_with_a_limit_that_cannot_be_read_is_told():
    assert "15 working days" in run_example(PLACE, clock({"record": "ppn"}, limit="soon"), {"starts": "2025-03-03"})


def test_working_days_of_a_partnership():
    assert working_days(PLACE).is_working(date(2030, 5, 7))
    assert not working_days(PLACE).is_working(date(2030, 5, 8))
    assert working_days(partnership()).extra_closed == frozenset()


def test_a_school_with_days_of_its_own_keeps_the_usual_terms():
    assert not school_days(PLACE, "elmfield").is_school_day(date(2025, 3, 3))
    assert school_days(PLACE).is_school_day(date(2025, 3, 3))
    assert not school_days(PLACE, "elmfield").is_school_day(date(2025, 2, 17))
    assert school_days(PLACE, "nobody-knows") == school_days(PLACE)
    assert school_days(partnership()).is_school_day(date(2025, 2, 17))
