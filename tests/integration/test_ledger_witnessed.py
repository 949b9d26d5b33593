"""The ledger against somebody who owns the database, the keys and the folder outside: only a witness can tell, and does."""

import json
import threading
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import override_settings

from sightline.commands import main
from sightline.commands.witness import served
from sightline.jobs import worker
from sightline.ledger import checkpoints, notes, proofs, receipts, rules
from sightline.ledger.actions import sequence, write
from sightline.ledger.models import Head, Node, Place, Record, Unplaced
from sightline.ledger.queries import record_seal, sealed
from sightline.ledger.verifying import verify
from sightline.ledger.witnessing import Witness
from tests.support.tampering import afresh, at, delete, forged, sql, unguarded, with_right_leaf

POLICE = "west-yorkshire-police"
FILES = (checkpoints.FILE, checkpoints.NEWEST)


def read(n=0, count=1):
    for each in range(count):
        write(
            kind="read",
            verb="view-child",
            actor=f"w{n + each}",
            acting_for=POLICE,
            purpose="safeguarding",
            ids=[uuid4()],
            outcome="allowed",
        )
    while sequence():
        pass


@pytest.fixture
def outside(database, tmp_path, settings):
    """Twenty records, anchored and signed."""
    settings.SIGHTLINE_ANCHOR = str(tmp_path / "anchor")
    read(count=20)
    assert checkpoints.keep(at_once=True) and not checkpoints.keep(at_once=True)
    return tmp_path


@pytest.fixture
def witness(outside, settings):
    """A witness that listens, and has countersigned forty records."""
    made = Witness(outside / "witness", name="ripley/witness")
    made.watch(str(receipts.key()))
    server = served(made, "127.0.0.1:0")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.SIGHTLINE_WITNESSES = [f"http://127.0.0.1:{server.server_address[1]} {made.key}"]
    assert [told.state for told in checkpoints.tell(at_once=True)] == ["seen"]
    read(20, count=20)
    assert checkpoints.keep(at_once=True)
    assert made.watched()[receipts.key().name].size == 40
    yield made
    server.shutdown()
    server.server_close()


def command(capsys, *arguments, code=0):
    found = main(list(arguments))
    said = capsys.readouterr()
    assert found == code, said
    return said.out + said.err


# --- checkpoints -----------------------------------------------------------------------------------------------------


def test_a_checkpoint_is_signed_after_256_records_or_a_minute(outside, monkeypatch):
    monkeypatch.setattr(checkpoints, "_next", 0.0)
    read(count=255)
    assert not checkpoints.keep() and checkpoints.newest().checkpoint.size == 20
    monkeypatch.setattr(checkpoints, "_next", 0.0)
    read()
    assert checkpoints.keep() and checkpoints.newest().checkpoint.size == 276
    read()
    monkeypatch.setattr(checkpoints, "_next", 0.0)
    assert not checkpoints.keep()
    monkeypatch.setattr(checkpoints, "EVERY_SECONDS", 0.0)
    monkeypatch.setattr(checkpoints, "_next", 0.0)
    assert checkpoints.keep() and checkpoints.newest().checkpoint.size == 277
    assert checkpoints.compare() == []
    assert not checkpoints.keep(at_once=True)  # nothing has come since


def test_the_worker_signs(database, tmp_path, settings, monkeypatch):
    settings.SIGHTLINE_ANCHOR = str(tmp_path / "anchor")
    monkeypatch.setattr(checkpoints, "_next", 0.0)
    stop = threading.Event()
    write(kind="run", verb="x", actor="x", acting_for="", purpose="administration")
    monkeypatch.setattr(stop, "wait", lambda seconds: stop.set())
    worker.work(stop)
    assert checkpoints.newest().checkpoint.size == verify().placed >= 1


def test_without_a_key_or_a_folder_nothing_is_signed_and_the_ledger_goes_on(database, tmp_path, settings, capsys):
    read()
    settings.SIGHTLINE_ANCHOR = ""
    assert not checkpoints.keep(at_once=True) and checkpoints.compare() == []
    assert receipts.key().name == f"sightline/{settings.SIGHTLINE_PARTNERSHIP}"  # but a receipt can be given
    settings.SIGHTLINE_ANCHOR, settings.SIGHTLINE_SIGNING_KEY = str(tmp_path), ""
    assert not checkpoints.keep(at_once=True)
    with pytest.raises(notes.Unsound, match="SIGHTLINE_SIGNING_KEY"):
        receipts.key()


