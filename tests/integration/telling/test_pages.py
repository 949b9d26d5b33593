"""The pages of being told and being chased: for whom they open, what they do, and what they never say."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from sightline.agencies.queries import agency, partnership, worker
from sightline.clocks.rules import working_days
from sightline.front_door.day_list_rules import next_sitting
from sightline.front_door.told_models import Awaited, ListLine, Review, Telling
from sightline.intake.types import Details, Named
from sightline.jobs.day_lists import make
from sightline.jobs.due import sweep
from sightline.jobs.expecting import look
from sightline.timescales.london import local
from sightline.timescales.moment import now, pretend
from tests.support.house import CARE, POLICE, SCHOOL, open_house, send, told

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
UNA = Details(given="Una", family="Petty", born="2013-05-15", nhs_number="9990000018", school=SCHOOL, local_id="U1")
TOM = Details(given="Tom", family="Petty", born="2011-05-15", nhs_number="9990000026", local_id="T1")
MUM = Details(given="Gwen", family="Petty", born="1988-03-03", local_id="G1")
MORE = (
    ("nia", "emergency-duty-team", "emergency-duty-worker", "emergency-duty"),
    ("edie", "education-safeguarding", "education-officer", ""),
    ("vera", POLICE, "police-supervisor", "police-hub"),
    ("ivy", "domestic-abuse-service", "independent-domestic-abuse-adviser", ""),
    ("tess", CARE, "team-manager", "east-area-team"),
    ("mia", POLICE, "missing-exploitation-officer", "missing-exploitation"),
)


def hour_ago(hours: float = 1) -> str:
    return f"{local(now() - timedelta(hours=hours)):%Y-%m-%d %H:%M}"


@pytest.fixture(scope="module")
def house(shared_database):
    open_house(*MORE)
    furnish()


def furnish():
    """An incident about two children, an absence, and an incident of which no notice came; and a list for today."""
    also = (Named("v", ("victim",), MUM),)
    words = {"professional_judgement": "high", "children_present": "yes", "voice_of_child": "I hid behind the sofa."}
    incident = told("domestic-abuse-incident", "child", (UNA, TOM), at=hour_ago(), also=also, **words)
    send(incident, at=hour_ago(0.05))  # what arrived within the last minute is on the next list
    send(
        told(
            "missing-episode",
            "missing-child",
            TOM,
            at=hour_ago(3),
            missing_from=hour_ago(4),
            returned_at=hour_ago(2),
            risk="medium",
        )
    )
    send(
        told(
            "police-incident", "victim", TOM, at=hour_ago(30), sent=hour_ago(5), child_at_risk="yes", offence="robbery"
        )
    )
    while sweep():
        pass
    declared = partnership().daylist["daily-risk"]
    day = next_sitting(declared, now(), working_days(partnership()))  # the list of which is being filled
    make({"list": "daily-risk", "day": day.isoformat()})
    later = max(Telling.objects.values_list("run_at", flat=True))
    with pretend(max(later, now())):
        while sweep():
            pass
    with pretend(now() + timedelta(hours=2)):
        look({})


def page(username, path, **post):
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(worker(username), backend=BACKEND)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": 0}]
    session.save()
    return client.post(path, post) if post else client.get(path)


def paths() -> dict[str, tuple[str, str]]:
    """Each page with somebody who may open it."""
    school = Telling.objects.get(recipient=f"agency:{SCHOOL}")
    person = Telling.objects.get(recipient="person")
    line = ListLine.objects.filter(day__day_list="daily-risk").first()
    return {
        "told": ("ruth", "/told/"),
        "told-one": ("ruth", f"/told/{school.incident}/"),
        "to-tell": ("edie", "/to-tell/"),
        "to-tell-one": ("edie", f"/to-tell/{person.id}/"),
        "lists": ("omar", "/lists/"),
        "list": ("omar", f"/lists/{line.day_id}/"),
        "expected": ("vera", "/expected/"),
        "expected-one": ("vera", f"/expected/{Awaited.objects.first().id}/"),
        "police": ("paul", "/police-information/"),
        "police-one": ("paul", f"/police-information/{Review.objects.first().id}/"),
        "missing": ("mia", "/missing/"),
    }


@pytest.mark.parametrize("who", ["paul", "nia"])
def test_whoever_is_told_when_nobody_answers_finds_whom_to_ring_about(house, who):
    """An hour on, the message goes to the front door's manager and to the night team: their page names the child too."""
    person = Telling.objects.get(recipient="person")
    listed = page(who, "/to-tell/").content.decode()
    assert "Tom Petty" in listed and f"/to-tell/{person.id}/" in listed
    for leads in (person.id, person.incident):  # by whichever id the message leads there
        opened = page(who, f"/to-tell/{leads}/")
        assert opened.status_code == 200 and "Tom Petty" in opened.content.decode()


