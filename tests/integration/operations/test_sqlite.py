"""Backup, loss and restore of a SQLite file; what is refused; an older copy in its place."""

import dataclasses
import json
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection, transaction

from sightline.agencies.actions import publish
from sightline.agencies.queries import machine
from sightline.commands.init import refuse_other_partnership
from sightline.commands.serve import accept_restored, refuse_older_copy
from sightline.definition.outcomes import Invalid
from sightline.intake.models import Item
from sightline.jobs.receive import receive_one
from sightline.ledger import anchors
from sightline.ledger.models import Record
from sightline.operations import manifest, sqlite_copies
from sightline.operations.backups import is_behind_code
from sightline.vault.actions import Keyring, destroy
from sightline.vault.models import Key
from tests.support.senders import notifications

POLICE = "west-yorkshire-police"
OTHER_KEY = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoxMjM0NTY="


def place(of=POLICE):
    """How many records of this agency have their place."""
    return Record.objects.filter(stream=of, place__isnull=False).count()


def test_a_copy_is_whole_and_comes_back_with_its_ledger(sqlite):
    sqlite.write(3)
    sqlite.backup()
    connection.close()
    for path in sqlite.file.parent.glob(f"{sqlite.file.name}*"):
        path.unlink()
    done = sqlite.json("restore", str(sqlite.copies))
    assert (done["right"], done["ledger_faults"], done["anchor"]["state"], done["kept"]) == (True, [], "fits", "")
    assert place() == 3
    assert Record.objects.order_by("-at").first().verb == "restore-database"  # it is on the record
    assert sqlite.run("verify").stdout.endswith("0 faults\n")


def test_a_database_that_is_there_is_not_overwritten_unless_that_is_said_and_then_it_is_kept(sqlite):
    sqlite.backup()
    said = sqlite.run("restore", str(sqlite.copies), code=2).stderr
    assert "There is a database at" in said and "--replace" in said
    kept = sqlite.json("restore", str(sqlite.copies), "--replace")["kept"]
    with closing(sqlite3.connect(kept)) as opened:
        assert opened.execute("SELECT count(*) FROM ledger_record").fetchone()[0] > 0
    elsewhere = sqlite.place / "elsewhere" / "other.sqlite3"
    # (That it was restored before is anchored, so the same copy is an older one now.)
    assert sqlite.json("restore", str(sqlite.copies), "--to", str(elsewhere), code=1)["database"] == str(elsewhere)


