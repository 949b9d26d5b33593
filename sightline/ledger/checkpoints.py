"""Signed checkpoints: kept in a file outside the database, and told to witnesses.

The worker signs one when 256 records have taken their places since the last, or a minute after any. Each line of the file
(`SIGHTLINE_ANCHOR/checkpoints.jsonl`) is one checkpoint with the proof that it continues the one before: whoever has the
file, and no database, can follow the whole past with it. `checkpoint`, beside it, is the newest one with its signatures.

Nothing is signed that does not continue what was signed before: a rolled-back or rewritten database signs nothing.
"""

from __future__ import annotations

import base64
import logging
import os
import secrets
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from sightline.ledger import notes, proofs, tree
from sightline.ledger.models import Head
from sightline.ledger.notes import LOG, Checkpoint, Note, Signer, Unsound, Verifier
from sightline.ledger.queries import is_whole, places
from sightline.ledger.reading_checkpoints import FILE, Line, lines_of
from sightline.ledger.rules import TREE
from sightline.vault import outside

log = logging.getLogger(__name__)

NEWEST = "checkpoint"
EVERY_RECORDS, EVERY_SECONDS = 256, 60.0
TIMEOUT, AGAIN = 5.0, 60.0  # seconds that a witness may take; until one that did not answer is asked again
KEPT = 20  # files of before somebody answered for another database


def signer(origin: str) -> Signer | None:
    """Whoever signs for this ledger; None where there is no key."""
    if not settings.SIGHTLINE_SIGNING_KEY:
        return None
    return Signer(origin, LOG, base64.b64decode(settings.SIGHTLINE_SIGNING_KEY))


def origin() -> str:
    """The name of this ledger: it stays until somebody answers for another database being it."""
    last = newest()
    return last.checkpoint.origin if last else f"sightline/{settings.SIGHTLINE_PARTNERSHIP}/{secrets.token_hex(4)}"


def newest() -> Note | None:
    """The newest checkpoint, with every signature that it has; None where there is none. Raises Unsound."""
    place = outside.folder()
    if place is None or not (place / NEWEST).exists():
        return None
    return notes.note((place / NEWEST).read_text(encoding="utf-8"))


def now_signed() -> Note | None:
    """A checkpoint of how far the ledger has got at this moment, for a receipt: not kept, and seen by no witness. None
    where there is no key, the head is not as it was written, or the ledger does not continue what was signed."""
    head = Head.objects.filter(id=Head.ONE).first()
    if head is None or not is_whole(head):
        return None
    size, root = places(head).get(TREE, (0, ""))
    last = newest()
    name = last.checkpoint.origin if last else f"sightline/{settings.SIGHTLINE_PARTNERSHIP}"
    by = signer(name)
    if by is None or not size or (last and not _continues(last.checkpoint, size)):
        return None
    return notes.sign(Checkpoint(name, size, bytes.fromhex(root)), by)


_next = 0.0  # when this process looks again, by its own clock


def keep(*, at_once: bool = False) -> bool:
    """Signs a checkpoint where one is due, keeps it, and tells the witnesses. Returns whether one was signed."""
    global _next
    if outside.folder() is None or not settings.SIGHTLINE_SIGNING_KEY or (not at_once and time.monotonic() < _next):
        return False
    _next = time.monotonic() + 1.0
    with outside.locked() as place:
        signed = _sign(place, at_once=at_once)
    tell(at_once=at_once)
    return signed


def _sign(place: Path, *, at_once: bool) -> bool:
    head = Head.objects.filter(id=Head.ONE).first()  # read under the lock: never older than what was signed
    if head is None or not is_whole(head):
        return False
    size, root = places(head).get(TREE, (0, ""))
    last = newest()
    before = last.checkpoint.size if last else 0
    if size == before:
        return False
    if size > before and not at_once and size - before < EVERY_RECORDS and _age(place) < EVERY_SECONDS:
        return False
    if last and not _continues(last.checkpoint, size):
        log.error("the ledger does not continue what was signed: no checkpoint is signed")
        return False
    by = signer(last.checkpoint.origin if last else origin())
    assert by is not None
    note = notes.sign(Checkpoint(by.verifier.name, size, bytes.fromhex(root)), by)
    proof = proofs.consistency(before, size) if before else []
    _append(place / FILE, str(Line(note, before, tuple(proof))))
    replace(place / NEWEST, str(note))
    return True


def _continues(last: Checkpoint, size: int) -> bool:
    try:
        return last.size <= size and proofs.root_at(last.size) == last.root
    except proofs.Gap:
        return False


def _age(place: Path) -> float:
    """Seconds since the newest was signed."""
    path = place / NEWEST
    return time.time() - path.stat().st_mtime if path.exists() else EVERY_SECONDS


def _append(path: Path, text: str) -> None:
    outside.without_torn_end(path)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, text.encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def replace(path: Path, text: str) -> None:
    """Whole or not at all, on the disk when it returns; when it was signed stays the file's time."""
    draft = path.with_name(f"{path.name}.draft")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def begin_anew() -> None:
    """Sets the checkpoints aside, where somebody answered for another database: the next has a new name, and every
    witness is asked anew by a person. Call it with the folder locked."""
    place = outside.folder()
    if place is None or not (place / FILE).exists():
        return
    (place / FILE).rename(place / f"checkpoints-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.jsonl")
    (place / NEWEST).unlink(missing_ok=True)
    for old in sorted(place.glob("checkpoints-*.jsonl"))[:-KEPT]:
        old.unlink()