@pytest.mark.parametrize("how", ["line", "order", "newest", "other key", "cut"])
def test_a_file_of_checkpoints_that_was_altered_is_told(outside, how, settings):
    read(count=5)
    checkpoints.keep(at_once=True)
    file, newest = (outside / "anchor" / name for name in FILES)
    lines = file.read_text().splitlines(keepends=True)
    if how == "line":
        file.write_text(lines[0].replace("20\\n", "19\\n") + lines[1])
    elif how == "order":
        file.write_text(lines[1] + lines[0])
    elif how == "newest":
        newest.write_text(json.loads(lines[0])["note"])
    elif how == "cut":
        file.write_text(lines[0])
    else:
        settings.SIGHTLINE_SIGNING_KEY = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoxMjM0NTY="
    assert len(checkpoints.compare()) == 1


# --- a witness -------------------------------------------------------------------------------------------------------


def test_a_witness_countersigns_and_what_it_signed_is_kept(witness):
    newest = checkpoints.newest()
    assert newest.checkpoint.size == 40 and newest.seen_by(witness.key) and checkpoints.compare() == []
    assert [told.state for told in checkpoints.tell(at_once=True)] == ["already"]
    (witness.state / "logs.json").unlink()  # it lost everything, and somebody tells it of the ledger again
    witness.watch(str(receipts.key()))
    read(40)
    assert checkpoints.keep(at_once=True) and checkpoints.newest().seen_by(witness.key)


def test_a_witness_that_is_silent_stops_nothing(outside, settings):
    key = Witness(outside / "other").key
    settings.SIGHTLINE_WITNESSES = [f"http://127.0.0.1:9 {key}"]
    read(20)
    assert checkpoints.keep(at_once=True) and checkpoints.newest().checkpoint.size == 21
    assert [told.state for told in checkpoints.tell(at_once=True)] == ["silent"]
    settings.SIGHTLINE_WITNESSES = ["http://127.0.0.1:9"]
    with pytest.raises(notes.Unsound, match="SIGHTLINE_WITNESSES takes"):
        checkpoints.witnesses()


# --- seven tamperings, by somebody who holds every key ---------------------------------------------------------------


def edit():
    record = at(2)
    record.actor = "somebody-else"
    leaf = with_right_leaf(record)
    Record.objects.filter(id=record.id).update(actor=record.actor, leaf=leaf, seal=record_seal(leaf))


def delete_one():
    """One taken out, and the others moved up."""
    kept = [place.record for place in Place.objects.select_related("record").order_by("n")]
    delete(2)
    again([*kept[:2], *kept[3:]])
    fit()
    read(99)


def insert():
    kept = [place.record for place in Place.objects.select_related("record").order_by("n")]
    again([*kept[:2], forged(kept[2], actor="invented"), *kept[2:]])


def swap():
    kept = [place.record for place in Place.objects.select_related("record").order_by("n")]
    again([*kept[:2], kept[3], kept[2], *kept[4:]])


def truncate():
    for n in range(30, 40):
        delete(n)


def roll_back():
    """An older copy of the whole, put in place, and then work goes on."""
    truncate()
    Node.objects.all().delete()
    fit()
    read(70, count=15)


def recompute():
    """Everything computed afresh from another beginning."""
    edit()
    fit()


SEVEN = (edit, delete_one, insert, swap, truncate, roll_back, recompute)


def again(records):
    sql('DELETE FROM "ledger_place"')
    Place.objects.bulk_create(Place(n=n, record=record) for n, record in enumerate(records))


def fit():
    """Everything that the keys can make fit: the tree, its head, the anchor, and checkpoints afresh."""
    grown, head = afresh(), Head.objects.get()
    head.streams = {**head.streams, rules.TREE: [grown.size, grown.root.hex()]}
    head.frontier, head.seal = [each.hex() for each in grown.frontier], sealed(head.streams)
    head.save()


@pytest.mark.parametrize("how", SEVEN)
def test_seven_tamperings_by_somebody_who_holds_every_key_are_found_by_a_witness(witness, outside, capsys, how):
    kept = witness.state
    assert "its checkpoint of 40 records fits" in command(capsys, "verify", "--checkpoint", str(kept))
    unguarded()
    how()
    fit()
    for name in FILES:  # and the past is signed afresh too, under the same name, with the right key
        (outside / "anchor" / name).unlink()
    head = Head.objects.get()
    size, root = head.streams[rules.TREE]
    by = checkpoints.signer(receipts_name(witness))
    note = notes.sign(notes.Checkpoint(by.verifier.name, size, bytes.fromhex(root)), by)
    checkpoints.replace(outside / "anchor" / checkpoints.NEWEST, str(note))
    (outside / "anchor" / checkpoints.FILE).write_text(str(checkpoints.Line(note, 0, ())))
    Unplaced.objects.all().delete()
    connection.close()
    unguarded_session()
    assert verify().faults == () and checkpoints.compare() == []  # by itself the database is whole
    said = command(capsys, "verify", "--checkpoint", str(kept), code=1)
    assert "the past was written afresh" in said or "put back to an older copy" in said
    read(50)  # and writing on does not help
    checkpoints.keep(at_once=True)
    assert [told.state for told in checkpoints.tell(at_once=True)] == ["refused"]
    assert witness.watched()[by.verifier.name].size == 40
    file = str(outside / "anchor" / checkpoints.FILE)
    assert main(["witness", "--state", str(kept), "--from", file, "--once"]) == 1


