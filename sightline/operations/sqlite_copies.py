"""Copying a SQLite database while it is served, and putting a copy in its place."""

from __future__ import annotations

import errno
import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from sightline.operations import manifest
from sightline.operations.manifest import Unusable

NAME = "database.sqlite3"
BESIDE = ("", "-journal", "-wal", "-shm")  # what belongs to one database


def copy(database: Path, folder: Path) -> dict[str, str]:
    """A consistent copy, by SQLite's own online backup, in one step: whoever writes waits while it lasts (seconds a
    gigabyte) rather than making it begin again. Returns the digests of what was written.
    """
    target = folder / NAME
    source = sqlite3.connect(f"file:{database}?mode=rw", uri=True, timeout=60)  # may undo what a crash left
    try:
        made = sqlite3.connect(target)
        try:
            made.execute("PRAGMA synchronous=OFF")  # waited for below, once
            source.backup(made, pages=-1)
            made.execute("PRAGMA journal_mode=DELETE")  # one file, whichever journal the source has
        except sqlite3.OperationalError as error:
            if "disk is full" in str(error):  # the copies' disk: the database itself is only read
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder.parent)) from error
            raise Unusable(f"No copy was made: SQLite says that {error}.") from error
        finally:
            made.close()
    finally:
        source.close()
    os.chmod(target, 0o600)
    with target.open("rb") as file:
        os.fsync(file.fileno())
    return {NAME: manifest.sha256(target)}


def put_back(folder: Path, files: dict[str, str], database: Path, *, replace: bool) -> Path | None:
    """Puts the copy where the database belongs; what was there is kept beside it. Returns where that lies now."""
    there = [Path(f"{database}{end}") for end in BESIDE if Path(f"{database}{end}").exists()]
    in_use = _users(database)
    if in_use:
        raise Unusable(f"{database} is in use by process {in_use[0]}: stop `sightline serve` (and loads) first.")
    if database.exists() and database.stat().st_size and not replace:
        raise Unusable(
            f"There is a database at {database} already. Say --replace to put the copy in its place (the old one is kept "
            "beside it), or --to another path."
        )
    database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = Path(f"{database}.restoring")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        found = manifest.sha256(folder / NAME, lambda piece: os.write(handle, piece))
        os.fsync(handle)
    except FileNotFoundError:
        found = ""
    finally:
        os.close(handle)
    if found != files.get(NAME):
        draft.unlink()
        raise manifest.altered(NAME)
    kept = Path(f"{database}.before-{datetime.now(UTC):%Y%m%dT%H%M%SZ}") if there else None
    for path in there:
        path.rename(f"{kept}{str(path).removeprefix(str(database))}")
    draft.rename(database)
    manifest.sync(database.parent)
    return kept


def damage(database: Path) -> str:
    """What SQLite itself finds wrong with the file's structure; nothing where it is sound."""
    opened = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        said = opened.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        said = type(error).__name__
    finally:
        opened.close()
    return "" if said == "ok" else str(said)


def _users(database: Path) -> list[int]:
    """Other processes that have the file open, as far as we may look: replaced under a running server, it would go on
    writing into the old one."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        if process.name == str(os.getpid()):
            continue
        try:
            opened = {os.readlink(handle) for handle in (process / "fd").iterdir()}
        except OSError:
            continue
        if str(database.resolve()) in opened:
            found.append(int(process.name))
    return found
