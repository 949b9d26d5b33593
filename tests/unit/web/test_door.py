"""One way in and one way out: who may, what is recorded, what is said when not, and that nothing leaves unrecorded."""

from __future__ import annotations

import re
from itertools import count
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sightline.agencies.queries import partnership, worker
from sightline.ledger.models import Record
from tests.journeys.town import PASSWORD, plant

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
_places = count(1)
CHILD = re.compile(r'/child/([0-9a-f-]{36})/">([^<]+)</a>')


@pytest.fixture(scope="module")
def town(shared_database):
    plant(crowded=60)
    return shared_database


@pytest.fixture(autouse=True)
def no_tries():
    """Wrong tries of another test, or of the same on the other database, count for nobody."""
    cache.clear()


def inside(username):
    client = Client()
    client.force_login(worker(username), backend=BACKEND)
    return client


def found(client, words):
    """The persons whom a search finds: {name: id}, whoever has more entries last."""
    answer = client.post("/find/", {"words": words, "closed": "on"}, follow=True)
    assert answer.status_code == 200
    return CHILD.findall(answer.content.decode())


@pytest.fixture
def jay(town):
    client = inside("amir")
    pages = {person: len(client.get(f"/child/{person}/").content) for person, name in found(client, "jay marsh")}
    return max(pages, key=pages.get)


def newest():
    return Record.objects.order_by("-at").first()


def without_ids(response):
    headers = {name: value for name, value in response.items() if name != "X-Request-ID"}
    return response.status_code, headers, response.content


# --- in ------------------------------------------------------------------------------------------------


def test_a_password_opens_the_door_and_a_wrong_one_does_not(town):
    client = Client()
    assert client.get("/").headers["Location"] == "/sign-in/?next=/"
    wrong = client.post("/sign-in/", {"login": "amir", "password": "wrong"})
    assert "not right" in wrong.content.decode()
    right = client.post("/sign-in/", {"login": "amir", "password": PASSWORD, "next": "/find/"})
    assert right.headers["Location"] == "/find/"
    assert client.get("/find/").status_code == 200


def signs_in(client, password):
    return client.post("/sign-in/", {"login": "ruth", "password": password}, REMOTE_ADDR=f"10.0.0.{next(_places)}")


def test_nobody_is_locked_out_of_a_browser_that_knows_them(town, settings):
    """Others wrong tries stop others, wherever they are; a browser that has seen somebody in has tries of its own, and no more
    of them."""
    settings.ACCOUNT_RATE_LIMITS = {}
    own, thief = Client(), Client()
    assert signs_in(own, PASSWORD).status_code == 302
    own.post("/sign-out/")
    for _ in range(5):
        assert "not right" in signs_in(Client(), "wrong").content.decode()
    assert "Too many tries" in signs_in(Client(), PASSWORD).content.decode()
    thief.cookies["device"] = own.cookies["device"].value + "x"  # made up
    assert "Too many tries" in signs_in(thief, PASSWORD).content.decode()
    other = Client()
    other.post("/sign-in/", {"login": "amir", "password": PASSWORD})
    other.post("/sign-out/")
    assert "Too many tries" in signs_in(other, PASSWORD).content.decode()  # known there is somebody else
    assert "ruth" not in own.cookies["device"].value
    assert signs_in(own, PASSWORD).status_code == 302
    own.post("/sign-out/")
    for _ in range(5):
        assert "not right" in signs_in(own, "wrong").content.decode()
    assert "Too many tries" in signs_in(own, PASSWORD).content.decode()


def test_many_made_up_user_names_do_not_push_a_count_out(town, settings):
    settings.ACCOUNT_RATE_LIMITS = {}
    for _ in range(6):
        blocked = signs_in(Client(), "wrong").content.decode()
    assert "Too many tries" in blocked
    for n in range(2000):
        cache.set(f"allauth:rl:somebody-{n}", [1.0], 300)
    assert "Too many tries" in signs_in(Client(), PASSWORD).content.decode()


def test_the_session_is_another_once_the_second_factor_is_there(town, settings, monkeypatch):
    settings.SIGHTLINE_MODE = "production"
    client = inside("amir")
    client.get("/help/")
    before = client.session.session_key
    monkeypatch.setattr("sightline.web.accounts.factor.is_mfa_enabled", lambda user: True)
    assert client.get("/").status_code == 200
    assert client.session.session_key != before
    assert client.get("/").status_code == 200


def test_the_session_changes_at_sign_in_and_dies_with_the_account(town):
    client = inside("paul")
    assert client.get("/").status_code == 200
    paul = worker("paul")
    paul.is_active = False
    paul.save()
    try:
        assert client.get("/").status_code == 302
    finally:
        paul.is_active = True
        paul.save()


def test_outside_a_demonstration_the_second_factor_comes_first(town, settings):
    settings.SIGHTLINE_MODE = "production"
    client = inside("amir")
    for path in ("/", "/find/", f"/child/{uuid4()}/"):
        assert client.get(path).headers["Location"] == "/sign-in/second-factor/set-up/"
    assert client.get("/sign-in/second-factor/set-up/").status_code in (200, 302)
    assert client.get("/help/").status_code == 200