def receipts_name(witness):
    (name,) = witness.watched()
    return name


def unguarded_session():
    if connection.vendor == "postgresql":
        sql("SET session_replication_role = replica")


def test_the_same_seven_by_the_databases_owner_alone_are_found_without_one(outside, settings):
    """Who has no key: whatever is computed afresh, the head, the records' seals and the checkpoints tell."""
    read(20, count=20)
    checkpoints.keep(at_once=True)
    unguarded()
    for how in SEVEN:
        assert verify().faults == () and checkpoints.compare() == []
        with transaction.atomic():
            with override_settings(SIGHTLINE_DIGEST_KEY="QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoxMjM0NTY="):
                how()
                fit()
            assert verify().faults and checkpoints.compare(), how.__name__
            transaction.set_rollback(True)


def test_an_older_copy_with_its_own_head_signs_nothing_more_and_is_told(outside):
    """A backup of before, put back whole: its seals fit. The checkpoints outside it do not."""
    unguarded()
    older = Head.objects.get()
    read(20, count=20)
    checkpoints.keep(at_once=True)
    for n in range(20, 40):
        delete(n)
    sql('DELETE FROM "ledger_node" WHERE "level" = 5 OR "at" > 0')
    older.save()
    assert verify().faults == ()
    (said,) = checkpoints.compare()
    assert "A checkpoint of 40 records was signed, and the database has 20" in said
    read(40, count=30)  # it grows past what was signed, another way
    assert checkpoints.compare() == [
        "The first 40 records are not those that were signed: the past was written afresh."
    ]
    assert not checkpoints.keep(at_once=True) and checkpoints.newest().checkpoint.size == 40


# --- receipts --------------------------------------------------------------------------------------------------------


def test_a_receipt_is_made_and_proved_without_us(witness, outside, capsys):
    record, path = at(7), outside / "receipt.json"
    key = command(capsys, "proof", "--key").strip()
    assert key == str(receipts.key())
    command(capsys, "proof", str(record.id), "--out", str(path))
    said = alone(path, "--key", key, "--witness", str(witness.key))
    assert said.startswith("PROVED. This record stands at place 7 of 40") and "verb: view-child" in said
    assert Record.objects.get(verb="make-receipt").ids == [str(record.id)]  # that it was made is on the record
    bare = receipts.receipt(record.id, content=False)
    # Who did it is no value of a bare receipt, nor a key: letters of a digest may happen to spell any short name.
    assert "record" not in bare and f'"{record.actor}"' not in json.dumps(bare)
    path.write_text(json.dumps(bare))
    assert "fingerprint: " + record.leaf in alone(path, "--key", key)
    path.write_text(json.dumps({**receipts.receipt(record.id), "place": 8}))
    assert alone(path, "--key", key, code=1).startswith("NOT PROVED")


def test_that_the_ledger_continues_an_earlier_checkpoint_is_proved_without_us(outside, capsys):
    earlier, path = outside / "earlier", outside / "continues.json"
    earlier.write_text((outside / "anchor" / checkpoints.NEWEST).read_text())
    read(20, count=30)
    checkpoints.keep(at_once=True)
    command(capsys, "proof", "--since", str(earlier), "--out", str(path))
    key = str(receipts.key())
    assert "The 50 records of" in alone(path, "--key", key)
    assert "2 checkpoints" in alone(outside / "anchor" / checkpoints.FILE, "--key", key)


def test_no_receipt_is_given_for_what_does_not_stand(outside, capsys):
    assert "Not found" in command(capsys, "proof", str(uuid4()), code=2)
    unguarded()
    edit()
    with pytest.raises(notes.Unsound, match="does not stand where it was signed"):
        receipts.receipt(at(2).id)
    Record.objects.filter(id=at(3).id).update(actor="x")
    with pytest.raises(notes.Unsound, match="altered after it was written"):
        receipts.receipt(at(3).id)
    assert len(proofs.inclusion(3, 20)) == 5


def alone(path, *arguments, code=0):
    """The single file, in a Python that has nothing installed."""
    import subprocess
    import sys
    from pathlib import Path

    file = Path(__file__).resolve().parents[2] / "docs" / "reference" / "verify_sightline.py"
    found = subprocess.run(
        [sys.executable, "-I", "-S", str(file), str(path), *arguments], capture_output=True, text=True, cwd="/"
    )
    assert found.returncode == code, found
    return found.stdout
