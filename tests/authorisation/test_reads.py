"""Every answer that shows something is one record in the ledger; and where no record can be written, nothing is shown."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import pytest
from django.db import connection, connections
from django.test import Client

from sightline.agencies.queries import worker
from sightline.ledger.models import Record
from tests.authorisation.table import comes_in, sights
from tests.authorisation.world import BACKEND, World

KINDS = ("missing", "school", "plan", "marac", "assault", "intelligence")
ROLES = ("duty-social-worker", "social-worker", "school-nurse", "police-hub-officer", "gp", "conference-chair")


@pytest.fixture(scope="module")
def world(shared_database):
    return World(kinds=KINDS, states=("current",), relations=("none", "network", "allocated"), roles=ROLES)


def asked(world):
    for one in world.workers:
        for case in world.cases:
            yield one, case, "child"
            yield one, case, "entry"


def reads():
    return Record.objects.filter(kind="read").count()


def test_each_answer_is_one_record_with_purpose_basis_and_rule(world):
    shown = 0
    for one, case, what in asked(world):
        before = set(Record.objects.filter(kind="read").values_list("id", flat=True))
        answer = world.client(one).get(f"/{what}/{case.person if what == 'child' else case.entry}/")
        written = [r for r in Record.objects.filter(kind="read") if r.id not in before]
        assert len(written) == 1 or answer.status_code in (403, 404), (one.username, case.kind, what)
        if answer.status_code == 200:
            shown += 1
            (record,) = written
            letter = sights()[one.role, one.relation, case.kind]
            assert (record.actor, record.acting_for) == (str(worker(one.username).id), one.agency)
            assert record.purpose == "safeguarding" and record.policy and record.rule and record.basis
            assert str(case.entry) in record.ids or letter == "n"
            assert str(case.person) in (*record.ids, *record.detail.get("persons", ())) or what == "entry"
    assert shown > 60


def test_under_load_none_is_missing(world):
    """Eight at once: as many records as answers, 100 of 100."""
    rng, lock, shown = random.Random(3), Lock(), []
    chosen = [
        a
        for a in asked(world)
        if sights()[a[0].role, a[0].relation, a[1].kind] in "Fhp" and comes_in(a[0].role, "child")
    ]
    paths = [
        (one, f"/{what}/{case.person if what == 'child' else case.entry}/")
        for one, case, what in rng.choices(chosen, k=160)
    ]
    before = reads()
    cookies = {one: world.client(one).cookies for one in {one for one, _ in paths}}

    def go(job):
        one, path = job
        client = Client(raise_request_exception=False)
        client.cookies = cookies[one]
        status = client.get(path).status_code
        with lock:
            shown.append(status)
        connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(go, paths))
    assert shown.count(200) == len(paths) and reads() - before == len(paths)


def test_where_nothing_can_be_recorded_nothing_is_shown(world):
    """The ledger's table refuses; every page that shows a child answers that it cannot, without a word of one."""
    refuse = {
        "sqlite": "CREATE TRIGGER refuse BEFORE INSERT ON ledger_record BEGIN SELECT RAISE(ABORT, 'no'); END",
        "postgresql": "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger "
        "AS 'BEGIN RAISE EXCEPTION ''no''; END' LANGUAGE plpgsql; "
        "CREATE TRIGGER refuse BEFORE INSERT ON ledger_record FOR EACH ROW EXECUTE FUNCTION refuse()",
    }
    allow = {"sqlite": "DROP TRIGGER refuse", "postgresql": "DROP TRIGGER refuse ON ledger_record"}
    clients = {one: world.client(one) for one in world.workers}
    tried = 0
    with connection.cursor() as cursor:
        cursor.execute(refuse[connection.vendor])
    try:
        for one, case, what in asked(world):
            if sights()[one.role, one.relation, case.kind] not in "Fhp":
                continue
            answer = clients[one].get(f"/{what}/{case.person if what == 'child' else case.entry}/")
            tried += 1
            assert answer.status_code == 503, (one.username, case.kind)
            body = answer.content.decode()
            assert case.token not in body and case.name not in body
    finally:
        with connection.cursor() as cursor:
            cursor.execute(allow[connection.vendor])
    assert tried > 60
    one, case, what = next(a for a in asked(world) if sights()[a[0].role, a[0].relation, a[1].kind] == "F")
    assert clients[one].get(f"/child/{case.person}/").status_code == 200 and BACKEND
