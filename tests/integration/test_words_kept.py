"""What is typed on a page and not sent: kept for whoever typed it, sealed, let go of when it is sent, gone with the child."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from django.test import Client

from sightline.chronology.tracing import people_of, versions_of
from sightline.identity.queries import persons_of
from sightline.intake.actions import drop_drafts_about
from sightline.intake.models import Draft
from tests.support.partnership import child, inside, send, settle_in

SAID = "She told me on the stairs, and nobody else was there."
FIELDS = json.dumps({"words": [SAID], "agency": ["a", "b"]})


@pytest.fixture
def amir(database):
    settle_in()
    return inside("amir")


def kept(client, where):
    return client.get(where).json()["forms"]


def test_it_is_kept_for_whoever_typed_it_and_nobody_else(amir):
    where = f"/typed/{uuid4()}/queue-shift/"
    assert kept(amir, where) == {}
    assert amir.post(where, {"form": "one", "fields": FIELDS}).json()["saved"].startswith("Saved at ")
    found = kept(amir, where)
    assert found["one"]["fields"] == {"words": [SAID], "agency": ["a", "b"]}
    assert SAID.encode() not in bytes(Draft.objects.get().body)
    assert kept(inside("sara"), where) == {} and Client().get(where).status_code == 302
    amir.post(where, {"form": "two", "fields": FIELDS})
    amir.post(where, {"form": "one", "fields": ""})
    assert list(kept(amir, where)) == ["two"], "each form by itself"
    for broken in ("{not json", "[]", '{"words": ["' + "x" * 200_000 + '"]}'):
        assert amir.post(where, {"form": "two", "fields": broken}).status_code == 422
    assert list(kept(amir, where)) == ["two"], "what cannot be understood is no wish to let go of what is kept"
    amir.post(where, {"form": "two", "fields": "{}"})
    assert not Draft.objects.exists()
    assert amir.get(f"/typed/{uuid4()}/no-such-page/").status_code == 404


def test_it_is_let_go_of_when_it_is_taken_and_not_where_it_was_not(amir):
    where = "/typed/00000000-0000-0000-0000-000000000000/queue-shift/"
    amir.post(where, {"form": "one", "fields": FIELDS})
    there = {"words": SAID, "typed-form": "one"}
    out = Client().post("/queue/shift/", there)
    assert out["Location"] == "/sign-in/?next=/queue/shift/&unsent=yes"
    page = Client().get(out["Location"]).content.decode()
    assert "You were signed out before that was sent" in page and SAID not in page
    assert list(kept(amir, where)) == ["one"]
    amir.post("/queue/shift/", {"words": SAID})
    assert list(kept(amir, where)) == ["one"], "another form of the page was sent"
    assert amir.post("/queue/shift/", there).status_code == 302
    assert kept(amir, where) == {}


def test_the_page_says_where_it_keeps_and_what_is_about_a_child_goes_with_the_child(amir):
    entry = versions_of(send("ppn", ("child", child("Wren")), grade="amber"))[-1]
    identity = people_of(entry)[0][0]
    person = persons_of([identity])[identity]
    page = amir.get(f"/child/{person}/").content.decode()
    assert f'data-typed="/typed/{person}/child/"' in page
    assert "data-typed" not in Client().get("/tell-us/").content.decode(), "nothing is kept of whoever tells us"
    assert "data-typed" not in amir.get("/tell-us/").content.decode()
    for about in (person, entry, uuid4()):
        amir.post(f"/typed/{about}/keep-child/", {"form": "one", "fields": FIELDS})
    assert len(drop_drafts_about([person, entry])) == 2
    assert Draft.objects.count() == 1
