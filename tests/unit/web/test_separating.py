"""This is somebody else: who may say so, what is said first, and what has changed afterwards."""

from __future__ import annotations

import re
from uuid import UUID, uuid4

import pytest

from sightline.identity.queries import identities_of, persons_of
from sightline.identity.tracing import waiting_between
from sightline.jobs.models import Due
from sightline.ledger.models import Record
from tests.journeys.town import plant
from tests.unit.web.test_door import found, inside

LINK = re.compile(
    r'href="(/child/[0-9a-f-]{36}/separate/([0-9a-f-]{36})/)">This is somebody else[^:]*: what ([^<]+) holds'
)
ENTRY = re.compile(r'id="e-([0-9a-f-]{36})"')


@pytest.fixture(scope="module")
def town(shared_database):
    plant()


@pytest.fixture
def page(town):
    """Jay's page as Amir has it, its address, and the links by agency."""
    client = inside("amir")
    pages = {f"/child/{person}/": "" for person, _ in found(client, "jay marsh")}
    for address in pages:
        pages[address] = client.get(address).content.decode()
    address = max(pages, key=lambda at: len(pages[at]))
    return client, address, pages[address], {who: (UUID(held), at) for at, held, who in LINK.findall(pages[address])}


def test_the_page_says_first_what_would_change(page):
    client, address, body, links = page
    assert (
        set(links) >= {"West Yorkshire Police", "Elmfield Academy", "Children’s Social Work Service"} or len(links) > 2
    )
    held, at = links["West Yorkshire Police"]
    said = client.get(at).content.decode()
    leaving, staying = (int(re.search(rf"(\d+) entries {what}", said)[1]) for what in ("leave", "stay"))
    assert leaving + staying == len(ENTRY.findall(body))
    assert "get a page of their own" in said
    assert "Jaye" in said
    assert client.get(address).content.decode().count("This is somebody else") == len(links), "nothing changed yet"


def test_on_a_page_of_the_past_there_is_nothing_to_separate(page):
    client, address, _, _ = page
    assert "This is somebody else" not in client.get(address, {"known-on": "2026-01-15"}).content.decode()


def test_whoever_lacks_the_permission_has_no_link_and_no_page(page):
    _, address, _, links = page
    ruth = inside("ruth")
    assert "This is somebody else" not in ruth.get(address).content.decode()
    _, at = links["West Yorkshire Police"]
    assert ruth.get(at).status_code == 403
    assert ruth.post(at, {"because": "x"}).status_code == 403


def test_somebody_elses_identity_is_not_there(page):
    client, address, _, _ = page
    missing = client.get(f"{address}separate/{uuid4()}/")
    nell = client.get(f"/child/{uuid4()}/separate/{uuid4()}/")
    assert missing.status_code == nell.status_code == 404
    assert missing.content == nell.content


def test_a_reason_is_needed_and_what_was_typed_is_kept(page):
    client, _, _, links = page
    _, at = links["West Yorkshire Police"]
    answer = client.post(at, {"because": "", "do": "separate"})
    assert answer.status_code == 422
    assert "Say why, in a sentence" in answer.content.decode()
    client.post(at, {"because": "Two boys of one name", "do": "keep"})
    assert "Two boys of one name" in client.get(at).content.decode()


def test_what_one_agency_holds_gets_a_page_of_its_own_with_its_entries_and_clocks(page):
    client, address, body, links = page
    held, at = links["West Yorkshire Police"]
    person = UUID(address.split("/")[2])
    answer = client.post(at, {"because": "The officer has met both boys.", "do": "separate"}, follow=True)
    assert answer.redirect_chain[-1][0] == f"{address}separated/{held}/", "who saw what because of it comes at once"
    assert "stands on a page of its own now" in answer.content.decode()
    told = client.get(address).content.decode()
    own = persons_of([held])[held]
    assert own != person
    other = client.get(f"/child/{own}/").content.decode()
    here, there = set(ENTRY.findall(told)), set(ENTRY.findall(other))
    assert here and there and not here & there
    assert here | there == set(ENTRY.findall(body))
    assert "Return home interview" in other, "the clocks went with what started them"
    owed = Due.objects.filter(verb="clocks", payload__has_key="beside").order_by("-run_at").first()
    assert set(owed.payload["persons"]) == set(owed.payload["beside"]) == {str(person), str(own)}
    assert not Due.objects.filter(verb="clocks", done_at=None).exists(), "and of those beside them"
    ours, theirs = ([row.id for row in identities_of(one)] for one in (person, own))
    assert waiting_between(ours, theirs) == [], "no match of the two is offered again"
    assert Record.objects.filter(verb="separate-identities").count() == 1, "one act, however many pairs it decides"
    assert client.get(at).status_code == 404, "done already"
