"""Dates as suppliers write them, and numbers whose check digits hold or not."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.intake import dates
from sightline.intake.identifiers import nhs_number, pupil_number

FORMATS = ("%d/%m/%Y", "%Y-%m-%d", "%d/%m/%Y %H:%M", "%Y-%m-%dT%H:%M:%S", "%m.%d.%Y", "%d-%m-%Y %H.%M")


@given(st.sampled_from(FORMATS), st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)))
def test_the_fast_reader_agrees_with_strptime(form, moment):
    text = moment.strftime(form)
    meant = datetime.strptime(text, form)
    assert dates.reader(form)(text) == (meant.isoformat() if "%H" in form else meant.date().isoformat())


@given(st.sampled_from(FORMATS), st.text("0123456789/-.: T", max_size=20))
def test_and_refuses_what_strptime_refuses(form, text):
    try:
        meant = datetime.strptime(text, form)
    except ValueError:
        with pytest.raises(ValueError):
            dates.reader(form)(text)
    else:
        assert dates.reader(form)(text).startswith(date.isoformat(meant))


@pytest.mark.parametrize("text", ["2025-01-10", "2025-01-10 21:40", "2025-01-10T21:40:09Z", "2025-01-10T21:40+01:00"])
def test_iso_is_kept_as_written(text):
    assert dates.reader()(text) == text


@pytest.mark.parametrize(
    "text", ["10/01/2025", "2025-02-30", "20250110", "2025-01-10T25:00", "today", "٢٠٢٥-٠١-١٠", "2025-01"]
)
def test_what_is_no_iso_date_is_refused(text):
    with pytest.raises(ValueError):
        dates.reader()(text)


def test_the_first_format_that_fits_and_names_of_months():
    read = dates.reader("%d/%m/%Y %H:%M | %d/%m/%Y | %d %b %Y")
    assert [read(t) for t in ("01/02/2025 09:05", "1/2/2025", "01 Feb 2025")] == [
        "2025-02-01T09:05:00",
        "2025-02-01",
        "2025-02-01",
    ]


def test_a_zone_in_the_format_is_kept():
    assert dates.reader("%d/%m/%Y %H:%M %z")("10/07/2025 21:40 +0100") == "2025-07-10T21:40:00+01:00"


@pytest.mark.parametrize("text", ["943 476 5919", "943-476-5919", "9434765870", "4010232137"])
def test_nhs_numbers_that_hold(text):
    plain, holds = nhs_number(text)
    assert holds and plain.isdigit() and len(plain) == 10


@pytest.mark.parametrize(
    "text",
    ["9434765918", "943476591", "unknown", "9999999999", "0000000000", "9876543210", "0123456789", "٩٤٣٤٧٦٥٩١٩"],
)
def test_nhs_numbers_that_do_not_are_kept_as_sent(text):
    assert nhs_number(f" {text} ") == (text, False)


@pytest.mark.parametrize("text", ["H801200001001", "B936420019031", "L20100001600K", "u80120000100a"])
def test_pupil_numbers_that_hold(text):
    assert pupil_number(text) == (text.upper(), True)


@pytest.mark.parametrize("text", ["Q207000016049", "H801200001002", "H80120000100", "I801200001001"])
def test_pupil_numbers_that_do_not_are_kept_as_sent(text):
    assert pupil_number(text) == (text, False)


def test_a_newer_local_authority_is_no_fault():
    from stdnum.gb import upn

    number = "838" + "12" + "0001" + "001"
    assert pupil_number(upn.calc_check_digit(number) + number)[1]


@pytest.mark.parametrize(
    ("text", "came"),
    [
        ("2025-03-31 21:40", "2025-03-31T21:40:00"),
        ("2025-03-31T21:40:00.000", "2025-03-31T21:40:00"),
        ("2025-03-31T21:40:00+01:00", "2025-03-31T21:40:00+01:00"),
        ("31/03/2025 21:40:10", "2025-03-31T21:40:10"),
        ("31-MAR-25", "2025-03-31"),
        ("31-Mar-2025 21:40", "2025-03-31T21:40:00"),
        ("31 March 2025", "2025-03-31"),
        ("31/03/2025 24:00", "2025-04-01T00:00:00"),  # the end of its day, as control rooms write it
        ("31/12/2024 24:00:00", "2025-01-01T00:00:00"),
    ],
)
def test_what_can_only_be_one_day_is_read_though_the_feed_declares_another_form(text, came):
    assert dates.otherwise(text, "%d/%m/%Y %H:%M | %d/%m/%Y") == came


@pytest.mark.parametrize("text", ["3/4/25", "03/31/2025", "31/04/2025 24:00", "31/03/2025 24:01", "45747", "soon", "31-Foo-25", ""])
def test_what_may_be_two_days_or_none_is_never_guessed(text):
    with pytest.raises(ValueError):
        dates.otherwise(text, "%d/%m/%Y %H:%M | %d/%m/%Y")


def test_a_feed_that_writes_the_day_before_the_month_behind_a_year_is_taken_at_its_word():
    with pytest.raises(ValueError):
        dates.otherwise("2025-02-13", "%Y-%d-%m")


@pytest.mark.parametrize(("text", "came"), [("45670", "2025-01-13"), ("45670.5", "2025-01-13T12:00:00"), ("45670.0", "2025-01-13"),
    ("4567", ""), ("99999", ""), ("17000", ""), ("20250113", ""), ("45670x", "")])  # fmt: skip
def test_a_sheets_number_of_days_is_a_day(text, came):
    assert dates.serial(text) == came
