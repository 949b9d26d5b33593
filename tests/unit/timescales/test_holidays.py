"""Bank holidays: GOV.UK's list where there is one, the regular days elsewhere."""

from datetime import date

import pytest

from sightline.timescales.holidays import bank_holidays, easter_sunday, regular_holidays
from tests.unit.timescales.oracle import PUBLISHED

# Days of GOV.UK's list that were given or moved once, and the regular days that moved away for them.
GIVEN = {
    date(2012, 6, 4),  # spring holiday, moved for the Diamond Jubilee
    date(2012, 6, 5),
    date(2020, 5, 8),  # early May holiday, moved for 75 years after the war in Europe
    date(2022, 6, 2),  # spring holiday, moved for the Platinum Jubilee
    date(2022, 6, 3),
    date(2022, 9, 19),  # funeral of Queen Elizabeth II
    date(2023, 5, 8),  # coronation of King Charles III
}
MOVED_AWAY = {date(2012, 5, 28), date(2020, 5, 4), date(2022, 5, 30)}


def test_the_data_file_is_read_as_the_package_reads_it():
    ours = set().union(*(bank_holidays(year) for year in range(2012, 2029)))
    assert ours == PUBLISHED


def test_the_regular_days_are_the_published_ones_but_for_the_days_given_once():
    regular = set().union(*(regular_holidays(year) for year in range(2012, 2029)))
    assert PUBLISHED - regular == GIVEN
    assert regular - PUBLISHED == MOVED_AWAY


@pytest.mark.parametrize(
    ("year", "easter"),
    [
        (1981, (4, 19)),
        (2000, (4, 23)),
        (2008, (3, 23)),
        (2011, (4, 24)),
        (2029, (4, 1)),
        (2038, (4, 25)),
        (2049, (4, 18)),
    ],
)
def test_easter(year, easter):
    assert easter_sunday(year) == date(year, *easter)


def test_a_later_year_has_its_eight_days_on_weekdays():
    for year in range(2029, 2100):
        assert len(bank_holidays(year)) == 8
        assert all(day.weekday() < 5 and day.year == year for day in bank_holidays(year))


def test_before_the_list_the_days_given_once_are_known():
    assert date(2011, 4, 29) in bank_holidays(2011)  # royal wedding
    assert {date(2002, 6, 3), date(2002, 6, 4)} <= bank_holidays(2002)
    assert date(2002, 5, 27) not in bank_holidays(2002)
    assert date(1999, 12, 31) in bank_holidays(1999)
    assert date(2010, 12, 27) in bank_holidays(2010)  # Christmas Day was a Saturday
    assert date(2010, 12, 28) in bank_holidays(2010)
