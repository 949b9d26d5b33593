"""Signed checkpoints and witnesses, without a database; and the single-file verifier against ours."""

import base64
import importlib.util
import json
from hashlib import sha256
from pathlib import Path

import pytest

from sightline.ledger import notes, tree
from sightline.ledger.notes import LOG, WITNESS, Checkpoint, Signer, Unsound
from sightline.ledger.reading_checkpoints import Line, line, lines_of
from sightline.ledger.witnessing import Rejected, Witness, request

FILE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "verify_sightline.py"
_spec = importlib.util.spec_from_file_location("verify_sightline", FILE)
alone = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(alone)

LEAVES = [sha256(b"\x00" + bytes([n])).digest() for n in range(60)]
OURS = Signer("sightline/leeds/1a2b3c4d", LOG, bytes(range(32)))


def root(leaves):
    growing = tree.Growing()
    for leaf in leaves:
        growing.add(leaf)
    return growing.root


def signed(size, leaves=LEAVES, by=OURS):
    return notes.sign(Checkpoint(by.verifier.name, size, root(leaves[:size])), by)


def proof(old, size, leaves=LEAVES):
    return [root(leaves[low:high]) for low, high in tree.consistency(old, size)] if old else []


@pytest.fixture
def witness(tmp_path):
    made = Witness(tmp_path / "w", name="ripley/witness")
    made.watch(str(OURS.verifier))
    return made


# --- notes -----------------------------------------------------------------------------------------------------------


