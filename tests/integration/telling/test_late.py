"""A list leaves nothing out because it came late, and repeats nothing: between two lists no incident is lost."""

from __future__ import annotations

import pytest

from sightline.front_door.told_models import ListDay
from sightline.identity.models import SourceIdentity
from sightline.intake.types import Details
from sightline.jobs.day_lists import make
from sightline.jobs.due import sweep
from sightline.timescales.london import parse_moment
from sightline.timescales.moment import pretend
from sightline.vault.actions import digest
from tests.support.house import POLICE, open_house, send, told

MONDAY, TUESDAY = "2025-01-20", "2025-01-21"  # working days; the lists are built at seven


def incident(local: str, nhs: str, *, happened: str, sent: str, arrived: str) -> None:
    child = Details(given="Una", family=f"Petty{local}", born="2013-05-15", nhs_number=nhs, local_id=local)
    words = {"professional_judgement": "high", "children_present": "yes", "voice_of_child": "I hid."}
    notice = told("domestic-abuse-incident", "child", child, at=happened, sent=sent, message=local, **words)
    send(notice, at=arrived)


def made(day: str) -> set[str]:
    """The list of a day, built at seven; whose incidents stand on it."""
    with pretend(parse_moment(f"{day} 07:00")):
        make({"list": "daily-risk", "day": day})
    whose = {str(row.id): row.local for row in SourceIdentity.objects.filter(agency=POLICE)}
    on = {whose[i] for line in ListDay.objects.get(day_list="daily-risk", day=day).lines.all() for i in line.identities}
    return {one for one in "ABCDEF" if digest("local", f"{POLICE}|{one}") in on}


@pytest.fixture(scope="module")
def lists(shared_database):
    open_house()
    night = {"happened": "2025-01-20 02:00"}
    incident("A", "9990000018", **night, sent="2025-01-20 03:00", arrived="2025-01-20 03:01")
    incident("B", "9990000026", **night, sent="2025-01-20 06:59", arrived="2025-01-20 06:59:30")
    found = {MONDAY: made(MONDAY)}
    incident("C", "9990000034", **night, sent="2025-01-20 06:50", arrived="2025-01-20 07:10")
    incident("D", "9990000042", happened="2025-01-17 02:00", sent="2025-01-17 03:00", arrived="2025-01-20 09:00")
    incident("E", "9990000050", happened="2024-12-01 02:00", sent="2024-12-01 03:00", arrived="2025-01-20 09:00")
    incident("F", "9990000069", **night, sent="2025-01-20 15:00", arrived="2025-01-20 15:00")
    found[TUESDAY] = made(TUESDAY)
    while sweep():
        pass
    return found


def test_what_arrived_in_time_is_on_the_list(lists):
    assert lists[MONDAY] == {"A"}


def test_what_came_while_the_list_was_made_or_was_sent_late_is_on_the_next_and_history_is_not(lists):
    assert lists[TUESDAY] == {"B", "C", "D", "F"}
