"""A witness: keeps what a ledger said of itself, and signs only what continues it. Pure; needs no database.

Somebody else runs it, on a machine of theirs: a partner agency, an auditor, the council next door. It holds three things
in one folder: a key of its own, which ledgers it watches (by their public keys, given to it by a person), and the newest
checkpoint of each. It signs a checkpoint only where a proof shows that everything that it signed before is still there,
in its order. So a past that it has seen cannot be rewritten without its noticing, by nobody, whatever keys they hold.

It speaks c2sp.org/tlog-witness, so others' witnesses can watch our ledger, and ours others'.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sightline.ledger import notes, tree
from sightline.ledger.notes import LOG, WITNESS, Note, Signer, Unsound, Verifier

KEY, LOGS = "witness.json", "logs.json"
HISTORY = "history.jsonl"  # every checkpoint that was countersigned, oldest first


class Rejected(Exception):
    """A checkpoint that is not countersigned. `status` is the HTTP status of the protocol, `answer` its body; the
    message is a sentence for a person."""

    def __init__(self, status: int, sentence: str, answer: str = "") -> None:
        super().__init__(sentence)
        self.status, self.answer = status, answer or f"{sentence}\n"


@dataclass(frozen=True, slots=True)
class Watched:
    """A ledger that is watched: its public key, how far it was seen, and the note that said so (with our signature)."""

    key: Verifier
    size: int = 0
    root: bytes = tree.EMPTY
    at: int = 0  # seconds since 1970
    note: str = ""


class Witness:
    """The folder `state`. Made where there is none: then it has a fresh key and watches nothing."""

    def __init__(self, state: Path, *, name: str = "") -> None:
        self.state = state
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._locked():
            if not (state / KEY).exists():
                made = {"name": name or f"witness/{secrets.token_hex(4)}", "seed": _fresh_seed()}
                Signer(made["name"], WITNESS, base64.b64decode(made["seed"]))  # raises Unsound of a poor name
                _replace(state / KEY, json.dumps(made))
        kept = json.loads((state / KEY).read_text(encoding="utf-8"))
        self.signer = Signer(kept["name"], WITNESS, base64.b64decode(kept["seed"]))

    @property
    def key(self) -> Verifier:
        """Its public key: whoever checks what it signed needs this line."""
        return self.signer.verifier

    def watched(self) -> dict[str, Watched]:
        """The ledgers that it watches, by name."""
        try:
            kept = json.loads((self.state / LOGS).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        return {
            origin: Watched(notes.verifier(w["key"]), w["size"], bytes.fromhex(w["root"]), w["at"], w["note"])
            for origin, w in kept.items()
        }

    def watch(self, line: str) -> Verifier:
        """Watches a ledger from now on, by its public key. Raises Unsound; Rejected where another key has that name."""
        key = notes.verifier(line)
        if key.kind != LOG:
            raise Unsound("This is a witness's key, not a ledger's.")
        with self._locked():
            kept = self.watched()
            if key.name in kept and kept[key.name].key != key:
                raise Rejected(
                    409, f"{key.name} is watched already, under another key. A ledger's key does not change."
                )
            self._keep({key.name: Watched(key), **kept})
        return key

    def add(self, old: int, proof: Sequence[bytes], note: Note) -> str:
        """Countersigns a checkpoint that continues what was seen. `old`: what the sender takes for the size that was seen
        last, from which the proof leads. Returns the signature's line; it is kept before it is handed out. Raises Rejected.
        """
        there = note.checkpoint
        with self._locked():
            kept = self.watched()
            seen = kept.get(there.origin)
            if seen is None:
                raise Rejected(
                    404, f"{there.origin} is not watched here: give its key (sightline witness --watch KEY)."
                )
            if not note.signed_by(seen.key):
                raise Rejected(403, f"The checkpoint is not signed with the key of {there.origin}.")
            if old > there.size:
                raise Rejected(400, "The old size is larger than the new one.")
            if old != seen.size or (old == there.size and seen.size and there.root != seen.root):
                sentence = (
                    f"{there.origin} had {seen.size:,} records when it was seen last, and now says {there.size:,}: it was put "
                    "back to an older copy."
                    if there.size < seen.size
                    else f"{there.origin} says another {there.size:,} records than those that were seen: it was rewritten."
                    if there.size == seen.size
                    else f"{there.origin} was seen at {seen.size:,} records, not at {old:,}."
                )
                raise Rejected(409, sentence, f"{seen.size}\n")
            if not tree.is_consistent(old, seen.root, there.size, there.root, proof):
                raise Rejected(
                    422, f"{there.origin} does not continue the {old:,} records that were seen: its past was rewritten."
                )
            at = int(time.time())
            line = self.signer.countersign(note.text, at)
            said = str(note.with_lines([line]))
            with (self.state / HISTORY).open("a", encoding="utf-8") as file:
                file.write(json.dumps({"at": at, "note": said}, ensure_ascii=False) + "\n")
                file.flush()
                os.fsync(file.fileno())
            self._keep({**kept, there.origin: Watched(seen.key, there.size, there.root, at, said)})
        return line

    def follow(self, checkpoints: Iterator[tuple[Note, int, tuple[bytes, ...]]]) -> int:
        """Goes along a ledger's file of checkpoints (note, size of the one before, proof) from where it was seen last.
        Returns how many were countersigned. Raises Rejected, also where the file ends before what was seen."""
        done, reached, origin = 0, 0, ""
        for note, before, proof in checkpoints:
            there, origin = note.checkpoint, note.checkpoint.origin
            seen = self.watched().get(origin)
            size = seen.size if seen else 0
            reached = max(reached, there.size)
            if seen and there.size == size and there.root != seen.root:
                self.add(size, (), note)  # says that it was rewritten
            if seen is None or there.size > size:
                self.add(0 if size == 0 else before, () if size == 0 else proof, note)
                done += 1
        seen = self.watched().get(origin)
        if seen and reached < seen.size:
            raise Rejected(
                409,
                f"{origin} had {seen.size:,} records when it was seen last, and the file ends at {reached:,}: it was put back.",
            )
        return done

    def _keep(self, kept: dict[str, Watched]) -> None:
        said = {
            origin: {"key": str(w.key), "size": w.size, "root": w.root.hex(), "at": w.at, "note": w.note}
            for origin, w in kept.items()
        }
        _replace(self.state / LOGS, json.dumps(said, ensure_ascii=False, indent=1))
        for origin, w in kept.items():
            if w.note:
                _replace(self.state / f"checkpoint-{short(origin)}", w.note)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.state / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def request(body: str) -> tuple[int, list[bytes], Note]:
    """Reads what a ledger sends to be countersigned. Raises Rejected."""
    head, _, said = body.partition("\n\n")
    first, *proof = head.split("\n")
    try:
        word, number = first.split(" ")
        old = int(number)
        if word != "old" or old < 0 or str(old) != number or len(proof) > 63:
            raise ValueError
        hashes = [notes.decoded(each) for each in proof]
        if any(len(each) != 32 for each in hashes):
            raise ValueError
        return old, hashes, notes.note(said)
    except ValueError:
        raise Rejected(400, "This is not a request to countersign a checkpoint.") from None


def short(origin: str) -> str:
    """A name for files."""
    return hashlib.sha256(origin.encode()).hexdigest()[:16]


def _fresh_seed() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _replace(path: Path, text: str) -> None:
    draft = path.with_name(f"{path.name}.draft")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(handle, text.encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    draft.replace(path)