# --- witnesses ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """What came of telling a witness. `state`: seen | already | silent | refused. `sentence` is for a person."""

    witness: str
    state: str
    sentence: str


def witnesses() -> list[tuple[str, Verifier]]:
    """Where each answers, and its key. Raises Unsound."""
    found = []
    for each in settings.SIGHTLINE_WITNESSES:
        url, _, key = each.strip().partition(" ")
        if not key or not url.startswith(("https://", "http://")):
            raise Unsound('SIGHTLINE_WITNESSES takes "https://witness.example name+1a2b3c4d+key", parted by commas.')
        found.append((url.rstrip("/"), notes.verifier(key)))
    return found


_silent: dict[str, float] = {}  # when one that did not answer is asked again, by this process's own clock


def tell(*, at_once: bool = False) -> list[Told]:
    """Tells the newest checkpoint to every witness that has not countersigned it, and keeps what they sign."""
    note, told = newest(), []
    for url, key in witnesses() if note else ():
        assert note is not None
        if note.seen_by(key):
            told.append(Told(key.name, "already", f"{key.name} has countersigned {note.checkpoint.size:,} records."))
        elif at_once or time.monotonic() >= _silent.get(url, 0.0):
            told.append(_tell(url, key, note))
            if told[-1].state in ("silent", "refused"):
                _silent[url] = time.monotonic() + AGAIN
                log.error("a witness did not countersign the newest checkpoint", extra={"state": told[-1].state})
    return told


def _tell(url: str, key: Verifier, note: Note) -> Told:
    old = 0
    for _ in range(3):  # it may stand elsewhere than we think: it says where, and we prove it from there
        status, said = _post(f"{url}/add-checkpoint", _asked(old, note))
        if status == 200:
            countersigned = note.with_lines(each + "\n" for each in said.splitlines() if each)
            if not countersigned.seen_by(key):
                return Told(key.name, "refused", f"{key.name} answered with a signature that is not its own.")
            _keep_signatures(countersigned)
            return Told(key.name, "seen", f"{key.name} has countersigned {note.checkpoint.size:,} records.")
        if status != 409 or not said.strip().isdigit() or int(said) == old:
            break
        old = int(said)
        if old > note.checkpoint.size:
            break
    if status == 0:
        return Told(key.name, "silent", f"{key.name} does not answer.")
    sentence = (
        f"{key.name} refuses ({status}): what it saw before is not continued by this ledger, or it was not told of it."
    )
    return Told(key.name, "refused", sentence)


def _asked(old: int, note: Note) -> str:
    """A request as c2sp.org/tlog-witness has it."""
    proof = proofs.consistency(old, note.checkpoint.size) if 0 < old <= note.checkpoint.size else []
    return f"old {old}\n{''.join(notes.encoded(each) + chr(10) for each in proof)}\n{note}"


def _post(url: str, body: str) -> tuple[int, str]:
    """Status (0: no answer) and what was said."""
    request = urllib.request.Request(url, body.encode(), {"Content-Type": "text/plain; charset=utf-8"}, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
            return answer.status, answer.read(10_000).decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read(10_000).decode("utf-8", "replace")
    except (OSError, ValueError):
        return 0, ""


def _keep_signatures(note: Note) -> None:
    with outside.locked() as place:
        there, path = newest(), place / NEWEST
        if there is None or there.text != note.text:
            return  # a newer one was signed meanwhile
        before = path.stat()
        replace(path, str(there.with_lines(note.lines)))
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


# --- comparing ---------------------------------------------------------------------------------------------------------


def compare() -> list[str]:
    """What in the file does not fit, or is not what the database has. Every checkpoint's signature, that each continues
    the one before, and that the database has the newest root where it says. Sentences; none means that all fits."""
    place, last = outside.folder(), None
    if place is None:
        return []
    try:
        for each in lines_of(place / FILE):
            here = each.note.checkpoint
            by = signer(here.origin)
            if by and not each.note.signed_by(by.verifier):
                return [f"The checkpoint of {here.size:,} records is not signed with this ledger's key."]
            if last is None:
                fits = each.before == 0 or not each.proof
            else:
                fits = each.before == last.size and tree.is_consistent(
                    last.size, last.root, here.size, here.root, each.proof
                )
            if not fits:
                return [
                    f"The checkpoint of {here.size:,} records does not continue the one before: {FILE} was altered."
                ]
            last = here
        kept = newest()
    except Unsound as error:
        return [str(error)]
    if (kept.text if kept else "") != (last.text if last else ""):
        return [f"The newest checkpoint is not the last of {FILE}: one of the two was altered, or taken back."]
    return against(kept) if kept else []


def against(note: Note) -> list[str]:
    """Whether the database has what a checkpoint says: for one that somebody else kept."""
    there = note.checkpoint
    size = places(Head.objects.filter(id=Head.ONE).first()).get(TREE, (0, ""))[0]
    if size < there.size:
        return [
            f"A checkpoint of {there.size:,} records was signed, and the database has {size:,}: it was put back to an older copy, "
            "or cut off."
        ]
    if not _continues(there, size):
        return [f"The first {there.size:,} records are not those that were signed: the past was written afresh."]
    return []


def as_dict(note: Note) -> dict[str, Any]:
    return {"origin": note.checkpoint.origin, "records": note.checkpoint.size, "root": note.checkpoint.root.hex()}
