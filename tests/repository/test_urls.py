"""Every address has its line in a table of who may; who is not signed in goes to sign-in; ids are random."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from sightline.agencies.queries import partnership, worker
from sightline.web.permissions import ACCESS, ANYONE, SIGNED_IN
from sightline.web.shell import PLACES
from tests.journeys.town import plant

CONVERTER = re.compile(r"<(?:(\w+):)?(\w+)>")
ELSEWHERE = {"api/"}  # the machine door: its keys are its own
CONFIGURED = {
    "openid_connect_login",
    "openid_connect_callback",
    "socialaccount_login_error",
    "socialaccount_login_cancelled",
    "socialaccount_signup",
}  # routed only where an identity provider is configured


def walk(patterns, prefix=""):
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            if route not in ELSEWHERE:
                yield from walk(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern.name


PUBLIC = {
    "draft",
    "typed",
    "feed_one",
    "signal-rule",
    "signal-switch",
    "signal-draft-new",
}  # named by what is declared, which is public


ROUTES = sorted(walk(get_resolver().url_patterns))


def path(route):
    return "/" + CONVERTER.sub(lambda m: {"uuid": str(uuid4()), "slug": "match"}[m[1]], route)


@pytest.fixture(scope="module")
def town(shared_database):
    plant()


def test_every_address_has_its_line_and_every_line_its_address():
    assert {name for _, name in ROUTES} == set(ACCESS) - CONFIGURED


def test_every_permission_in_the_table_is_declared():
    declared = set(partnership().permission)
    assert {access.who for access in ACCESS.values()} - {ANYONE, SIGNED_IN} <= declared
    purposes = set(partnership().codes["purpose"].codes)
    assert {access.purpose for access in ACCESS.values()} <= purposes


@pytest.mark.parametrize(("route", "name"), ROUTES, ids=[name for _, name in ROUTES])
def test_ids_in_addresses_are_random(route, name):
    kinds = {kind for kind, _ in CONVERTER.findall(route)}
    assert kinds <= {"uuid", "slug"}
    assert "slug" not in kinds or name in PUBLIC or name.startswith("registry-")  # public names


def test_whoever_is_not_signed_in_goes_to_sign_in(town):
    for route, name in ROUTES:
        for method in ("get", "post"):
            answer = getattr(Client(), method)(path(route))
            if ACCESS[name].who == ANYONE:
                assert answer.status_code != 500, name
            else:
                assert answer.status_code == 302, name
                assert answer["Location"].startswith("/sign-in/?next="), name


def test_whoever_has_no_such_right_is_told_so_and_nothing_else(town):
    """Gwen is a GP who works with nobody here; a system administrator may open no child's page."""
    from sightline.agencies.actions import add_worker
    from sightline.agencies.queries import machine

    add_worker(username="sam", name="Sam Till", agency="business-unit", role="scrutineer", by=machine("story-runner"))
    may = partnership().role["scrutineer"].may
    client = Client()
    client.force_login(worker("sam"), backend="allauth.account.auth_backends.AuthenticationBackend")
    for route, name in ROUTES:
        who = ACCESS[name].who
        if who in (ANYONE, SIGNED_IN) or who in may:
            continue
        for method in ("get", "post"):
            answer = getattr(client, method)(path(route))
            assert answer.status_code == 403, name
            assert "cannot do this" in answer.content.decode(), name


def test_the_wrong_agency_finds_nothing_there(town):
    client = Client()
    client.force_login(worker("amir"), backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.post("/find/", {"words": "marsh"}, follow=True).content.decode()
    persons = re.findall(r"/child/([0-9a-f-]{36})/", page)
    bodies = [client.get(f"/child/{person}/").content.decode() for person in persons]
    entries = {entry for body in bodies for entry in re.findall(r"/entry/([0-9a-f-]{36})/", body)}
    assert persons and entries
    gwen = Client()
    gwen.force_login(worker("gwen"), backend="allauth.account.auth_backends.AuthenticationBackend")
    for there in [*(f"/child/{p}/" for p in persons), *(f"/entry/{e}/" for e in entries)]:
        assert gwen.get(there).status_code == 404


NO_PAGE = set(  # a part of a page, a file, what is done and leads elsewhere; and one's own sign-in
    "who-saw-file pack-pdf pack-csv message-read queue-lines queue-live queue-claim queue-act match-keys match-next match-undo "
    "typed draft concern-save account_reauthenticate account_change_password mfa_index mfa_reauthenticate mfa_activate_totp "
    "mfa_view_recovery_codes mfa_generate_recovery_codes".split()
)


def test_every_page_stands_under_a_place_of_the_menu():
    under = {name for _, _, names in PLACES for name in names}
    pages = {name for name, access in ACCESS.items() if access.who != ANYONE} - NO_PAGE - CONFIGURED
    assert pages - under == set(), "whoever is there sees in the menu where they are"
    assert under <= set(ACCESS)
