"""Dates, times and counts in plain words."""

from datetime import UTC, date, datetime, timedelta

import pytest

from sightline.web.templatetags.sightline import with_lists
from sightline.web.words import (
    age_words,
    counted,
    due_words,
    end_of_day,
    iso_words,
    known_words,
    listed,
    read_date,
    span_words,
)

NOON = datetime(2025, 3, 14, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("4 March 2010", "2010-03-04"),
        ("4 mar 2010", "2010-03-04"),
        ("4th March 2010", "2010-03-04"),
        ("4/3/2010", "2010-03-04"),
        ("04.03.10", "2010-03-04"),
        ("2010-3-4", "2010-03-04"),
        ("March 2010", "2010-03"),
        ("2010", "2010"),
        ("1/1/86", "1986-01-01"),
        ("4\u00a0March\u00a02010", "2010-03-04"),  # from a letter
        ("\u200b4/3/2010\u200b", "2010-03-04"),
        ("4\u20133\u20132010", "2010-03-04"),
        ("Thu 4 March 2010", "2010-03-04"),  # from a page of ours
        ("Thursday, 4  March, 2010", "2010-03-04"),
        ("March 4th, 2010", "2010-03-04"),
        ("Sat 2010", "2010"),
        ("31 February 2010", ""),
        ("13/13/2010", ""),
        ("Jay", ""),
        ("", ""),
    ],
)
def test_a_date_is_read_as_people_type_it(typed, read):
    assert read_date(typed) == read


@pytest.mark.parametrize(
    ("born", "age"),
    [
        ("2010-03-14", "15"),
        ("2010-03-15", "14"),
        ("2024-12-20", "2 months"),
        ("2025-03-01", "13 days"),
        ("2010", "about 15"),
        ("", ""),
        ("2026-01-01", ""),
    ],
)
def test_an_age_is_said_as_people_say_it(born, age):
    assert age_words(born, date(2025, 3, 14)) == age


@pytest.mark.parametrize(
    ("gap", "says"),
    [
        (timedelta(hours=-30), "30 hours over"),
        (timedelta(days=-2), "2 days over"),
        (timedelta(minutes=40), "40 minutes left"),
        (timedelta(hours=20), "due tomorrow 08:00"),
        (timedelta(days=4), "due Tuesday"),
        (timedelta(days=21), "due 4 April"),
        (timedelta(days=400), "due 18 April 2026"),
    ],
)
def test_when_something_is_due(gap, says):
    assert due_words(NOON + gap, NOON) == says


def test_what_was_known_on_a_day_is_what_was_known_at_its_end_in_london():
    assert end_of_day(date(2025, 7, 1)) == datetime(2025, 7, 1, 22, 59, 59, 999999, tzinfo=UTC)
    assert end_of_day(date(2025, 3, 29)) == datetime(2025, 3, 29, 23, 59, 59, 999999, tzinfo=UTC)


def test_how_long_after_it_happened_we_knew():
    assert known_words(NOON, NOON + timedelta(hours=3)) == "the same day"
    assert known_words(NOON, NOON + timedelta(hours=20)) == "the next day"
    assert known_words(NOON, NOON + timedelta(days=12)) == "12 days later"
    assert known_words(NOON, NOON + timedelta(days=300)) == "10 months later"


def test_small_words():
    assert counted(1, "entry", "entries") == "1 entry"
    assert counted(1200, "entry", "entries") == "1,200 entries"
    assert listed(["name", "birth date", "school"]) == "name, birth date and school"
    assert span_words(timedelta(seconds=9)) == "under a minute"
    assert iso_words("2010-03") == "March 2010"
    assert iso_words("about Easter") == "about Easter"


def test_lines_with_dashes_are_a_list_and_nothing_in_them_is_markup():
    told = with_lists("One of these:\n- 3 events <b>\n- 2 events\nThen this\nand that")
    items = "<li>3 events &lt;b&gt;</li><li>2 events</li>"
    assert told == f'One of these:<ul class="govuk-list govuk-list--bullet">{items}</ul>Then this<br>and that'
    assert with_lists("–") == "–" and with_lists("") == ""
