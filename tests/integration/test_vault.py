"""Sealing: bound to its row, gone with its last key, and a wrong key is said in a sentence."""

import base64
import os
import re

import pytest
from django.core.exceptions import ImproperlyConfigured

from sightline.chronology.models import Entry
from sightline.identity.models import SourceIdentity, Version
from sightline.vault.actions import CannotOpen, Erased, Keyring, destroy, digest
from sightline.vault.models import Key
from sightline.vault.opening import open_each
from sightline.vault.rules import key_ids
from tests.support.databases import run_sightline
from tests.support.partnership import child, identities, send, settle_in


def sealed(value, *scopes, bound_to="row|1"):
    ring = Keyring()
    keys = [ring.make(scope) for scope in scopes or ("subject",)]
    ring.save()
    return ring.seal(value, keys, bound_to), keys


def opened(body, bound_to="row|1"):
    ring = Keyring()
    ring.fetch_for([body])
    return ring.open(body, bound_to)


@pytest.fixture(scope="module")
def there(shared_database):
    return settle_in()


def test_what_was_sealed_opens_in_its_place_and_nowhere_else(there):
    body, _ = sealed({"says": "I am cold."})
    assert b"cold" not in body
    assert opened(body) == {"says": "I am cold."}
    with pytest.raises(CannotOpen) as refused:
        opened(body, "row|2")
    assert not isinstance(refused.value, Erased)  # it was moved: nobody erased it
    assert "cold" not in str(refused.value)


def test_no_byte_of_it_can_be_changed(there):
    body, _ = sealed("x" * 20)
    for place in range(len(body)):
        other = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        with pytest.raises(CannotOpen):
            opened(other)
    for cut in (0, 1, 2, 40, 78, 90, len(body) - 1):
        with pytest.raises(CannotOpen):
            opened(body[:cut])


def test_an_entrys_body_does_not_open_as_anothers(there):
    firsts = [send("police-incident", ("victim", child("Kim")), says=says) for says in ("One.", "Other.")]
    one, other = (Entry.objects.get(id=first) for first in firsts)
    ring = Keyring()
    ring.fetch_for([bytes(one.body), bytes(other.body)])
    assert ring.open(bytes(one.body), f"entry|{one.id}")["says"] == "One."
    with pytest.raises(CannotOpen):
        ring.open(bytes(one.body), f"entry|{other.id}")


def test_of_two_whom_it_is_about_one_is_erased_and_the_other_still_opens_it(there):
    body, (one, other) = sealed("Both were there.", "subject", "subject")
    assert destroy([one]) == 1
    assert opened(body) == "Both were there."
    assert destroy([other]) == 1
    with pytest.raises(Erased):
        opened(body)
    assert destroy([other]) == 0


def test_when_the_key_has_gone_nothing_that_was_sealed_for_it_opens(there):
    first = send("police-incident", ("victim", child("Kim")))
    [identity] = identities(first)
    key = SourceIdentity.objects.get(id=identity).key
    bodies = [(bytes(e.body), f"entry|{e.id}") for e in Entry.objects.filter(first=first)]
    bodies += [(bytes(v.body), f"identity|{v.id}") for v in Version.objects.filter(identity=identity)]
    assert len(bodies) == 2 and all(key_ids(body) == [key] for body, _ in bodies)
    for body, bound_to in bodies:
        opened(body, bound_to)
    destroy([key])
    for body, bound_to in bodies:
        with pytest.raises(Erased):
            opened(body, bound_to)


def test_a_key_is_kept_wrapped_and_does_not_unwrap_as_another(there):
    body, [key] = sealed("x")
    row = Key.objects.get(id=key)
    assert len(row.wrapped) == 64
    other_body, [other] = sealed("y")
    assert opened(other_body) == "y"
    Key.objects.filter(id=other).update(wrapped=row.wrapped)  # somebody puts one key in another's place
    with pytest.raises(CannotOpen) as refused:
        opened(other_body)
    assert not isinstance(refused.value, Erased)  # nobody erased it
    assert opened(body) == "x"  # and whatever else is on the page goes on


def test_many_at_once_open_as_each_does_alone(there, settings, caplog):
    (one, [key]), (both, [first, second]) = sealed("alone"), sealed("two", "subject", "subject")

    def row(key_id, body, bound_to="row|1"):
        return key_id.bytes, bytes(Key.objects.get(id=key_id).wrapped), body, bound_to

    broken = one[:-1] + bytes((one[-1] ^ 1,))
    rows = [row(key, one), row(first, both), row(second, both)]
    unlike = [row(key, one, "row|2"), row(key, broken), row(first, one), row(key, one[:50]), row(key, b"")]
    taken = [
        (key.bytes, row(first, one)[1], one, "row|1"),
        (key.bytes, b"", one, "row|1"),
    ]  # a key in another's place; none
    assert open_each(rows) == [b'"alone"', b'"two"', b'"two"'] and not caplog.records
    assert open_each([*unlike, *taken, *rows]) == [None] * 7 + [b'"alone"', b'"two"', b'"two"']
    assert "a key in the vault was altered" in caplog.text
    settings.SIGHTLINE_KEY = base64.b64encode(os.urandom(32)).decode()
    with pytest.raises(ImproperlyConfigured, match="SIGHTLINE_KEY is not the key with which this database was sealed"):
        open_each(rows)


def test_with_another_key_encryption_key_nothing_opens_and_a_sentence_says_so(there, settings):
    body, _ = sealed("x")
    settings.SIGHTLINE_KEY = base64.b64encode(os.urandom(32)).decode()
    with pytest.raises(ImproperlyConfigured, match="SIGHTLINE_KEY is not the key with which this database was sealed"):
        opened(body)


def test_nothing_new_is_sealed_beside_what_another_key_sealed(there, settings):
    sealed("x")
    before = Key.objects.count()
    settings.SIGHTLINE_KEY = base64.b64encode(os.urandom(32)).decode()
    with pytest.raises(ImproperlyConfigured, match="SIGHTLINE_KEY is not the key"):
        send("police-incident", ("victim", child("Kim")))
    assert Key.objects.count() == before


def test_the_command_line_says_so_in_one_sentence(sqlite_database, monkeypatch):
    settle_in()
    send("police-incident", ("victim", child("Kim")))
    assert run_sightline(sqlite_database, "verify").returncode == 0
    monkeypatch.setenv("SIGHTLINE_KEY", base64.b64encode(os.urandom(32)).decode())
    answer = run_sightline(sqlite_database, "verify")
    assert answer.returncode == 2
    assert re.fullmatch(
        r"SIGHTLINE_KEY is not the key with which this database was sealed: that was key [0-9a-f]{8}, and there is only "
        r"[0-9a-f]{8}. Give that key too, in SIGHTLINE_KEY_OTHERS; without it nothing that it wraps can be opened.\n",
        answer.stderr,
    )


def test_equal_numbers_meet_within_a_kind_and_under_one_key_alone(there, settings):
    assert digest("nhs", "9990000018") == digest("nhs", "9990000018")
    assert digest("nhs", "9990000018") != digest("upn", "9990000018")
    before = digest("nhs", "9990000018")
    settings.SIGHTLINE_KEY = base64.b64encode(os.urandom(32)).decode()
    assert digest("nhs", "9990000018") != before
