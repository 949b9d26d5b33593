"""The pages of packs and of decisions to share: as their users walk through them, without JavaScript."""

import re

import pytest

from sightline.agencies.queries import worker
from sightline.chronology.models import Entry
from sightline.disclosure.models import Pack
from tests.integration.test_packs import CHECKS, Family, as_read, house, line  # noqa: F401
from tests.support.partnership import inside


@pytest.fixture(scope="module")
def family(house):  # noqa: F811
    return Family(house)


@pytest.fixture
def clients(house, monkeypatch):  # noqa: F811
    monkeypatch.setattr("sightline.web.middleware.has_second_factor", lambda request: True)
    monkeypatch.setattr("sightline.web.disclosure.views.proved", lambda request: True)
    return {name: inside(name) for name in ("sara", "paul", "ruth", "ines", "dee")}


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def prepare(client, family, **more):
    given = {
        "recipient": "solicitor-of-an-adult", "name": "Quill and Co, for Leroy Fairweather", "person": str(family.father),
        "purpose": "court", "told_family": "yes", **{f"check_{c}": "on" for c in CHECKS}, **more,
    }  # fmt: skip
    return client.post(f"/child/{family.person}/pack/", given)


def test_a_pack_is_prepared_read_changed_and_let_go(house, family, clients):  # noqa: F811
    asked = clients["sara"].get(f"/child/{family.person}/pack/")
    assert asked.status_code == 200 and "A solicitor who acts for an adult" in text(asked)
    made = prepare(clients["sara"], family)
    assert made.status_code == 302, text(made)
    address = made["Location"]
    read = clients["sara"].get(address)
    assert read.status_code == 200
    told = text(read)
    assert "Jay hid." in told and "Not in the file" in told and "Data Protection Act 2018" in told
    for gone in ("Juniper", "900321", "scared"):
        assert gone not in told.replace("Danuta", "")
    assert "let it go" not in told  # not by whoever prepared it
    first = Pack.objects.order_by("-at").first().first
    out = clients["sara"].post(
        f"{address}line/{family.plain}/", {"words": "two DAYS", "because": "not-needed", "version": "1"}
    )
    assert out.status_code == 302
    assert "Two days" not in text(clients["sara"].get(address))
    seen = re.search(r'name="seen" value="(\w+)"', clients["paul"].get(address).content.decode()).group(1)
    gone = clients["paul"].post(address, {"do": "release", "seen": seen})
    assert gone.status_code == 302, text(gone)
    assert as_read(house["sara"], first).state == "released"
    for format, begins in (("pdf", b"%PDF"), ("csv", b"\xef\xbb\xbf")):
        file = clients["sara"].get(f"{address}{format}/")
        assert file.status_code == 200 and file.content.startswith(begins)
        assert "Jay" not in file["Content-Disposition"] and file["Cache-Control"] == "no-store"
    assert "SHA-256" in text(clients["paul"].get(address))
    assert "Released" in text(clients["ines"].get("/packs/"))


def test_without_proving_again_who_is_there_nothing_is_let_go(house, family, clients, monkeypatch):  # noqa: F811
    address = prepare(clients["sara"], family)["Location"]
    monkeypatch.setattr("sightline.web.disclosure.views.proved", lambda request: False)
    answer = clients["paul"].post(address, {"do": "release"})
    assert answer.status_code == 403 and "nothing here to prove it by" in text(answer)
    paul = worker("paul")
    paul.set_password("a long phrase for the tests")
    paul.save()
    clients["paul"].force_login(paul, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = clients["paul"].post(address, {"do": "release"})
    assert answer.status_code == 302 and "/sign-in/" in answer["Location"]
    assert as_read(house["sara"], Pack.objects.order_by("-at").first().first).state == "prepared"


def test_whoever_has_no_part_in_it_gets_what_is_not_there(house, family, clients):  # noqa: F811
    address = prepare(clients["sara"], family)["Location"]
    there = clients["ines"].get(address)
    missing = clients["ines"].get("/packs/00000000-0000-4000-8000-000000000000/")
    assert (there.status_code, missing.status_code) == (200, 404)
    assert clients["ruth"].get(address).status_code == 403  # a school may not release packs at all
    assert clients["ines"].get(f"{address}pdf/").content == missing.content  # not released, and so not there


def test_what_is_missing_is_said_at_its_field(house, family, clients):  # noqa: F811
    answer = prepare(clients["sara"], family, name="", purpose="")
    assert answer.status_code == 422 and "There is a problem" in text(answer)
    answer = prepare(clients["sara"], family, recipient="data-subject", purpose="subject-access", asked_on="soon")
    assert answer.status_code == 422 and "a day such as" in text(answer)


def test_two_packs_stand_side_by_side(house, family, clients):  # noqa: F811
    one = prepare(clients["sara"], family)["Location"]
    two = prepare(clients["sara"], family, recipient="parent", name="Danuta", person=str(family.mother),
                  purpose="assessment", agreement="yes")["Location"]  # fmt: skip
    page = clients["sara"].get(f"{one}beside/{two.strip('/').split('/')[-1]}/")
    assert page.status_code == 200 and "say different things" in text(page)


def test_a_decision_not_to_share_is_made_on_the_page_of_the_record(house, family, clients):  # noqa: F811
    page = f"/entry/{family.school}/share/"
    assert "Share, or not?" in text(clients["sara"].get(page))
    answer = clients["sara"].post(
        page, {"decision": "not-share", "recipient": "A club", "purpose": "complaint", "rationale": ""}
    )
    assert answer.status_code == 422
    given = {"decision": "not-share", "recipient": "A club", "purpose": "safeguarding", "told_family": "yes",
             "rationale": "It has no part in keeping him safe."}  # fmt: skip
    answer = clients["sara"].post(page, given)
    assert answer.status_code == 302
    made = Entry.objects.filter(record="sharing-decision").order_by("-known_at").first()
    assert answer["Location"] == f"/entry/{made.id}/"
    assert "Do not share" in text(clients["sara"].get(answer["Location"]))
    assert clients["dee"].get(page).status_code == 403
    assert clients["sara"].get(f"/child/{family.person}/share/").status_code == 200
