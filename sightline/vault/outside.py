"""What is kept outside the database, so that the database alone cannot contradict it: files that only grow.

One line an event, JSON, each under a keyed digest that also covers the line before it: a line that was altered, taken out
or put in between does not fit. What cannot be noticed here is the newest end cut off: for that the folder
(`SIGHTLINE_ANCHOR`) belongs on another disk than the database, and is copied elsewhere now and then.

Nothing personal: random ids, counts, codes and times.
"""

from __future__ import annotations

import base64
import fcntl
import hmac
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

from sightline.vault import rules

START = ""


class Altered(Exception):
    """A line that does not fit. The message is a sentence."""


def folder() -> Path | None:
    """Where the files lie; None where there are none (tests, scratch databases)."""
    return Path(settings.SIGHTLINE_ANCHOR) if settings.SIGHTLINE_ANCHOR else None


@contextmanager
def locked() -> Iterator[Path]:
    """The folder, for one process at a time."""
    place = folder()
    assert place is not None, "asked for only where there is one"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (place / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield place


def lines(path: Path, kind: str) -> list[dict[str, Any]]:
    """Every line, oldest first; none where there is no file. A last line that a crash cut short was never acknowledged
    and is left out. Raises Altered.
    """
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return []
    found: list[dict[str, Any]] = []
    before = START
    for number, raw in enumerate(text[: text.rfind(b"\n") + 1].splitlines(), 1):
        try:
            line = json.loads(raw)
            seal = line.pop("seal")
        except (ValueError, KeyError, TypeError, AttributeError):
            seal, line = "", {}
        if not hmac.compare_digest(str(seal), _sealed(kind, line)) or line.get("before", START) != before:
            raise Altered(f"Line {number} of {path} was altered, or written under another SIGHTLINE_KEY.")
        before = str(seal)
        found.append({**line, "seal": seal})
    return found


def append(path: Path, kind: str, line: dict[str, Any], before: str) -> str:
    """Adds a line after the one whose seal is `before`, on the disk when it returns. Call it `locked`. Returns its seal."""
    line = {**line, "before": before}
    seal = _sealed(kind, line)
    without_torn_end(path)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, json.dumps({**line, "seal": seal}, separators=(",", ":")).encode() + b"\n")
        os.fsync(handle)
    finally:
        os.close(handle)
    return seal


def without_torn_end(path: Path) -> None:
    """Takes a last line away that a crash cut short: it was never acknowledged."""
    if not path.exists():
        return
    with path.open("rb+") as file:
        text = file.read()
        if text and not text.endswith(b"\n"):
            file.truncate(text.rfind(b"\n") + 1)


def _sealed(kind: str, line: dict[str, Any]) -> str:
    key = rules.derive(base64.b64decode(settings.SIGHTLINE_DIGEST_KEY or settings.SIGHTLINE_KEY), f"outside:{kind}")
    return rules.keyed_digest(key, json.dumps(line, sort_keys=True, separators=(",", ":")))
