"""What the command line says of errors that somebody can do something about: a sentence, and no trace of where it broke."""

import argparse
import errno
import os

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db.utils import OperationalError

from sightline.commands import explained, init


@pytest.mark.parametrize(
    ("says", "told"),
    [
        ("database or disk is full", "disk of the database is full"),
        ('could not extend file "base/5/16384": No space left on device', "disk of the database is full"),
        ("attempt to write a readonly database", "cannot be written"),
        ("cannot execute INSERT in a read-only transaction", "a standby"),
        ("database is locked", "try again in a while"),
        ("connection refused", "is the server running?"),
        ("no such table: ledger_record", "sightline init"),
    ],
)
def test_a_database_that_does_not_take_what_it_is_given(says, told):
    assert told in explained(OperationalError(says))


@pytest.mark.parametrize(
    ("number", "told"),
    [(errno.ENOSPC, "disk is full"), (errno.EROFS, "may not"), (errno.EACCES, "may not"), (errno.EEXIST, "File exists")],
)
def test_a_folder_that_cannot_be_written(number, told):
    said = explained(OSError(number, os.strerror(number), "/srv/backup"))
    assert told in said and "/srv/backup" in said


def test_what_is_a_fault_of_ours_is_not_explained_away():
    assert explained(ValueError("x")) is None and explained(ConnectionResetError()) is None


def test_keys_made_for_a_database_that_was_sealed_with_lost_ones_are_taken_away_again(tmp_path, monkeypatch):
    def other_key():
        raise ImproperlyConfigured("SIGHTLINE_KEY is not the key with which this database was sealed.")

    monkeypatch.setattr(init, "refuse_other_partnership", lambda: None)
    monkeypatch.setattr(init, "prepare_database", other_key)
    keys = tmp_path / "keys.env"
    keys.write_text("SIGHTLINE_KEY=new")
    with pytest.raises(ImproperlyConfigured, match="put your copy of the lost one there"):
        init.run(argparse.Namespace(partnership=None, made_keys=keys))
    assert not keys.exists()
    keys.write_text("SIGHTLINE_KEY=theirs")
    with pytest.raises(ImproperlyConfigured):
        init.run(argparse.Namespace(partnership=None, made_keys=None))
    assert keys.exists(), "what was there before stays"
