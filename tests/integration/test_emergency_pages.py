"""The pages of messages and emergencies: what they show, what they ask for first, and to whom they are not there."""

import re
import time
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client

from sightline.agencies.actions import add_worker, make_token
from sightline.agencies.models import Worker
from sightline.agencies.queries import machine
from sightline.identity.protected import protect
from sightline.ledger.models import Record
from sightline.messages import asking
from sightline.messages.actions import send
from sightline.sharing.paging import mark
from sightline.sharing.release import Value
from sightline.sharing.restricting import restrict
from sightline.timescales.moment import now, pretend
from sightline.vault.actions import destroy
from sightline.web.accounts.recently import PROOFS
from tests.support.house import CARE, HOSPITAL, JAY, POLICE, SCHOOL, actor, entries, live, open_house, person, told

WHY = "On the ward with a head injury, nobody of the service answers"


@pytest.fixture(scope="module")
def house(shared_database):
    open_house()
    for name, agency, role in (
        ("ines", "business-unit", "information-governance"),
        ("nell", HOSPITAL, "paediatrician"),
        ("emma", "emergency-duty-team", "emergency-duty-worker"),
        ("tess", CARE, "team-manager"),
    ):
        password = "a long road by the river" if name == "nell" else None
        add_worker(
            username=name,
            name=name.capitalize(),
            agency=agency,
            role=role,
            password=password,
            by=machine("set-up-machine"),
        )
    live(told("ppn", "child"), told("assessment", "child", agency=CARE, started="2024-01-10"))
    return shared_database


