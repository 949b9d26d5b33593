"""A new key-encryption key in place of the old: while everybody reads and a load goes on; and what happens without the old."""

import argparse
import base64
import json
import os
import stat
import threading

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import close_old_connections, connection

from config import keys, sealing
from sightline.commands import keys as command
from sightline.definition.outcomes import Missing
from sightline.vault import keeping, rotating, rules
from sightline.vault.actions import MARK, CannotOpen, Erased, Keyring, check_key, destroy, digest, mark_digests
from sightline.vault.models import Key
from tests.support.databases import run_sightline
from tests.support.partnership import child, entries, person_on, send, settle_in


@pytest.fixture
def kept_in_file(tmp_path, monkeypatch, settings):
    """The keys of this test lie in a file, as where `sightline init` wrote them."""
    file = tmp_path / "keys.env"
    file.write_text(f"# ours\nSIGHTLINE_MODE=production\nSECRET_KEY=x\nSIGHTLINE_KEY={settings.SIGHTLINE_KEY}\n")
    monkeypatch.delenv("SIGHTLINE_KEY")
    settings.KEYS_FILE, settings.SIGHTLINE_KEYS_FROM = file, sealing.FILE
    monkeypatch.setattr(keeping, "_afresh", None)
    monkeypatch.setattr(keeping, "_stamp", None)
    return file


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch):
    """The second look comes soon: here nobody begins to write before the key changes and ends long after."""
    monkeypatch.setattr(rotating, "SETTLES_SECONDS", 0.3)


def fresh() -> str:
    return base64.b64encode(os.urandom(32)).decode()


def sealed(value):
    ring = Keyring()
    key = ring.make("subject")
    ring.save()
    return ring.seal(value, [key], "row|1"), key


def opened(body):
    ring = Keyring()
    ring.fetch_for([body])
    return ring.open(body, "row|1")


def rotate(resume=False):
    return command.run(argparse.Namespace(what="rotate", resume=resume, json=True))


def retire(name):
    return command.run(argparse.Namespace(what="retire", name=name))


def test_nobody_who_reads_or_writes_notices_a_rotation(database, kept_in_file, monkeypatch, capsys):
    sara = settle_in()["amir"]
    firsts = [send("police-incident", ("victim", child("Kim")), says=f"No {n}.") for n in range(6)]
    send("ppn", ("child", child("Kim")))
    for _ in range(600):
        sealed("more, so that it takes a while")
    people = [person_on(first) for first in firsts]
    bodies = [sealed(f"Body {n}.")[0] for n in range(20)]
    monkeypatch.setattr(rotating, "AT_ONCE", 10)
    over, failed, done = threading.Event(), [], {"read": 0, "written": 0, "rotating": 0}

    def reading():
        try:
            while not over.is_set():
                for n, body in enumerate(bodies):
                    assert opened(body) == f"Body {n}."
                    done["read"] += 1
                for person in people:
                    try:
                        assert all(not view.closed for view in entries(sara, person))
                    except Missing:
                        pass
                    done["read"] += 1
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    def writing():
        try:
            while not over.is_set():
                send("police-incident", ("victim", child("Lee")))
                done["written"] += 1
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for one in (reading, reading, writing)]
    for thread in threads:
        thread.start()
    try:
        before = command.state()["current"]
        assert rotate() == 0
    finally:
        over.set()
        for thread in threads:
            thread.join(30)
    close_old_connections()
    said = json.loads(capsys.readouterr().out)
    assert failed == []
    assert done["read"] > 100 and done["written"] > 3, done
    assert said["wrapped"] > 600 and said["left"] == 0 and said["current"] != before
    assert set(rotating.counts()) == {said["current"]}  # those too that were written meanwhile
    assert retire(before) == 0
    assert opened(bodies[0]) == "Body 0."


def test_a_rotation_leaves_digests_and_what_is_kept_outside_as_they_are(
    sqlite_database, kept_in_file, settings, capsys
):
    before = digest("nhs", "9990000018")
    body, _ = sealed("x")
    old = settings.SIGHTLINE_KEY
    assert rotate() == 0
    written = keys.read_file(kept_in_file)
    assert written["SIGHTLINE_KEY"] != old and written["SIGHTLINE_KEY_OTHERS"] == old
    assert written["SIGHTLINE_DIGEST_KEY"] == old and written["SECRET_KEY"] == "x"
    assert kept_in_file.read_text().startswith("# ours\n") and stat.S_IMODE(kept_in_file.stat().st_mode) == 0o600
    settings.SIGHTLINE_KEY, settings.SIGHTLINE_DIGEST_KEY = written["SIGHTLINE_KEY"], written["SIGHTLINE_DIGEST_KEY"]
    settings.SIGHTLINE_KEY_OTHERS = (old,)  # a process that starts afterwards
    assert digest("nhs", "9990000018") == before
    check_key()
    assert opened(body) == "x"
    settings.SIGHTLINE_DIGEST_KEY = fresh()
    with pytest.raises(ImproperlyConfigured, match="SIGHTLINE_DIGEST_KEY is not the one"):
        check_key()


def test_a_rotation_that_was_stopped_goes_on_and_a_key_in_use_is_not_dropped(
    sqlite_database, kept_in_file, monkeypatch, capsys
):
    bodies = [sealed(n)[0] for n in range(30)]
    old = command.state()["current"]
    monkeypatch.setattr(rotating, "AT_ONCE", 10)
    told = []

    def stopped(count):
        told.append(count)
        raise KeyboardInterrupt

    sealing.rewrite(
        kept_in_file, {"SIGHTLINE_KEY": fresh(), "SIGHTLINE_KEY_OTHERS": keys.read_file(kept_in_file)["SIGHTLINE_KEY"]}
    )
    with pytest.raises(KeyboardInterrupt):
        rotating.rewrap(stopped)
    assert told == [10]
    assert [opened(body) for body in bodies] == list(range(30))  # some under one key, some under the other
    assert retire(old) == 2
    assert "may still be needed for 20 keys" in capsys.readouterr().err
    assert rotate(resume=True) == 0
    assert [opened(body) for body in bodies] == list(range(30))


