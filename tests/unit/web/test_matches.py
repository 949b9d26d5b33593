"""Possible matches: each pair of people once, what cannot wait first, all of them reachable, and what follows a decision."""

from __future__ import annotations

import json
import re
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sightline.agencies.actions import add_worker
from sightline.agencies.queries import actor_for, machine, partnership, worker
from sightline.clocks.pressing import pressing
from sightline.commands import identity_matches
from sightline.identity import match_queries as identity
from sightline.identity.actions import guard
from sightline.identity.match_types import Narrow
from sightline.identity.models import Possible, SourceIdentity
from sightline.identity.queries import identities_of, persons_of
from sightline.identity.tracing import waiting_between
from sightline.intake.types import Details
from sightline.ledger.models import Record
from sightline.sharing.reading import reading
from sightline.web.matches.weights import number
from tests.journeys.alike import plant_alike, plant_family, plant_knot
from tests.journeys.story import told
from tests.journeys.town import deliver, plant
from tests.unit.web.test_door import inside

MATCH = re.compile(r'/matches/([0-9a-f-]{36})/"')
WHY = "The school nurse has met both."


@pytest.fixture(scope="module")
def town(shared_database):
    plant()
    plant_family()
    plant_alike()
    plant_knot()
    by = machine("story-runner")
    for username, role in (("moira", "front-door-manager"), ("hester", "sealed-records-holder")):
        add_worker(
            username=username,
            name=username.title(),
            agency="childrens-social-work",
            role=role,
            team="front-door",
            by=by,
        )


@pytest.fixture
def amir(town):
    return actor_for(worker("amir"))


def through(limit, who="amir", **how):
    """Every page, one after another, as somebody sees them."""
    after, pages = "", []
    while True:
        with reading(actor_for(worker(who)), "safeguarding", recorded=False) as opened:
            page = identity.waiting(opened, after=after, limit=limit, pressing=pressing(), **how)
        pages.append(page.items)
        if not page.next:
            return pages
        after = page.next


def every(**how):
    return [view for page in through(500, **how) for view in page]


def people_waiting():
    """Each two people of whom a match waits, as the table has them."""
    rows = Possible.objects.filter(state__in=("waiting", "unsure", "half")).values_list("one__person", "other__person")
    return {frozenset(two) for two in rows if len(set(two)) == 2}


def one_named(given, **how):
    return next(v for v in every(**how) if v.one.details.given == given)


def post(view, client=None, **chosen):
    return (client or inside("amir")).post(f"/matches/{view.id}/", {"do": "decide", "because": WHY, **chosen})


# --- the queue ------------------------------------------------------------------------------------------


def test_every_pair_of_people_comes_once_however_long_a_page_is(town):
    whole = [view.id for view in every()]
    pairs = [frozenset((v.person_one, v.person_other)) for v in every()]
    assert len(set(pairs)) == len(pairs) > 20
    assert set(pairs) == people_waiting()
    for limit in (1, 3, 7):
        assert [view.id for page in through(limit) for view in page] == whole
    assert identity.waiting_count() == len(whole)
    assert identity.waiting_count(limit=4) == 4


def test_what_cannot_wait_comes_first_and_then_whoever_waited_longest(town):
    views = every()
    order = [("urgent", "open", "").index(view.pressing) for view in views]
    assert order == sorted(order)
    assert {view.pressing for view in views} == {"urgent", "open", ""}
    for tier in ("urgent", "open", ""):
        waited = [view.at for view in views if view.pressing == tier]
        assert waited == sorted(waited)


def test_the_queue_is_narrowed_and_its_numbers_say_how_many(town):
    urgent = every(narrow=Narrow(show="urgent"))
    assert urgent == [view for view in every() if view.pressing == "urgent"] != []
    assert identity.waiting_count(None, Narrow(show="urgent"), pressing=pressing()) == len(urgent)
    nurse = every(narrow=Narrow(agency="leeds-community-healthcare"))
    assert nurse and all("leeds-community-healthcare" in (v.one.agency, v.other.agency) for v in nurse)
    page = inside("amir").get("/matches/?show=urgent").content.decode()
    assert re.search(rf"<b>{len(urgent)}</b> where something urgent waits", page)
    assert len(set(MATCH.findall(page.replace("?show=urgent", "")))) == len(urgent)
    assert inside("amir").get("/matches/?show=nonsense&agency=nobody").status_code == 200


