"""Ties are the reasons to see: each is written once, lasts as long as its longest reason, and ends at once."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from sightline.definition.outcomes import Missing
from sightline.identity.models import SourceIdentity
from sightline.jobs import linking
from sightline.sharing.actions import end_ties, tie, untie
from sightline.sharing.models import Tie
from sightline.sharing.types import Level
from sightline.timescales.moment import now
from tests.support.house import (
    JAY,
    MIA,
    OTHER_SCHOOL,
    POLICE,
    SCHOOL,
    actor,
    entries,
    identity,
    live,
    person,
    recent_day,
    send,
    told,
)


@pytest.fixture
def jay(house):
    send(told(child_at_risk="yes", says="A knife was found."))
    return person()


def test_a_tie_opens_and_its_end_closes_at_once(jay):
    subject = identity(POLICE, "J1").id
    with pytest.raises(Missing):
        entries("sam", jay)
    tie([(f"worker:{actor('sam').id}", "allocated", subject, now(), None, None)])
    assert entries("sam", jay)[0].level is Level.FULL
    untie(kind="allocated", subjects=[subject], holder=f"worker:{actor('sam').id}")
    with pytest.raises(Missing):
        entries("sam", jay)


def test_a_tie_that_is_over_already_is_not_written(jay):
    subject = identity(POLICE, "J1").id
    assert tie([("team:east-area-team", "allocated", subject, now(), now(), None)]) == 0
    assert not Tie.objects.filter(holder="team:east-area-team").exists()


def test_a_tie_lasts_as_long_as_the_longest_reason_and_stands_once(jay):
    subject, begin = identity(POLICE, "J1").id, now()

    def rows(*days):
        return [("team:x", "on-duty", subject, begin, begin + timedelta(days=d) if d else None, uuid4()) for d in days]

    def stands():
        return list(Tie.objects.filter(holder="team:x").values_list("until", flat=True))

    assert (tie(rows(5, 9, 2)), stands()) == (1, [begin + timedelta(days=9)])
    assert (tie(rows(4)), stands()) == (0, [begin + timedelta(days=9)]), "an earlier end shortens nothing"
    assert (tie(rows(30)), stands()) == (0, [begin + timedelta(days=30)])
    assert (tie(rows(None)), stands()) == (0, [None])
    assert (tie(rows(60)), stands()) == (0, [None])


def test_each_involvement_has_a_tie_of_its_own_so_that_one_may_end(jay):
    subject, first, second = identity(POLICE, "J1").id, uuid4(), uuid4()
    for entry in (first, second):
        tie([("agency:elmfield-academy", "network", subject, now(), None, entry)])
    end_ties(because=[first], until=now())
    assert Tie.objects.filter(kind="network", until=None).count() == 1, "the other worker at that school goes on"


def attends():
    return sorted(Tie.objects.filter(kind="attends", until=None).values_list("holder", flat=True))


def pupil(school, day, **more):
    who = JAY.__class__.from_dict({**JAY.as_dict(), "school": school})
    return told(
        "contact", "child", who, agency="childrens-social-work", source_code="06", at=f"{recent_day(day)} 10:00", **more
    )


@pytest.mark.parametrize("together", [True, False], ids=["in one bite", "in two"])
def test_a_child_attends_one_school_at_a_time_in_one_sender_s_eyes(house, together):
    here, there = pupil(SCHOOL, 9), pupil("airebridge-sixth-form-college", 8)
    if together:
        send(here, there)
    else:
        live(here)
        assert attends() == [f"agency:{SCHOOL}"]
        live(there)
    assert attends() == ["agency:airebridge-sixth-form-college"]


def test_a_school_sees_its_pupil_only_while_they_attend(house):
    live(pupil(SCHOOL, 9))
    jay = person("childrens-social-work")
    assert entries("ruth", jay) == []  # who it is may be read; what social care holds may not
    live(pupil("airebridge-sixth-form-college", 8))
    with pytest.raises(Missing):
        entries("ruth", jay)


def taught():
    """Where each of those of whom the police told goes to school now, in the order in which they were first told of."""
    rows = Tie.objects.filter(kind="attends", until=None)
    told_of = SourceIdentity.objects.filter(agency=POLICE).order_by("made_at")
    return [sorted(rows.filter(subject=one.id).values_list("holder", flat=True)) for one in told_of]


def test_a_school_that_its_sender_names_no_longer_has_the_child_no_longer_under_any_name_of_them(house):
    here, there, him = [f"agency:{SCHOOL}"], [f"agency:{OTHER_SCHOOL}"], replace(JAY, local_id="")
    send(told(who=replace(him, school=SCHOOL), sent=f"{recent_day(9)} 10:00"))
    send(told(who=replace(him, school=OTHER_SCHOOL, postcode="LS9 9VK"), sent=f"{recent_day(6)} 10:00"))
    assert len(set(SourceIdentity.objects.values_list("person", flat=True))) == 1
    assert taught() == [[], there], "the same boy, of whom the same sender told without a number of its own"
    assert Tie.objects.filter(kind="attends", holder=here[0]).exclude(until=None).count() == 1, "until then they had him"
    send(told(who=replace(him, school=SCHOOL, postcode="LS8 6AA"), sent=f"{recent_day(8)} 10:00"))
    assert taught() == [[], there, []], "what was sent before that and comes late is no news"
    send(told("school-concern", "child", replace(him, school=SCHOOL), agency=SCHOOL, category="neglect"))
    assert taught()[1] == there
    assert Tie.objects.filter(kind="attends", holder=here[0], until=None).count() == 1, "what another sender says stands"


def test_where_it_was_somebody_else_each_goes_where_they_were_said_to_go(house):
    here, there = [f"agency:{SCHOOL}"], [f"agency:{OTHER_SCHOOL}"]
    send(told(who=replace(JAY, school=SCHOOL, nhs_number=""), sent=f"{recent_day(9)} 10:00"))
    send(told(who=replace(MIA, school=OTHER_SCHOOL), sent=f"{recent_day(6)} 10:00"))
    two = {"one": identity(POLICE, "J1").id, "other": identity(POLICE, "M1").id, "by": actor("amir")}
    linking.join(**two)
    assert taught() == [[], there]
    linking.separate(**two)
    assert taught() == [here, there]