def test_what_is_erased_while_keys_are_wrapped_anew_stays_erased(database, kept_in_file, monkeypatch, capsys):
    bodies = [sealed(n) for n in range(30)]
    monkeypatch.setattr(rotating, "AT_ONCE", 10)
    change = rotating.change

    def erased_in_between(model, column, rows):
        destroy([key for _, key in bodies])
        change(model, column, rows)

    monkeypatch.setattr(rotating, "change", erased_in_between)
    assert rotate() == 0
    for body, key in bodies:
        assert not Key.objects.filter(id=key).exists()
        with pytest.raises(Erased):
            opened(body)


def test_without_the_old_key_a_copy_from_before_is_refused_in_a_sentence(sqlite_database, settings):
    body, _ = sealed("x")
    name = keeping.ring().current.hex()
    old, settings.SIGHTLINE_KEY = settings.SIGHTLINE_KEY, fresh()
    with pytest.raises(ImproperlyConfigured, match=f"that was key {name}, and there is only [0-9a-f]{{8}}"):
        opened(body)
    with pytest.raises(ImproperlyConfigured, match="Give that key too"):
        check_key()
    with pytest.raises(ImproperlyConfigured):
        mark_digests()
    settings.SIGHTLINE_KEY_OTHERS = (old,)
    assert opened(body) == "x"


def test_keys_from_before_they_had_names_open_and_get_one(sqlite_database, kept_in_file, capsys):
    raw, [key] = os.urandom(32), [Keyring().ids()]
    under = base64.b64decode(keys.read_file(kept_in_file)["SIGHTLINE_KEY"])
    Key.objects.create(id=key, scope="subject", wrapped=rules.wrap(raw, under, key.bytes), made_at="2026-01-01T00:00Z")
    body = rules.seal(b'"x"', {key: raw}, b"row|1")
    assert opened(body) == "x"
    assert rotating.counts() == {"": 1}
    assert rotate() == 0
    assert opened(body) == "x"
    assert "" not in rotating.counts()


def test_one_key_that_was_altered_is_told_and_the_rest_is_wrapped(sqlite_database, kept_in_file, capsys):
    (body, key), (other, _) = sealed("x"), sealed("y")
    row = Key.objects.get(id=key)
    Key.objects.filter(id=key).update(wrapped=bytes(row.wrapped)[:-1] + bytes([bytes(row.wrapped)[-1] ^ 1]))
    rotate()
    assert json.loads(capsys.readouterr().out)["altered"] == 1
    assert opened(other) == "y"
    with pytest.raises(CannotOpen) as refused:
        opened(body)
    assert not isinstance(refused.value, Erased)


def test_a_key_service_is_asked_and_nothing_that_it_says_is_told(tmp_path, monkeypatch):
    key, other = fresh(), fresh()
    service = tmp_path / "service"
    service.write_text(f"#!/bin/sh\necho SIGHTLINE_KEY={key}\necho SIGHTLINE_KEY_OTHERS={other}\n")
    service.chmod(0o700)
    found = sealing.sealing_keys({"SIGHTLINE_KEY_COMMAND": str(service)}, tmp_path / "none")
    assert found == (key, (other,), "", "command")
    for text, said in (
        (f"echo SIGHTLINE_KE={key}; echo two", "gave no key: print one"),
        (f"echo {key}; exit 3", "exit code 3"),
    ):
        service.write_text(f"#!/bin/sh\n{text}\n")
        sealing._told.cache_clear()
        with pytest.raises(ImproperlyConfigured, match=said) as refused:
            sealing.sealing_keys({"SIGHTLINE_KEY_COMMAND": str(service)}, tmp_path / "none")
        assert key not in str(refused.value)
    with pytest.raises(ImproperlyConfigured, match="could not be run"):
        sealing.told_by(str(tmp_path / "not-there"))


def test_keys_of_two_places_are_never_mixed(tmp_path):
    file = tmp_path / "keys.env"
    file.write_text(
        f"SIGHTLINE_KEY={(mine := fresh())}\nSIGHTLINE_KEY_OTHERS={(old := fresh())}\nSIGHTLINE_DIGEST_KEY={(d := fresh())}\n"
    )
    assert sealing.sealing_keys({}, file) == (mine, (old,), d, "file")
    assert sealing.sealing_keys({"SIGHTLINE_KEY": mine}, file) == (
        mine,
        (old,),
        d,
        "environment",
    )  # the same, given again
    assert sealing.sealing_keys({"SIGHTLINE_KEY": (other := fresh())}, file) == (other, (), "", "environment")
    with pytest.raises(ImproperlyConfigured, match="SIGHTLINE_KEY_OTHERS is not base64"):
        sealing.sealing_keys({"SIGHTLINE_KEY": mine, "SIGHTLINE_KEY_OTHERS": "no!"}, file)


def test_the_command_says_what_wraps_what(sqlite_database):
    mark_digests()
    sealed("x")
    said = json.loads(run_sightline(sqlite_database, "keys", "--json").stdout)
    assert said["keys"] == {said["current"]: 2} and said["left"] == 0 and said["source"] == "environment"
    answer = run_sightline(sqlite_database, "keys", "rotate")
    assert answer.returncode == 2 and "There is no other key beside it" in answer.stderr
    assert Key.objects.filter(id=MARK).exists()
