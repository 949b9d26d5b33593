"""What a deployment refuses, how SQLite is opened, and what the logs leave out."""

import base64
import json
import logging
import stat
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import keys, sqlite
from config.logs import JsonFormatter

GOOD = keys.new_keys()


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.delenv("SECRET_KEY")
    monkeypatch.delenv("SIGHTLINE_KEY")
    return tmp_path / "state" / "keys.env"


def test_a_production_without_keys_does_not_start(file):
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY is missing. SIGHTLINE_KEY is missing."):
        keys.keys_for("production", file)
    assert not file.exists()


def test_a_production_starts_with_the_keys_that_init_wrote_for_the_owner_alone(file):
    keys.ensure_keys(file, made_for="production")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    written = keys.keys_for("production", file)
    keys.ensure_keys(file, made_for="production")
    assert keys.keys_for("production", file) == written


def test_a_demonstration_writes_its_keys_and_stays_a_demonstration(file):
    assert keys.mode({}, file) == "production"
    keys.keys_for("demo", file)
    assert keys.mode({}, file) == "demo"
    with pytest.raises(ImproperlyConfigured, match="made for mode 'demo'"):
        keys.keys_for("production", file)


def test_a_demonstration_does_not_open_over_real_keys(file, monkeypatch):
    keys.ensure_keys(file, made_for="production")
    with pytest.raises(ImproperlyConfigured, match="starts only with keys made for one"):
        keys.keys_for("demo", file)  # `make demo` where a real deployment lies
    file.unlink()
    keys.keys_for("demo", file)
    monkeypatch.setenv("SIGHTLINE_KEY", GOOD.sightline_key)
    with pytest.raises(ImproperlyConfigured, match="starts only with keys made for one"):
        keys.keys_for("demo", file)


def test_a_test_writes_no_keys(file):
    assert keys.keys_for("test", file) == keys.keys_for("scratch", file)
    assert not file.exists()


@pytest.mark.parametrize(
    ("secret_key", "sightline_key", "said"),
    [
        ("django-insecure-" + GOOD.secret_key, GOOD.sightline_key, "SECRET_KEY is a well-known"),
        ("short", GOOD.sightline_key, "SECRET_KEY is a well-known or weak"),
        ("x" * 80, GOOD.sightline_key, "SECRET_KEY is a well-known or weak"),
        (GOOD.secret_key, "not base64!", "SIGHTLINE_KEY is not base64"),
        (GOOD.secret_key, base64.b64encode(b"x" * 16).decode(), "SIGHTLINE_KEY holds 16 bytes"),
        (GOOD.secret_key, base64.b64encode(bytes(32)).decode(), "SIGHTLINE_KEY is a well-known"),
    ],
    ids=["django-insecure", "short", "one-letter", "not-base64", "16-bytes", "zeros"],  # not by keys made a moment ago
)
def test_a_bad_key_is_refused_with_a_sentence(file, monkeypatch, secret_key, sightline_key, said):
    monkeypatch.setenv("SECRET_KEY", secret_key)
    monkeypatch.setenv("SIGHTLINE_KEY", sightline_key)
    with pytest.raises(ImproperlyConfigured, match=said):
        keys.keys_for("production", file)


def test_an_unknown_mode_is_refused(file):
    with pytest.raises(ImproperlyConfigured, match="must be one of production, demo, test, scratch"):
        keys.mode({"SIGHTLINE_MODE": "debug"}, file)


@pytest.mark.parametrize(
    ("version", "journal"),
    [
        ((3, 40, 1), "TRUNCATE"),
        ((3, 44, 5), "TRUNCATE"),
        ((3, 44, 6), "WAL"),
        ((3, 45, 0), "TRUNCATE"),
        ((3, 50, 7), "WAL"),
        ((3, 51, 2), "TRUNCATE"),
        ((3, 51, 3), "WAL"),
        ((3, 52, 0), "WAL"),
    ],
)
def test_the_write_ahead_log_is_used_only_where_it_is_safe(version, journal):
    assert sqlite.journal_mode(version) == journal


def test_a_log_line_holds_the_template_and_the_place_and_nothing_personal():
    name = "Jo " + "Bloggs"  # in two parts: a frame shows where, never what
    try:
        raise ValueError(name)
    except ValueError:
        record = logging.LogRecord("sightline.x", 40, "f", 1, "child %s not found", (name,), sys.exc_info())
    record.count = 3
    text = JsonFormatter().format(record)
    line = json.loads(text)
    assert line["message"] == "child %s not found"
    assert line["count"] == 3
    assert line["exception"][0]["class"] == "builtins.ValueError"
    assert line["exception"][0]["frames"][0].startswith("tests/unit/test_config.py:")
    assert "Bloggs" not in text


def test_a_refused_host_is_not_repeated_in_the_log():
    record = logging.LogRecord("django.security.DisallowedHost", 40, "f", 1, "Invalid host: 'jo.bloggs'", (), None)
    assert "bloggs" not in JsonFormatter().format(record)
