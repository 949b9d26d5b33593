"""A ledger's file of checkpoints, read. Pure: the ledger reads its own, and a witness somebody else's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sightline.ledger import notes
from sightline.ledger.notes import Note, Unsound

FILE = "checkpoints.jsonl"


@dataclass(frozen=True, slots=True)
class Line:
    """One checkpoint of the file: the note, how many records the one before had, and the proof between the two."""

    note: Note
    before: int
    proof: tuple[bytes, ...]

    def __str__(self) -> str:
        said = {"note": str(self.note), "from": self.before, "proof": [notes.encoded(each) for each in self.proof]}
        return json.dumps(said, separators=(",", ":"), ensure_ascii=False) + "\n"


def lines_of(path: Path) -> Iterator[Line]:
    """Oldest first; none where there is no file. Raises Unsound where a line cannot be read."""
    if not path.exists():
        return
    with path.open(encoding="utf-8") as file:
        for text in file:
            if text.endswith("\n"):  # a last line that a crash cut short was never told to anybody
                yield line(text)


def line(text: str) -> Line:
    """Raises Unsound."""
    try:
        said = json.loads(text)
        return Line(notes.note(said["note"]), int(said["from"]), tuple(notes.decoded(each) for each in said["proof"]))
    except (ValueError, KeyError, TypeError):
        raise Unsound(f"A line of {FILE} cannot be read: it was altered.") from None
