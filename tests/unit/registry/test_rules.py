"""The registry on a day, by what was known on a day: the pure rules, and what must hold whatever was told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.agencies.registry.facts import declared, recorded, titles
from sightline.agencies.registry.rules import aims, as_of, changes, history
from sightline.agencies.registry.types import Cite, Fact, Row
from sightline.definition.loader import load

RIVER = load("riverford")
NAMES = titles(RIVER)
BOARD, MEETING = "riverford-safeguarding-board", "river-harm-meeting"
DAY = date(2025, 6, 1)


def fact(what="chair", value="river-watch", first="2025-01-01", last="", known="", group=BOARD, **more):
    day = date.fromisoformat(first)
    told = date.fromisoformat(known) if known else day
    until = date.fromisoformat(last) if last else None
    cite = Cite("Minutes", told, document="m")
    return Fact(group, what, (value,) if value else (), day, until, told, cite, said=first, until_said=last, **more)


def look(*facts, on="2025-06-01", known="2026-01-01"):
    there = [fact("status", "active", "2024-01-01"), *facts]
    return as_of(there, RIVER, NAMES, date.fromisoformat(on), date.fromisoformat(known)).group(BOARD)


def test_the_newest_value_that_had_begun_holds():
    first, second = fact(value="river-watch"), fact(value="vale-constabulary", first="2025-04-01")
    assert look(first, second, on="2025-03-31").chair.says == "River Watch"
    assert look(first, second, on="2025-04-01").chair.says == "Vale Constabulary"


def test_an_end_is_an_end_and_nothing_earlier_comes_back():
    first, second = fact(value="river-watch"), fact(value="vale-constabulary", first="2025-02-01", last="2025-03-31")
    assert look(first, second, on="2025-03-31").chair.says == "Vale Constabulary"
    assert look(first, second, on="2025-04-01").chair is None


def test_what_was_told_later_is_as_it_was_and_not_as_known():
    told_late = fact(value="river-watch", first="2025-01-01", known="2025-09-01")
    assert look(told_late, on="2025-02-01", known="2025-12-31").chair.says == "River Watch"
    assert look(told_late, on="2025-02-01", known="2025-02-01").chair is None


def test_a_group_of_which_nothing_was_known_is_not_there_at_all():
    late = fact("status", "active", "2024-01-01", known="2025-09-01")
    assert as_of([late], RIVER, NAMES, DAY, date(2025, 8, 31)).groups == ()


def test_members_join_and_leave():
    joined = fact("members", "vale-probation", "2025-01-01")
    left = fact("member-left", "vale-probation", "2025-05-01")
    again = fact("members", "vale-probation", "2025-07-01")
    assert [m.says for m in look(joined, left, on="2025-04-30").members] == ["Vale Probation"]
    assert look(joined, left, on="2025-05-01").members == ()
    assert [m.says for m in look(joined, left, again, on="2025-07-01").members] == ["Vale Probation"]


def test_a_group_takes_the_name_of_the_day_wherever_it_is_named():
    named = fact("names", "The old board", "2024-01-01"), fact("names", "The new board", "2025-03-01")
    part = fact("part_of", BOARD, "2024-01-01", group=MEETING)
    there = [
        fact("status", "active", "2024-01-01"),
        fact("status", "active", "2024-01-01", group=MEETING),
        *named,
        part,
    ]
    said = {
        day: as_of(there, RIVER, NAMES, day, DAY).group(MEETING).part_of.says
        for day in (date(2025, 2, 1), date(2025, 3, 1))
    }
    assert list(said.values()) == ["The old board", "The new board"]


# --- flags ------------------------------------------------------------------------------------------------------------


def codes(view):
    return [(flag.flag, flag.code) for flag in view.flags]


def met(on, **more):
    return replace(fact("meetings", "", on, on), **more)


def test_a_group_is_flagged_when_twice_its_rhythm_has_passed():
    every, last = fact("every", "2 weeks", "2024-01-01"), met("2025-05-01")
    assert codes(look(every, last, on="2025-05-28")) == []
    assert codes(look(every, last, on="2025-05-29")) == [("inactive", "no-meeting-since")]


def test_the_flag_says_why_and_by_which_rule():
    (flag,) = look(fact("every", "2 weeks", "2024-01-01"), met("2025-05-01"), on="2025-06-01").flags
    assert flag.because == "The last that we know of: 1 May 2025; expected every 2 weeks."
    assert flag.rule == "watch/group-inactive" and "R126" in RIVER.watch["group-inactive"].note and flag.asks


def test_a_meeting_recorded_takes_the_flag_away():
    every = fact("every", "2 weeks", "2024-01-01")
    assert codes(look(every, met("2025-05-01"), met("2025-05-20"), on="2025-06-01")) == []


def test_a_meeting_that_did_not_take_place_is_no_meeting():
    every, missed = fact("every", "2 weeks", "2024-01-01"), met("2025-05-15", held=False)
    (flag,) = look(every, met("2025-05-01"), missed, on="2025-06-01").flags
    assert "one that was due did not take place" in flag.because


def test_too_few_meetings_in_a_year_are_flagged_until_it_meets_again():
    count = replace(fact("meetings", "", "2024-01-01", "2024-12-31"), count=1)
    assert codes(look(count, on="2025-01-15")) == [("inactive", "too-seldom")]
    assert codes(look(count, met("2025-01-10"), on="2025-01-15")) == []


def test_vacant_is_flagged_and_not_stated_is_not():
    assert codes(look(fact(value="vacant"), met("2025-05-30"))) == [("chairless", "vacant")]
    assert codes(look(met("2025-05-30"))) == []
    assert "chair" in look(met("2025-05-30")).gaps


def test_terms_that_nobody_looked_at_for_a_year_are_flagged():
    terms = replace(fact("terms", "Terms", "2024-01-01"), reviewed=date(2024, 5, 1))
    assert codes(look(terms, met("2025-05-30"))) == [("review-due", "review-due")]
    assert codes(look(replace(terms, reviewed=date(2025, 5, 1)), met("2025-05-30"))) == []


@pytest.mark.parametrize("status", ["ended", "planned"])
def test_only_a_group_that_should_meet_is_flagged(status):
    assert look(fact("status", status, "2025-02-01"), fact(value="vacant")).flags == ()


# --- what changed -----------------------------------------------------------------------------------------------------


def test_changes_between_two_days():
    there = [
        fact("status", "active", "2024-01-01"),
        fact(value="river-watch"),
        fact(value="vale-constabulary", first="2025-04-01"),
    ]
    there += [fact("status", "active", "2025-05-01", group=MEETING)]
    before, after = (as_of(there, RIVER, NAMES, day, DAY) for day in (date(2025, 3, 1), DAY))
    assert [(c.group, c.what, c.before, c.after) for c in changes(before, after)] == [
        (MEETING, "appears", "not-yet", "active"),
        (BOARD, "chair", "River Watch", "Vale Constabulary"),
    ]
    assert changes(after, after) == ()


# --- what was recorded ------------------------------------------------------------------------------------------------


def row(id, what, value="", happened="2025-03-01", known="2025-03-05", withdraws=""):
    return Row(
        id,
        BOARD,
        what,
        value,
        date.fromisoformat(happened),
        date.fromisoformat(known),
        datetime.fromisoformat(known).replace(tzinfo=UTC),
        "Mel",
        "Minutes",
        withdraws,
    )


def test_a_row_that_was_taken_back_counts_only_as_known_before():
    rows = [row("a", "chair", "river-watch"), row("b", "chair", "river-watch", known="2025-04-01", withdraws="a")]
    assert [f.values for f in recorded(rows, date(2025, 3, 31))] == [("river-watch",)]
    assert recorded(rows, date(2025, 4, 1)) == ()
    assert recorded(rows, date(2025, 3, 4)) == ()


# --- whatever is told -------------------------------------------------------------------------------------------------

days = st.integers(0, 900).map(lambda n: date(2023, 6, 1) + timedelta(days=n))
VALUES = {
    "chair": ["river-watch", "vale-constabulary", "vacant"],
    "status": ["active", "paused", "ended", "planned"],
    "names": ["One", "Two"],
    "every": ["2 weeks", "3 months"],
    "members": ["vale-probation", "river-watch"],
    "member-left": ["vale-probation"],
    "part_of": [BOARD],
    "followed_by": [BOARD],
}


@st.composite
def told(draw):
    what = draw(st.sampled_from([*VALUES, "meetings", "terms"]))
    first, known = draw(days), draw(days)
    last = first + timedelta(days=draw(st.integers(0, 200))) if draw(st.booleans()) else None
    if what == "meetings":
        last = last or first
    values = (draw(st.sampled_from(VALUES[what])),) if what in VALUES else ()
    cite = Cite(f"Told {known}", known, document=f"d{known}")
    more = (
        {"count": draw(st.none() | st.integers(1, 9)), "held": draw(st.booleans()), "reviewed": first}
        if what in ("meetings", "terms")
        else {}
    )
    group = draw(st.sampled_from([BOARD, MEETING]))
    return Fact(
        group,
        what,
        values or (("Terms",) if what == "terms" else ()),
        first,
        last,
        known,
        cite,
        said=str(first),
        until_said=str(last or ""),
        **more,
    )


@settings(max_examples=80, deadline=None)
@given(st.lists(told(), max_size=14), days, days)
def test_as_known_never_shows_what_was_known_later(facts, on, known):
    """What is told after the day changes nothing: neither a value, nor a flag, nor a source, nor that a group is there."""
    earlier = [one for one in facts if one.known <= known]
    seen = as_of(facts, RIVER, NAMES, on, known)
    assert seen == as_of(earlier, RIVER, NAMES, on, known)
    for view in seen.groups:
        values = [
            view.status,
            view.name,
            view.chair,
            view.every,
            view.part_of,
            view.terms,
            *view.members,
            *view.followed_by,
        ]
        cites = [value.cite for value in values if value] + ([view.met.cite] if view.met else []) + list(view.sources)
        assert all(cite.known <= known for cite in cites)


@pytest.mark.parametrize("partnership", ["leeds", "riverford"])
def test_what_is_declared_never_shows_what_was_known_later(partnership):
    definition = load(partnership)
    facts, names = declared(definition), titles(definition)
    for known in sorted({f.known for f in facts if f.known.year > 2000}):
        day_before = known - timedelta(days=1)
        for on in (date(2022, 3, 1), date(2023, 3, 1), date(2025, 3, 1)):
            earlier = [f for f in facts if f.known <= day_before]
            assert as_of(facts, definition, names, on, day_before) == as_of(earlier, definition, names, on, day_before)
        for kind in ("priority", "strategy"):
            for aim in aims(definition, names, day_before, kind):
                values = [aim.owner, aim.status, *aim.says, *aim.objectives]
                assert all(value.cite.known <= day_before for value in values if value)


def test_history_is_in_order_of_time_and_says_where_each_stands():
    leeds = load("leeds")
    moments = history([f for f in declared(leeds) if f.group == "mace-silver"], titles(leeds))
    assert [m.sort for m in moments] == sorted(m.sort for m in moments)
    assert all(m.cite.at for m in moments)
