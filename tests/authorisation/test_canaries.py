"""A word of its own in every field of every kind of record: it stands where the table allows it, and nowhere else.

Every page of everybody, every answer of the machine door, every log line, every page that says what went wrong, and the
database file itself are searched for the words.
"""

from __future__ import annotations

import logging
import random
import re
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from sightline.agencies.queries import machine
from sightline.intake.types import Unread
from sightline.jobs.due import sweep
from sightline.jobs.receive import open_delivery, receive
from sightline.ledger.actions import sequence
from sightline.web.child import page
from tests.authorisation.table import BY_NIGHT, comes_in, sights
from tests.authorisation.world import World
from tests.support.databases import connected
from tests.support.sealed_world import PARAMETER, routes

RELATIONS = ("none", "network", "attends")
NAMES_STAND = "nhF"  # where the table lets a child's name show
POINTED = (
    "duty-social-worker",
    "front-door-manager",
    "emergency-duty-worker",
)  # who finds anybody's name, and a pointer
NAMELESS = ("police-analyst",)


@pytest.fixture(scope="module")
def logged():
    """Everything that is logged while this module runs."""
    lines: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(f"{record.getMessage()} {record.__dict__} {record.exc_info or ''}")

    handler = Keep(level=logging.DEBUG)
    logging.getLogger().addHandler(handler)
    yield lines
    logging.getLogger().removeHandler(handler)


@pytest.fixture(scope="module")
def world(logged, database_templates, django_db_blocker):
    with django_db_blocker.unblock(), database_templates.copy("sqlite") as copy, connected(copy):
        yield World(states=("current",), relations=RELATIONS)


def said(answer) -> str:
    """What an answer says; of one that goes on for ever, how it begins."""
    whole = next(iter(answer.streaming_content)) if answer.streaming else answer.content
    return whole.decode(errors="replace")


def crawl(world, one, *, most: int):
    """Every address that this worker may come to, by search and by guess, for so many of the cases: (where, body)."""
    client = world.client(one)
    chosen = world.cases if most >= len(world.cases) else random.Random(one.username).sample(world.cases, most)
    for case in chosen:
        searches = (case.name, case.details.nhs_number, case.details.postcode)
        for words in searches[: 3 if comes_in(one.role, "find") else 0]:
            found = client.post("/find/", {"words": words}, follow=True)
            yield f"find {case.kind}", found.content.decode()
            if words != case.name:
                break
    for route, name in routes():
        if (
            route.startswith("api/")
            or not name
            or not comes_in(one.role, name)
            or name.startswith(("account_", "mfa_"))
        ):
            continue
        params = PARAMETER.findall(route)
        if not params:
            yield name, said(client.get("/" + route))
            continue
        for case in chosen:
            for mine in {case.person, case.entry, case.identities[0]} if len(params) == 1 else {case.person}:
                path = "/" + PARAMETER.sub(lambda m, mine=mine: "match" if m[1] == "slug" else str(mine), route)
                yield f"{name} of {case.kind}", said(client.get(path))


def tells(one, case, body) -> str:
    """What stands in an answer that must not; empty where all is well."""
    letter = sights()[one.role, one.relation, case.kind]
    words = set(re.findall(case.token + r"[AB](?: ([a-z-]+))?", body))
    if words and letter in "pn.":
        return f"{case.kind}: words of {sorted(words)} for whom the table says {letter!r}"
    may_name = (letter in NAMES_STAND and one.role not in NAMELESS) or one.role in POINTED
    if not may_name and letter == "." and case.details.given in body:
        return f"{case.kind}: the name of a child who is not there for them"
    return ""


@BY_NIGHT
def test_no_word_stands_where_the_table_does_not_allow_it(world, night):
    """In `make test` one relation a role, in turn; every relation at night."""
    leaks, looked, seen, most = [], 0, set(), 99 if night else 2
    for n, one in enumerate(world.workers):
        if not night and one.relation != RELATIONS[(n // len(RELATIONS)) % len(RELATIONS)]:
            continue
        for where, body in crawl(world, one, most=most):
            looked += 1
            for case in world.cases:
                if case.token in body:
                    seen.add(case.kind)
                # by the given name, for the family name that one searched for stands in the box again
                if (case.token in body or case.details.given in body) and (why := tells(one, case, body)):
                    leaks.append((one.username, where, why))
    assert leaks == []
    assert looked > 1500 and len(seen) > 2, (looked, seen)  # the words are there to be found


def test_administrators_see_no_case_content_at_all(world):
    """Whoever runs the system sees neither a word nor a name, whatever ties somebody gives them."""
    for role in ("system-administrator", "data-officer", "business-manager", "information-governance"):
        for one in (w for w in world.workers if (w.role, w.relation) == (role, "network")):
            for where, body in crawl(world, one, most=2):
                found = [case.kind for case in world.cases if case.token in body or case.name in body]
                assert found == [], (one.username, where)


def test_no_word_is_logged_nor_said_where_something_went_wrong(world, logged, monkeypatch):
    """Bad addresses, bad methods, bad bodies, a fault in the middle of a child's page; and all that was logged so far."""
    one = next(w for w in world.workers if (w.role, w.relation) == ("duty-social-worker", "none"))
    client, case = world.client(one), world.case("school")
    answers = [
        client.get(f"/child/{uuid4()}/"),
        client.post("/find/", {"words": case.name * 90}),
        client.put(f"/entry/{case.entry}/", case.token),
    ]
    send, how = "/api/v1/notifications", {"content_type": "application/json"}
    answers.append(Client().post(send, case.token.encode(), **how))
    for token in world.tokens.values():
        body = f'{{"record": "school-concern", "says": "{case.token}A", "about": [{{"family": "{case.name}"}}], "born": 7}}'
        machine_door = Client(raise_request_exception=False)
        answers.append(machine_door.post(send, body.encode(), headers={"Authorization": f"Bearer {token}"}, **how))

    def broken(*args, **kwargs):
        raise ValueError(f"{case.token}A of {case.name}")

    monkeypatch.setattr(page, "listing", broken)
    failed = client.get(f"/child/{case.person}/")
    assert failed.status_code == 500
    for answer in (*answers, failed):
        assert case.token not in answer.content.decode(errors="replace"), answer.status_code
    by, raw = machine("feed-machine"), f"{case.token}A;{case.name}".encode()
    delivery = open_delivery(feed="leeds-police-csv", agency=case.sender, kind="file", name="bad.csv", by=by)
    receive([Unread("line 3", raw, "not-a-date", agency=case.sender)], delivery=delivery, by=by)
    sweep()
    sequence()
    told = [line for line in logged if any(c.token in line or c.name in line for c in world.cases)]
    assert logged and told == []


def test_no_word_lies_in_the_database_in_the_clear(world):
    """Whoever takes the file away has none of it: records, names, addresses, searches, drafts, sessions."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    held = Path(connection.settings_dict["NAME"]).read_bytes()
    for case in world.cases:
        for word in (case.token, case.name, case.details.nhs_number, case.details.lines[0]):
            assert word.encode() not in held, case.kind
