"""A team's page: whom nobody has, giving and ending; and nobody else's team, workers or children."""

from __future__ import annotations

import re

import pytest

from sightline.agencies.actions import add_worker
from sightline.agencies.models import Worker
from sightline.agencies.queries import actor_by_id, machine, worker
from sightline.chronology.models import Entry
from sightline.chronology.tracing import people_of, versions_of
from sightline.identity.queries import persons_of
from sightline.jobs.allocating import allocate
from sightline.ledger.models import Record
from tests.support.partnership import CARE, child, inside, send, settle_in

EAST, WEST = "east-area-team", "west-area-team"
MORE = (
    ("tess", "team-manager", EAST),
    ("sue", "social-worker", EAST),
    ("wim", "team-manager", WEST),
    ("wes", "social-worker", WEST),
    ("ned", "team-manager", ""),
)


@pytest.fixture(scope="module")
def house(shared_database):
    settle_in()
    for name, role, team in MORE:
        add_worker(
            username=name, name=name.capitalize(), agency=CARE, role=role, team=team, by=machine("set-up-machine")
        )


def person_on(first):
    identity = people_of(versions_of(first)[-1])[0][0]
    return persons_of([identity])[identity], identity


def given_to(name, first):
    _, identity = person_on(first)
    allocate(identity=identity, worker=str(worker(name).id), by=actor_by_id(str(worker("amir").id)))


@pytest.fixture
def wren(house):
    """A child whom Sara has, of the East area team."""
    first = send("ppn", ("child", child("Wren")), grade="amber")
    given_to("sara", first)
    return person_on(first)[0]


def test_the_team_is_whoever_its_workers_have_and_nobody_elses(wren):
    listed = inside("tess").get("/team/").content.decode()
    assert "Wren" in listed and "Sara" in listed and "Social worker" in listed
    assert "Wren" not in inside("wim").get("/team/").content.decode()
    assert inside("tess").get(f"/team/{wren}/").status_code == 200
    assert inside("wim").get(f"/team/{wren}/").status_code == 404
    assert inside("sara").get("/team/").status_code == 403
    assert "not recorded as the manager of a team" in inside("ned").get("/team/").content.decode()


def test_a_child_passes_to_a_colleague_with_a_reason_and_both_the_record_and_the_ledger_say_so(wren):
    tess, sue = inside("tess"), str(worker("sue").id)
    asked = {"do": "give", "worker": sue, "passes": "yes", "reason": ""}
    faulty = tess.post(f"/team/{wren}/", asked)
    assert faulty.status_code == 422 and "Choose why it passes" in faulty.content.decode()
    assert "checked" in faulty.content.decode(), "what was chosen is still chosen"
    assert inside("sue").get(f"/child/{wren}/").status_code == 404
    before = Record.objects.count()
    assert tess.post(f"/team/{wren}/", asked | {"reason": "LEFTRL"}).status_code == 302
    assert Record.objects.count() > before
    assert inside("sue").get(f"/child/{wren}/").status_code == 200
    assert inside("sara").get(f"/child/{wren}/").status_code == 404
    assert "A child is allocated to you" in inside("sue").get("/messages/").content.decode()
    assert "Social worker" in inside("sue").get(f"/child/{wren}/").content.decode()
    assert Entry.objects.filter(record="involvement", author=str(worker("tess").id)).count() == 1
    again = tess.post(f"/team/{wren}/", {"do": "give", "worker": sue, "passes": "no"})
    assert again.status_code == 422  # she is not among the choices any more


def test_it_ends_with_a_reason_and_the_record_says_until_when(wren):
    tess, sue = inside("tess"), str(worker("sue").id)
    tess.post(f"/team/{wren}/", {"do": "give", "worker": sue, "passes": "no"})
    page = tess.get(f"/team/{wren}/").content.decode()
    assert "Sara" in page and "Sue" in page
    assert tess.post(f"/team/{wren}/", {"do": "end", "ends": sue, "why": ""}).status_code == 422
    assert tess.post(f"/team/{wren}/", {"do": "end", "ends": sue, "why": "OTHERS"}).status_code == 302
    assert inside("sue").get(f"/child/{wren}/").status_code == 404
    last = Entry.objects.filter(record="involvement").order_by("-known_at")[:2]
    assert last[0].first == last[1].first, "one record, of which the second version says until when"


def test_nobody_of_another_team_is_given_a_child_nor_is_one_ended_for_them(wren):
    tess, wes = inside("tess"), str(worker("wes").id)
    refused = tess.post(f"/team/{wren}/", {"do": "give", "worker": wes, "passes": "no"})
    assert refused.status_code == 422
    assert inside("wes").get(f"/child/{wren}/").status_code == 404
    given_to("wes", send("ppn", ("child", child("Lark")), grade="amber"))
    assert "Lark" not in tess.get("/team/").content.decode()


def test_whose_worker_has_left_stands_first_and_is_counted(wren):
    Worker.objects.filter(username="sara").update(is_active=False)
    try:
        listed = inside("tess").get("/team/?who=left").content.decode()
        assert re.search(r"<b>\d+</b> whose worker has left", listed) and "has left" in listed and "Wren" in listed
    finally:
        Worker.objects.filter(username="sara").update(is_active=True)


def test_many_children_are_paged_and_each_stands_once(house):
    first = send("ppn", *(("child", child("Kestrel")) for _ in range(30)), grade="amber")
    for identity, _ in people_of(versions_of(first)[-1]):
        allocate(identity=identity, worker=str(worker("sue").id), by=actor_by_id(str(worker("amir").id)))
    seen, path = [], f"/team/?who={worker('sue').id}"
    while path:
        page = inside("tess").get(path).content.decode()
        seen += re.findall(r'href="/team/([0-9a-f-]{36})/"', page)
        more = re.search(r'href="(/team/\?from=[^"]+)" rel="next"', page)
        path = more[1].replace("&amp;", "&") if more else ""
    assert len(seen) == len(set(seen)) >= 30
