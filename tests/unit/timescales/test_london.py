"""London's clock: read, kept in UTC, and said."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.timescales.london import (
    LONDON,
    is_day_only,
    local,
    local_day,
    parse_day,
    parse_moment,
    say,
    say_left,
    utc,
)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-01-10 21:40", datetime(2025, 1, 10, 21, 40)),
        ("2025-07-10 21:40", datetime(2025, 7, 10, 20, 40)),
        ("2025-07-10T21:40:05", datetime(2025, 7, 10, 20, 40, 5)),
        ("2025-07-10", datetime(2025, 7, 9, 23)),
        ("2025-07-10T21:40Z", datetime(2025, 7, 10, 21, 40)),
        ("2025-07-10 21:40 +02:00", datetime(2025, 7, 10, 19, 40)),
        ("2025-07-10T21:40:00.5+0100", datetime(2025, 7, 10, 20, 40, 0, 500000)),
        ("2025-10-26 01:30", datetime(2025, 10, 26, 0, 30)),  # comes twice: the first
        ("2025-03-30 01:30", datetime(2025, 3, 30, 1, 30)),  # is skipped: 02:30 summer time
    ],
)
def test_a_moment_is_read(text, moment):
    read = parse_moment(text)
    assert read == moment.replace(tzinfo=UTC)
    assert read.tzinfo is UTC


def test_a_skipped_hour_moves_forward():
    assert f"{local(parse_moment('2025-03-30 01:30')):%H:%M}" == "02:30"


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "10/01/2025", "2025-01-32", "2025-01-10 25:00", "2025-01-10 9:00", "20250110", "2025-W02-5",
     "2025-01-10 21:40 GMT", "0001-01-01 00:00+14:00"],
)  # fmt: skip
def test_what_is_not_a_moment_is_refused(text):
    with pytest.raises(ValueError, match="expected YYYY-MM-DD HH:MM"):
        parse_moment(text)


def test_days():
    assert parse_day("2025-01-10") == date(2025, 1, 10)
    assert is_day_only("2025-01-10") and not is_day_only("2025-01-10 00:00")
    assert local_day(datetime(2025, 7, 10, 23, 30, tzinfo=UTC)) == date(2025, 7, 11)
    assert local_day(date(2025, 7, 10)) == date(2025, 7, 10)
    with pytest.raises(ValueError, match="expected YYYY-MM-DD"):
        parse_day("2025-02-30")


def test_a_moment_without_a_zone_is_londons():
    assert local(datetime(2025, 7, 10, 12)).tzinfo is LONDON
    assert utc(datetime(2025, 7, 10, 12)) == datetime(2025, 7, 10, 11, tzinfo=UTC)
    assert utc(datetime(2025, 7, 10, 12, tzinfo=timezone(timedelta(hours=-5)))) == datetime(2025, 7, 10, 17, tzinfo=UTC)


def test_said_plainly():
    assert say(date(2025, 1, 10)) == "10 Jan 2025"
    assert say(datetime(2025, 9, 1, 20, 40, tzinfo=UTC)) == "1 Sep 2025, 21:40"


@pytest.mark.parametrize(
    ("due", "said"),
    [
        ("2025-03-07 10:40", "40 m left"),
        ("2025-03-07 10:00", "due now"),
        ("2025-03-07 10:00:59", "due now"),
        ("2025-03-07 11:10", "1 h 10 m left"),
        ("2025-03-07 12:00", "2 h left"),
        ("2025-03-07 14:00", "4 h left"),
        ("2025-03-07 23:30", "13 h left"),
        ("2025-03-08 09:59", "23 h left"),
        ("2025-03-08 10:00", "1 day left"),
        ("2025-03-10 17:00", "3 days left"),
        ("2025-03-07 09:20", "40 m over"),
        ("2025-03-06 17:00", "17 h over"),
        ("2025-03-05 17:00", "2 days over"),
        ("2025-03-06 10:00", "1 day over"),
    ],
)
def test_what_is_left(due, said):
    now = parse_moment("2025-03-07 10:00")
    assert say_left(parse_moment(due), now) == said == say(parse_moment(due), now)


def test_what_is_left_until_the_end_of_a_day():
    assert say(date(2025, 3, 7), parse_moment("2025-03-07 22:00")) == "1 h 59 m left"


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)))
def test_what_is_shown_is_read_back(moment):
    moment = moment.replace(second=0, microsecond=0)
    shown = local(moment)
    first_of_two = shown.fold == 0
    read = parse_moment(f"{shown:%Y-%m-%d %H:%M}")
    assert read == (moment if first_of_two else moment - timedelta(hours=1))
    assert parse_moment(moment.isoformat()) == moment
