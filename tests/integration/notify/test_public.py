"""The page for the public: anybody may tell, nothing is turned away, a flood holds up no real concern."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from sightline.agencies.queries import worker
from sightline.chronology.models import Entry
from sightline.front_door.models import Item
from sightline.intake.models import Delivery, Quarantined
from sightline.jobs.due import sweep
from sightline.jobs.models import Due
from sightline.messages.models import Outgoing
from sightline.timescales.moment import now
from sightline.web.notify import public
from sightline.web.notify.limits import Limits
from tests.support.house import open_house


@pytest.fixture(scope="module")
def house(shared_database):
    open_house()


@pytest.fixture(autouse=True)
def nobody_wrote_before(monkeypatch):
    monkeypatch.setattr(public, "LIMITS", Limits())


def tell(address="192.0.2.7", **values):
    given = {"says": "The boy at number nine is outside in the cold every night.", "c0-given": "Kit", "do": "send"}
    return Client(enforce_csrf_checks=True).post("/tell-us/", given | values, REMOTE_ADDR=address)


def held():
    return Quarantined.objects.filter(state="waiting", item__delivery__feed="tell-us-held")


def test_danger_comes_first_and_nobody_signs_in(house):
    answer = Client().get("/tell-us/")
    text = answer.content.decode()
    assert answer.status_code == 200 and text.index("999") < text.index("<form")
    assert not answer.cookies  # nothing stays on the computer
    assert "0113" in text


def test_what_is_told_stands_in_the_queue(house):
    before = Entry.objects.filter(record="contact").count()
    answer = tell(
        **{
            "danger": "yes",
            "you-given": "Bea",
            "you-phone": "01632 960001",
            "who": "1B",
            "c0-voice": "I am not allowed in",
        }
    )
    text = answer.content.decode()
    assert answer.status_code == 200 and "We have it" in text and "999" in text
    assert Entry.objects.filter(record="contact").count() == before + 1
    entry = Entry.objects.filter(record="contact").order_by("-recorded_at").first()
    assert (entry.agency, entry.queued, entry.urgent) == ("childrens-social-work", True, True)
    assert Item.objects.filter(entry=entry.first).exists()


def test_nobody_needs_a_name_or_a_cookie_and_an_empty_page_is_asked_for_words(house):
    assert tell(**{"c0-given": ""}).status_code == 200
    answer = Client().post("/tell-us/", {"do": "send"}, REMOTE_ADDR="192.0.2.9")
    assert answer.status_code == 422 and "Write a few words" in answer.content.decode()


def test_sent_twice_is_one(house):
    id = re.search(r'name="id" value="([0-9a-f-]{36})"', Client().get("/tell-us/").content.decode())[1]
    before = Entry.objects.filter(record="contact").count()
    words = "She told my daughter that she sleeps in the shed, and I have seen the lock."
    for _ in range(2):
        assert tell(id=id, says=words, address="192.0.2.31").status_code == 200
    assert Entry.objects.filter(record="contact").count() + held().count() >= before + 1
    assert Entry.objects.filter(record="contact").count() == before + 1


def test_a_flood_holds_up_no_real_concern(house):
    """Hundreds from one place, and from many: what is over a limit is kept, each, and a real one comes through at once."""
    kept = held().count() + Entry.objects.filter(record="contact").count()
    for n in range(20):
        assert (
            tell(
                address="198.51.100.4", says=f"Buy number {n} now, all of it, cheap and quick for everybody"
            ).status_code
            == 200
        )
    for n in range(20):
        assert tell(address=f"203.0.113.{n}", says="cheap and quick, cheap and quick for all").status_code == 200
    assert held().count() + Entry.objects.filter(record="contact").count() == kept + 40  # none lost
    assert held().count() > 20
    assert Delivery.objects.filter(feed="tell-us-held").count() == 1  # one line among the loads
    before = Entry.objects.filter(record="contact").count()
    real = tell(address="192.0.2.88", says="My neighbour's little girl has had the same bruises for three weeks now.")
    assert real.status_code == 200 and Entry.objects.filter(record="contact").count() == before + 1


def test_a_real_concern_from_the_place_of_a_flood_is_kept_and_somebody_is_told(house):
    for n in range(11):
        tell(address="198.51.100.77", says=f"something else, the {n}th time, from the same address as all of these")
    words = "He hit the baby again tonight and there is blood on the door, please send somebody"
    answer = tell(address="198.51.100.77", says=words, danger="yes")
    assert "We have it" in answer.content.decode()  # the same answer: nobody is told to go away
    Due.objects.filter(verb="tell-public-held").update(run_at=now())
    sweep()
    assert Outgoing.objects.filter(kind="public-held", to="role:front-door-manager").exists()
    paul = Client()
    paul.force_login(worker("paul"))
    page = paul.get("/concern/public/").content.decode()
    first = page.index('<div class="sl-held"')
    assert "blood on the door" in page[first : first + 1500]  # danger stands first
    id = re.search(r'value="pass ([0-9a-f-]{36})"', page[first:])[1]
    before = Entry.objects.filter(record="contact").count()
    assert paul.post("/concern/public/", {"do": f"pass {id}"}).status_code == 302
    assert Entry.objects.filter(record="contact").count() == before + 1
    entry = Entry.objects.filter(record="contact").order_by("-recorded_at").first()
    assert entry.urgent and entry.agency == "childrens-social-work"


def test_those_from_one_place_are_set_aside_together_and_stay_kept(house):
    for n in range(14):
        tell(address="198.51.100.200", says=f"click here for prize number {n}, which is waiting for you and yours")
    paul = Client()
    paul.force_login(worker("paul"))
    page = paul.get("/concern/public/").content.decode()
    place = re.search(r'value="place (place [0-9a-f]+)"', page)[1]
    assert paul.post("/concern/public/", {"do": f"place {place}", "note": "no"}).status_code == 422
    waiting = held().count()
    assert (
        paul.post(
            "/concern/public/", {"do": f"place {place}", "note": "The same advertisement, many times"}
        ).status_code
        == 302
    )
    assert held().count() < waiting
    assert Quarantined.objects.filter(state="set-aside").exists()


@pytest.mark.parametrize(
    ("values", "why"),
    [({"website": "http://x"}, "filled-by-a-machine"), ({"says": "word " * 6000}, "very-long")],
)
def test_what_looks_like_a_machines_is_kept_and_marked(house, values, why):
    before = held().count()
    answer = tell(address=f"192.0.2.{100 + len(why)}", **values)
    assert answer.status_code == 200 and "We have it" in answer.content.decode()
    assert held().count() == before + 1
    assert why in {fault["code"] for fault in held().order_by("-at").first().faults}


def test_hostile_bodies_are_answered_in_a_sentence(house):
    for raw in (b"\xff\xfe\x00", b"a=1&" * 2000, b"says=" + b"x" * 11_000_000, b"{"):
        answer = Client().post(
            "/tell-us/", raw, content_type="application/x-www-form-urlencoded", REMOTE_ADDR="192.0.2.250"
        )
        assert answer.status_code in (200, 400, 413, 422)
    answer = Client().post(
        "/tell-us/", {"says": "\x00\x01 ‮ 💥 <script>alert(1)</script>", "do": "send"}, REMOTE_ADDR="192.0.2.251"
    )
    assert answer.status_code == 200 and b"<script>alert" not in answer.content
