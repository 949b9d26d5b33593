"""How this server is: little for everybody, figures for whoever runs it."""

import pytest
from django.test import Client

from sightline.ledger.models import Record
from tests.support.house import send as deliver
from tests.support.house import told

TOKEN = "a-token-of-the-people-who-run-this-server"
OUTSIDE = {"REMOTE_ADDR": "192.0.2.7"}


def test_everybody_is_told_whether_it_answers_and_no_more(house, monkeypatch):
    for address in ("/health", "/health/live"):
        answer = Client(**OUTSIDE).get(address)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
        assert "Set-Cookie" not in answer
    monkeypatch.setattr("sightline.operations.health.connection", None)
    assert Client(**OUTSIDE).get("/health").status_code == 503
    assert Client(**OUTSIDE).get("/health/live").status_code == 200  # the process runs: starting it again helps nobody


@pytest.mark.parametrize(
    ("how", "headers", "told_"),
    [
        (OUTSIDE, {}, False),
        (OUTSIDE, {"authorization": f"Bearer {TOKEN}x"}, False),
        (OUTSIDE, {"authorization": f"Bearer {TOKEN}"}, True),
        ({}, {}, True),  # this very machine
        ({}, {"x-forwarded-for": "192.0.2.7"}, False),  # a proxy on it
        ({}, {"x-forwarded-proto": "https"}, False),
        ({}, {"via": "1.1 proxy"}, False),
    ],
)
def test_figures_are_for_whoever_runs_it(house, settings, how, headers, told_):
    settings.HEALTH_TOKEN = TOKEN
    before = Record.objects.count()
    answer = Client(**how).get("/health/details", headers=headers)
    assert answer.status_code == (200 if told_ else 404)
    assert Record.objects.count() == before  # nothing was read about anybody
    if told_:
        assert {"worker_lag_seconds", "ledger_lag_seconds", "anchor", "backup_age_seconds", "definition"} <= set(
            answer.json()
        )


@pytest.mark.parametrize("token", ["", "short"])
def test_without_a_good_token_none_opens_it(house, settings, token):
    settings.HEALTH_TOKEN = token
    assert Client(**OUTSIDE).get("/health/details", headers={"authorization": f"Bearer {token}"}).status_code == 404


def test_it_is_told_when_somebody_should_look(sqlite, monkeypatch):
    details = Client().get("/health/details").json()
    assert (details["status"], details["anchor"], details["backup_age_seconds"]) == ("ok", "none", None)
    sqlite.write(2)
    older = sqlite.backup()
    assert Client().get("/health/details").json()["backup_age_seconds"] < 60
    sqlite.write(2)
    sqlite.run("restore", str(older), "--replace", code=1)
    details = Client().get("/health/details").json()
    assert (details["status"], details["anchor"]) == ("degraded", "behind") and "older copy" in details["anchor_says"]


def test_owed_work_that_waits_is_told(house):
    from datetime import timedelta

    from sightline.jobs.due import owe
    from sightline.jobs.models import Due

    deliver(told())
    owe("clocks", {"persons": []}, at_once=False)
    Due.objects.filter(done_at=None).update(run_at=Due.objects.latest("run_at").run_at - timedelta(minutes=5))
    details = Client().get("/health/details").json()
    assert details["status"] == "degraded" and details["worker_lag_seconds"] > 200


def test_a_disk_that_is_full_is_told_before_what_is_sent_is_refused(house, monkeypatch):
    from shutil import _ntuple_diskusage as usage

    from sightline.operations import health

    assert Client().get("/health/details").json()["status"] == "ok"
    monkeypatch.setattr(health.shutil, "disk_usage", lambda place: usage(10**9, 10**9 - 4096, 4096))
    details = Client().get("/health/details").json()
    assert (details["status"], details["disk_free_bytes"]) == ("degraded", 4096)


def test_a_clock_that_is_wrong_is_told(house, monkeypatch):
    from sightline.operations import health

    assert Client().get("/health/details").json()["clock_apart_seconds"] < 60
    monkeypatch.setattr(health, "clock_apart", lambda: 864_000.0)
    details = Client().get("/health/details").json()
    assert (details["status"], details["clock_apart_seconds"]) == ("degraded", 864_000.0)
