"""A backup from beginning to end, and a restore from beginning to end. Every check that fails is one sentence.

The road follows from the database: a SQLite file is copied; a PostgreSQL server is copied as a whole, and its log received
beside it (`follow`); `dump` is for servers of others, who let nobody copy theirs.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, connections
from django.db.migrations.loader import MigrationLoader

from sightline.agencies.queries import machine, partnership
from sightline.ledger import actions as ledger
from sightline.ledger import anchors
from sightline.ledger.queries import ends, placed
from sightline.ledger.triggers import append_only_models
from sightline.ledger.verifying import verify
from sightline.operations import manifest, postgresql_copies, sqlite_copies
from sightline.operations.manifest import Manifest, Unusable
from sightline.vault import outside
from sightline.vault.actions import check_key, destroy_again

TAKEN, TAKEN_KIND = "backups.jsonl", "backups"
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Taken:
    """A backup that was taken."""

    folder: str
    road: str
    seconds: float
    bytes: int
    records: int

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Restored:
    """What was put back, and what the checks found. `right`: it may be served."""

    database: str
    copy: str
    taken_at: str
    kept: str
    seconds: float
    verify_seconds: float
    records: int
    ledger_faults: tuple[str, ...]
    anchor: dict[str, Any]
    erased_again: int
    erasures_unsure: int
    notes: tuple[str, ...]

    @property
    def right(self) -> bool:
        return not self.ledger_faults and self.anchor["state"] in ("off", "none", "fits")

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "right": self.right}


# --- backup ------------------------------------------------------------------------------------------------------------


def back_up(place: Path, *, dump: bool = False, keep: int = 0, tell: Tell) -> Taken:
    """Takes a copy into a new folder under `place`, named after the moment; it is whole once it has that name. `keep`:
    how many copies stay (all, where it is 0).
    """
    began = time.monotonic()
    check_key()
    ledger.write(
        kind="run", verb="back-up", actor=machine("ledger-machine").id, acting_for="", purpose="administration"
    )
    while ledger.sequence():
        pass
    anchors.keep(at_once=True)
    place = place.absolute()
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    taken_at = datetime.now(UTC)
    name = f"{taken_at:%Y%m%dT%H%M%S%fZ}"
    draft = place / f".{name}"
    draft.mkdir(mode=0o700)
    said = {
        "places": {s: list(p) for s, p in ends().items()},
        "counts": _counts(),
    }  # at the least: before the copy begins
    database = connection.settings_dict
    try:
        if connection.vendor == "sqlite":
            road, files = "sqlite", sqlite_copies.copy(Path(database["NAME"]).absolute(), draft)
        elif dump:
            road, files = "postgresql-dump", postgresql_copies.dump(database, draft)
        else:
            road, files = "postgresql", postgresql_copies.base_backup(_copier(), draft)
        manifest.write(
            draft,
            Manifest(
                road=road,
                taken_at=taken_at.isoformat(timespec="seconds"),
                seconds=round(time.monotonic() - began, 1),
                version=version("sightline"),
                partnership=settings.SIGHTLINE_PARTNERSHIP,
                definition=partnership().hash,
                migrations=_migrations(),
                files=files,
                key=manifest.key_mark(),
                database={} if road == "sqlite" else {"name": database["NAME"], "user": database["USER"]},
                **said,
            ),
        )
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    folder = place / name
    draft.rename(folder)
    manifest.sync(place)
    _note(folder, road)
    _forget_old(place, keep, tell)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return Taken(str(folder), road, round(time.monotonic() - began, 1), size, placed(said["places"]))


def follow(place: Path) -> tuple[list[str], dict[str, str]]:
    """The command and environment that receive a PostgreSQL server's log into `place`, for as long as it runs."""
    if connection.vendor != "postgresql":
        raise Unusable(
            "Only PostgreSQL has a log that can be followed. On SQLite, take a copy as often as you can bear to lose."
        )
    place = place.absolute()
    command = postgresql_copies.follow(_copier(), place / postgresql_copies.LOG)
    return command, postgresql_copies.environment(_copier(), postgresql_copies.STANDBY)


def newest_taken() -> tuple[datetime, str, str] | None:
    """When the newest backup was taken, where it was put, and on which road. Raises outside.Altered."""
    place = outside.folder()
    found = outside.lines(place / TAKEN, TAKEN_KIND) if place else []
    return (datetime.fromisoformat(found[-1]["at"]), found[-1]["folder"], found[-1]["road"]) if found else None