def test_each_page_opens_for_whoever_may(house):
    for name, (who, path) in paths().items():
        found = page(who, path)
        assert found.status_code == 200, (name, found.status_code)


def test_a_school_sees_its_own_pupil_and_no_other_child(house):
    text = page("ruth", paths()["told-one"][1]).content.decode()
    assert "Una Petty" in text and "I hid behind the sofa" in text
    assert "Tom" not in text and "Gwen" not in text


def test_what_cannot_be_told_stands_with_whoever_rings_and_not_with_a_school(house):
    there = paths()
    assert "Tom Petty" in page("edie", "/to-tell/").content.decode()
    assert page("ruth", "/to-tell/").status_code == 403
    assert page("edie", there["told-one"][1]).status_code == 403
    assert page("bob", there["expected"][1]).status_code == 403


def test_a_list_is_there_for_those_who_sit_on_it(house):
    path = paths()["list"][1]
    assert "Una Petty" in page("ivy", path).content.decode()
    assert page("mia", path).status_code == 404  # may see lists, and does not sit on this one
    assert page("ruth", path).status_code == 403


def test_a_line_is_not_heard_without_a_plan(house):
    path, line = paths()["list"][1], ListLine.objects.filter(day__day_list="daily-risk").first()
    found = page("omar", path, do="hear", line=str(line.id), decision="marac", version="1")
    assert found.status_code == 422 and "plan for safety is missing" in found.content.decode()
    assert page("ivy", path, do="hear", line=str(line.id), decision="marac").status_code == 403
    assert (
        page(
            "omar", path, do="task", line=str(line.id), words="Locks are changed", owner="Bob, housing", due=""
        ).status_code
        == 302
    )
    assert page("omar", path, do="hear", line=str(line.id), decision="marac", version="1").status_code == 302
    line.refresh_from_db()
    assert line.heard == "marac" and line.entry is not None


def test_a_school_reads_and_says_what_was_done(house):
    row = Telling.objects.get(recipient=f"agency:{SCHOOL}")
    path = f"/told/{row.incident}/"
    assert page("ruth", path, do="read", telling=str(row.id)).status_code == 302
    assert page("ruth", path, do="support", telling=str(row.id), words="").status_code == 422
    assert (
        page("ruth", path, do="support", telling=str(row.id), words="Her tutor met her at the gate.").status_code == 302
    )
    row.refresh_from_db()
    assert row.state == "done" and row.read_by == str(worker("ruth").id)
    assert "Her tutor met her" in page("ruth", path).content.decode()


def test_where_nobody_of_a_school_reads_the_page_names_the_school_to_be_rung(house):
    """The school is known: whoever must ring it is not left to find out which it is. Last: it adds to the house."""
    quiet = "thornbeck-high-school"
    pupil = Details(given="Ola", family="Reeve", born="2012-05-15", nhs_number="9990000034", school=quiet, local_id="O1")
    send(told("domestic-abuse-incident", "child", (pupil,), at=hour_ago(), children_present="yes"))
    while sweep():
        pass
    with pretend(max(now(), max(Telling.objects.values_list("run_at", flat=True)))):
        while sweep():
            pass
    one = Telling.objects.get(recipient="person", route="no-reader")
    opened = page("edie", f"/to-tell/{one.id}/").content.decode()
    assert "ring it" in opened and f"<b>{agency(quiet).title}</b>" in opened