def test_a_page_costs_the_same_however_many_there_are(town):
    costs = []
    for limit in (2, 12):
        partnership()  # asked every two seconds whether something was declared: not within the count
        with CaptureQueriesContext(connection) as queries:
            with reading(actor_for(worker("amir")), "safeguarding", recorded=False) as opened:
                identity.waiting(opened, limit=limit)
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 10


def test_what_was_tampered_with_is_the_beginning(town):
    page = inside("amir").get("/matches/", {"after": "WyJ4Il0:not-ours"}).content.decode()
    assert len(set(MATCH.findall(page))) == len(people_waiting())


def test_the_number_on_my_work_is_what_the_list_shows(town):
    client = inside("amir")
    number = re.search(r"<b>(\d+)</b> possible match", client.get("/").content.decode())[1]
    listed = client.get("/matches/").content.decode()
    assert int(number) == len(set(MATCH.findall(listed)))
    assert "whom you may not see" not in listed


def test_what_this_reader_may_not_see_is_counted_and_not_shown(town, monkeypatch):
    monkeypatch.setattr(identity, "held_with_sight", lambda *_: [])
    listed = inside("amir").get("/matches/").content.decode()
    assert MATCH.findall(listed) == []
    assert f"{len(people_waiting())} more wait about people whom you may not see" in listed


def test_what_is_sealed_is_there_for_its_holder_alone(town):
    view = one_named("Quinn")
    before = identity.waiting_count()
    SourceIdentity.objects.filter(id=view.one.identity).update(guard="sealed")
    try:
        client = inside("amir")
        assert view.id not in {v.id for v in every()}
        assert identity.waiting_count() == before - 1
        assert identity.waiting_about(view.person_other) == 0
        hidden, missing = client.get(f"/matches/{view.id}/"), client.get(f"/matches/{uuid4()}/")
        assert hidden.status_code == missing.status_code == 404
        assert hidden.content == missing.content
        assert post(view, decision="different").status_code == 404
        assert view.id in {v.id for v in every(who="hester")}
    finally:
        SourceIdentity.objects.filter(id=view.one.identity).update(guard="")
    assert view.id in {v.id for v in every()}


def test_the_front_door_is_told_how_many_wait_and_a_school_is_not(town):
    view = one_named("Ada")
    page = inside("amir").get(f"/child/{view.person_one}/").content.decode()
    assert "1 possible match waits: no time is lost by it" in page
    ruth = inside("ruth").get(f"/child/{view.person_one}/")
    assert ruth.status_code == 404 or "possible match" not in ruth.content.decode()


# --- a pair ---------------------------------------------------------------------------------------------


def test_the_page_of_a_pair_says_what_each_line_weighs_why_a_person_decides_and_what_would_follow(town):
    view = one_named("Ada")
    page = inside("amir").get(f"/matches/{view.id}/").content.decode()
    for part in view.parts:
        if part.level != "null":
            assert f"<b>{number(part.weight)}</b>" in page
    assert "No number that both tell agrees: name, birth date and address alone never join." in page
    assert "Where every pair begins" in page and "All together" in page
    assert "One page would show 2 entries: 1 from Ada Thackray’s page and 1 from Ada Thackray’s." in page
    assert "Who would newly see what" in page
    assert "0113 496" in page, "whom to ring"


def test_a_knot_of_three_stands_side_by_side_and_the_next_pair_is_of_it(town):
    views = [v for v in every() if v.one.details.family == "Ogunleye"]
    assert len(views) >= 2
    client = inside("amir")
    page = client.get(f"/matches/{views[0].id}/").content.decode()
    assert "3 who may be one person" in page
    answer = post(views[0], client, decision="unsure")
    following = UUID(re.search(r"/matches/([0-9a-f-]{36})/", answer["Location"])[1])
    assert following in {v.id for v in views}, "the next one is about the same child"
    client.post(f"/matches/{views[0].id}/undo/")


