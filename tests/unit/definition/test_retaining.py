"""When the time of a record is over: the longest of what applies, and never sooner for want of a birth date."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.definition.kinds.retention import Retention
from sightline.definition.loader import load
from sightline.definition.retaining import applying, due_on, earliest, shortest, years_on


def schedule(id, records, **limits):
    return Retention(id=id, title=id, source="local", says="Look.", records=records, **limits)


SCHEDULES = {
    s.id: s
    for s in (
        schedule("any-record", ("any",), years_after_last=6),
        schedule("help", ("referral",), until_age=25, years_after_last=10),
        schedule("care", ("looked-after-episode",), until_age=75),
    )
}
DAYS = st.dates(date(1940, 1, 1), date(2025, 12, 31))


def due(born, first, last, *records):
    return due_on(SCHEDULES, born=born, first=first, last=last, records=records)


def test_of_several_that_apply_the_longest_counts():
    born, first, last = date(2000, 6, 1), date(2010, 1, 1), date(2012, 1, 1)
    assert due(born, first, last, "contact").on == date(2018, 1, 1)
    found = due(born, first, last, "contact", "referral")
    assert (found.on, found.schedule) == (date(2025, 6, 1), "help")
    assert due(born, first, date(2018, 3, 1), "referral").on == date(2028, 3, 1)
    assert due(born, first, last, "referral", "looked-after-episode").schedule == "care"


def test_without_a_schedule_nothing_is_ever_due():
    assert due_on({}, born=None, first=date(1950, 1, 1), last=date(1950, 1, 1), records=("contact",)) is None
    assert earliest({}, first=date(1950, 1, 1), last=date(1950, 1, 1), records=()) is None
    assert shortest([]) == 0 and applying(SCHEDULES, ("ppn",)) == [SCHEDULES["any-record"]]


@pytest.mark.parametrize(
    ("day", "years", "there"), [(date(2004, 2, 29), 6, date(2010, 3, 1)), (date(2004, 2, 29), 4, date(2008, 2, 29))]
)
def test_a_leap_day_ends_on_a_day_that_there_is(day, years, there):
    assert years_on(day, years) == there


@given(DAYS, DAYS, st.integers(0, 17), st.lists(st.sampled_from(["contact", "referral", "looked-after-episode"])))
def test_nobody_is_due_before_the_day_that_is_worked_out_without_opening_anything(one, other, age, records):
    first, last = sorted((one, other))
    born = years_on(first, -age)
    found = due(born, first, last, *records)
    assert earliest(SCHEDULES, first=first, last=last, records=records) <= found.on
    assert found.on <= due(None, first, last, *records).on  # an unknown birth date keeps it longer
    assert found.on >= years_on(last, shortest(SCHEDULES.values()))


def test_a_schedule_without_an_end_is_refused():
    with pytest.raises(ValueError, match="a schedule without an end is none"):
        schedule("never", ("any",))


@pytest.mark.parametrize("partnership", ["england", "leeds", "riverford"])
def test_every_child_has_a_schedule_and_none_is_shorter_than_its_record_may_be_asked_about(partnership):
    declared = load(partnership).retention
    assert shortest(declared.values()) >= 6
    looked_after = due_on(
        declared,
        born=date(2000, 1, 1),
        first=date(2010, 1, 1),
        last=date(2012, 1, 1),
        records=("looked-after-episode",),
    )
    assert looked_after.on == date(2075, 1, 1)  # regulation 50
