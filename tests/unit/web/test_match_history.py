"""Who was thought to be whom, and when; who saw what because two were taken for one; joining from a child's page."""

from __future__ import annotations

from itertools import count
from uuid import uuid4

import pytest

from sightline.identity.models import Link, Possible, SourceIdentity
from sightline.identity.queries import identities_of, persons_of
from sightline.intake.types import Details
from tests.journeys.alike import NURSE, POLICE, SCHOOL, held
from tests.journeys.town import plant
from tests.unit.web.test_door import inside

WHY = "Both schools rang: it is one girl who moved."
GIVEN = (
    "Beatrix Callum Demi Eoin Freya Gethin Hana Idris Jorja Kofi Leila Milo Noor Otis Petra Rhys Safia Tobias".split()
)
FAMILY = (
    "Hargreave Adeyemi Castellano Drummond Everard Fitzroy Gorecki Huang Ivanova Jessop Kowalczyk Lovell Mbeki Naismith "
    "Okoro Pasternak Quarshie Rossiter"
).split()
_number = count()


@pytest.fixture(scope="module")
def town(shared_database):
    plant()


def apart(n):
    """Two agencies hold somebody under details so different that nobody would ask. Returns their source identities."""
    before = set(SourceIdentity.objects.values_list("id", flat=True))
    held(SCHOOL, Details(given=GIVEN[n], family=FAMILY[n], born=f"2012-04-{n + 5:02}", postcode="LS6 1AA"), 5)
    held(
        POLICE, Details(given=GIVEN[-n - 1], family=FAMILY[-n - 1], born=f"2009-{n + 1:02}-30", postcode="LS11 9ZZ"), 6
    )
    made = SourceIdentity.objects.exclude(id__in=before).order_by("made_at", "agency")
    return {row.agency: row.id for row in made}


def joined(client, one, other):
    """Joins the pages of two source identities by hand, from the one's page."""
    persons = persons_of([one, other])
    return client.post(f"/child/{persons[one]}/join/{persons[other]}/", {"because": WHY, "do": "join"}, follow=True)


@pytest.fixture
def two(town):
    found = apart(next(_number))
    return found[SCHOOL], found[POLICE]


def test_another_page_is_found_compared_and_joined_with_a_reason(two):
    client, (one, other) = inside("amir"), two
    here, there = persons_of(two)[one], persons_of(two)[other]
    answer = client.post(f"/child/{here}/join/", {"born": "30 1 2009", "closed": "on"}, follow=True)
    assert "2009" not in answer.redirect_chain[-1][0]
    assert f"/child/{here}/join/{there}/" in answer.content.decode()
    page = client.get(f"/child/{here}/join/{there}/").content.decode()
    assert "A different given name" in page and "Where every pair begins" in page
    assert "One page would show 2 entries" in page
    assert client.post(f"/child/{here}/join/{there}/", {"because": "", "do": "join"}).status_code == 422
    answer = joined(client, one, other)
    assert "They are one person now" in answer.content.decode()
    assert len(set(persons_of(two).values())) == 1


def test_who_was_thought_to_be_whom_and_since_when_and_why(two):
    client, (one, other) = inside("amir"), two
    joined(client, one, other)
    person = persons_of(two)[one]
    page = client.get(f"/child/{person}/who/").content.decode()
    assert page.count("Told to us for the first time") == 2
    assert "A person decided that they are one" in page and "by you" in page
    assert WHY in page.replace("&#x27;", "’")
    assert "This is somebody else" in page
    assert f'href="/child/{person}/who/"' in client.get(f"/child/{person}/").content.decode()


def test_after_separating_who_saw_records_of_both_is_listed_at_once(two):
    client, ruth, (one, other) = inside("amir"), inside("omar"), two
    joined(client, one, other)
    person = persons_of(two)[one]
    ruth.get(f"/child/{person}/")
    client.get(f"/child/{person}/")
    leaving = other
    answer = client.post(
        f"/child/{person}/separate/{leaving}/", {"because": "Two girls after all.", "do": "separate"}, follow=True
    )
    assert "/separated/" in answer.redirect_chain[-1][0]
    page = answer.content.decode()
    assert "Who saw what because they were joined" in page
    assert "Amir Khan" in page and "Ring each" in page
    own = persons_of(two)
    assert own[one] != own[other]
    history = client.get(f"/child/{own[one]}/who/").content.decode()
    assert "somebody else" in history and "Who saw what because of it" in history and "Join again" in history
    again = joined(client, one, other).content.decode()
    assert "They are one person now" in again, "what was undone can be done again"


def test_whoever_lacks_the_right_finds_no_link_and_no_page(two):
    dee, ruth, (one, _) = inside("dee"), inside("ruth"), two
    person = persons_of([one])[one]
    for path in (f"/child/{person}/join/", f"/child/{person}/join/{uuid4()}/", f"/child/{person}/separated/{one}/"):
        assert ruth.get(path).status_code == dee.get(path).status_code == 403
    assert ruth.get(f"/child/{person}/who/").status_code == 403
    assert "/join/" not in ruth.get(f"/child/{person}/").content.decode()


def test_hidden_and_missing_are_one_answer(two):
    client, (one, other) = inside("amir"), two
    person = persons_of([one])[one]
    missing = [
        client.get(path)
        for path in (
            f"/child/{uuid4()}/who/",
            f"/child/{person}/join/{uuid4()}/",
            f"/child/{person}/join/{person}/",
            f"/child/{person}/separated/{uuid4()}/",
        )
    ]
    assert {answer.status_code for answer in missing} == {404}
    assert len({answer.content for answer in missing}) == 1
    SourceIdentity.objects.filter(id=other).update(guard="sealed")
    try:
        sealed = client.get(f"/child/{person}/join/{persons_of([other])[other]}/")
        assert sealed.status_code == 404 and sealed.content == missing[0].content
    finally:
        SourceIdentity.objects.filter(id=other).update(guard="")


def test_a_pair_that_waits_is_decided_where_all_about_it_stands(town):
    same = {"family": "Umarov", "born": "2013-02-11"}
    before = set(SourceIdentity.objects.values_list("id", flat=True))
    held(SCHOOL, Details(given="Malika", postcode="LS6 2AA", **same), 7)
    held(NURSE, Details(given="Malika", postcode="LS6 2AA", **same), 8)
    ours = list(SourceIdentity.objects.exclude(id__in=before))
    persons = [row.person for row in ours]
    assert len(set(persons)) == 2
    pair = Possible.objects.get(one__in=ours, other__in=ours)
    answer = inside("amir").get(f"/child/{persons[0]}/join/{persons[1]}/")
    assert answer["Location"] == f"/matches/{pair.id}/"


def test_links_are_only_added(two):
    client, (one, other) = inside("amir"), two
    before = Link.objects.count()
    joined(client, one, other)
    person = persons_of(two)[one]
    client.post(f"/child/{person}/separate/{other}/", {"because": "Two.", "do": "separate"})
    assert Link.objects.count() > before
    assert [row.id for row in identities_of(persons_of(two)[other])] == [other]
