"""Numbers that a story makes up are valid, never issued, and the same each time."""

import pytest
from stdnum.gb import nhs, upn

from sightline.stories.identifiers import nhs_number, pupil_number

PEOPLE = [(f"story {n % 7}", f"person-{n}") for n in range(200)]


@pytest.mark.parametrize("make", [nhs_number, pupil_number])
def test_the_same_story_and_person_always_have_the_same_number(make):
    assert make("Twins", "lia") == make("Twins", "lia")
    assert make("Twins", "lia") != make("Twins", "tom")
    assert make("Twins", "lia") != make("Another", "lia")


def test_nhs_numbers_are_valid_and_from_the_range_that_is_never_issued():
    for story, person in PEOPLE:
        number = nhs_number(story, person)
        assert nhs.is_valid(number) and number.startswith("999")


def test_pupil_numbers_are_valid_and_permanent():
    for story, person in PEOPLE:
        number = pupil_number(story, person)
        assert upn.is_valid(number) and number[-1].isdigit()
