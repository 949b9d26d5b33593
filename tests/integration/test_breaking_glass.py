"""Opening in an emergency: one child, four hours, told at once, reviewed by somebody else; never what is kept to others."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from sightline.agencies.actions import add_worker
from sightline.agencies.queries import machine
from sightline.definition.outcomes import Conflict, Missing, Refused
from sightline.identity.actions import guard
from sightline.identity.queries import profile
from sightline.identity.types import Asked
from sightline.jobs.breaking_glass import break_glass, known_as, open_to, review_break_glass
from sightline.jobs.due import sweep
from sightline.ledger.models import Record
from sightline.messages.queries import inbox, told
from sightline.sharing.types import Level
from sightline.timescales.moment import now, pretend
from tests.support.house import (
    CARE,
    HOSPITAL,
    JAY,
    MIA,
    POLICE,
    SCHOOL,
    actor,
    as_,
    entries,
    identity,
    live,
    open_house,
    person,
)  # fmt: skip
from tests.support.house import (
    told as tell,
)

WHY = "On the ward with a head injury, nobody of the service answers"


@pytest.fixture
def house(database):
    open_house()
    for name, agency, role in (
        ("ines", "business-unit", "information-governance"),
        ("iris", "business-unit", "information-governance"),
        ("nell", HOSPITAL, "paediatrician"),
        ("hope", CARE, "sealed-records-holder"),
    ):
        add_worker(username=name, name=name.capitalize(), agency=agency, role=role, by=machine("set-up-machine"))
    live(
        tell("ppn", "child", (JAY, MIA)),
        tell("school-concern", "child", agency=SCHOOL, category="neglect"),
        tell("police-intelligence", "subject", source_grade="2", information_grade="B", handling="P"),
    )


def levels(username, whom):
    try:
        return {entry.record: entry.level for entry in entries(username, whom)}
    except Missing:
        return {}


def opened(username="nell", reason=WHY):
    return break_glass(person=person(), reason=reason, by=actor(username))


def test_it_opens_one_child_for_four_hours_and_ends_by_itself(house):
    mia = identity(POLICE, "M1").person
    assert levels("nell", person()) == {} and levels("nell", mia) == {}
    made = opened()
    assert made.until - now() > timedelta(hours=3, minutes=59)
    seen = levels("nell", person())
    assert seen["ppn"] is Level.FULL and seen["school-concern"] is Level.FULL
    assert "police-intelligence" not in seen or seen["police-intelligence"] <= Level.POINTER
    with as_("nell") as reading:
        assert profile(reading, person()).name == "Jay Marsh"
    assert levels("gwen", person()) == {}, "a colleague sees no more than before"
    assert levels("nell", mia) == {} or all(entry is Level.HIDDEN for entry in levels("nell", mia).values())
    with pretend(now() + timedelta(hours=4, seconds=1)):
        assert set(levels("nell", person())) <= {"break-glass"}, "what she did herself is still on her agency's record"
        assert opened().person == person(), "and needs a new reason"


def test_without_a_reason_or_the_right_nothing_opens(house):
    for reason, code in (("", "rationale-missing"), ("   urgent   ", "rationale-too-short")):
        with pytest.raises(Refused) as error:
            opened(reason=reason)
        assert error.value.decision.reason_code == code
    for username in ("ines", "dee"):
        with pytest.raises(Refused) as error:
            opened(username)
        assert error.value.decision.reason_code == "not-permitted"
    with pytest.raises(Missing):
        break_glass(person=uuid4(), reason=WHY, by=actor("nell"))
    assert not Record.objects.filter(verb="break-glass", kind="change").exists() and not told("break-glass-alert")
    opened()
    with pytest.raises(Conflict):
        opened()


def test_whoever_is_sealed_is_as_nobody(house):
    guard(
        identities=[identity(POLICE, "J1").id, identity(SCHOOL, "J1").id],
        kind="sealed",
        because="Adopted; the record says so.",
        by=actor("hope"),
    )
    with pytest.raises(Missing):
        opened()
    assert known_as(asked=Asked(number=JAY.nhs_number), by=actor("nell")) is None


def test_owners_and_information_governance_are_told_at_once_and_not_whom_it_was_about(house):
    opened()
    (line,) = (line for line in box("ines"))
    assert line.kind == "break-glass-alert" and line.presses and not line.children and line.others == 1
    assert "Leeds Teaching Hospitals" in line.says and "Jay" not in line.says
    assert [line.kind for line in box("ruth")] == [line.kind for line in box("omar")] == ["break-glass-alert"]
    assert not box("nell") and not box("gwen")


def box(username):
    with as_(username) as reading:
        return inbox(reading).items


def test_somebody_else_reviews_it_once(house):
    made = opened()
    for username, code in (("nell", "not-permitted"), ("amir", "not-permitted")):
        with pytest.raises(Refused) as error:
            review_break_glass(entry=made.entry, upheld="yes", comment=WHY, by=actor(username))
        assert error.value.decision.reason_code == code
    with pytest.raises(Refused) as error:
        review_break_glass(entry=made.entry, upheld="no", by=actor("ines"))
    assert error.value.decision.reason_code == "rationale-missing"
    review_break_glass(entry=made.entry, upheld="yes", comment="The ward could reach nobody.", by=actor("ines"))
    with pytest.raises(Conflict):
        review_break_glass(entry=made.entry, upheld="no", comment="I think otherwise, it was not.", by=actor("iris"))
    with pretend(now() + timedelta(days=7)):
        sweep()
        assert not told("break-glass-unreviewed")


def test_what_nobody_reviews_is_told_on(house):
    opened()
    with pretend(now() + timedelta(days=7)):
        sweep()
        sweep()
        (found, other) = told("break-glass-unreviewed")
        assert {h for one in (found, other) for h in one.holders} == {
            "role:information-governance",
            "role:business-manager",
            "role:scrutineer",  # a working day after that, for nobody has said that they read it
        }


def test_whoever_opened_does_not_review(house):
    made = opened()
    both = replace(
        actor("nell"), permissions=actor("nell").permissions | actor("ines").permissions, role="information-governance"
    )
    with pytest.raises(Refused) as error:
        review_break_glass(entry=made.entry, upheld="yes", comment="It was right, I was there.", by=both)
    assert error.value.decision.reason_code == "second-person-needed"
    review_break_glass(entry=made.entry, upheld="yes", comment="It was right, I rang the ward.", by=actor("iris"))


def test_nothing_but_an_emergency_opening_is_reviewed(house):
    (entry, *_) = [e for e in entries("omar", person()) if e.record == "ppn"]
    with pytest.raises((Refused, Missing)):
        review_break_glass(entry=entry.id, upheld="yes", comment=WHY, by=actor("ines"))


def test_in_an_emergency_a_number_or_a_whole_name_with_the_birth_date_finds_one_child(house):
    nell = actor("nell")
    assert known_as(asked=Asked(number=JAY.nhs_number), by=nell) == person()
    assert known_as(asked=Asked(words="jay marsh", born="2010-03-04"), by=nell) == person()
    for asked in (
        Asked(words="jay marsh"),
        Asked(words="marsh", born="2010"),
        Asked(words="jo marsh", born="2010-03-04"),
        Asked(number="9990000999"),
    ):
        assert known_as(asked=asked, by=nell) is None
    with pytest.raises(Refused):
        known_as(asked=Asked(number=JAY.nhs_number), by=actor("ines"))
    assert Record.objects.filter(verb="find-in-emergency", kind="change").count() == 6


def test_the_opening_and_its_end_are_on_the_record_with_who_and_why(house):
    made = opened()
    record = Record.objects.get(verb="break-glass", kind="change")
    assert record.actor == actor("nell").id and str(made.entry) in record.ids
    assert WHY not in str(record.detail)
    assert open_to(actor("nell"), [identity(POLICE, "J1").id]).until == made.until
    assert open_to(actor("gwen"), [identity(POLICE, "J1").id]) is None
