"""Sending a concern by a form: made from the record type, kept while it is typed, sent whatever it lacks."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from django.test import Client

from sightline.agencies.queries import partnership, worker
from sightline.chronology.models import Entry, Part
from sightline.front_door.concerns import sendable
from sightline.front_door.models import Quality
from sightline.identity.models import Relation
from sightline.intake.models import Delivery, Draft, Quarantined
from sightline.intake.types import Details, Named
from sightline.vault.actions import Keyring
from tests.support.house import JAY, MIA, an_hour_ago, live, open_house, told


@pytest.fixture(scope="module")
def town(shared_database):
    open_house()
    dana = Named("d", ("parent",), Details(given="Dana", family="Marsh", born="1986-09-21", local_id="D1"))
    parent = (("d", "parent", "p1"), ("d", "parent", "p2"))
    live(told("ppn", "child", (JAY, MIA), at=an_hour_ago(), also=(dana,), relations=parent, grade="amber"))


def signed_in(username):
    client = Client()
    client.force_login(worker(username))
    return client


def begin(client, record):
    answer = client.post("/concern/", {"record": record})
    assert answer.status_code == 302, answer.content[:300]
    return answer["Location"]


def body_of(first):
    entry = Entry.objects.filter(first=first).order_by("recorded_at").last()
    keyring = Keyring()
    keyring.fetch_for([bytes(entry.body)])
    return keyring.open(bytes(entry.body), f"entry|{entry.id}")


def newest(record):
    return Entry.objects.filter(record=record).order_by("-recorded_at").first()


SCHOOL = {
    "n": "2", "m": "1", "c0-given": "Poppy", "c0-family": "Arkwright", "c0-born": "10", "c0-voice": "There was no tea again",
    "c0-ethnicity": "WBRI", "c1-given": "Baby", "c1-family": "Arkwright",
    "c1-voice": "N/A - too young", "says": "She keeps putting herself at risk.",
    "happened-day": "yesterday", "happened-time": "9.40pm", "f-category": "neglect", "f-cannot-wait": "no",
    "f-family-told": "no", "f-family-told-why": "It might not be safe for her", "do": "send",
}  # fmt: skip


def test_a_worker_is_offered_what_their_agency_sends_and_nothing_else(town):
    page = signed_in("ruth").get("/concern/").content.decode()
    offered = re.findall(r'name="record" value="([^"]+)"', page)
    declared = {one.id for one in sendable(partnership(), "school")}
    assert offered[:1] == ["school-concern"] and set(offered) == declared
    assert "ppn" not in offered
    assert "999" in page
    assert signed_in("ruth").post("/concern/", {"record": "ppn"}).status_code == 404
    assert "ppn" in re.findall(r'name="record" value="([^"]+)"', signed_in("omar").get("/concern/").content.decode())


@pytest.mark.parametrize("who", ["ruth", "omar", "amir"])
def test_every_kind_that_an_agency_sends_has_its_form(town, who):
    client = signed_in(who)
    for record in sendable(partnership(), {"ruth": "school", "omar": "police", "amir": "social-care"}[who]):
        where = begin(client, record.id)
        page = client.get(where)
        assert page.status_code == 200, record.id
        text = page.content.decode()
        for name in record.fields:
            if name != "voice-of-child":
                assert f'name="f-{name}"' in text, (record.id, name)
        assert client.post(where, {"do": "drop"}).status_code == 302


def test_several_children_in_one_go_with_their_parent(town):
    ruth = signed_in("ruth")
    where = begin(ruth, "school-concern")
    answer = ruth.post(where, SCHOOL | {"m": "0"})
    assert answer["Location"].endswith("/sent/")
    entry = newest("school-concern")
    assert (entry.agency, entry.queued, entry.author) == ("elmfield-academy", True, str(worker("ruth").id))
    assert Part.objects.filter(entry=entry, child=True).count() == 2
    body = body_of(entry.first)
    assert (
        body["fields"]["voice-of-child"] == "Poppy Arkwright: There was no tea again\nBaby Arkwright: N/A - too young"
    )
    assert body["fields"]["family-told"] == "The family was not told: It might not be safe for her"
    assert f"{entry.happened:%M}" == "40" and Delivery.objects.filter(feed="form", by=str(worker("ruth").id)).exists()
    assert Quality.objects.get(entry=entry.first).agency == "elmfield-academy"


def test_parents_are_told_with_what_they_are_to_the_children(town):
    bob = signed_in("omar")
    where = begin(bob, "ppn")
    before = Relation.objects.count()
    bob.post(where, {"n": "2", "m": "1", "c0-given": "Ada", "c0-family": "Quill", "c1-given": "Ben", "c1-family": "Quill",
                     "a0-role": "parent", "a0-given": "Ivy", "a0-family": "Quill", "do": "send"})  # fmt: skip
    assert Relation.objects.count() == before + 2
    assert Part.objects.filter(entry=newest("ppn")).count() == 3


def test_an_empty_form_is_sent_and_what_cannot_be_read_goes_with_the_words(town):
    ruth = signed_in("ruth")
    before = Entry.objects.filter(record="school-concern").count()
    where = begin(ruth, "school-concern")
    assert ruth.post(where, {"do": "send"})["Location"].endswith("/sent/")
    assert Entry.objects.filter(record="school-concern").count() == before + 1

    omar = signed_in("omar")
    where = begin(omar, "missing-episode")
    values = {"c0-given": "Una", "f-missing-from": "since about teatime", "happened-day": "on Tuesday", "do": "send"}
    assert omar.post(where, values)["Location"].endswith("/sent/")
    says = body_of(newest("missing-episode").first)["says"]
    assert "since about teatime" in says and "When: on Tuesday" in says


def test_the_receipt_says_nothing_of_matches_and_what_would_help(town):
    """Jay is well known here; somebody invented is not. The receipts differ in names and numbers alone."""
    ruth, pages = signed_in("ruth"), []
    for given, family in (("Jay", "Marsh"), ("Zed", "Nowhere")):
        where = begin(ruth, "school-concern")
        ruth.post(
            where,
            {"c0-given": given, "c0-family": family, "c0-born": "4 March 2010", "says": "He kicked off.", "do": "send"},
        )
        page = ruth.get(f"{where}sent/").content.decode()
        page = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+ \w+ \d{4} at \d\d:\d\d", "", page).replace(
            f"{given} {family}", "X"
        )
        pages.append(re.sub(r'nonce="[^"]*"|value="[^"]{40,}"', "", page))
    assert pages[0] == pages[1]
    assert "kicked off" in pages[0] and "became distressed" in pages[0]
    assert "What did the young person say" in pages[0] or "what did the young person say" in pages[0]


def test_what_is_typed_is_kept_and_stands_there_again(town):
    ruth = signed_in("ruth")
    where = begin(ruth, "school-concern")
    answer = ruth.post(f"{where}save/", SCHOOL)
    text = answer.content.decode()
    assert answer.status_code == 200 and "Saved at" in text
    assert "putting herself at risk" in text and "is being harmed" in text  # another wording, as it is typed
    assert "Baby Arkwright:" in text  # no voice: N/A is none
    page = ruth.get(where).content.decode()
    assert "There was no tea again" in page and "Poppy" in page
    listed = ruth.get("/concern/").content.decode()
    assert "Poppy Arkwright and Baby Arkwright" in listed
    assert signed_in("omar").get(where).status_code == 404  # nobody else's
    sealed = Draft.objects.filter(worker=str(worker("ruth").id))
    assert all(b"Poppy" not in bytes(row.body) for row in sealed)


def test_buttons_work_without_a_script_and_lose_nothing(town):
    ruth = signed_in("ruth")
    where = begin(ruth, "school-concern")
    ruth.post(where, SCHOOL | {"do": "child"})
    page = ruth.get(where).content.decode()
    assert page.count('id="child-') == 3 and "There was no tea again" in page
    ruth.post(where, SCHOOL | {"n": "2", "do": "no-child 0"})
    page = ruth.get(where).content.decode()
    assert page.count('id="child-') == 1 and 'value="Baby"' in page and "Poppy" not in page


def test_the_voice_is_asked_by_age(town):
    ruth = signed_in("ruth")
    where = begin(ruth, "school-concern")
    for typed, asked in (
        ("0", "What did you see of the baby?"),
        ("3", "say, show or play"),
        ("8", "What did the child say?"),
        ("15", "young person say, and want"),
    ):
        assert asked in ruth.post(f"{where}save/", {"c0-born": typed}).content.decode(), typed
    assert "pregnancy" in ruth.post(f"{where}save/", {"c0-expected": "1/1/2027"}).content.decode()


def test_what_is_held_is_offered_through_the_gate(town):
    """Amir, at the front door, sees Jay and takes him over; Gwen, who works with nobody here, is offered nobody."""
    amir = signed_in("amir")
    where = begin(amir, "contact")
    asked = amir.post(where, {"c0-given": "Jay", "c0-family": "Marsh", "do": "look 0"})
    page = amir.get(asked["Location"].partition("#")[0]).content.decode()
    offered = re.findall(r'value="take 0 ([0-9a-f-]{36})"', page)
    assert offered and "Jay" not in asked["Location"]
    for person in offered:
        amir.post(where, {"c0-given": "Jay", "do": f"take 0 {person}"})
        page = amir.get(where).content.decode()
        if 'value="kin 0 ' in page:
            break
    assert 'name="c0-family" id="i-c0-family" value="Marsh"' in page
    kin = re.findall(r'value="kin 0 ([0-9a-f-]{36})">Add ([^<]+)<', page)
    assert kin, "the family is suggested"
    known = re.search(r'name="c0-known" value="([0-9a-f-]{36})"', page)[1]
    amir.post(where, {"c0-given": "Jay", "c0-known": known, "do": f"kin 0 {kin[0][0]}"})
    assert kin[0][1].split()[0] in amir.get(where).content.decode()
    assert "LS14 6AA" not in page  # where they live is not offered

    gwen = signed_in("gwen")
    where = begin(gwen, "gp-concern")
    asked = gwen.post(where, {"c0-given": "Jay", "c0-family": "Marsh", "c0-born": "4 March 2010", "do": "look 0"})
    page = gwen.get(asked["Location"].partition("#")[0]).content.decode()
    assert "take 0" not in page and "Nobody whom you may see fits" in page
    assert gwen.post(where, {"do": f"take 0 {known}"}).status_code == 404


def test_what_was_sent_is_added_to_and_not_sent_twice(town):
    ruth = signed_in("ruth")
    where = begin(ruth, "school-concern")
    ruth.post(where, {"c0-given": "Olu", "says": "Came without shoes.", "do": "send"})
    first = newest("school-concern").first
    ruth.post(where, {"c0-given": "Olu", "c0-voice": "My feet are cold", "says": "Came without shoes.", "do": "send"})
    versions = Entry.objects.filter(first=first)
    assert versions.count() == 2 and body_of(first)["fields"]["voice-of-child"] == "My feet are cold"
    assert not Quarantined.objects.filter(item__delivery__feed="form").exists()


def test_yours_stand_there_with_what_may_be_told(town):
    ruth = signed_in("ruth")
    where = begin(ruth, "school-concern")
    ruth.post(where, {"c0-given": "Femi", "c0-family": "Brook", "do": "send"})
    page = ruth.get("/concern/").content.decode()
    assert "Femi Brook" in page and "Held at the front door" in page
    assert "Femi" not in signed_in("omar").get("/concern/").content.decode()
    assert UUID(where.strip("/").rpartition("/")[2])
