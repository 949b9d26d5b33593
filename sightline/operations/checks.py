"""What `sightline doctor` looks at. Each check is a few lines; one that breaks is itself a finding."""

from __future__ import annotations

import re
import sqlite3
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from importlib import metadata
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from config import sqlite
from sightline.agencies.queries import partnership
from sightline.definition.loader import Unsound
from sightline.identity.indexing import missing, stale
from sightline.intake.health_queries import unanswered
from sightline.intake.queries import oldest_unfinished, oldest_waiting
from sightline.jobs.due import failing, lag_seconds
from sightline.ledger import anchors, checkpoints, notes
from sightline.ledger.queries import ends, latest, oldest_without_place
from sightline.ledger.triggers import missing_triggers
from sightline.messages import mailing
from sightline.operations import backups
from sightline.operations.health import CLOCKS_AGREE, LEAST_FREE, clock_apart, disks
from sightline.operations.postgresql_copies import SLOT
from sightline.sharing import walling
from sightline.timescales.moment import now
from sightline.vault import keeping, outside, rotating
from sightline.vault.actions import check_key

LOCK = Path(__file__).resolve().parents[2] / "requirements.txt"
GIGABYTE = 1_000_000_000
OLD_BACKUP = timedelta(hours=26)
OLD_QUARANTINE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Check:
    """`state`: ok | warn | fail. `says`: how it is. `do`: what to do about it."""

    name: str
    state: str
    says: str
    do: str = ""

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


Checks = Iterator[Check]


def examine() -> list[Check]:
    """Everything, in the order in which one would look. Where the database does not answer, or has not the tables of this
    version, what needs them is left out."""
    found: list[Check] = []
    for name, look, needs_database in LOOKS:
        unusable = connection.connection is None or any(
            each.name == "tables" and each.state == "fail" for each in found
        )
        if needs_database and unusable:
            continue
        try:
            found += look()
        except Exception as error:  # a fault of ours must not hide the other findings
            found.append(Check(name, "fail", f"could not be looked at ({type(error).__name__})", "Report it."))
    return found


def _database() -> Checks:
    try:
        connection.ensure_connection()
    except Exception as error:
        yield Check(
            "database",
            "fail",
            f"does not answer ({type(error).__name__})",
            "Is DATABASE_URL right, and the server running?",
        )
        return
    yield from _sqlite() if connection.vendor == "sqlite" else _postgresql()


def _sqlite() -> Checks:
    journal, synchronous = str(_value("PRAGMA journal_mode")).upper(), int(_value("PRAGMA synchronous"))
    said = f"SQLite {sqlite3.sqlite_version}, journal {journal}"
    if journal == "WAL" and not sqlite.wal_is_safe(sqlite3.sqlite_version_info):
        yield Check(
            "database",
            "fail",
            f"{said}: this version can corrupt it",
            "Start it through Sightline, which uses TRUNCATE.",
        )
    elif synchronous < 2:
        yield Check(
            "database", "fail", f"{said}, synchronous={synchronous}: a power cut loses records", "Set synchronous=FULL."
        )
    elif (file := Path(str(connection.settings_dict["NAME"]))).is_file() and stat.S_IMODE(file.stat().st_mode) & 0o077:
        yield Check("database", "warn", f"{said}: others than its owner can read {file}", f"chmod 600 {file}")
    elif settings.IS_PRODUCTION:
        yield Check(
            "database", "warn", said, "SQLite is for a trial or a small pilot: use PostgreSQL for everything real."
        )
    else:
        yield Check("database", "ok", said)