def test_the_key_and_the_note_are_those_of_the_public_formats():
    """The example key of c2sp.org/signed-note, and the shape of c2sp.org/tlog-checkpoint."""
    example = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    key = notes.verifier(example)
    assert (key.name, key.kind, str(key)) == ("PeterNeumann", LOG, example)
    text = (
        "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
        "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    )
    body, _, signature = text.rpartition("\n\n")
    raw = base64.b64decode(signature.split(" ")[2])
    assert raw[:4] == key.id and key.holds(raw[4:], (body + "\n").encode())
    assert alone.holds(key.public, raw[4:], (body + "\n").encode())
    lines = str(signed(17)).split("\n")
    assert lines[:2] == ["sightline/leeds/1a2b3c4d", "17"] and lines[3] == "" and lines[4].startswith("\u2014 sight")


@pytest.mark.parametrize(
    "line_", ["", "x", "a+b", "a+00000000+AAAA", str(OURS.verifier)[:-4], str(OURS.verifier) + "A"]
)
def test_a_key_that_is_not_whole_is_refused(line_):
    with pytest.raises(Unsound):
        notes.verifier(line_)


def test_only_its_owner_signs_and_only_what_is_said():
    note = signed(17)
    other = Signer(OURS.verifier.name, LOG, bytes(32))
    assert notes.note(str(note)) == note and note.signed_by(OURS.verifier) and not note.signed_by(other.verifier)
    for wrong in (str(note).replace("\n17\n", "\n18\n"), str(note).replace("leeds", "other")):
        assert not notes.note(wrong).signed_by(OURS.verifier)


@pytest.mark.parametrize(
    "said", ["", "x\n", "a\n1\nAAAA\n\n\u2014 a AAAA\n", str(signed(3)).rstrip("\n"), str(signed(3)).replace("\u2014", "-"),
             str(signed(3)).replace("\n3\n", "\n03\n"), str(signed(3)).split("\u2014")[0]]
)  # fmt: skip
def test_what_is_no_checkpoint_is_refused(said):
    with pytest.raises(Unsound):
        notes.note(said)


# --- a witness -------------------------------------------------------------------------------------------------------


def test_a_witness_signs_what_continues_what_it_saw(witness):
    for old, size in ((0, 5), (5, 5), (5, 17), (17, 60)):
        note = signed(size)
        seen = note.with_lines([witness.add(old, proof(old, size), note)])
        assert seen.seen_by(witness.key) and seen.signed_by(OURS.verifier)
    again = Witness(witness.state)  # it remembers
    assert again.key == witness.key and again.watched()[OURS.verifier.name].size == 60
    assert len((witness.state / "history.jsonl").read_text().splitlines()) == 4
    assert (witness.state / "witness.json").stat().st_mode & 0o077 == 0


REWRITTEN = [*LEAVES[:3], LEAVES[40], *LEAVES[4:]]


@pytest.mark.parametrize(
    "status, old, size, leaves, path, by",
    [
        (422, 17, 40, REWRITTEN, None, OURS),  # the past computed afresh, and signed with the right key
        (409, 17, 17, REWRITTEN, None, OURS),
        (409, 9, 9, LEAVES, None, OURS),  # put back to an older copy
        (409, 9, 40, LEAVES, None, OURS),
        (422, 17, 40, LEAVES, [], OURS),  # no proof
        (400, 41, 40, LEAVES, [], OURS),
        (403, 17, 40, LEAVES, None, Signer(OURS.verifier.name, LOG, bytes(32))),
        (404, 0, 40, LEAVES, None, Signer("another/ledger", LOG, bytes(32))),
    ],
)
def test_a_witness_refuses_everything_else(witness, status, old, size, leaves, path, by):
    witness.add(0, [], signed(17))
    with pytest.raises(Rejected) as said:
        found = proof(old, size, leaves) if path is None and old <= size else path or []
        witness.add(old, found, signed(size, leaves, by))
    assert said.value.status == status
    assert said.value.answer == "17\n" or status != 409
    assert witness.watched()[OURS.verifier.name].size == 17


def test_a_witness_follows_a_file_and_finds_it_rewritten_or_put_back(witness, tmp_path):
    def kept(sizes, leaves=LEAVES):
        befores = [0, *sizes[:-1]]
        path = tmp_path / "checkpoints.jsonl"
        lines = (
            Line(signed(size, leaves), b, tuple(proof(b, size, leaves))) for b, size in zip(befores, sizes, strict=True)
        )
        path.write_text("".join(map(str, lines)) + "torn")
        return ((each.note, each.before, each.proof) for each in lines_of(path))

    assert witness.follow(kept([3, 9])) == 2
    assert witness.follow(kept([3, 9, 20, 50])) == 2
    assert witness.follow(kept([3, 9, 20, 50])) == 0
    with pytest.raises(Rejected, match="it was put back"):
        witness.follow(kept([3, 9, 20]))
    with pytest.raises(Rejected, match="it was rewritten"):
        witness.follow(kept([3, 9, 20, 50], REWRITTEN))
    with pytest.raises(Rejected, match="its past was rewritten"):
        witness.follow(_forked(kept))
    with pytest.raises(Unsound):
        line("{}\n")


def _forked(kept):
    """A later part that continues another past."""
    for note, before, path in kept([3, 9, 20, 50, 60], REWRITTEN):
        if note.checkpoint.size > 50:
            yield note, before, path


def test_a_ledger_is_watched_under_one_key_for_ever(witness):
    with pytest.raises(Rejected, match="under another key"):
        witness.watch(str(Signer(OURS.verifier.name, LOG, bytes(32)).verifier))
    with pytest.raises(Unsound, match="not a ledger's"):
        witness.watch(str(witness.key))
    assert witness.watch(str(OURS.verifier)) == OURS.verifier


def test_what_is_asked_is_read_strictly():
    body = f"old 5\n{notes.encoded(LEAVES[0])}\n\n{signed(9)}"
    assert request(body) == (5, [LEAVES[0]], signed(9))
    for wrong in (
        "",
        "old -1\n\n",
        body.replace("old 5", "old 05"),
        body.replace("old", "new"),
        body[:40],
        "old 5\nAAAA\n\n" + str(signed(9)),
    ):
        with pytest.raises(Rejected) as said:
            request(wrong)
        assert said.value.status == 400


# --- the single-file verifier ----------------------------------------------------------------------------------------


def test_it_imports_nothing_of_ours_and_nothing_that_must_be_installed():
    import ast
    import sys

    named = set()
    for node in ast.walk(ast.parse(FILE.read_text())):
        if isinstance(node, ast.Import):
            named |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            named.add(node.module.split(".")[0])
    assert named <= sys.stdlib_module_names and "sightline" not in named


def test_its_ed25519_is_that_of_the_standard():
    """RFC 8032, 7.1: tests 1 to 3."""
    for public, text, signature in (
        ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
        ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
         "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
        ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
         "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
    ):  # fmt: skip
        public, text, signature = (bytes.fromhex(each) for each in (public, text, signature))
        assert alone.holds(public, signature, text)
        assert not alone.holds(public, signature, text + b"x")
        assert not alone.holds(public, signature[:32] + bytes([signature[32] ^ 1]) + signature[33:], text)
        higher = (int.from_bytes(signature[32:], "little") + alone.ORDER).to_bytes(32, "little")
        assert not alone.holds(public, signature[:32] + higher, text)  # each signature has one form


def receipt(place=7, size=40, **other):
    record = json.dumps({"actor": "w1", "verb": "view-child"}, separators=(",", ":"))
    leaves = [*LEAVES[:place], sha256(b"\x00" + record.encode()).digest(), *LEAVES[place + 1 : size]]
    path = [notes.encoded(root(leaves[low:high])) for low, high in tree.inclusion(place, size)]
    said = {"format": "sightline-receipt/1", "record": record, "place": place, "proof": path}
    return {**said, "checkpoint": str(signed(size, leaves)), **other}


def asked(tmp_path, said, *more, key=None):
    path = tmp_path / "said.json"
    path.write_text(said if isinstance(said, str) else json.dumps(said), encoding="utf-8")
    return alone.main([str(path), "--key", key or str(OURS.verifier), *more])


def test_a_receipt_is_proved_and_an_altered_one_is_not(tmp_path, capsys, witness):
    assert asked(tmp_path, receipt()) == 0
    said = capsys.readouterr().out
    assert (
        said.startswith("PROVED. This record stands at place 7 of 40") and "actor: w1" in said and "No witness" in said
    )
    good = receipt()
    for wrong in (
        {"record": good["record"].replace("w1", "w2")},
        {"place": 8},
        {"proof": good["proof"][:-1]},
        {"proof": [*good["proof"], good["proof"][0]]},
        {"checkpoint": good["checkpoint"].replace("\n40\n", "\n41\n")},
    ):
        assert asked(tmp_path, {**good, **wrong}) == 1
        assert capsys.readouterr().out.startswith("NOT PROVED. ")
    other = Signer(OURS.verifier.name, LOG, bytes(32)).verifier
    assert asked(tmp_path, good, key=str(other)) == 1
    assert asked(tmp_path, good, "--witness", str(witness.key)) == 1
    note = notes.note(good["checkpoint"])
    good["checkpoint"] = str(note.with_lines([witness.add(0, [], note)]))
    assert asked(tmp_path, good, "--witness", str(witness.key)) == 0
    assert "Countersigned by ripley/witness at " in capsys.readouterr().out
    forged = Signer("ripley/witness", WITNESS, bytes(32)).verifier
    assert asked(tmp_path, good, "--witness", str(forged)) == 1


@pytest.mark.parametrize("said", ["", "{}", "[]", "{", '{"format": "sightline-receipt/1"}', '{"note": 3}', "x\n\n\n"])
def test_what_cannot_be_read_is_said_so(tmp_path, capsys, said):
    assert asked(tmp_path, said) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_a_file_of_checkpoints_and_a_later_one_are_followed(tmp_path, capsys):
    def kept(leaves):
        return "".join(
            str(Line(signed(s, leaves), b, tuple(proof(b, s, leaves)))) for b, s in ((0, 4), (4, 30), (30, 60))
        )

    assert asked(tmp_path, kept(LEAVES)) == 0
    assert "3 checkpoints, each continuing the one before, up to 60 records" in capsys.readouterr().out
    mixed = kept(LEAVES).splitlines()[:2] + kept(REWRITTEN).splitlines()[2:]
    assert asked(tmp_path, "\n".join(mixed)) == 1
    said = {"format": "sightline-consistency/1", "earlier": str(signed(17)), "checkpoint": str(signed(60))}
    assert asked(tmp_path, {**said, "proof": [notes.encoded(each) for each in proof(17, 60)]}) == 0
    assert asked(tmp_path, {**said, "proof": [notes.encoded(each) for each in proof(17, 60, REWRITTEN)]}) == 1
    assert asked(tmp_path, str(signed(17))) == 0