def test_a_reason_is_needed_to_decide_and_an_agency_to_ask(town):
    view = one_named("Bruno")
    for chosen, says in (
        ({"decision": "same", "because": ""}, "Say why, in a sentence"),
        ({"decision": ""}, "Choose one person"),
        ({"decision": "ask", "agency": ""}, "Choose the agency that you ask"),
    ):
        answer = post(view, **chosen)
        assert answer.status_code == 422
        assert says in answer.content.decode()
    assert Possible.objects.get(id=view.id).state == "waiting"


def test_what_was_asked_is_kept_and_it_goes_on_waiting(town):
    view, client = one_named("Chioma"), inside("amir")
    answer = post(view, client, decision="ask", agency=view.one.agency, because="")
    there = client.get(answer["Location"]).content.decode()
    assert "was asked on" in there and "Ring 0113 496" in there
    assert view.id in {v.id for v in every(narrow=Narrow(show="asked"))}
    assert "asked" in client.get(f"/matches/{view.id}/").content.decode()


def test_a_decision_leads_on_and_is_undone_at_once(town):
    view, client = one_named("Dorota"), inside("amir")
    before = people_waiting()
    answer = post(view, client, decision="same")
    assert len(set(persons_of([view.one.identity, view.other.identity]).values())) == 1
    there = client.get(answer["Location"]).content.decode()
    assert "You decided that they are one person" in there and f"/matches/{view.id}/undo/" in there
    client.post(f"/matches/{view.id}/undo/")
    assert people_waiting() == before
    assert persons_of([view.one.identity, view.other.identity]) == {
        view.one.identity: view.person_one,
        view.other.identity: view.person_other,
    }
    undone = Record.objects.filter(verb="undo-decision").latest("at")
    assert undone.detail == {"was": "same", "moved": 1}
    assert client.post(f"/matches/{view.id}/undo/").status_code == 409, "there is nothing left to take back"


def test_only_whoever_decided_takes_it_back(town):
    view = one_named("Elif")
    post(view, decision="different")
    refused = inside("moira").post(f"/matches/{view.id}/undo/")
    assert refused.status_code == 403 and "Only whoever decided this" in refused.content.decode()
    assert inside("amir").post(f"/matches/{view.id}/undo/").status_code == 302


def test_two_workers_must_agree_where_one_is_protected(town):
    view, amir, moira = one_named("Fergus"), inside("amir"), inside("moira")
    guard(identities=[view.one.identity], kind="protected", by=actor_for(worker("amir")))
    assert "two workers must agree" in amir.get(f"/matches/{view.id}/").content.decode()
    answer = post(view, amir, decision="same")
    assert "A second worker must agree before anything changes" in amir.get(answer["Location"]).content.decode()
    assert Possible.objects.get(id=view.id).state == "half"
    own = amir.get(f"/matches/{view.id}/").content.decode()
    assert "You cannot be the second as well" in own
    assert post(view, amir, decision="confirm").status_code == 403
    seen = moira.get(f"/matches/{view.id}/").content.decode()
    assert "Amir Khan" in seen and "they are one person" in seen and WHY in seen
    assert view.id in {v.id for v in every(who="moira", narrow=Narrow(show="half"))}
    post(view, moira, decision="confirm")
    assert Possible.objects.get(id=view.id).state == "same"
    assert len(set(persons_of([view.one.identity, view.other.identity]).values())) == 1


def test_the_second_worker_may_say_no(town):
    view, amir, moira = one_named("Gwen"), inside("amir"), inside("moira")
    guard(identities=[view.other.identity], kind="protected", by=actor_for(worker("amir")))
    post(view, amir, decision="same")
    post(view, moira, decision="reject")
    assert Possible.objects.get(id=view.id).state == "waiting"
    post(view, amir, decision="same")
    amir.post(f"/matches/{view.id}/undo/")
    assert Possible.objects.get(id=view.id).state == "waiting", "the first takes back what they said"