def test_the_second_factor_is_sealed_and_opens_the_door(town, settings):
    from allauth.mfa.adapter import get_adapter

    adapter = get_adapter()
    sealed = adapter.encrypt("JBSWY3DPEHPK3PXP")
    assert "JBSWY3DPEHPK3PXP" not in sealed
    assert adapter.decrypt(sealed) == "JBSWY3DPEHPK3PXP"
    assert not adapter.can_delete_authenticator(None)


def test_nobody_signs_up_and_the_demonstrations_door_is_shut(town):
    for path in ("/demo/", "/signup/", "/sign-up/", "/accounts/signup/", "/sign-in/password/reset/", "/email/"):
        assert Client().get(path).status_code == 404, path
    assert Client().post("/demo/", {"worker": str(worker("amir").id)}).status_code == 404


def test_in_a_demonstration_one_click_signs_in(town, settings):
    settings.SIGHTLINE_MODE = "demo"
    client = Client()
    page = client.get("/demo/").content.decode()
    assert "Amir Khan" in page
    assert "Duty social worker" in page
    assert client.post("/demo/", {"worker": str(worker("amir").id)}).headers["Location"] == "/"
    assert client.post("/demo/", {"worker": "x"}).status_code == 404
    for to, there in (("/signs/", "/signs/"), ("//elsewhere.example/", "/"), ("https://elsewhere.example/", "/")):
        signed_in = client.post("/demo/", {"worker": str(worker("amir").id), "next": to})
        assert signed_in.headers["Location"] == there  # a link of the demonstration's goes on, and never elsewhere


def test_a_form_without_its_token_is_refused(town):
    client = Client(enforce_csrf_checks=True)
    client.force_login(worker("amir"), backend=BACKEND)
    answer = client.post("/find/", {"words": "marsh"})
    assert answer.status_code == 403
    assert "too old" in answer.content.decode()


# --- out -----------------------------------------------------------------------------------------------


def test_hidden_and_missing_are_the_same_bytes(town, jay):
    gwen = inside("gwen")
    entry = re.search(r"/entry/([0-9a-f-]{36})/", inside("amir").get(f"/child/{jay}/").content.decode())[1]
    gwen.get("/")
    nobody = gwen.get(f"/child/{uuid4()}/")
    assert nobody.status_code == 404
    assert without_ids(gwen.get(f"/child/{jay}/")) == without_ids(nobody)
    assert without_ids(gwen.get(f"/entry/{entry}/")) == without_ids(nobody)
    assert without_ids(gwen.get(f"/entry/{uuid4()}/")) == without_ids(nobody)
    assert without_ids(gwen.get("/nowhere/")) == without_ids(nobody)


def test_what_a_role_may_not_do_is_said_in_a_sentence(town):
    answer = inside("gwen").get("/loads/")
    assert answer.status_code == 403
    assert "As general practitioner you cannot do this (see what agencies sent" in answer.content.decode()


def test_each_page_leaves_one_record_with_its_purpose_and_what_was_shown(town, jay):
    client = inside("amir")
    client.get("/")
    before = Record.objects.count()
    client.get(f"/child/{jay}/")
    assert Record.objects.count() == before + 1
    record = newest()
    assert (record.kind, record.verb, record.purpose, record.outcome) == (
        "read",
        "view-child",
        "safeguarding",
        "allowed",
    )
    assert record.actor == str(worker("amir").id)
    assert record.acting_for == "childrens-social-work"
    assert "front-door-duty" in record.rule


def test_looking_in_vain_is_recorded_too(town, jay):
    client = inside("gwen")
    before = Record.objects.count()
    client.get(f"/child/{jay}/")
    assert Record.objects.count() == before + 1
    assert newest().outcome == "nothing"


def test_a_search_is_recorded_without_its_words(town):
    client = inside("amir")
    found(client, "marsh")
    record = newest()
    assert record.verb == "find-child"
    assert "marsh" not in str(record.__dict__).lower()
    assert record.detail["asked"]


def test_without_a_record_nothing_leaves(town, jay, monkeypatch):
    def broken(*args, **kwargs):
        raise OSError("disk full")

    client = inside("amir")
    client.get("/")
    monkeypatch.setattr("sightline.sharing.reading.write", broken)
    answer = client.get(f"/child/{jay}/")
    assert answer.status_code == 503
    assert not re.search(r"\bJay\b", answer.content.decode())  # as a word: a token may spell it by chance
    assert "Marsh" not in answer.content.decode()


def test_a_fault_of_ours_shows_nothing(town, jay, monkeypatch):
    def broken(*args, **kwargs):
        raise ValueError("Jay Marsh, 14 Quarry Rise")

    monkeypatch.setattr("sightline.web.child.page.listing", broken)
    client = inside("amir")
    client.raise_request_exception = False
    answer = client.get(f"/child/{jay}/")
    assert answer.status_code == 500
    assert "Marsh" not in answer.content.decode()