def _copier() -> Mapping[str, Any]:
    """Who copies the server: BACKUP_DATABASE_URL, for the application's own user need not hold that right."""
    return settings.BACKUP_DATABASE or connection.settings_dict


def _counts() -> dict[str, int]:
    found = {}
    there = set(connection.introspection.table_names())  # before an update's `init`, not all that this version knows
    with connection.cursor() as cursor:
        for model in append_only_models():
            table = model._meta.db_table
            if table not in there:
                continue
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            found[table] = cursor.fetchone()[0]
    return found


def _migrations() -> list[str]:
    return sorted(".".join(each) for each in MigrationLoader(connection).applied_migrations)


def _note(folder: Path, road: str) -> None:
    """Remembers outside the database when the newest copy was taken."""
    if outside.folder() is None:
        return
    with outside.locked() as place:
        there = outside.lines(place / TAKEN, TAKEN_KIND)
        line = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "folder": str(folder), "road": road}
        outside.append(place / TAKEN, TAKEN_KIND, line, there[-1]["seal"] if there else outside.START)


def _forget_old(place: Path, keep: int, tell: Tell) -> None:
    copies = sorted(path.parent for path in place.glob(f"*/{manifest.NAME}"))
    for old in copies[:-keep] if keep else ():
        tell(f"{old}: older than the {keep} that are kept; taken away")
        shutil.rmtree(old)
    if keep:
        postgresql_copies.prune(place, copies[-keep:])


# --- restore -----------------------------------------------------------------------------------------------------------


def restore(copy: Path, *, to: Path | None, replace: bool, tell: Tell) -> Restored:
    """Puts a copy in place and checks it: digests, structure, migrations, every ledger record and chain, how far the
    ledger had got (manifest, anchor), and the erasures since. Raises Unusable before anything is put in place, where
    that can be known before.
    """
    began = time.monotonic()
    copy = manifest.newest(copy.absolute())
    said = manifest.read(copy)
    _fits(said)
    tell(f"{copy.name}: taken {said.taken_at}, {said.records:,} ledger records at the least")
    notes: list[str] = []
    if said.road == "sqlite":
        target = to or _sqlite_target()
        kept = sqlite_copies.put_back(copy, said.files, target.absolute(), replace=replace)
        if wrong := sqlite_copies.damage(target):
            raise Unusable(f"SQLite finds the copy damaged ({wrong}). Use another copy.")
        where, at = {"ENGINE": "config.patient_sqlite3", "NAME": str(target.absolute())}, str(target)
        return _checked(said, copy, where, at, kept, began, notes, tell)
    if said.road == "postgresql-dump":
        where = dict(connection.settings_dict)
        if connection.vendor != "postgresql" or to:
            raise Unusable(
                "This copy is a dump of PostgreSQL: make an empty database, name it in DATABASE_URL, and leave --to out."
            )
        if connection.introspection.table_names():
            raise Unusable("The database in DATABASE_URL is not empty. Make an empty one beside it and name that.")
        connection.close()
        postgresql_copies.load_dump(copy, said.files, where)
        return _checked(said, copy, where, where["NAME"], None, began, notes, tell)
    if to is None:
        raise Unusable(
            "Say where the server's data belong: --to /var/lib/postgresql/15/main, for example (the server stopped)."
        )
    log = copy.parent / postgresql_copies.LOG
    postgresql_copies.check(copy, said.files)
    tell(f"every file is as it was; checked after {time.monotonic() - began:,.0f} s")
    names = [path.name for path in log.glob("*")] if log.is_dir() else []
    if not names:
        notes.append(f"No log was received beside this copy ({log}): what came after it is not in it.")
    if missing := postgresql_copies.gap(names, postgresql_copies.first_segment(copy / postgresql_copies.DATA)):
        notes.append(f"The log has a gap: {missing} is missing. Nothing that came after it could be replayed.")
    to = to.absolute()
    kept = postgresql_copies.put_back(copy, log, to, replace=replace)
    tell(f"put in place after {time.monotonic() - began:,.0f} s; replaying {len(names)} pieces of log")
    with postgresql_copies.recovered(to) as place:
        tell(f"replayed to its end after {time.monotonic() - began:,.0f} s")
        where = {
            **connection.settings_dict,
            "ENGINE": "django.db.backends.postgresql",
            "NAME": said.database["name"],
            "USER": said.database["user"],
            "PASSWORD": "",
            "OPTIONS": {},
            **place,
        }
        return _checked(said, copy, where, str(to), kept, began, notes, tell)


