"""One recipient stops nobody else: a place without a reader is rung, and whoever cannot be told for a fault is tried alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from sightline.agencies.models import Worker
from sightline.chronology.models import Entry
from sightline.front_door import telling
from sightline.front_door.told_models import Telling
from sightline.intake.types import Details
from sightline.jobs.due import sweep
from sightline.jobs.models import Due
from sightline.messages.models import Outgoing
from sightline.timescales.london import parse_moment
from sightline.timescales.moment import pretend
from tests.integration.telling.test_pages import page
from tests.support.house import OTHER_SCHOOL, SCHOOL, open_house, send, told

UNA = Details(given="Una", family="Petty", born="2012-05-15", nhs_number="9990000018", local_id="A", school=SCHOOL)
TOM = Details(given="Tom", family="Petty", born="2010-05-15", nhs_number="9990000026", local_id="B", school=OTHER_SCHOOL)
FRIDAY, MONDAY = "2025-01-17 22:31", "2025-01-20 07:05"
NOTICE, TO_FIND_OUT = "operation-encompass", "encompass-nobody-to-tell"


@pytest.fixture
def friday(database):
    """An incident about two children at two schools, on Friday night."""
    lead = "designated-safeguarding-lead"
    open_house(("rae", OTHER_SCHOOL, lead, ""), ("eda", "education-safeguarding", "education-officer", ""))
    words = {"professional_judgement": "high", "children_present": "yes", "voice_of_child": "I hid."}
    night = told("domestic-abuse-incident", "child", (UNA, TOM), at="2025-01-17 22:00", message="m", **words)
    send(night, at=FRIDAY)


def turn(at: str, more: timedelta = timedelta()) -> None:
    with pretend(parse_moment(at) + more):
        while sweep():
            pass


def sent(kind: str) -> list[str]:
    return sorted(Outgoing.objects.filter(kind=kind).values_list("to", flat=True))


def lead_of(school: str) -> str:
    return f"role:designated-safeguarding-lead@{school}"


def states() -> dict[str, str]:
    return dict(Telling.objects.values_list("recipient", "state"))


def test_the_only_lead_leaves_over_the_weekend(friday):
    Worker.objects.filter(username="ruth").update(is_active=False)
    turn(MONDAY)
    assert sent(NOTICE) == [lead_of(OTHER_SCHOOL)]
    assert "role:education-officer" in sent(TO_FIND_OUT)
    assert states() == {f"agency:{SCHOOL}": "over", f"agency:{OTHER_SCHOOL}": "told", "person": "told"}
    assert not Due.objects.filter(verb="tell", done_at=None, tries__gt=0).exists()


def test_what_a_school_has_read_is_rung_about_by_nobody_when_its_lead_leaves_afterwards(friday):
    turn(MONDAY)
    Worker.objects.filter(username="ruth").update(is_active=False)
    turn("2025-01-21 15:05")
    assert sent(TO_FIND_OUT) == []


def test_on_two_rolls_the_place_that_reads_is_told_and_the_other_is_rung(friday):
    Worker.objects.filter(username="ruth").update(is_active=False)
    for school in (SCHOOL, OTHER_SCHOOL):  # each says so itself
        here = replace(TOM, local_id="S", school=school)
        concern = told("school-concern", "child", here, agency=school, at="2025-01-17 22:40", category="other")
        send(concern, at="2025-01-17 22:41")
    turn(MONDAY)
    tom = Telling.objects.get(recipient=f"agency:{OTHER_SCHOOL}")
    assert tom.state == "told"
    assert Telling.objects.get(identity=tom.identity, recipient="person").state == "told"


def test_a_fault_about_one_place_is_tried_alone_and_the_other_is_told(friday, monkeypatch):
    really = telling.send

    def fails(kind, *, to, **given):
        if to == [lead_of(SCHOOL)]:
            raise ValueError("somebody's fault")
        return really(kind, to=to, **given)

    monkeypatch.setattr(telling, "send", fails)
    turn(MONDAY)
    assert sent(NOTICE) == [lead_of(OTHER_SCHOOL)]
    alone = Due.objects.get(verb="tell", done_at=None, payload__alone=f"agency:{SCHOOL}")
    assert alone.tries == 1
    monkeypatch.undo()
    turn(MONDAY, timedelta(minutes=1))
    assert sent(NOTICE) == sorted([lead_of(OTHER_SCHOOL), lead_of(SCHOOL)])


def test_whoever_is_told_in_place_of_a_school_says_so_on_their_page(friday):
    hal = Details(given="Hal", family="Ives", born="2012-05-15", nhs_number="9990000034", local_id="H")
    home = told("elective-home-education", "child", hal, agency="education-safeguarding", at="2024-09-10 09:00", _from="2024-09-02")
    send(home, at="2024-09-10 09:01")
    words = {"professional_judgement": "high", "children_present": "yes", "voice_of_child": "I hid."}
    send(told("domestic-abuse-incident", "child", hal, at="2025-01-17 22:00", **words), at=FRIDAY)
    turn(MONDAY)
    row = Telling.objects.get(recipient="person")
    assert row.route == "at-home" and Entry.objects.filter(id=row.entry, record="encompass-notice").exists()
    path = f"/to-tell/{row.id}/"
    with pretend(parse_moment(MONDAY)):
        assert "I have read it" in page("eda", path).content.decode()
        assert page("omar", path, do="read").status_code in (403, 404)  # he was not told in place of a school
        assert page("eda", path, do="read").status_code == 302
        assert "I have read it" not in page("eda", path).content.decode()
    row.refresh_from_db()
    assert row.state == "done" and row.closed_because == "read" and row.read_by
