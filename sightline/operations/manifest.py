"""What lies beside a copy and says what it is: `manifest.json`, under a keyed digest.

Whoever alters the copy, or the manifest, without the key is noticed; and a copy that was made under another key is told
from one that was altered.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sightline.ledger.queries import placed
from sightline.vault.actions import digest

NAME = "manifest.json"
FORMAT = 1
ROADS = ("sqlite", "postgresql", "postgresql-dump")
CHUNK = 4 * 1024 * 1024


class Unusable(Exception):
    """A copy that cannot be put back. The message is a sentence that says what to do."""


@dataclass(frozen=True)
class Manifest:
    """`places`: how far the ledger had got at the least (see `ledger.queries.Places`). `counts`: rows of append-only
    tables, at the least. `files`: SHA-256 of each file, by its path in the copy; for PostgreSQL's own base backup of
    its `backup_manifest`, which holds those of all others."""

    road: str
    taken_at: str
    seconds: float
    version: str
    partnership: str
    definition: str
    migrations: list[str]
    counts: dict[str, int]
    places: dict[str, list[Any]]
    files: dict[str, str]
    database: dict[str, str] = field(default_factory=dict)
    key: str = ""
    format: int = FORMAT

    @property
    def records(self) -> int:
        return placed(self.places)


def key_mark() -> str:
    """Tells keys apart without giving anything of them away."""
    return digest("backup-key", "sightline")


def write(folder: Path, manifest: Manifest) -> None:
    """Writes it, on the disk when it returns."""
    said = asdict(manifest)
    path = folder / NAME
    with path.open("w", encoding="utf-8") as file:
        json.dump({**said, "seal": _sealed(said)}, file, indent=1, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())
    sync(folder)


def read(folder: Path) -> Manifest:
    """The manifest of a copy. Raises Unusable where there is none, or it was altered, or is another key's."""
    path = folder / NAME
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        seal = said.pop("seal")
        manifest = Manifest(**said)
    except FileNotFoundError:
        raise Unusable(
            f"There is no whole copy in {folder}: {NAME} is missing. Name a folder that `sightline backup` wrote."
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Unusable(f"{path} cannot be read: it is damaged, or a later version wrote it.") from None
    if manifest.format != FORMAT or manifest.road not in ROADS:
        raise Unusable(
            f"{path} has a format that this version does not know: use the version that wrote it ({manifest.version})."
        )
    if manifest.key != key_mark():
        raise Unusable(
            "This copy was made under another SIGHTLINE_KEY: with this one nothing in it can be opened. Give the key of that "
            "time (your copy of keys.env) in the environment and try again."
        )
    if not hmac.compare_digest(str(seal), _sealed(said)):
        raise Unusable(
            f"{path} was altered after it was written. Use another copy, and find out who could write there."
        )
    return manifest


def newest(place: Path) -> Path:
    """The copy itself where `place` is one, else the newest in it. Raises Unusable."""
    if (place / NAME).exists():
        return place
    found = sorted(path.parent for path in place.glob(f"*/{NAME}")) if place.is_dir() else []
    if not found:
        raise Unusable(f"There is no whole copy in {place}. Name the folder that `sightline backup --to` was given.")
    return found[-1]


def sha256(path: Path, each: Callable[[bytes], object] | None = None) -> str:
    """A file's digest; `each` is handed every piece on the way, so that a file is read once to be copied and checked."""
    hashed = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while piece := file.read(CHUNK):
            hashed.update(piece)
            if each:
                each(piece)
    return hashed.hexdigest()


def altered(name: str) -> Unusable:
    return Unusable(f"{name} is not as it was when the copy was made: it is damaged, or was altered. Use another copy.")


def sync(folder: Path) -> None:
    """Names in a folder are on the disk when it returns."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sealed(said: dict[str, Any]) -> str:
    return digest("backup-manifest", json.dumps(said, sort_keys=True, separators=(",", ":")))