def _checked(
    said: Manifest,
    copy: Path,
    where: Mapping[str, Any],
    at: str,
    kept: Path | None,
    began: float,
    notes: list[str],
    tell: Tell,
) -> Restored:
    with _connected(where):
        verifying = time.monotonic()
        check_key()
        _up_to_date(said, tell)
        tell("verifying the ledger …")
        found = verify()
        faults = list(found.faults)
        meant = {stream: (int(n), chain) for stream, (n, chain) in said.places.items()}
        beside = anchors.compare_to(anchors.Anchored(said.taken_at, meant, ""))
        if not beside.right:
            faults.append(f"It does not hold what its manifest says. {beside.sentence}")
        short = [table for table, count in _counts().items() if count < said.counts.get(table, 0)]
        faults += [f"{table} holds fewer rows than when the copy was made" for table in short]
        verified = time.monotonic() - verifying
        tell(f"{found.records:,} ledger records verified in {verified:,.1f} s, {len(faults)} faults")
        anchor = anchors.compare()
        again, unsure = destroy_again()
        if again:
            notes.append(f"{again} keys that were destroyed since the copy was made were destroyed again.")
        if unsure:
            notes.append(
                f"{unsure} keys stood in an erasure that was begun and never confirmed: look at it and decide."
            )
        if not faults and anchor.right:
            ledger.write(
                kind="run",
                verb="restore-database",
                actor=machine("ledger-machine").id,
                acting_for="",
                purpose="administration",
                detail={"copy": copy.name, "records": found.records, "erased_again": again},
            )
            while ledger.sequence():
                pass
            anchors.keep(at_once=True)
        return Restored(
            database=at,
            copy=str(copy),
            taken_at=said.taken_at,
            kept=str(kept or ""),
            seconds=round(time.monotonic() - began, 1),
            verify_seconds=round(verified, 1),
            records=found.records,
            ledger_faults=tuple(faults),
            anchor=anchor.as_dict(),
            erased_again=again,
            erasures_unsure=unsure,
            notes=tuple(notes),
        )


def _up_to_date(said: Manifest, tell: Tell) -> None:
    """Brings the tables of a copy that an earlier version made up to date: what is checked below, and the keys that are
    destroyed again, lie in tables of this version. Raises Unusable where this user may not."""
    behind = is_behind_code()
    if not behind:
        return
    tell(f"made by an earlier version ({said.version}): bringing its tables up to date, {len(behind)} migrations")
    try:
        call_command("migrate", interactive=False, verbosity=0)
    except DatabaseError as error:
        raise Unusable(
            "It is in place, but not checked: its tables are of an earlier version, and could not be brought up to date "
            "(may this user change them?). Do not serve it. Put it back as the tables' owner, or with the version that made "
            f"it ({said.version})."
        ) from error


def _fits(said: Manifest) -> None:
    """Whether this code and this deployment are those that the copy belongs to."""
    if said.partnership != settings.SIGHTLINE_PARTNERSHIP:
        raise Unusable(
            f"This is a copy of {said.partnership}; here is {settings.SIGHTLINE_PARTNERSHIP} (SIGHTLINE_PARTNERSHIP)."
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}
    unknown = sorted(set(said.migrations) - known)
    if unknown:
        raise Unusable(
            f"This copy was made by a later version ({said.version}): its tables have {unknown[0]}, which this version does not "
            "know. Install that version, or a later one, and try again."
        )


def _sqlite_target() -> Path:
    if connection.vendor != "sqlite":
        raise Unusable(
            "This is a copy of a SQLite file, and DATABASE_URL names PostgreSQL: say where it belongs with --to PATH."
        )
    return Path(connection.settings_dict["NAME"])


@contextmanager
def _connected(where: Mapping[str, Any]) -> Iterator[None]:
    """Points the default connection there, for as long as it is checked."""
    connection.close()
    before = connections.settings["default"]
    here = {**before, **where}
    if where["ENGINE"] == "config.patient_sqlite3" and before["ENGINE"] != where["ENGINE"]:
        from config import sqlite

        here["OPTIONS"] = sqlite.options()
    connections.settings["default"] = here
    del connections["default"]
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"] = before
        del connections["default"]


def is_behind_code() -> list[str]:
    """Migrations that this code has and the database has not."""
    loader = MigrationLoader(connection)
    return sorted(".".join(each) for each in set(loader.disk_migrations) - set(loader.applied_migrations))


def free_bytes(path: Path) -> int:
    """Free space on the disk where this path lies, or would lie."""
    while not path.exists():
        path = path.parent
    found = os.statvfs(path)
    return found.f_bavail * found.f_frsize
