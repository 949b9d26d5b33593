"""How Sightline opens a SQLite file, and why."""

import os
import sqlite3
from pathlib import Path

Version = tuple[int, int, int]

WAL_REPAIRED: Version = (3, 51, 3)
WAL_REPAIRED_IN_BRANCH = {(3, 44): 6, (3, 50): 7}


def wal_is_safe(version: Version) -> bool:
    """Whether several processes may share a write-ahead log under this version of SQLite.

    Before 3.51.3 two processes can corrupt it (one resets the log while another still reads its index). The repair was
    carried back to 3.44.6 and 3.50.7. Debian 12's Python carries 3.40.1, which has the fault.
    """
    if version >= WAL_REPAIRED:
        return True
    repaired_in = WAL_REPAIRED_IN_BRANCH.get(version[:2])
    return repaired_in is not None and version[2] >= repaired_in


def journal_mode(version: Version = sqlite3.sqlite_version_info) -> str:
    """The write-ahead log where it is safe; else the rollback journal, which is slower and never had the fault."""
    return "WAL" if wal_is_safe(version) else "TRUNCATE"


def make_private(database: str) -> None:
    """Makes the file of a new database, readable by its owner alone (its journal is then too): labels, names of workers and
    sessions stand in it in the clear, and the folder it lies in may be open to others. One that is there is left as it is
    (`sightline doctor` says when others can read it)."""
    if database and not database.startswith((":", "file:")) and not Path(database).exists():
        os.close(os.open(database, os.O_CREAT | os.O_RDWR, 0o600))


def options(*, journal: str | None = None, synchronous: str = "FULL") -> dict[str, object]:
    """Django's OPTIONS for a SQLite database."""
    pragmas = [
        f"journal_mode={journal or journal_mode()}",
        f"synchronous={synchronous}",  # a committed record survives a power cut
        "foreign_keys=ON",
        "recursive_triggers=ON",  # else INSERT OR REPLACE deletes a row behind the append-only triggers' back
        "secure_delete=ON",  # what is erased is overwritten, not only forgotten
        "cache_size=-32000",  # 32 MB a connection
    ]
    return {
        "transaction_mode": "IMMEDIATE",  # take the write lock at the start: no deadlock when a reader turns writer
        "timeout": 20,  # seconds to wait for that lock
        "init_command": "; ".join(f"PRAGMA {pragma}" for pragma in pragmas),
    }
