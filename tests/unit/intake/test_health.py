"""Whether a feed is well: its rhythm over weekends and holidays, its size and fullness against its own past."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.definition.loader import load
from sightline.intake.filled import Filled, shares, together
from sightline.intake.health import (
    Arrival,
    findings,
    limits,
    many_quarantined,
    quality,
    rhythm,
    usual_range,
    volume,
)
from sightline.intake.types import Details, Named, Notification
from sightline.timescales.london import parse_moment
from sightline.timescales.working import WorkingDays

LEEDS = load("leeds")
MOMENT = parse_moment("2025-03-05 12:00")
LIMITS = limits(LEEDS.notice, MOMENT.date())
DAYS = WorkingDays()


def stands(every, last, at, **more):
    return rhythm(every, parse_moment(last) if last else None, parse_moment(at), LIMITS, DAYS, **more).state


@pytest.mark.parametrize(
    ("every", "last", "at", "state"),
    [
        ("1 working day", "2025-04-17 09:00", "2025-04-22 17:00", "on-time"),  # Maundy Thursday to Easter Tuesday
        ("1 working day", "2025-04-17 09:00", "2025-04-23 01:01", "late"),
        ("1 day", "2025-04-17 09:00", "2025-04-19 08:00", "late"),  # a feed that comes every day comes on Good Friday too
        ("7 days", "2025-03-03 09:00", "2025-03-11 07:00", "on-time"),
        ("7 days", "2025-03-03 09:00", "2025-03-11 08:01", "late"),
        ("1 month", "2025-01-31 09:00", "2025-03-01 07:00", "on-time"),
        ("1 month", "2025-01-31 09:00", "2025-03-01 09:00", "late"),
        ("1 day", "2025-03-29 07:00", "2025-03-31 07:30", "on-time"),  # over the night when clocks change
        ("7 days", "2025-03-03 09:00", "2025-03-25 08:30", "silent"),
        ("", "2020-01-01 09:00", "2025-03-25 08:30", "not-expected"),
        ("1 day", "", "2025-03-25 08:30", "never"),
    ],
)
def test_rhythm_over_weekends_bank_holidays_and_months(every, last, at, state):
    assert stands(every, last, at) == state


def test_what_was_approved_and_never_came_is_late_too():
    begun = parse_moment("2025-03-03 09:00")
    assert stands("1 day", "", "2025-03-04 09:00", begun=begun) == "never"
    assert stands("1 day", "", "2025-03-05 09:00", begun=begun) == "late"


ORDER = {"on-time": 0, "late": 1, "silent": 2}


@given(
    st.sampled_from(["1 day", "1 working day", "7 days", "2 weeks", "1 month", "72 hours"]),
    st.integers(0, 20_000),
    st.integers(0, 3000),
    st.integers(1, 500),
)
def test_a_feed_never_gets_better_by_waiting(every, start, hours, more):
    last = parse_moment("2024-01-01") + timedelta(hours=start)
    one = rhythm(every, last, last + timedelta(hours=hours), LIMITS, DAYS)
    later = rhythm(every, last, last + timedelta(hours=hours + more), LIMITS, DAYS)
    assert ORDER[one.state] <= ORDER[later.state]
    assert one.due == later.due and one.due > last
    assert one.since is None or one.due < one.since <= last + timedelta(hours=hours, seconds=1)


@given(st.lists(st.integers(0, 5000), min_size=4, max_size=12))
def test_the_middle_of_the_past_is_always_usual_and_one_wild_file_does_not_make_the_next_one_usual(past):
    low, high = usual_range(past, 3, 10)
    middle = sorted(past)[len(past) // 2]
    assert low <= high and min(past) - 3 <= high and (low <= middle <= high)
    steady = [1000] * 8
    assert volume(100, [*steady, 100], LIMITS).state == "fewer", "an earlier slip excuses none"


def test_size_is_not_judged_by_three_files_and_only_the_last_twelve_count():
    assert volume(4, [900, 1000, 1100], LIMITS).state == "not-judged"
    size = volume(412, [900, 1010, 1040, 1150], LIMITS)
    assert (size.state, size.low, size.high) == ("fewer", 815, 1235)
    assert volume(50, [50] * 12 + [5000] * 40, LIMITS).state == "usual"
    assert volume(3, [1, 2, 1, 0, 2], LIMITS).state == "usual", "a small feed may double"
    assert volume(2, [0, 0, 0, 0], LIMITS).state == "usual"
    assert volume(5000, [900, 1010, 1040, 1150], LIMITS).state == "more"


def file(n, rows=100, filled=None, bad=0):
    return Arrival(str(n), MOMENT - timedelta(days=n), rows, bad, {"r": {"": rows} | (filled or {})})


def test_a_field_that_fell_is_told_also_where_it_is_gone_altogether():
    past = [file(n, filled={"f.x": 95, "f.y": 10, "p.child": 100, "p.child.born": 99}) for n in range(1, 6)]
    found = quality(file(0, filled={"f.x": 40, "f.y": 2, "p.child": 100}), past, LIMITS)
    assert [(one.name, one.percent, one.usual, one.fallen) for one in found] == [
        ("r p.child.born", 0, 99, True),
        ("r f.x", 40, 95, True),
        ("r f.y", 2, 10, False),
    ]
    small = quality(file(0, rows=19, filled={"f.x": 0}), past, LIMITS)
    assert not any(one.fallen for one in small), "nineteen rows say nothing"


def test_each_finding_has_what_it_is_about_and_nothing_is_found_where_all_is_well():
    past = [file(n, filled={"f.x": 95}) for n in range(1, 6)]
    well = rhythm("1 day", MOMENT - timedelta(hours=5), MOMENT, LIMITS, DAYS)
    assert findings(well, [file(0, filled={"f.x": 95}), *past], None, [], MOMENT, LIMITS, DAYS) == []
    ill = rhythm("1 day", MOMENT - timedelta(days=9), MOMENT, LIMITS, DAYS)
    oldest, stopped = ("q", MOMENT - timedelta(days=9)), [("d", MOMENT - timedelta(hours=2))]
    found = findings(ill, [file(0, rows=20, bad=9), *past], oldest, stopped, MOMENT, LIMITS, DAYS)
    assert [one.of for one in found] == ["silent", "stopped", "volume", "filled", "quarantined", "waiting"]
    assert [one.about for one in found][1:] == ["d", "0", "0", "0", "q"]
    assert many_quarantined(file(0, bad=5), LIMITS) is False and many_quarantined(file(0, bad=6), LIMITS)


def test_what_a_partnership_has_withdrawn_is_not_noticed():
    none = limits({}, MOMENT.date())
    ill = rhythm("1 day", MOMENT - timedelta(days=900), MOMENT, none, DAYS)
    assert ill.state == "on-time"
    assert findings(ill, [file(0, rows=1, bad=1), *[file(n) for n in range(1, 9)]], ("q", MOMENT), [], MOMENT, none, DAYS) == []


def sent(record="ppn", given="Kim", **fields):
    who = Named("1", ("child",), Details(given=given, born="2010"))
    return Notification("police", record, "m", "2025-01-01", (who,), fields=fields, says="Told.")


def test_filled_counts_declared_names_alone():
    counts = Filled()
    counts.see([sent(grade="amber"), sent(grade=""), sent(given="", kim_otley="x"), sent(record="kim-otley"), object()])
    kept = counts.kept(LEEDS)
    assert "kim" not in str(kept).lower()
    assert kept == {"ppn": {"": 3, "says": 3, "f.grade": 1, "p.child": 3, "p.child.given": 2, "p.child.born": 3}}
    twice = Filled()
    twice.add(counts)
    twice.add(counts)
    assert twice.kept(LEEDS) == together([kept, kept])
    assert shares(kept)["ppn f.grade"] == (1, 3) and shares(kept)["ppn p.child.given"] == (2, 3)