def _postgresql() -> Checks:
    number = int(_value("SHOW server_version_num"))
    unsafe = [name for name in ("fsync", "full_page_writes", "synchronous_commit") if _value(f"SHOW {name}") == "off"]
    said = f"PostgreSQL {_value('SHOW server_version')}"
    if unsafe:
        yield Check(
            "database", "fail", f"{said}: {', '.join(unsafe)} off: what was acknowledged can be lost", "Switch it on."
        )
    elif number < 150000:
        yield Check("database", "warn", f"{said}: older than we test", "Use PostgreSQL 15 or newer.")
    else:
        yield Check("database", "ok", said)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT active, coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0) FROM pg_replication_slots "
            "WHERE slot_name = %s",
            [SLOT],
        )
        slot = cursor.fetchone()
    waits = SLOT in _value("SHOW synchronous_standby_names")
    follow = "Run `sightline backup --to DIR --follow` under your supervisor."
    if slot is None:
        yield Check(
            "log", "warn", "nobody receives the log: what comes after a backup would be lost with the disk", follow
        )
    elif not slot[0]:
        state = "fail" if waits or slot[1] > 10 * GIGABYTE else "warn"
        held = f"{slot[1] / 1_000_000:,.0f} MB wait on the server's disk"
        yield Check("log", state, f"nobody receives the log; {held}" + ("; commits wait" if waits else ""), follow)
    elif not waits:
        yield Check(
            "log",
            "warn",
            "the log is received, but commits do not wait for it: the last moments can be lost",
            f"Set synchronous_standby_names = '{SLOT}' if nothing acknowledged may be lost.",
        )
    else:
        yield Check("log", "ok", "the log is received, and commits wait for it")


def _migrations() -> Checks:
    behind = backups.is_behind_code()
    if behind:
        yield Check("tables", "fail", f"{len(behind)} migrations have not run ({behind[0]} …)", "Run `sightline init`.")
    else:
        yield Check("tables", "ok", "as this version has them")


def _triggers() -> Checks:
    missing = missing_triggers()
    if missing:
        said = f"{len(missing)} triggers are missing or off ({missing[0]} …): rows can be changed"
        yield Check(
            "append-only",
            "fail",
            said,
            "Find out who took them away; `sightline init` puts them back; then `sightline verify`.",
        )
    else:
        yield Check("append-only", "ok", "every append-only table refuses changes")


_SOURCES = {"environment": "environment", "command": "key service"}


def _keys() -> Checks:
    try:
        check_key()
    except ImproperlyConfigured as error:
        yield Check("keys", "fail", str(error), "Give the right SIGHTLINE_KEY: your copy of keys.env.")
        return
    wraps = rotating.counts()
    current = keeping.ring().current.hex()
    left = sum(count for name, count in wraps.items() if name != current)
    lost = [name for name in wraps if name and bytes.fromhex(name) not in keeping.ring().keys]
    if lost:
        said = f"{sum(wraps[name] for name in lost):,} keys were wrapped under {', '.join(lost)}, which is not given"
        yield Check("keys", "fail", said, "Give it in SIGHTLINE_KEY_OTHERS: what they open cannot be read.")
    elif left:
        yield Check(
            "keys", "warn", f"{left:,} keys are not under the current one", "Run `sightline keys rotate --resume`."
        )
    file = settings.KEYS_FILE
    if file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077:
        yield Check("keys", "fail", f"others than its owner can read {file}", f"chmod 600 {file}")
    elif settings.SIGHTLINE_MODE != "production":
        yield Check(
            "keys", "warn", f"made for mode {settings.SIGHTLINE_MODE}", "For real records use keys made for production."
        )
    elif settings.SIGHTLINE_KEYS_FROM == "file":
        said = f"there, in {file} beside the database: whoever copies both reads everything"
        yield Check("keys", "warn", said, "Give them from a key service (SIGHTLINE_KEY_COMMAND) or the environment.")
    else:
        yield Check("keys", "ok", f"there, this database's, from the {_SOURCES[settings.SIGHTLINE_KEYS_FROM]}")


def _clock() -> Checks:
    moment, last, apart = datetime.now(UTC), latest(), clock_apart()
    if apart > CLOCKS_AGREE:
        yield Check("clock", "fail", f"this machine and the database are {apart:,.0f} s apart", "Set both by NTP.")
    elif last is not None and last > moment + timedelta(minutes=5):
        yield Check(
            "clock", "fail", "the newest ledger record lies in the future: a clock is or was wrong", "Set it by NTP."
        )
    elif apart > 5:
        yield Check("clock", "warn", f"this machine and the database are {apart:,.0f} s apart", "Set both by NTP.")
    else:
        yield Check("clock", "ok", "this machine and the database agree")


def _disk() -> Checks:
    for name, (free, total) in disks().items():
        said = f"{free / GIGABYTE:,.1f} GB free for the {name}"
        if free < LEAST_FREE:
            yield Check("disk", "fail", said, "Make room now: when it is full, nothing more is taken in.")
        elif free < 5 * GIGABYTE or free < total / 20:
            yield Check("disk", "warn", said, "Make room.")
        else:
            yield Check("disk", "ok", said)


