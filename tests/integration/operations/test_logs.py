"""What is written to the log while files, pages, systems and faults come and go: JSON, where and how long, and nobody."""

import io
import json
import logging
import re
import sys
import threading

import pytest
from django.db import DatabaseError, connection
from django.test import Client

from config import logs
from sightline.agencies.actions import make_token
from sightline.agencies.queries import machine, worker
from sightline.chronology.models import Entry
from sightline.commands import main
from sightline.jobs import worker as working
from tests.support.house import JAY, MIA, POLICE, told
from tests.support.house import send as deliver

SAYS = "Found near the bus station with a girl called Rosalind."
CANARIES = (
    *("Jay", "Marsh", "Mia", "Rosalind", "bus station", "2010-03-04", "04/03/2010", "9990000018", "9990000026"),
    *("LS14", "J1", "amir", "Amir", "wrong-password-of-somebody", "07700900123"),
)
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@pytest.fixture
def written():
    """Every line, as it would stand on standard error."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonFormatter())
    loggers = [logging.getLogger(name) for name in ("", "django", "gunicorn.error")]
    for each in loggers:
        each.addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    for each in loggers:
        each.removeHandler(handler)


def test_a_days_work_and_every_kind_of_fault_leave_no_trace_of_anybody(house, written, tmp_path, monkeypatch):
    monkeypatch.setattr(logs, "SLOW_SECONDS", 0.0)  # every statement is slow
    deliver(told(who=(JAY, MIA), says=SAYS))
    client = Client(raise_request_exception=False)
    client.post("/sign-in/", {"login": "amir", "password": "wrong-password-of-somebody"})
    client.force_login(worker("amir"), backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.post("/find/", {"words": "jay marsh", "born": "04/03/2010"}, follow=True).content.decode()
    (person,) = set(re.findall(rf"/child/({UUID.pattern})/", page))
    shown = client.get(f"/child/{person}/").content.decode()
    assert "Marsh" in shown
    entry = str(Entry.objects.get().id)
    assert client.get(f"/entry/{entry}/?words=Rosalind").status_code == 200
    client.get("/child/Jay-Marsh/")
    client.post("/find/", {"number": "999 000 0018 and some"})
    Client(enforce_csrf_checks=True).post("/sign-in/", {"login": "amir", "password": "x"})
    Client().get("/", headers={"host": "jay-marsh.example"})

    bearer = {"authorization": f"Bearer {make_token(agency=POLICE, label='x', by=machine('set-up-machine'))}"}
    body = {"record": "police-incident", "message_id": "Jay-1", "happened": "2025-01-04", "people": [{"given": "Jay"}]}
    for sent in (json.dumps(body), "{Jay Marsh", json.dumps({"Jay": "Marsh"})):
        client.post("/api/v1/notifications", sent, content_type="application/json", headers=bearer)

    def broken(*_, **__):
        raise ValueError("Jay Marsh, 2010-03-04, LS14 6AA")

    with monkeypatch.context() as patch:
        patch.setattr("sightline.web.child.views.render", broken)
        assert client.get(f"/child/{person}/").status_code == 500
    with monkeypatch.context() as patch:  # a bite that fails, and the worker
        patch.setattr("sightline.jobs.receive.Bite.work", broken)
        with pytest.raises(ValueError):
            deliver(told(who=JAY, says=SAYS))
    with monkeypatch.context() as patch:
        patch.setattr(working, "turn", broken)
        stop = threading.Event()
        patch.setattr(stop, "wait", lambda _: stop.set())
        working.work(stop)

    file = tmp_path / "police.csv"
    file.write_text("nhs,name\n9990000018,Jay Marsh\n")
    monkeypatch.setattr("sightline.commands.setup_django", lambda _: None)  # which would take our handler away
    assert main(["load", str(file)]) == 2
    with connection.cursor() as cursor, logs.telling_slow_statements(), pytest.raises(DatabaseError):
        cursor.execute("SELECT 'Jay Marsh' FROM no_such_table")
    before = sys.excepthook, threading.excepthook
    logs.log_what_nobody_caught()
    try:
        thread = threading.Thread(target=broken)
        thread.start()
        thread.join()
    finally:
        sys.excepthook, threading.excepthook = before
        logging.captureWarnings(False)

    lines = written()
    views = {line.get("view") for line in lines}
    assert {"find", "found", "child", "entry", "account_login"} <= views, views
    assert any(str(view).startswith("api-v1:") for view in views)
    answered = [line for line in lines if line["message"] == "answered"]
    assert len(answered) >= 10 and all({"request", "method", "status_code", "ms"} <= set(line) for line in answered)
    assert any(line["status_code"] == 500 for line in answered)
    assert any(line["message"] == "a slow statement" and "chronology_entry" in line["statement"] for line in lines)
    assert any(line["message"] == "nobody caught it" for line in lines)
    assert any("exception" in line for line in lines)
    everything = [json.dumps(line) for line in lines]
    for canary in CANARIES:
        named = [line for line in everything if re.search(rf"\b{re.escape(canary)}\b", line)]
        assert not named, (canary, named[:1])
    for line in everything:
        assert person not in line and entry not in line and person.replace("-", "") not in line


def test_what_is_slow_is_told_by_its_tables():
    said = logs.statement_of(
        'SELECT "a"."b", \'Jay\' FROM "chronology_entry" a JOIN identity_link ON x = \'FROM here\''
    )
    assert said.startswith("SELECT chronology_entry identity_link")
    assert logs.statement_of("-- a word\nINSERT INTO \"x_y\" VALUES ('Jay')") == "INSERT x_y"
    assert logs.statement_of("???") == "?"