def door(username, proved=True):
    client = Client(SERVER_NAME="localhost")
    client.force_login(
        Worker.objects.get(username=username), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    if proved:
        session = client.session
        session[PROOFS] = [{"method": "password", "at": time.time()}]
        session.save()
    return client


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_without_a_fresh_proof_an_emergency_asks_for_one_and_keeps_what_was_typed(house):
    client, address = door("nell", proved=False), f"/child/{person()}/emergency/"
    for response in (client.get(address), client.post(address, {"reason": WHY})):
        assert response.status_code == 302 and response["Location"].startswith("/sign-in/again/?next=")
        assert WHY not in response["Location"] and str(person()) in response["Location"]
    session = client.session
    session[PROOFS] = [{"method": "password", "at": time.time() - 301}]
    session.save()
    assert client.get(address).status_code == 302
    session[PROOFS] = [{"method": "password", "at": time.time()}]
    session.save()
    response = client.get(address)
    assert response.status_code == 200 and WHY in response.content.decode()
    assert "Jay" not in text(response), "the page that opens it names nobody whom its reader may not see"


def test_a_paediatrician_opens_reads_and_is_reviewed(house):
    nell, ines, omar = door("nell"), door("ines"), door("omar")
    assert nell.get(f"/child/{person()}/").status_code == 404
    response = nell.post(f"/child/{person()}/emergency/", {"reason": "Urgent"})
    assert response.status_code == 422 and "at least 20 characters" in text(response)
    response = nell.post("/emergency/", {"number": JAY.nhs_number, "reason": WHY}, follow=True)
    assert response.redirect_chain[-1][0] == f"/child/{person()}/"
    page = text(response)
    assert (
        "Jay Marsh" in page
        and "Open to you because of an emergency" in page
        and "Nell · emergency · until" in response.content.decode()
    )
    assert nell.get(f"/child/{person()}/emergency/")["Location"] == f"/child/{person()}/"
    assert "1 waiting" in text(omar.get("/"))
    message = text(omar.get("/messages/"))
    assert "Opened in an emergency" in message and "Leeds Teaching Hospitals" in message and "Jay Marsh" in message
    message = text(ines.get("/messages/"))
    assert "Jay" not in message and "A child whose name is not open to you".lower() in message.lower()
    queue = ines.get("/emergencies/")
    assert "Nell" in text(queue) and WHY in text(queue) and "Jay" not in text(queue)
    address = re.search(r"/emergencies/[0-9a-f-]{36}/", queue.content.decode())[0]
    assert nell.get(address).status_code == 403 and omar.get("/emergencies/").status_code == 403
    assert ines.post(address, {"finding": "justified", "comment": "No"}).status_code == 422
    response = ines.post(address, {"finding": "justified", "comment": "The ward rang twice."}, follow=True)
    assert "None waits" in text(response) and "Justified" in text(response)
    assert ines.post(address, {"finding": "breach", "comment": "I changed my mind."}).status_code == 409


def test_nobody_is_found_by_less_than_one_child_and_the_answer_is_the_same(house):
    bob = door("bob")
    answers = {
        text(bob.post("/emergency/", {"number": number, "reason": WHY})) for number in ("9990000999", "1112223333")
    }
    assert len({re.sub(r"\d{10}", "", one) for one in answers}) == 1
    assert "Nothing was opened" in answers.pop()
    for given in (
        {"words": "Jay"},
        {"words": "Jay Marsh"},
        {"born": "2010-03-04"},
        {"words": "Jay Marsh", "born": "2010"},
    ):
        assert bob.post("/emergency/", {**given, "reason": WHY}).status_code == 422


def test_a_message_is_read_once_and_by_whom_it_reached(house):
    ruth, omar = door("ruth"), door("omar")
    live(told("school-concern", "child", agency=SCHOOL, category="neglect"))
    nell = door("nell")
    nell.post("/emergency/", {"words": "Jay Marsh", "born": "4 March 2010", "reason": WHY})
    waiting = re.findall(r"/messages/[0-9a-f-]{36}/read/", omar.get("/messages/").content.decode())
    assert waiting and ruth.post(waiting[0]).status_code in (404,)
    assert omar.get(waiting[0]).status_code == 405
    assert omar.post(waiting[0], follow=True).status_code == 200
    assert omar.post(waiting[0]).status_code == 409
    assert waiting[0] not in omar.get("/messages/").content.decode()
    assert "read by Omar" in text(omar.get("/messages/?show=read"))
    assert door("dee").get("/messages/").status_code == 403


def test_an_agencys_own_system_is_told_that_a_message_waits_and_not_about_whom(house):
    token = make_token(agency=POLICE, label="test", by=machine("set-up-machine"))
    asked = {"headers": {"Authorization": f"Bearer {token}"}}
    at = {"agency": HOSPITAL, "at": "2025-01-10T03:04:00+00:00", "until": "2025-01-10T07:04:00+00:00"}
    send("break-glass-alert", to=f"agency:{POLICE}", about=[person()], says=at, by=actor("nell"))
    answer = Client().get("/api/v1/messages", **asked)
    found = answer.json()["messages"]
    assert answer.status_code == 200 and {one["kind"] for one in found} == {"break-glass-alert"}
    assert "Leeds Teaching Hospitals" in found[0]["says"] and not {"Jay", str(person())} & set(
        answer.content.decode().split('"')
    )
    send(
        "new-on-your-child",
        to=f"agency:{POLICE}",
        about=[person()],
        says={"record": "ppn", "agency": SCHOOL},
        by=actor("ruth"),
    )
    (new,) = [
        one
        for one in Client().get("/api/v1/messages", **asked).json()["messages"]
        if one["kind"] == "new-on-your-child"
    ]
    assert new["says"] == "" and new["title"]
    other = make_token(agency=SCHOOL, label="test", by=machine("set-up-machine"))
    theirs = Client().get("/api/v1/messages", headers={"Authorization": f"Bearer {other}"}).json()["messages"]
    assert not {one["id"] for one in theirs} & {one["id"] for one in found}
    assert Client().get("/api/v1/messages").status_code == 401
    for path in ("messages", "signals"):
        for unknown in ("nonsense", str(new["id"]), "x" * 400, mark(now(), person())[:-2]):
            refused = Client().get(f"/api/v1/{path}", {"after": unknown}, **asked)
            assert refused.status_code == 422 and refused.json()["faults"][0]["path"] == "after", (path, unknown)
            assert "next" in refused.json()["faults"][0]["expected"] and unknown not in refused.content.decode()
        assert Client().get(f"/api/v1/{path}", {"after": mark(now(), person())}, **asked).status_code == 200


def test_two_people_reach_a_protected_location(house):
    place = protect(
        value=Value("address", lines=("8 Ferry Terrace",), postcode="LS9 7AB"),
        kind="refuge",
        recipients=[f"worker:{actor('tess').id}"],
        because="She left at night and he is looking for her.",
        by=actor("amir"),
        person=person(),
    )
    emma, paul, amir = door("emma"), door("paul"), door("amir")
    ring = emma.get(f"/child/{person()}/ring/")
    assert "Protected locations" in text(ring) and "Ferry" not in text(ring)
    address = f"/child/{person()}/reach/location/{place}/"
    seen = f"{WHY}; somebody saw them at 8 Ferry Terrace"
    asked = emma.post(address, {"reason": seen}, follow=True).redirect_chain[-1][0]
    assert emma.post(f"{asked}shown/").status_code == 404, "nobody has agreed"
    assert "somebody saw them at [protected]" in text(paul.get(asked))
    assert "Ferry" not in text(paul.get(asked))
    paul.post(asked, {"decision": "agree", "words": "She rang me."})
    assert "Ferry Terrace" in text(emma.post(f"{asked}shown/")) and emma.get(f"{asked}shown/").status_code == 405
    assert paul.post(f"{asked}shown/").status_code == 404 and amir.post(f"{asked}shown/").status_code == 404
    with pretend(now() + timedelta(hours=1, seconds=1)):
        assert emma.post(f"{asked}shown/").status_code in (302, 404)
    assert Record.objects.filter(verb="reveal-location", kind="read").count() == 1
    assert "Two people opened what you hold" in text(door("tess").get("/messages/"))


def test_two_people_reach_what_is_kept_to_named_people(house):
    record = next(e for e in entries("paul", person()) if e.record == "assessment")
    why = "A colleague is in this family, at 8 Ferry Terrace."
    restrict([record.first], named=[f"worker:{actor('tess').id}"], by=actor("tess"), because=why)
    kept = text(door("tess").get(f"/entry/{record.first}/keep/"))
    assert "A colleague is in this family, at [protected]." in kept and "Ferry" not in kept
    emma, tess, paul, nell = door("emma"), door("tess"), door("paul"), door("nell")
    ring = text(emma.get(f"/child/{person()}/ring/"))
    assert "Kept to named people" in ring and "Tess, team manager" in ring
    address = f"/child/{person()}/reach/record/{record.first}/"
    assert nell.post(address, {"reason": WHY}).status_code == 404, "she does not know that it is held"
    response = emma.post(address, {"reason": WHY}, follow=True)
    (asked,) = [url for url, _ in response.redirect_chain]
    assert "Nobody has answered yet" in text(response)
    assert "Agree or refuse" in text(tess.get("/messages/"))
    assert emma.post(asked, {"decision": "agree"}).status_code == 403
    assert nell.get(asked).status_code == 404 and door("ruth").get(asked).status_code == 404
    page = text(paul.get(asked))
    assert WHY in page and "Emma asks" in page
    assert paul.post(asked, {"decision": "refuse"}).status_code == 422
    response = paul.post(asked, {"decision": "agree", "words": "She rang me."}, follow=True)
    assert "You agreed" in text(response)
    assert "Open the record" in text(emma.get(asked))
    assert "all of it" in text(emma.get(f"/entry/{record.first}/"))
    assert paul.post(asked, {"decision": "agree"}).status_code == 409
    assert "Two people opened what you hold" in text(tess.get("/messages/"))
    (about,) = [
        one.person for one in asking.asked_by(actor("emma").id, now() - timedelta(hours=1)) if one.what == "record"
    ]
    destroy(asking.forget([about]))  # as an erasure does: that somebody asked stays, what they wrote is gone
    assert asking.asked(UUID(asked.split("/")[-2])).words == "" and WHY not in text(paul.get(asked))
