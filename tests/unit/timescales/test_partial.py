"""Partial dates: nothing is filled in, and two agree when they may be the same day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.timescales.partial import PartialDate, age_of, parse_partial

SEEN = date(2025, 1, 10)


@pytest.mark.parametrize(
    ("text", "earliest", "latest", "said"),
    [
        ("2010-03-04", "2010-03-04", "2010-03-04", "4 Mar 2010"),
        ("2010-03", "2010-03-01", "2010-03-31", "Mar 2010"),
        ("2012-02", "2012-02-01", "2012-02-29", "Feb 2012"),
        ("2010", "2010-01-01", "2010-12-31", "2010"),
        ("about 14 on 2025-01-10", "2009-01-11", "2012-01-10", "about 14 on 10 Jan 2025"),
        ("about 0 on 2025-01-10", "2023-01-11", "2025-01-10", "about 0 on 10 Jan 2025"),
    ],
)
def test_what_is_known(text, earliest, latest, said):
    partial = parse_partial(text)
    assert (partial.earliest.isoformat(), partial.latest.isoformat()) == (earliest, latest)
    assert str(partial) == text
    assert partial.say() == said


def test_an_age_needs_the_day_on_which_it_was_guessed():
    assert parse_partial("about 14", on=SEEN) == PartialDate.about(14, SEEN)
    with pytest.raises(ValueError, match="about 14 on"):
        parse_partial("about 14")


@pytest.mark.parametrize(
    "text",
    ["", "10/03/2010", "2010-13", "2010-02-30", "2010-3-4", "about fourteen", "20100304", "0000", "about 14 on 10 Jan"],
)
def test_what_is_not_a_date_is_refused(text):
    with pytest.raises(ValueError, match="expected YYYY"):
        parse_partial(text, on=SEEN)


def test_agreement():
    year, month, day = parse_partial("2010"), parse_partial("2010-03"), parse_partial("2010-03-04")
    assert year.agrees(month) and month.agrees(day) and day.agrees(year)
    assert day.agrees(date(2010, 3, 4)) and not day.agrees(date(2010, 3, 5))
    assert not month.agrees(parse_partial("2010-04-01"))
    assert parse_partial("about 14", on=SEEN).agrees(day)
    assert not parse_partial("about 12", on=SEEN).agrees(day)


def test_certainly_before():
    assert parse_partial("2009").before(parse_partial("2010-01"))
    assert not parse_partial("2010").before(parse_partial("2010-12"))
    assert parse_partial("2010-03").before(date(2010, 4, 1))


def test_the_sharper_of_two():
    month, day = parse_partial("2010-03"), parse_partial("2010-03-04")
    assert month.sharper(day) == day == day.sharper(month)
    assert month.day is None and day.day == date(2010, 3, 4)


def test_order_is_by_the_earliest_day():
    texts = ["2011", "2010-03-04", "2010-03", "2010"]
    assert [str(partial) for partial in sorted(map(parse_partial, texts))] == ["2010", "2010-03", "2010-03-04", "2011"]


def test_moments_cover_the_whole_of_it_in_london():
    assert parse_partial("2025-07").moments() == (
        datetime(2025, 6, 30, 23, tzinfo=UTC),
        datetime(2025, 7, 31, 22, 59, 59, tzinfo=UTC),
    )


def test_ages():
    assert parse_partial("2010-03-04").ages(SEEN) == (14, 14)
    assert parse_partial("2010").ages(SEEN) == (14, 15)
    assert parse_partial("2025-06").ages(SEEN) == (-1, -1)
    assert age_of(date(2012, 2, 29), date(2025, 2, 28)) == 12
    assert age_of(date(2012, 2, 29), date(2025, 3, 1)) == 13


DAYS = st.dates(date(1900, 1, 1), date(2100, 1, 1))


@given(st.integers(0, 110), DAYS, st.integers(0, 200 * 365))
def test_a_guessed_age_means_exactly_the_births_a_year_either_side(age, on, back):
    born = on - timedelta(days=back % (115 * 365))
    near = max(age - 1, 0) <= age_of(born, on) <= age + 1
    assert PartialDate.about(age, on).agrees(born) is near


@given(DAYS, DAYS)
def test_agreement_is_mutual_and_holds_for_what_is_the_same_day(a, b):
    forms = [parse_partial(f"{a}"), parse_partial(f"{a:%Y-%m}"), parse_partial(f"{a:%Y}")]
    assert all(one.agrees(other) for one in forms for other in forms)
    for form in forms:
        assert form.agrees(b) is PartialDate.of(b).agrees(form)
        assert form.agrees(b) is f"{b}".startswith(str(form))
        assert form.agrees(b) is not (form.before(b) or PartialDate.of(b).before(form))


@given(st.one_of(DAYS.map(PartialDate.of), st.builds(PartialDate.about, st.integers(0, 110), DAYS)))
def test_what_is_written_is_read_back(partial):
    assert parse_partial(str(partial)) == partial