def _worker() -> Checks:
    lag, fails, unplaced = lag_seconds(), failing(), oldest_without_place()
    behind = (now() - unplaced).total_seconds() if unplaced else 0.0
    worst = max(lag, behind)
    start = "Is the worker running? (`sightline worker`; on SQLite `sightline serve` does it)"
    if worst > 60:
        said = f"owed work waits {lag:,.0f} s, ledger records without a place {behind:,.0f} s"
        yield Check("worker", "fail" if worst > 600 else "warn", said, start)
    else:
        yield Check("worker", "ok", f"owed work waits {worst:,.0f} s at most")
    if fails:
        said = f"{fails} pieces of owed work keep failing; they are tried again, at least each hour"
        yield Check("worker", "warn", said, "See the logs: `due work failed`.")
    if unreached := mailing.failing():
        said = f"e-mail has not reached {unreached} people for most of an hour; it is tried again, at least each hour"
        yield Check("e-mail", "warn", said, "See the logs: `an e-mail could not be sent`.")


def _definition() -> Checks:
    try:
        definition = partnership()
    except Unsound as error:
        yield Check("definition", "fail", f"{len(error.faults)} faults", "Run `sightline check`.")
        return
    yield Check("definition", "ok", f"{settings.SIGHTLINE_PARTNERSHIP}, version {definition.hash[:12]}")


def _inbox() -> Checks:
    waiting, oldest = oldest_waiting()
    if oldest is not None and now() - oldest > OLD_QUARANTINE:
        said = f"{waiting:,} rows wait for a person, the oldest for {(now() - oldest).days} days"
        yield Check(
            "quarantine", "warn", said, "Somebody who looks after data should repair or set them aside (Loads)."
        )
    else:
        yield Check("quarantine", "ok", f"{waiting:,} rows wait for a person")
    alarms, oldest = unanswered()
    if oldest is not None:
        said = f"{alarms:,} told of feeds and not answered, the first {(now() - oldest).days} days ago"
        yield Check("feeds", "warn", said, "See `sightline feed health`; whoever is told answers (My work).")
    else:
        yield Check("feeds", "ok", "nothing is told of a feed that nobody has answered")
    unfinished, oldest = oldest_unfinished()
    if oldest is not None and now() - oldest > timedelta(hours=12):
        said = f"{unfinished} loads began and never came to an end"
        yield Check("loads", "warn", said, "Load the same files again: what is held already is nothing new.")


def _backup() -> Checks:
    try:
        taken = backups.newest_taken()
    except outside.Altered as error:
        yield Check("backup", "fail", str(error), "Find out who could write there.")
        return
    if taken is None:
        state = "fail" if settings.IS_PRODUCTION else "warn"
        yield Check(
            "backup",
            state,
            "none has been taken (or no anchor is kept)",
            "Run `sightline backup --to DIR` every night.",
        )
        return
    at, folder, _ = taken
    age, said = datetime.now(UTC) - at, f"taken {at:%Y-%m-%d %H:%M} UTC, in {folder}"
    if age > OLD_BACKUP:
        yield Check(
            "backup", "warn", f"{said}: {age.days} days and {age.seconds // 3600} hours ago", "Run `sightline backup`."
        )
    elif not Path(folder).exists():
        yield Check("backup", "warn", f"{said}: it is not there now", "Is its disk connected?")
    else:
        yield Check("backup", "ok", said)


def _anchor() -> Checks:
    found = anchors.compare()
    if not found.right:
        do = "Find the newest copy (see docs/how-to/back-up-and-restore.md). `serve` will not start on this one."
        yield Check("anchor", "fail", found.sentence, do)
    elif found.state == "off":
        yield Check("anchor", "warn", found.sentence, "Set SIGHTLINE_ANCHOR.")
    elif found.state == "none" and ends():
        yield Check("anchor", "warn", found.sentence, "Start the worker.")
    else:
        yield Check("anchor", "ok", found.sentence)
    place = outside.folder()
    if place and place.exists() and connection.vendor == "sqlite":
        database = Path(connection.settings_dict["NAME"])
        if database.exists() and database.stat().st_dev == place.stat().st_dev and settings.IS_PRODUCTION:
            yield Check(
                "anchor", "warn", f"{place} lies on the database's own disk", "Set SIGHTLINE_ANCHOR to another disk."
            )


