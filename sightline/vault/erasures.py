"""Which keys were destroyed, kept outside the database: after an older copy was put back they are destroyed again.

Two lines an erasure: before it (`intended`) and after its transaction is committed (`done`). So a crash in between brings
nobody's records back unseen and takes nobody's away: what was intended and never confirmed is told to a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sightline.vault import outside

NAME, KIND = "erased.jsonl", "erasure"


def intend(key_ids: Sequence[UUID]) -> str:
    """Before keys are destroyed: says which. Returns the erasure's id; nothing where nothing is kept outside."""
    if outside.folder() is None or not key_ids:
        return ""
    erasure = str(uuid4())
    _append({"what": "intended", "erasure": erasure, "keys": [str(key) for key in key_ids]})
    return erasure


def confirm(erasure: str) -> None:
    """After the commit."""
    if erasure:
        _append({"what": "done", "erasure": erasure})


def known() -> tuple[list[UUID], list[UUID]]:
    """The keys that were destroyed, and those whose erasure was begun and never confirmed. Raises Altered."""
    place = outside.folder()
    if place is None:
        return [], []
    found = outside.lines(place / NAME, KIND)
    done = {line["erasure"] for line in found if line["what"] == "done"}
    keys: dict[bool, list[UUID]] = {True: [], False: []}
    for line in found:
        if line["what"] == "intended":
            keys[line["erasure"] in done] += [UUID(key) for key in line["keys"]]
    return keys[True], keys[False]


def _append(line: dict[str, Any]) -> None:
    with outside.locked() as place:
        path: Path = place / NAME
        there = outside.lines(path, KIND)
        at = datetime.now(UTC).isoformat(timespec="seconds")
        outside.append(path, KIND, {"at": at, **line}, there[-1]["seal"] if there else outside.START)
