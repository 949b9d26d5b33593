"""Working days: the day after the start is day 1, and a limit ends at 17:00 in London on its last day."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.timescales.london import local, parse_moment
from sightline.timescales.working import WorkingDays
from tests.unit.timescales import oracle

DAYS = WorkingDays()
PUBLISHED_DAYS = st.dates(date(2012, 1, 1), date(2028, 6, 30))


@pytest.mark.parametrize(
    ("start", "n", "due", "why"),
    [
        ("2025-03-03 09:00", 15, "2025-03-24 17:00", "three plain weeks"),
        ("2025-04-14 09:00", 15, "2025-05-08 17:00", "two Easter days and the early May holiday"),
        ("2025-01-10 17:01", 1, "2025-01-13 17:00", "Friday 17:01: Monday is day 1"),
        ("2025-01-10 09:00", 1, "2025-01-13 17:00", "Friday morning: the same"),
        ("2025-01-11 12:00", 1, "2025-01-13 17:00", "Saturday: the same"),
        ("2025-01-12 23:59", 1, "2025-01-13 17:00", "Sunday: the same"),
        ("2025-01-13 00:00", 1, "2025-01-14 17:00", "the first minute of Monday is Monday"),
        ("2025-04-17 16:00", 1, "2025-04-22 17:00", "Maundy Thursday: over Good Friday and Easter Monday"),
        ("2025-04-18 16:00", 1, "2025-04-22 17:00", "on Good Friday"),
        ("2021-12-24 10:00", 1, "2021-12-29 17:00", "Christmas on a Saturday: Monday and Tuesday are closed instead"),
        ("2022-12-23 10:00", 1, "2022-12-28 17:00", "Christmas on a Sunday"),
        ("2021-12-31 10:00", 1, "2022-01-04 17:00", "New Year's Day on a Saturday: Monday is closed instead"),
        ("2022-09-16 10:00", 1, "2022-09-20 17:00", "the funeral of Queen Elizabeth II"),
        ("2023-05-05 10:00", 1, "2023-05-09 17:00", "the coronation of King Charles III"),
        ("2025-03-28 10:00", 1, "2025-03-31 17:00", "summer time begins in between"),
        ("2025-10-24 10:00", 1, "2025-10-27 17:00", "summer time ends in between"),
        ("2024-02-28 10:00", 1, "2024-02-29 17:00", "a leap day is a day"),
    ],
)
def test_due(start, n, due, why):
    assert f"{local(DAYS.due(parse_moment(start), n)):%Y-%m-%d %H:%M}" == due, why


def test_due_is_a_moment_in_utc():
    assert DAYS.due(parse_moment("2025-01-10 09:00"), 1) == datetime(2025, 1, 13, 17, tzinfo=UTC)
    assert DAYS.due(parse_moment("2025-07-11 09:00"), 1) == datetime(2025, 7, 14, 16, tzinfo=UTC)
    assert DAYS.due(parse_moment("2025-07-11 09:00"), 1).tzinfo is UTC


def test_the_day_is_londons_whatever_the_zone_of_the_start():
    late_in_utc = datetime(2025, 7, 10, 23, 30, tzinfo=UTC)  # 00:30 on the 11th in London
    assert DAYS.add(late_in_utc, 1) == date(2025, 7, 14)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2025-01-10 09:00", "2025-01-10 17:00"),
        ("2025-01-10 17:00", "2025-01-10 17:00"),
        ("2025-01-10 17:01", "2025-01-13 17:00"),
        ("2025-01-12 09:00", "2025-01-13 17:00"),
        ("2025-04-18 09:00", "2025-04-22 17:00"),
    ],
)
def test_zero_days_are_the_same_day_and_never_before_the_start(start, due):
    assert f"{local(DAYS.due(parse_moment(start), 0)):%Y-%m-%d %H:%M}" == due


def test_zero_days_after_is_the_day_itself():
    assert DAYS.add(date(2025, 1, 11), 0) == date(2025, 1, 11)
    assert DAYS.between(date(2025, 1, 11), date(2025, 1, 11)) == 0


def test_a_limit_cannot_run_backwards():
    with pytest.raises(ValueError, match="backwards"):
        DAYS.add(date(2025, 1, 10), -1)


def test_extra_closed_days_are_not_worked():
    days = WorkingDays(frozenset({date(2031, 5, 8), date(2031, 5, 10), date(2031, 12, 25)}))
    assert days.add(date(2031, 5, 7), 1) == date(2031, 5, 9)
    assert days.between(date(2031, 5, 7), date(2031, 5, 12)) == 2
    assert days.between(date(2031, 12, 23), date(2031, 12, 29)) == 2


def test_ten_thousand_cases_equal_another_engine():
    draw = random.Random(20250110)
    first, last = date(2012, 1, 1), date(2028, 6, 30)
    for _ in range(10_000):
        day = first + timedelta(days=draw.randrange((last - first).days))
        n = draw.choice((1, 2, 3, 5, 10, 15, 20, 45, draw.randrange(1, 120)))
        assert DAYS.add(day, n) == oracle.add(day, n), (day, n)


@given(PUBLISHED_DAYS, PUBLISHED_DAYS)
def test_between_equals_another_engine_both_ways(a, b):
    first, last = sorted((a, b))
    assert DAYS.between(first, last) == oracle.between(first, last)
    assert DAYS.between(last, first) == -oracle.between(first, last)


@given(st.dates(date(1980, 1, 1), date(2090, 1, 1)), st.integers(0, 100))
def test_between_undoes_add(day, n):
    assert DAYS.between(day, DAYS.add(day, n)) == n


@given(st.dates(date(1980, 1, 1), date(2090, 1, 1)), st.integers(1, 100))
def test_the_last_day_is_worked_and_one_more_day_is_later(day, n):
    assert DAYS.is_working(DAYS.add(day, n))
    assert DAYS.add(day, n) > DAYS.add(day, n - 1)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1)), st.integers(0, 60))
def test_due_is_five_in_london_and_never_before_the_start(naive, n):
    start = local(naive).astimezone(UTC)
    due = DAYS.due(start, n)
    assert due >= start
    assert f"{local(due):%H:%M:%S}" == "17:00:00"