def test_a_file_that_somebody_has_open_is_not_replaced(sqlite):
    sqlite.backup()
    holder = subprocess.Popen(
        [sys.executable, "-S", "-c", f"f = open({str(sqlite.file)!r}); print(1, flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        holder.stdout.readline()
        said = sqlite.run("restore", str(sqlite.copies), "--replace", code=2).stderr
        assert f"is in use by process {holder.pid}" in said
    finally:
        holder.communicate(b"\n")
    sqlite.run("restore", str(sqlite.copies), "--replace")


def test_a_copy_under_another_key_says_so(sqlite):
    sqlite.backup()
    before = sqlite.file.read_bytes()
    said = sqlite.run("restore", str(sqlite.copies), "--replace", code=2, SIGHTLINE_KEY=OTHER_KEY).stderr
    assert "made under another SIGHTLINE_KEY" in said
    assert sqlite.file.read_bytes() == before


def test_one_altered_byte_is_noticed_before_anything_is_put_in_place(sqlite):
    copy = sqlite.backup() / "database.sqlite3"
    body = bytearray(copy.read_bytes())
    body[len(body) // 2] ^= 1
    copy.write_bytes(body)
    before = sqlite.file.read_bytes()
    said = sqlite.run("restore", str(sqlite.copies), "--replace", code=2).stderr
    assert "database.sqlite3 is not as it was when the copy was made" in said
    assert sqlite.file.read_bytes() == before
    copy.unlink()
    assert "is not as it was" in sqlite.run("restore", str(sqlite.copies), "--replace", code=2).stderr
    assert not list(sqlite.file.parent.glob(f"{sqlite.file.name}.restoring"))


def test_an_older_copy_is_noticed_everywhere_and_accepted_only_on_the_record(sqlite):
    sqlite.write(2)
    older = sqlite.backup()
    sqlite.write(3)
    had, has = anchors.compare().anchored, manifest.read(older).records
    assert had == has + 3
    told = f"The ledger had {had} records in their places at "
    missing = f"this database has {has}. At least 3 are missing."
    done = sqlite.json("restore", str(older), "--replace", code=1)
    assert (done["right"], done["ledger_faults"]) == (False, [])  # a whole ledger: only the anchor knows
    assert (done["anchor"]["state"], done["anchor"]["missing"]) == ("behind", 3)
    assert told in done["anchor"]["sentence"] and missing in done["anchor"]["sentence"]

    for command in (("serve", "--bind", "127.0.0.1:0"), ("worker", "--once")):
        said = sqlite.run(*command, code=2).stderr
        assert told in said and missing in said and "--accept-restored" in said
    assert missing in sqlite.run("verify", code=1).stdout
    (anchor,) = [c for c in sqlite.json("doctor", code=1)["checks"] if c["name"] == "anchor"]
    assert anchor["state"] == "fail" and missing in anchor["says"]

    # Writing on does not make it good: once the ledger has grown past the anchor, it goes another way.
    sqlite.write(2)
    sqlite.run("verify", code=1)
    sqlite.write(4)
    assert "its ledger goes another way" in sqlite.run("verify", code=1).stdout
    with pytest.raises(Invalid):
        accept_restored("because")
    accept_restored("Disk lost; decided by the board, case 12")
    detail = Record.objects.get(verb="accept-restored").detail
    assert detail["reason"].startswith("Disk lost") and (detail["anchored"], detail["state"]) == (had, "different")
    refuse_older_copy()
    assert sqlite.run("verify").stdout.endswith("0 faults\n")
    accept_restored("Again, though nothing is wrong")  # nothing happens
    assert Record.objects.filter(verb="accept-restored").count() == 1


def test_an_anchor_that_was_altered_or_begins_anew_is_told(sqlite, monkeypatch):
    sqlite.write(2)
    path = sqlite.place / "anchor" / "ledger.jsonl"
    monkeypatch.setattr(anchors, "LONGEST", 1)  # a new file begins with every line: what it says stays whole
    sqlite.write(1)
    sqlite.write(1, agency="elmfield-academy")
    assert len(list(path.parent.glob("ledger-*.jsonl"))) == 2 and anchors.compare().right
    path.write_text(path.read_text().replace('"places"', '"place"'))
    assert anchors.compare().state == "unreadable"
    sqlite.write(1)  # and is never made good by us
    assert "was altered" in sqlite.run("serve", "--bind", "127.0.0.1:0", code=2).stderr


def test_a_ledger_that_was_tampered_with_before_the_copy_is_found_at_restore(sqlite):
    sqlite.write(2)
    altered = Record.objects.filter(stream=POLICE).first().id
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER ledger_record_no_update")
    Record.objects.filter(id=altered).update(actor="nobody")
    (check,) = [c for c in sqlite.json("doctor", code=1)["checks"] if c["name"] == "append-only"]
    assert check["state"] == "fail" and "ledger_record_no_update" in check["says"]
    sqlite.backup()
    done = sqlite.json("restore", str(sqlite.copies), "--replace", code=1)
    assert done["ledger_faults"] == [f"record {altered} was altered after it was written"]


def test_what_was_erased_since_is_erased_again(sqlite):
    ring = Keyring()
    erased, begun, whole = (ring.make("subject") for _ in range(3))
    ring.save()
    sqlite.backup()
    destroy([erased])
    with pytest.raises(KeyError), transaction.atomic():  # one whose transaction never came to its end
        destroy([begun])
        raise KeyError

    def there():
        return set(Key.objects.filter(id__in=[erased, begun, whole]).values_list("id", flat=True))

    assert there() == {begun, whole}
    done = sqlite.json("restore", str(sqlite.copies), "--replace")
    assert (done["erased_again"], done["erasures_unsure"]) == (1, 1)
    assert there() == {begun, whole}


def test_a_copy_of_a_later_version_and_of_another_partnership_is_refused(sqlite):
    copy = sqlite.backup()
    said = sqlite.run("restore", str(copy), "--replace", code=2, SIGHTLINE_PARTNERSHIP="riverford").stderr
    assert "This is a copy of leeds; here is riverford" in said
    made = manifest.read(copy)
    manifest.write(copy, dataclasses.replace(made, migrations=[*made.migrations, "vault.0999_later"]))
    assert "made by a later version" in sqlite.run("restore", str(copy), "--replace", code=2).stderr


def test_only_as_many_copies_as_are_wanted_stay(sqlite):
    for _ in range(3):
        newest = sqlite.backup("--keep", "2")
    assert len(list(sqlite.copies.iterdir())) == 2
    assert manifest.newest(sqlite.copies) == newest
    assert json.loads((newest / "manifest.json").read_text())["road"] == "sqlite"


def test_what_is_not_for_sqlite_says_so(sqlite):
    assert "Only PostgreSQL has a log" in sqlite.run("backup", "--to", str(sqlite.copies), "--follow", code=2).stderr


def test_copies_taken_while_records_come_in_are_each_whole(sqlite):
    """Each holds at least what had been acknowledged when it was begun, and a ledger without a fault."""
    told, stop = [], threading.Event()

    def send():
        by = machine("feed-machine")
        for one in notifications(5000, seed=77):
            if stop.is_set():
                break
            told.append(receive_one(one, feed="bench", kind="api", by=by).id)
        connection.close()

    sender = threading.Thread(target=send)
    sender.start()
    copies = []
    try:
        for n in range(3):
            while len(told) < 10 * (n + 1):
                assert sender.is_alive()
            copies.append((list(told), sqlite.backup()))
        assert sender.is_alive(), "it ended before the last copy"
    finally:
        stop.set()
        sender.join()
    assert len({len(acknowledged) for acknowledged, _ in copies}) == 3
    for n, (acknowledged, copy) in enumerate(copies):
        where = sqlite.place / f"{n}.sqlite3"
        done = sqlite.json("restore", str(copy), "--to", str(where), code=0 if n == 2 else 1)
        assert done["ledger_faults"] == []
        with closing(sqlite3.connect(where)) as opened:
            held = {each for (each,) in opened.execute("SELECT id FROM intake_item")}
        assert {each.replace("-", "") for each in acknowledged} <= held
    assert Item.objects.count() >= len(told)


def test_a_copy_that_cannot_be_written_is_said_in_a_sentence(sqlite):
    (sqlite.place / "file").write_text("")
    for place in ("file", "file/copies"):
        said = sqlite.run("backup", "--to", str(sqlite.place / place), code=2).stderr
        assert str(sqlite.place / "file") in said and "Traceback" not in said


def test_a_copy_for_which_there_is_no_room_is_said_and_leaves_nothing_behind(sqlite, monkeypatch):
    connect = sqlite3.connect

    class Full(sqlite3.Connection):
        def execute(self, *said):
            raise sqlite3.OperationalError("database or disk is full")

    def opened(path, *arguments, **how):
        return connect(path, *arguments, **how, **({"factory": Full} if "copies" in str(path) else {}))

    monkeypatch.setattr(sqlite_copies.sqlite3, "connect", opened)
    said = sqlite.run("backup", "--to", str(sqlite.copies), code=2).stderr
    assert f"The disk is full ({sqlite.copies})" in said and not list(sqlite.copies.iterdir())


def test_a_database_in_use_does_not_become_another_partnerships(sqlite, settings):
    publish(because="take-definition", by=machine("set-up-machine"))
    settings.SIGHTLINE_PARTNERSHIP = "riverford"
    refuse_other_partnership()  # nobody works here, and nothing has come: a slip of whoever sets up
    settings.SIGHTLINE_PARTNERSHIP = "leeds"
    receive_one(next(iter(notifications(1))), feed="bench", kind="api", by=machine("feed-machine"))
    refuse_other_partnership()
    settings.SIGHTLINE_PARTNERSHIP = "riverford"
    with pytest.raises(ImproperlyConfigured, match="This database is the partnership leeds's, and in use"):
        refuse_other_partnership()
    said = sqlite.run("worker", "--once", code=2).stderr
    assert "One deployment is one partnership" in said
    sqlite.run("serve", code=2)


def test_a_copy_of_an_earlier_version_is_brought_up_to_date_checked_and_erased_from_again(sqlite):
    """Its tables lack what this version keeps: before it is checked, and before keys are destroyed again, they are made."""
    ring = Keyring()
    erased = ring.make("subject")
    ring.save()
    call_command("migrate", "contexts", "zero", verbosity=0)
    for command in (("worker", "--once"), ("serve",), ("load", str(sqlite.place))):
        assert "of an earlier version" in sqlite.run(*command, code=2).stderr
    copy = sqlite.backup()
    call_command("migrate", verbosity=0)
    destroy([erased])
    said = sqlite.run("restore", str(copy), "--replace").stderr
    assert "bringing its tables up to date" in said and "0 faults" in said
    assert not is_behind_code() and not Key.objects.filter(id=erased).exists()