def test_every_answer_is_told_not_to_be_kept_framed_or_scripted(town, jay):
    client = inside("amir")
    for path in (
        "/",
        "/find/",
        f"/child/{jay}/",
        "/matches/",
        "/help/",
        f"/child/{uuid4()}/",
        "/loads/",
        "/sign-in/",
        "/health",
    ):
        answer = client.get(path)
        assert answer["Cache-Control"] == "no-store", path
        policy = answer["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "object-src 'none'" in policy
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
        body = answer.content.decode()
        assert " style=" not in body, path
        assert not re.search(r"\son\w+=", body), path
        assert all("nonce=" in tag for tag in re.findall(r"<script[^>]*>", body)), path
        assert not re.search(r'(?:src|href)="(?:https?:)?//', body), path


def test_nothing_personal_stands_in_an_address_or_a_title_of_an_error(town, jay):
    client = inside("amir")
    answer = client.post("/find/", {"words": "jay marsh", "postcode": "LS14 6AA"})
    assert "marsh" not in answer["Location"].lower()
    assert "ls14" not in answer["Location"].lower()
    answer = client.post(f"/child/{jay}/", {"words": "Bradford"})
    assert "bradford" not in answer["Location"].lower()
    assert "Bradford" in client.get(answer["Location"]).content.decode()


def test_a_search_belongs_to_whoever_made_it(town):
    answer = inside("amir").post("/find/", {"words": "jay marsh"})
    assert inside("paul").get(answer["Location"]).status_code == 404


def test_a_number_typed_where_the_name_goes_is_looked_for(town):
    assert "Jay Marsh" in dict((name, p) for p, name in found(inside("amir"), "999 000 0018"))


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("14 March 2025", "As known on 14 March 2025."),
        ("14/3/2025", "As known on 14 March 2025."),
        ("2025-03-14", "As known on 14 March 2025."),
        ("last week", "must be a date"),
        ("2025", "must be a date"),
        ("14 March 2999", "must be today or in the past"),
    ],
)
def test_a_day_is_typed_as_people_type_it(town, typed, says):
    client = inside("amir")
    nell = found(client, "crowther")[0][0]
    answer = client.get(f"/child/{nell}/", {"known-on": typed})
    assert answer.status_code == 200
    assert says in answer.content.decode()


def test_a_search_for_nothing_says_what_is_needed(town):
    client = inside("amir")
    for given in ({}, {"age": "15"}, {"born": "31 February 2010"}, {"words": "jay", "age": "old"}):
        answer = client.post("/find/", given)
        assert answer.status_code == 422
        assert "There is a problem" in answer.content.decode()


def test_whoever_was_signed_out_while_typing_is_told_and_stays_on_the_page(town):
    answer = Client().post(f"/draft/match/{uuid4()}/", {"because": "x"}, headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert "HX-Redirect" not in answer


def test_nobody_else_reads_what_somebody_types(town):
    about = uuid4()
    amir, paul = inside("amir"), inside("paul")
    assert "Saved at" in amir.post(f"/draft/match/{about}/", {"because": "Rang the school."}).content.decode()
    assert amir.post(f"/draft/other/{about}/", {"because": "x"}).status_code == 404
    from sightline.agencies.queries import actor_for
    from sightline.intake.queries import draft

    assert draft(actor_for(worker("amir")), f"match:{about}")[0]["because"] == "Rang the school."
    assert draft(actor_for(worker("paul")), f"match:{about}") is None
    assert paul.get("/").status_code == 200


# --- how much it costs ---------------------------------------------------------------------------------


def test_a_childs_page_takes_at_most_twenty_five_queries(town, jay):
    client = inside("amir")
    client.get(f"/child/{jay}/")
    nell = found(client, "crowther")[0][0]
    for person in (nell, jay):  # Jay has a family, and signs
        for query in ("", "?known-on=2026-06-01", "?lane=police"):
            partnership()  # asked every two seconds whether something was declared: not within the count
            with CaptureQueriesContext(connection) as queries:
                assert client.get(f"/child/{person}/{query}").status_code == 200
            asked = [q["sql"][:150] for q in queries if q["sql"].split()[0] not in ("BEGIN", "COMMIT")]
            # the second wall is told who reads; and on a slow machine the two seconds may be over again
            asked = [sql for sql in asked if "set_config" not in sql and "agencies_declared" not in sql]
            assert len(asked) <= 25, "\n".join(asked)
            assert sum(sql.startswith('SELECT "signals_standing"') for sql in asked) == (not query.startswith("?known-on"))


def test_health_says_nothing_but_that(town):
    answer = Client().get("/health")
    assert answer.json() == {"status": "ok"}


def test_whoever_has_no_password_here_is_told_so(town):
    client, who = inside("ruth"), worker("ruth")
    kept = who.password
    try:
        who.set_unusable_password()
        who.save()
        client.force_login(who, backend=BACKEND)
        page = client.get("/sign-in/password/")
        assert page.status_code == 200 and b"You have no password here" in page.content
    finally:
        who.password = kept
        who.save()