def _wall() -> Checks:
    """The second wall: PostgreSQL shows no more than the reader may see, whatever is asked. A choice; half of it is a fault."""
    found = walling.examine()
    if connection.vendor == "sqlite":
        return
    half = found.behind and not (found.built and found.current)
    state = "ok" if found.stands else "fail" if found.built and half else "warn" if settings.IS_PRODUCTION else "ok"
    yield Check("wall", state, found.says, found.do)


def _checkpoints() -> Checks:
    faults = checkpoints.compare()
    if faults:
        yield Check(
            "checkpoints", "fail", faults[0], "Run `sightline verify`, and ask your witnesses. Do not repair it."
        )
        return
    signed = checkpoints.newest()
    if not settings.SIGHTLINE_SIGNING_KEY:
        do = "Run `sightline init`, or give SIGHTLINE_SIGNING_KEY."
        yield Check("checkpoints", "warn", "there is no signing key: nothing that others could keep is signed", do)
    elif signed is None:
        yield Check("checkpoints", "ok", "none has been signed yet: the worker does it")
    else:
        yield Check(
            "checkpoints", "ok", f"{signed.checkpoint.size:,} records signed, each checkpoint continuing the last"
        )
    try:
        named = checkpoints.witnesses()
    except notes.Unsound as error:
        yield Check("witnesses", "fail", str(error), "Set SIGHTLINE_WITNESSES again.")
        return
    if not named and settings.IS_PRODUCTION:
        said = "nobody outside keeps the ledger's checkpoints: whoever holds the keys could rewrite the past unseen"
        yield Check("witnesses", "warn", said, "Ask a partner agency: docs/how-to/witness-the-ledger.md.")
    for _, key in named:
        seen = signed.seen_by(key) if signed else 0
        state, says = (
            ("ok", "has countersigned the newest checkpoint") if seen else ("warn", "has not countersigned it yet")
        )
        yield Check(
            "witnesses", state, f"{key.name} {says}", "" if seen else "Is it running, and does it watch this ledger?"
        )


def _packages() -> Checks:
    if not LOCK.exists():
        yield Check("packages", "warn", "there is no requirements.txt to compare with", "Install from the repository.")
        return
    locked: dict[str, set[str]] = {}  # a package may be locked at one version a Python
    for name, wanted in re.findall(r"^([A-Za-z0-9_.\-]+)==([^\s;\\]+)", LOCK.read_text(encoding="utf-8"), re.MULTILINE):
        locked.setdefault(name, set()).add(wanted)
    other = []
    for name, versions in locked.items():
        try:
            there = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue  # for another kind of machine
        if there not in versions:
            other.append(f"{name} {there}, not {' or '.join(sorted(versions))}")
    said = f"Python {sys.version.split()[0]}"
    if other:
        yield Check(
            "packages",
            "fail",
            f"{said}; {len(other)} are not those of the lock: {'; '.join(other[:3])}",
            "Run `make setup`.",
        )
    else:
        yield Check("packages", "ok", f"{said}, packages as locked")


def _value(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def _index() -> Checks:
    count = missing(1000)
    if count:
        said = f"{'more than ' if count == 1000 else ''}{count:,} people are not in the index: they are neither found nor matched"
        yield Check("index", "fail", said, "Run `sightline identity index --missing`.")
    elif strange := stale():
        said = f"{strange} of the last people are not found by everything that is known of them (were lists of names changed?)"
        yield Check("index", "warn", said, "Run `sightline identity index`.")
    else:
        yield Check("index", "ok", "everybody can be found and matched")


LOOKS: tuple[tuple[str, Callable[[], Checks], bool], ...] = (
    ("database", _database, False),
    ("tables", _migrations, True),
    ("append-only", _triggers, True),
    ("wall", _wall, True),
    ("keys", _keys, True),
    ("index", _index, True),
    ("clock", _clock, True),
    ("disk", _disk, False),
    ("worker", _worker, True),
    ("definition", _definition, False),
    ("inbox", _inbox, True),
    ("backup", _backup, False),
    ("anchor", _anchor, True),
    ("checkpoints", _checkpoints, True),
    ("packages", _packages, False),
)
