"""The gate in use: what passes is recorded once a response, what cannot be recorded does not leave, and what is hidden is
as if it were not there."""

from uuid import uuid4

import pytest
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse

from sightline.agencies.queries import worker
from sightline.chronology.queries import of_person
from sightline.definition.outcomes import Missing
from sightline.ledger.models import Record
from sightline.sharing import reading as module
from sightline.sharing.actions import end_ties, tie, untie
from sightline.sharing.models import Tie
from sightline.sharing.types import Level
from sightline.timescales.moment import now
from tests.support.house import JAY, POLICE, SCHOOL, actor, as_, entries, identity, live, person, recent_day, send, told


@pytest.fixture
def jay(house):
    send(told(child_at_risk="yes", says="A knife was found."))
    return person()


def signed_in(username):
    client = Client()
    client.force_login(worker(username), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def reads():
    return Record.objects.filter(kind="read")


# --- recorded --------------------------------------------------------------------------------------------------------


def test_one_response_leaves_one_record_that_says_who_why_and_what(jay):
    before = reads().count()
    response = signed_in("amir").get(reverse("child", args=[jay]))
    assert response.status_code == 200
    assert reads().count() == before + 1
    record = reads().order_by("-at").first()
    assert (record.verb, record.purpose, record.acting_for, record.actor) == (
        "view-child",
        "safeguarding",
        "childrens-social-work",
        actor("amir").id,
    )
    assert record.outcome == "allowed" and record.count > 0 and "front-door-duty" in record.rule and record.basis
    assert record.policy and len(record.leaf) == 64


def test_what_was_seen_and_at_which_level_is_recorded_once_each(jay):
    with as_("amir") as opened:
        shown = of_person(opened, jay).entries
        of_person(opened, jay)
    record = reads().order_by("-at").first()
    assert {str(e.id) for e in shown} <= set(record.ids)
    assert record.detail["levels"] == {"full": len(shown)}


def test_a_look_that_finds_nothing_is_recorded_too(jay):
    before = reads().count()
    assert signed_in("bob").get(reverse("child", args=[jay])).status_code in (403, 404)
    response = signed_in("ruth").get(reverse("child", args=[jay]))
    assert response.status_code == 404
    assert reads().count() > before
    assert reads().order_by("-at").first().outcome == "nothing"


# --- fail closed -----------------------------------------------------------------------------------------------------


def test_if_the_ledger_cannot_be_written_nothing_leaves(jay, monkeypatch):
    client, address = signed_in("amir"), reverse("child", args=[jay])
    whole = client.get(address).content.decode()
    assert "Marsh" in whole and "knife" in whole

    def broken(**_):
        raise DatabaseError("the disk is full")

    monkeypatch.setattr(module, "write", broken)
    response = client.get(address)
    body = response.content.decode()
    assert response.status_code == 503
    assert "Marsh" not in body and "knife" not in body and str(jay) not in body
    monkeypatch.undo()
    assert client.get(address).status_code == 200


def test_a_reading_that_cannot_be_closed_raises(jay, monkeypatch):
    def broken(**_):
        raise DatabaseError

    monkeypatch.setattr(module, "write", broken)
    with pytest.raises(DatabaseError), as_("amir") as opened:
        of_person(opened, jay)


# --- hidden ----------------------------------------------------------------------------------------------------------


def test_hidden_and_not_there_are_the_same_answer(jay):
    client = signed_in("ruth")
    hidden, missing = client.get(reverse("child", args=[jay])), client.get(reverse("child", args=[uuid4()]))
    assert (hidden.status_code, hidden.content) == (missing.status_code, missing.content) == (404, missing.content)
    assert {k: v for k, v in hidden.items() if k != "X-Request-ID"}.keys() == {
        k: v for k, v in missing.items() if k != "X-Request-ID"
    }.keys()
    seen = signed_in("amir").get(reverse("child", args=[jay]))
    assert seen.status_code == 200, "the same address opens for whoever may see it"


# --- ties ------------------------------------------------------------------------------------------------------------


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
    from datetime import timedelta

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
