"""Sealed from the first row: a body opens for whom it is about, at its own row, and for nobody once the keys are gone."""

import base64
import secrets

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from sightline.chronology.models import Entry
from sightline.identity.queries import profile
from sightline.intake.models import Item
from sightline.sharing.types import Level
from sightline.vault.actions import CannotOpen, Keyring, destroy, digest
from sightline.vault.models import Key
from tests.support.house import JAY, MIA, POLICE, as_, entries, identity, live, person, recent_day, send, told


def fresh(*bodies):
    keyring = Keyring()
    keyring.fetch_for(bodies)
    return keyring


def test_what_was_sealed_opens(database):
    keyring = Keyring()
    key = keyring.make("subject")
    keyring.save()
    body = keyring.seal({"says": "Where is Nan?"}, [key], "entry|1")
    assert fresh(body).open(body, "entry|1") == {"says": "Where is Nan?"}
    assert b"Nan" not in body


def test_a_body_that_was_moved_or_altered_does_not_open(database):
    keyring = Keyring()
    key, other = keyring.make("subject"), keyring.make("subject")
    keyring.save()
    body = keyring.seal({"says": "Jay"}, [key], "entry|1")
    for place in ("entry|2", "identity|1", ""):
        with pytest.raises(CannotOpen):
            fresh(body).open(body, place)
    for n in (0, 1, 20, 40, len(body) - 1):  # version, count of wraps, wrap, wrap, ciphertext
        spoilt = bytearray(body)
        spoilt[n] ^= 1
        with pytest.raises(CannotOpen):
            keyring.open(bytes(spoilt), "entry|1")
    swapped = body[:2] + other.bytes + body[18:]  # another subject's name over the same wrap
    with pytest.raises(CannotOpen):
        keyring.open(swapped, "entry|1")


def test_every_ciphertext_is_different(database):
    keyring = Keyring()
    key = keyring.make("subject")
    assert len({keyring.seal("Jay", [key], "entry|1") for _ in range(50)}) == 50


def test_a_key_that_stands_in_for_another_opens_nothing(database):
    keyring = Keyring()
    one, two = keyring.make("subject"), keyring.make("subject")
    keyring.save()
    Key.objects.filter(id=one).update(wrapped=bytes(Key.objects.get(id=two).wrapped))
    with pytest.raises(ImproperlyConfigured):
        Keyring().fetch([one])


def test_equal_identifiers_meet_and_kinds_never_do(database, settings):
    assert digest("nhs", "9990000018") == digest("nhs", "9990000018")
    assert digest("nhs", "9990000018") != digest("number", "9990000018")
    before = digest("nhs", "9990000018")
    settings.SIGHTLINE_KEY = base64.b64encode(secrets.token_bytes(32)).decode()
    assert digest("nhs", "9990000018") != before, "without the partnership's key nobody can compute them"


def test_one_of_two_subjects_is_erased_and_the_other_still_reads(house):
    live(
        told(who=(JAY, MIA), role="victim", at=f"{recent_day(9)} 10:00", says="Both were at home."),
        told(who=MIA, role="victim", at=f"{recent_day(8)} 10:00", says="Mia alone.", child_at_risk="yes"),
        told(at=f"{recent_day(7)} 10:00", says="Jay alone.", child_at_risk="yes"),
    )
    assert destroy([identity(POLICE, "J1").key]) == 1
    mia = [e.says for e in entries("amir", person(local="M1"))]
    assert mia == ["Both were at home.", "Mia alone."]
    with as_("amir") as opened:
        assert profile(opened, person()).name == "Name erased"
    both, alone = entries("amir", person())
    assert both.says == "Both were at home.", "the record is about Mia too: what is hers is hers to keep"
    assert (alone.level, alone.says, alone.headline) == (Level.POINTER, "", "")


def test_when_all_keys_are_destroyed_nothing_opens(house):
    send(told(who=(JAY, MIA), role="victim"))
    destroy(Key.objects.values_list("id", flat=True))
    for entry in Entry.objects.all():
        with pytest.raises(CannotOpen):
            fresh(bytes(entry.body)).open(bytes(entry.body), f"entry|{entry.id}")
    for item in Item.objects.all():
        with pytest.raises(CannotOpen):
            fresh(bytes(item.raw)).open_bytes(bytes(item.raw), f"item|{item.id}")


def test_nothing_personal_stands_in_any_table(house):
    """Every table is read as it lies: no name, no number, no word of anybody."""
    canaries = ["Quillfeather", "9990000018", "LS14 6AA", "LS146AA", "marmalade", "2010-03-04", "Snapdragon", "quillf"]
    who = JAY.__class__.from_dict(
        {**JAY.as_dict(), "family": "Quillfeather", "lines": ["14 Snapdragon Mews"], "phone": "0113 496 0188"}
    )
    send(told(who=who, says="He only eats marmalade.", reference="marmalade/25"))
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                for value in row:
                    text = bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)
                    for canary in canaries:
                        assert canary.lower() not in text.lower(), f"{table}: {canary}"
