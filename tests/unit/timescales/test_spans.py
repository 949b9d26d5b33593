"""Spans of time as definitions write them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.timescales.london import local, parse_moment
from sightline.timescales.school import SchoolDays
from sightline.timescales.spans import Span, add_months, parse_span
from tests.unit.timescales import oracle
from tests.unit.timescales.test_school import USUAL


def due(text, start, **more):
    return f"{local(parse_span(text).due(parse_moment(start), **more)):%Y-%m-%d %H:%M:%S}"


@pytest.mark.parametrize(
    ("text", "start", "ends"),
    [
        ("15 working days", "2025-03-03 10:00", "2025-03-24 17:00:00"),
        ("1 working day", "2025-01-10 17:01", "2025-01-13 17:00:00"),
        ("4 hours", "2025-01-10 21:40", "2025-01-11 01:40:00"),
        ("90 minutes", "2025-01-10 21:40", "2025-01-10 23:10:00"),
        ("8 days", "2025-01-10 21:40", "2025-01-18 23:59:59"),
        ("0 days", "2025-01-10 21:40", "2025-01-10 23:59:59"),
        ("4 weeks", "2025-03-05 09:00", "2025-04-02 23:59:59"),
        ("3 months", "2025-03-05 09:00", "2025-06-05 23:59:59"),
        ("3 months", "2024-11-30 09:00", "2025-02-28 23:59:59"),
        ("3 months", "2023-11-30 09:00", "2024-02-29 23:59:59"),
        ("6 months", "2025-08-31 09:00", "2026-02-28 23:59:59"),
        ("12:00 next working day", "2025-01-10 09:00", "2025-01-13 12:00:00"),
        ("12:00 next working day", "2025-01-13 02:00", "2025-01-14 12:00:00"),
        ("12:00 next working day", "2025-01-12 02:00", "2025-01-13 12:00:00"),
        ("08:30 next working day", "2025-04-17 22:00", "2025-04-22 08:30:00"),
    ],
)
def test_when_it_ends(text, start, ends):
    assert due(text, start) == ends


@pytest.mark.parametrize(
    ("start", "ends"),
    [
        ("2025-03-28 12:00", "2025-03-31 13:00:00"),  # an hour is skipped: the wall clock shows one more
        ("2025-10-24 12:00", "2025-10-27 11:00:00"),  # an hour comes twice: one less
        ("2025-06-06 12:00", "2025-06-09 12:00:00"),
    ],
)
def test_seventy_two_hours_are_real_hours_where_the_clocks_change(start, ends):
    assert due("72 hours", start) == ends


def test_days_and_working_days_keep_the_wall_clock_where_the_clocks_change():
    assert due("3 days", "2025-03-28 12:00") == "2025-03-31 23:59:59"
    assert due("1 working day", "2025-03-28 12:00") == "2025-03-31 17:00:00"
    assert parse_span("1 working day").due(parse_moment("2025-03-28 12:00")) == datetime(2025, 3, 31, 16, tzinfo=UTC)


def test_school_days_need_a_calendar_and_fall_back_on_working_days():
    assert due("15 school days", "2025-02-10 12:00", school=USUAL) == "2025-03-10 17:00:00"
    assert due("15 school days", "2025-02-10 12:00") == due("15 working days", "2025-02-10 12:00")
    assert due("08:30 next school day", "2025-02-14 12:00", school=USUAL) == "2025-02-24 08:30:00"
    assert due("08:30 next school day", "2025-03-06 02:00", school=USUAL) == "2025-03-06 08:30:00"
    assert due("08:30 next school day", "2025-03-08 02:00", school=SchoolDays()) == "2025-03-10 08:30:00"


def test_pauses_lengthen_a_limit_in_its_own_measure():
    weekend = [(parse_moment("2025-01-10 12:00"), parse_moment("2025-01-13 18:00"))]
    assert due("72 hours", "2025-01-09 12:00", pauses=weekend) == "2025-01-15 18:00:00"
    assert due("5 working days", "2025-01-09 12:00", pauses=weekend) == "2025-01-17 17:00:00"
    assert due("1 months", "2025-01-09 12:00", pauses=weekend) == "2025-02-12 23:59:59"
    assert due("12:00 next working day", "2025-01-09 12:00", pauses=weekend) == "2025-01-13 12:00:00"
    assert due("5 school days", "2025-01-09 12:00", school=USUAL, pauses=weekend) == "2025-01-17 17:00:00"


@pytest.mark.parametrize(
    ("text", "back"),
    [("365 days", "2024-03-30 12:00"), ("4 weeks", "2025-03-02 12:00"), ("1 month", "2025-02-28 12:00")],
)
def test_a_window_keeps_the_time_of_the_day(text, back):
    assert parse_span(text).before(parse_moment("2025-03-30 12:00")) == parse_moment(back)


def test_a_window_of_hours_is_real_hours_and_working_days_are_no_window():
    assert parse_span("24 hours").before(parse_moment("2025-03-30 12:00")) == parse_moment("2025-03-29 11:00")
    with pytest.raises(ValueError, match="window"):
        parse_span("10 working days").before(parse_moment("2025-03-30 12:00"))


@pytest.mark.parametrize(
    "text",
    ["15 working days", "1 working day", "10 school days", "72 hours", "1 hour", "30 minutes", "3 months", "4 weeks",
     "8 days", "12:00 next working day", "08:30 next school day"],
)  # fmt: skip
def test_the_text_comes_back(text):
    assert str(parse_span(text)) == text


def test_odd_spaces_are_forgiven():
    assert parse_span(" 15  working days ") == Span(15, "working day")


@pytest.mark.parametrize(
    "text",
    ["", "soon", "15", "days", "-1 days", "1.5 days", "15 workdays", "24:00 next working day", "8:30 next school day",
     "12:00 next day", "15 working days or so", "999999 days"],
)  # fmt: skip
def test_what_is_not_a_span_is_refused_with_examples(text):
    with pytest.raises(ValueError, match="15 working days"):
        parse_span(text)


def test_months_are_clamped_both_ways():
    assert add_months(date(2025, 1, 31), 1) == date(2025, 2, 28)
    assert add_months(date(2025, 3, 31), -1) == date(2025, 2, 28)
    assert add_months(date(2025, 1, 15), -1) == date(2024, 12, 15)
    assert add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)


@given(st.datetimes(datetime(2012, 1, 1), datetime(2027, 1, 1)), st.integers(1, 60))
def test_working_days_equal_another_engine_to_the_minute(naive, n):
    start = local(naive)
    ends = local(Span(n, "working day").due(start))
    assert (ends.date(), ends.hour, ends.minute) == (oracle.add(start.date(), n), 17, 0)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1)), st.integers(0, 2000))
def test_hours_are_real_hours(naive, n):
    start = local(naive).astimezone(UTC)
    assert Span(n, "hour").due(start) - start == timedelta(hours=n)


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1)),
    st.integers(0, 40),
    st.sampled_from(["working day", "school day", "minute", "hour", "day", "week", "month"]),
)
def test_a_longer_limit_never_ends_sooner(naive, n, unit):
    start = local(naive).astimezone(UTC)
    assert Span(n + 1, unit).due(start, school=USUAL) > Span(n, unit).due(start, school=USUAL) - timedelta(days=1)
    assert Span(n + 2, unit).due(start, school=USUAL) > Span(n + 1, unit).due(start, school=USUAL) >= start
