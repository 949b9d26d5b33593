"""School days: terms, closures and training days are data; years that the data does not know count working days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.timescales.london import local, parse_moment
from sightline.timescales.school import SchoolDays, Stretch, first_at, parse_days, parse_stretch
from sightline.timescales.working import WorkingDays

TERMS = (
    "2024-09-02 to 2024-10-25",
    "2024-11-04 to 2024-12-20",
    "2025-01-06 to 2025-02-14",
    "2025-02-24 to 2025-04-04",
    "2025-04-22 to 2025-05-23",
    "2025-06-02 to 2025-07-22",
)
USUAL = SchoolDays.read(TERMS)
ELMFIELD = SchoolDays.read(TERMS, closed=["2025-03-10 to 2025-03-12"], inset=["2025-03-03"])


def told(school, moment):
    return f"{local(school.next_opening(parse_moment(moment))):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("day", "is_school_day", "why"),
    [
        ("2024-09-02", True, "first day"),
        ("2024-09-01", False, "Sunday before"),
        ("2024-10-28", False, "autumn half term"),
        ("2025-05-05", False, "a bank holiday in term"),
        ("2025-03-03", False, "training day"),
        ("2025-03-11", False, "closed"),
        ("2025-03-13", True, "open again"),
        ("2025-08-29", False, "summer"),
        ("2025-03-15", False, "Saturday"),
    ],
)
def test_school_days(day, is_school_day, why):
    assert ELMFIELD.is_school_day(date.fromisoformat(day)) is is_school_day, why


@pytest.mark.parametrize(
    ("incident", "opens", "why"),
    [
        ("2025-03-05 22:40", "2025-03-06 08:30", "in the evening: the next morning"),
        ("2025-03-06 02:00", "2025-03-06 08:30", "in the night: the same morning, before their day begins"),
        ("2025-03-06 08:30", "2025-03-07 08:30", "the day has begun"),
        ("2025-03-07 22:40", "2025-03-10 08:30", "Friday to Monday"),
        ("2025-03-09 19:00", "2025-03-10 08:30", "Sunday to Monday"),
        ("2025-02-14 21:00", "2025-02-24 08:30", "over half term"),
        ("2024-12-24 23:00", "2025-01-06 08:30", "Christmas Eve"),
        ("2025-03-30 00:30", "2025-03-31 08:30", "the night the clocks go forward"),
        ("2025-05-02 20:00", "2025-05-06 08:30", "over the early May holiday"),
    ],
)
def test_before_the_start_of_the_next_school_day(incident, opens, why):
    assert told(USUAL, incident) == opens, why


def test_a_school_with_days_of_its_own():
    assert told(ELMFIELD, "2025-02-28 20:00") == "2025-03-04 08:30"  # Monday is a training day
    assert told(ELMFIELD, "2025-03-07 20:00") == "2025-03-13 08:30"


def test_next_school_day_after_a_date_is_a_later_one():
    assert USUAL.next_school_day(date(2025, 3, 6)) == date(2025, 3, 7)
    assert USUAL.next_school_day(parse_moment("2025-03-06 02:00")) == date(2025, 3, 6)
    assert USUAL.next_school_day(parse_moment("2025-03-06 12:00")) == date(2025, 3, 7)


def test_school_days_are_counted_as_working_days_are():
    assert USUAL.add(date(2025, 2, 12), 3) == date(2025, 2, 24)
    assert USUAL.between(date(2025, 2, 12), date(2025, 2, 24)) == 3
    assert USUAL.between(date(2025, 2, 24), date(2025, 2, 12)) == -3
    assert USUAL.add(date(2025, 2, 15), 0) == date(2025, 2, 15)
    with pytest.raises(ValueError, match="backwards"):
        USUAL.add(date(2025, 2, 12), -1)


def test_years_that_are_not_known_count_working_days():
    assert USUAL.knows(date(2025, 8, 31)) and not USUAL.knows(date(2025, 9, 1))
    assert USUAL.is_school_day(date(2025, 12, 22))  # nobody told us: better told early than late
    assert not USUAL.is_school_day(date(2025, 12, 25))
    assert not SchoolDays(closed=frozenset({date(2030, 3, 4)})).is_school_day(date(2030, 3, 4))


def test_a_term_that_begins_in_august_belongs_to_the_new_year():
    school = SchoolDays.read(["2025-08-27 to 2025-10-17"])
    assert school.is_school_day(date(2025, 8, 27))
    assert not school.is_school_day(date(2025, 10, 20))
    assert school.is_school_day(date(2025, 8, 20))  # of 2024 to 2025 nothing is known


@given(st.dates(date(2024, 9, 1), date(2027, 1, 1)), st.integers(0, 40))
def test_between_undoes_add_and_no_limit_is_shorter_than_in_working_days(day, n):
    last = USUAL.add(day, n)
    assert USUAL.between(day, last) == n
    assert last >= WorkingDays().add(day, n)


def test_stretches_are_read():
    assert parse_stretch("2025-02-17 to 2025-02-21") == Stretch(date(2025, 2, 17), date(2025, 2, 21))
    assert parse_stretch("2025-03-03") == Stretch(date(2025, 3, 3), date(2025, 3, 3))
    assert str(parse_stretch("2025-02-17 to 2025-02-21")) == "2025-02-17 to 2025-02-21"
    assert len(parse_days(["2025-02-17 to 2025-02-21", "2025-03-03"])) == 6
    assert parse_days([]) == frozenset()


@pytest.mark.parametrize(
    "text", ["2025-02-21 to 2025-02-17", "half term", "2025-02-30", "2025-02-17 - 2025-02-21", " to "]
)
def test_a_stretch_that_cannot_be_read_says_so(text):
    with pytest.raises(ValueError, match="expected YYYY-MM-DD|before the first"):
        parse_stretch(text)


def test_first_at_is_strictly_later():
    start = parse_moment("2025-01-13 12:00")
    day = timedelta(days=1)
    assert first_at(start, start.time(), WorkingDays().is_working) == start + day
