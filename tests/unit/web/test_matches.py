"""Possible matches: each pair of people once, all of them reachable, and the number on My work is what the list shows."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sightline.agencies.queries import actor_for, partnership, worker
from sightline.identity import match_queries as identity
from sightline.identity.queries import identities_of
from sightline.identity.tracing import waiting_between
from sightline.intake.types import Details
from sightline.sharing.reading import reading
from tests.journeys.story import told
from tests.journeys.town import deliver, plant
from tests.unit.web.test_door import inside

NAMES = "Ada Bea Cal Dot Eve Fay Gus Hal Ida Jem Kit Lou".split()
EVERY = len(NAMES) + 3
MATCH = re.compile(r'/matches/([0-9a-f-]{36})/"')


@pytest.fixture(scope="module")
def town(shared_database):
    plant()
    for n, given in enumerate(NAMES):
        one = Details(given=given, family="Thackray", born=f"2012-03-{n + 1:02}", sex="female", postcode="LS7 4AA")
        deliver(
            "schools-jsonl",
            [told("elmfield-academy", "school-concern", "2025-02-01", "child", one, category="neglect")],
        )
        other = Details(given=given, family="Thackray", born=f"2012-03-{n + 1:02}", sex="female", postcode="LS9 8BB")
        deliver("leeds-police-csv", [told("west-yorkshire-police", "stop-search", "2025-02-02", "subject", other)])
    # Held twice already, joined by a number; a third sender's details may match either: two matches, one pair of people.
    number = Details(given="Zed", family="Oldroyd", born="2011-01-01", sex="male", nhs_number="9990000042")
    for agency, record in (("elmfield-academy", "school-concern"), ("leeds-community-healthcare", "camhs-referral")):
        deliver("more", [told(agency, record, "2025-02-03", "child", number)])
    without = Details(given="Zed", family="Oldroyd", born="2011-01-01", sex="male")
    deliver("more", [told("west-yorkshire-police", "stop-search", "2025-02-04", "subject", without)])


def through(limit):
    """Every page, one after another, as Amir sees them."""
    after, pages = "", []
    while True:
        with reading(actor_for(worker("amir")), "safeguarding", recorded=False) as opened:
            page = identity.waiting(opened, after=after, limit=limit)
        pages.append(page.items)
        if not page.next:
            return pages
        after = page.next


def test_every_pair_of_people_comes_once_however_long_a_page_is(town):
    whole = [view.id for (page) in through(500) for view in page]
    assert len(whole) == EVERY, "Jay, Dana, Zed and the twelve"
    pairs = [frozenset((v.person_one, v.person_other)) for page in through(500) for v in page]
    assert len(set(pairs)) == len(pairs)
    for limit in (1, 3, 5):
        assert [view.id for page in through(limit) for view in page] == whole
    assert identity.waiting_count() == len(whole)
    assert identity.waiting_count(limit=4) == 4


def test_a_page_costs_the_same_however_many_there_are(town):
    costs = []
    for limit in (2, 12):
        partnership()  # asked every two seconds whether something was declared: not within the count
        with CaptureQueriesContext(connection) as queries:
            with reading(actor_for(worker("amir")), "safeguarding", recorded=False) as opened:
                identity.waiting(opened, limit=limit)
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 8


def test_what_was_tampered_with_is_the_beginning(town):
    page = inside("amir").get("/matches/", {"after": "WyJ4Il0:not-ours"}).content.decode()
    assert len(MATCH.findall(page)) == EVERY


def test_the_number_on_my_work_is_what_the_list_shows(town):
    client = inside("amir")
    number = re.search(r"<b>(\d+)</b> possible match", client.get("/").content.decode())[1]
    listed = client.get("/matches/").content.decode()
    assert int(number) == len(MATCH.findall(listed))
    assert "whom you may not see" not in listed


def test_what_this_reader_may_not_see_is_counted_and_not_shown(town, monkeypatch):
    monkeypatch.setattr(identity, "held_with_sight", lambda *_: [])
    listed = inside("amir").get("/matches/").content.decode()
    assert MATCH.findall(listed) == []
    assert f"{EVERY} more wait about people whom you may not see" in listed


def test_two_people_are_decided_about_once_however_many_details_might_match(town):
    """The last in this file: it changes the town."""
    client = inside("amir")
    before = identity.waiting_count()
    zed = next(v for page in through(500) for v in page if v.one.details.given == "Zed")
    both = {zed.person_one, zed.person_other}
    assert len(waiting_of(both)) == 2
    client.post(f"/matches/{zed.id}/", {"decision": "different", "because": "Two boys; the nurse knows both."})
    assert waiting_of(both) == []
    assert identity.waiting_count() == before - 1


def waiting_of(persons):
    ours, theirs = ([row.id for row in identities_of(person)] for person in persons)
    return waiting_between(ours, theirs)
