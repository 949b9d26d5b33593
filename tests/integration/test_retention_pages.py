"""The pages of keeping and erasing: whoever may, a reason, a fresh proof, two people; and nobody's name but to who may see it."""

import re

import pytest

from sightline.agencies.actions import add_worker
from sightline.agencies.queries import actor_by_id, machine, worker
from sightline.jobs import erasing
from sightline.retention import actions
from sightline.retention.models import Disposal, Hold
from sightline.web.retention import views
from tests.support.partnership import child, inside, person_on, send, settle_in

WHY = "She asked for it in writing; legal advice of 3 March."


@pytest.fixture(scope="module")
def town(shared_database):
    there = settle_in()
    for name in ("ines", "igor"):
        made = add_worker(
            username=name,
            name=name.title(),
            agency="business-unit",
            role="information-governance",
            by=machine("story-runner"),
        )
        there[name] = actor_by_id(made.id)
        has = worker(name)
        has.set_password("a long one, for proving it again")
        has.save()
    return there


@pytest.fixture(autouse=True)
def proof(monkeypatch):
    """Whether this session has just proved who is there: yes, unless a test says no."""
    answer = {"yes": True}
    monkeypatch.setattr(views, "proved", lambda request: answer["yes"])
    return answer


def words(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def test_from_the_address_of_a_page_to_the_second_person(town, proof):
    kim = child("Kimberly")
    first = send("ppn", ("child", kim), ("child", child("Lee")), grade="red", says="Words.")
    person = person_on(first)
    ines, igor = inside("ines"), inside("igor")
    assert "Nothing waits" in words(ines.get("/retention/"))
    assert ines.post("/retention/", {"page": "nobody"}).status_code == 422
    went = ines.post("/retention/", {"page": f"https://sightline.example/child/{person}/?from=2"})
    assert went.url == f"/child/{person}/erase/"
    page = ines.get(went.url)
    assert "this child’s record" in words(page) and "1 record also about somebody else" in words(page)
    assert "Kimberly" not in words(page)  # who looks after erasing does not read cases
    assert ines.post(went.url, {"because": "Short."}).status_code == 422
    proof["yes"] = False
    asked = ines.post(went.url, {"because": WHY})
    assert asked.status_code == 302 and "sign-in" in asked.url and not Disposal.objects.filter(state="asked").exists()
    assert WHY in ines.get(went.url).content.decode()  # what was typed is there again after the proof
    proof["yes"] = True
    asked = ines.post(went.url, {"because": WHY})
    assert re.fullmatch(r"/retention/[0-9a-f-]{36}/", asked.url)
    mine = words(ines.get(asked.url))
    assert "You asked for this" in mine and "Agree, and erase it" not in mine and WHY in mine
    assert ines.post(asked.url, {"do": "agree"}).status_code == 422  # pressed all the same
    second = words(igor.get(asked.url))
    assert "Agree, and erase it" in second and "0 records about them alone" in second and "/child/" not in second
    proof["yes"] = False
    assert "sign-in" in igor.post(asked.url, {"do": "agree"}).url
    proof["yes"] = True
    assert igor.post(asked.url, {"do": "agree", "because": "Read it."}).url == asked.url
    done = words(igor.get(asked.url))
    assert (
        "Erased" in done
        and "0 records for ever; 1 also about others stays theirs" in done
        and "sightline proof" in done
    )
    assert "Ines, then Igor" in words(igor.get("/retention/"))
    assert igor.post(asked.url, {"do": "agree"}).status_code == 200  # nothing more to answer


def test_who_may_not_is_told_so_and_who_may_not_see_finds_nothing(town):
    first = send("ppn", ("child", child()), grade="red")
    person = person_on(first)
    asked = actions.ask(person=person, because=WHY, by=town["ines"])
    for address in ("/retention/", f"/retention/{asked}/", f"/child/{person}/erase/", "/retention/holds/"):
        assert inside("ruth").get(address).status_code == 403, address
    ines = inside("ines")
    nobody = ines.get("/child/5161e0d1-6e57-4a11-9d16-e57000000001/erase/")
    assert nobody.status_code == 404
    assert ines.get("/retention/5161e0d1-6e57-4a11-9d16-e57000000001/").content == nobody.content
    actions.reject(disposal=asked, by=town["ines"])


def test_a_hold_is_put_and_lifted_and_stands_on_every_page(town):
    person = person_on(send("ppn", ("child", child()), grade="red"))
    asked = actions.ask(person=person, because=WHY, by=town["ines"])
    ines = inside("ines")
    whole = {"kind": "inquiry", "because": WHY, "reach": "child"}
    for wrong in ({"kind": ""}, {**whole, "reach": ""}, whole, {**whole, "page": "x"}, {**whole, "reach": "record"}):
        assert ines.post("/retention/holds/", wrong).status_code == 422
    assert ines.post("/retention/holds/", {**whole, "page": str(Disposal().id)}).status_code == 422
    assert not Hold.objects.exists()
    assert ines.post("/retention/holds/", {**whole, "page": f"/child/{person}/"}).status_code == 302
    assert "A public inquiry" in words(ines.get("/retention/holds/"))
    assert "may not be erased now" in words(ines.get(f"/child/{person}/erase/"))
    page = words(inside("igor").get(f"/retention/{asked}/"))
    assert "may not be erased now" in page and "Agree, and erase it" not in page
    said = inside("igor").post(f"/retention/{asked}/", {"do": "agree"})  # pressed all the same
    assert said.status_code == 422 and "It may not be erased: a public inquiry" in words(said)
    held = Hold.objects.get().id
    assert (
        ines.post(f"/retention/holds/{held}/lift/", {"because": "It has ended; the letter is of 4 May."}).status_code
        == 302
    )
    assert ines.get(f"/retention/holds/{held}/lift/").status_code == 404
    erasing.confirm(disposal=asked, by=town["igor"])
