"""What does not come is told of less and less often, and in the end to somebody else too."""

from datetime import datetime

import pytest

from sightline.definition.kinds.telling import Expected
from sightline.front_door.telling_rules import again_at, further
from sightline.timescales.london import LONDON
from sightline.timescales.working import WorkingDays

FRIDAY = datetime(2025, 2, 7, 16, 0, tzinfo=LONDON)


def expected(**given):
    return Expected(
        id="notice",
        title="A notice",
        source="invented",
        after="police-incident",
        clock="ppn-submission",
        awaits="a notice",
        tells=["police-supervisor", "police-hub-officer"],
        message="ppn-missing",
        **given,
    )


@pytest.mark.parametrize(
    ("times", "day"),
    [(1, 10), (2, 10), (3, 12), (4, 14), (40, 14)],
)
def test_the_pauses_grow_and_the_last_goes_on(times, day):
    declared = expected(again=["1 working day", "1 working day", "3 working days", "5 working days"])
    moment = again_at(declared, times, FRIDAY, WorkingDays()).astimezone(LONDON)
    assert (moment.day, moment.hour, moment.minute) == (day, 16, 0)  # at the hour of the last time, not at midnight


@pytest.mark.parametrize(("pause", "hour"), [("09:00 next working day", 9), ("4 hours", 20)])
def test_an_hour_that_is_named_counts(pause, hour):
    assert again_at(expected(again=[pause]), 1, FRIDAY, WorkingDays()).astimezone(LONDON).hour == hour


def test_the_next_is_told_once_it_was_told_as_often_as_declared():
    declared = expected(again=["1 working day", "5 working days"])
    assert [further(declared, times) for times in (0, 1, 2, 3)] == [False, False, True, True]


def test_with_one_pause_for_ever_nobody_else_is_told():
    assert not further(expected(again="1 working day"), 100)