def test_whoever_may_only_see_decides_nothing(town):
    view, dee = one_named("Hamza"), inside("dee")
    assert dee.get("/matches/").status_code == 200
    answer = dee.post(f"/matches/{view.id}/", {"do": "decide", "decision": "same", "because": WHY})
    assert answer.status_code in (403, 404)
    assert dee.post(f"/matches/{view.id}/undo/").status_code == 403
    assert Possible.objects.get(id=view.id).state == "waiting"


def test_keys_are_switched_off_and_stay_off(town):
    client = inside("amir")
    assert 'data-keys="on"' in client.get("/matches/").content.decode()
    answer = client.post("/matches/keys/", {"keys": "off", "back": "/matches/?show=open"})
    assert answer["Location"] == "/matches/?show=open"
    page = client.get("/matches/").content.decode()
    assert 'data-keys="off"' in page and "<kbd>" not in page
    assert (
        client.post("/matches/keys/", {"keys": "on", "back": "https://elsewhere.example/"})["Location"] == "/matches/"
    )


# --- from the command line ------------------------------------------------------------------------------


def run(capsys, *words):
    import argparse

    parser = argparse.ArgumentParser()
    identity_matches.register(parser.add_subparsers())
    args = parser.parse_args([str(word) for word in words])
    return args.work(args), capsys.readouterr()


def test_the_queue_and_a_decision_from_the_command_line(town, capsys):
    code, said = run(capsys, "matches", "--by", "amir", "--json")
    told_ = json.loads(said.out)
    assert code == 1 and told_["waiting"] == len(people_waiting())
    assert [UUID(one["id"]) for one in told_["matches"]] == [view.id for view in every()]
    assert {"comparison", "level", "weight"} == set(told_["matches"][0]["compared"][0])
    code, said = run(capsys, "matches", "--by", "amir", "--agency", "elmfield-acad")
    assert code == 2 and "did you mean elmfield-academy?" in said.err  # never "0 wait" of an agency that is not there
    code, said = run(capsys, "matches", "--by", "amir", "--most", "0")
    assert code == 2 and not said.out
    view = one_named("Ines")
    code, said = run(capsys, "decide", view.id, "--decision", "same", "--by", "amir")
    assert code == 2 and "Say why" in said.err
    code, said = run(capsys, "decide", view.id, "--decision", "different", "--by", "amir", "--because", WHY, "--json")
    assert code == 0 and json.loads(said.out) == {"id": str(view.id), "state": "different", "one_person": False}
    code, said = run(capsys, "decide", view.id, "--decision", "same", "--by", "amir", "--because", WHY)
    assert code == 2 and "already decided" in said.err
    code, said = run(capsys, "decide", view.id, "--decision", "undo", "--by", "amir")
    assert code == 0 and "goes on waiting" in said.out


# --- the last in this file: it changes the town ----------------------------------------------------------


def test_two_people_are_decided_about_once_however_many_details_might_match(town):
    """Held twice already, joined by a number; a third sender's details may match either: two matches, one pair of people."""
    number = Details(given="Zed", family="Oldcastle", born="2011-01-01", sex="male", nhs_number="9990000042")
    for agency, record in (("elmfield-academy", "school-concern"), ("leeds-community-healthcare", "camhs-referral")):
        deliver("more", [told(agency, record, "2025-02-03", "child", number)])
    without = Details(given="Zed", family="Oldcastle", born="2011-01-01", sex="male")
    deliver("more", [told("west-yorkshire-police", "stop-search", "2025-02-04", "subject", without)])
    before = identity.waiting_count()
    zed = one_named("Zed")
    both = {zed.person_one, zed.person_other}
    assert len(waiting_of(both)) == 2
    post(zed, decision="different")
    assert waiting_of(both) == []
    assert identity.waiting_count() == before - 1


def waiting_of(persons):
    ours, theirs = ([row.id for row in identities_of(person)] for person in persons)
    return waiting_between(ours, theirs)
