"""Databases for tests: copies of a migrated template, never a flush.

Append-only tables refuse UPDATE, DELETE and TRUNCATE, so a test cannot clean up after itself. Instead each test gets a
copy of a template that was migrated once a session: a file copy on SQLite, `CREATE DATABASE … TEMPLATE` on PostgreSQL.
Transactions in a test are real, and so are `on_commit` callbacks.
"""

import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import environ
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connections

from config import sqlite
from tests.support.postgresql import Server

ENGINES = ("sqlite", "postgresql")
DEFAULTS = {
    "ATOMIC_REQUESTS": False,
    "AUTOCOMMIT": True,
    "CONN_MAX_AGE": 0,
    "CONN_HEALTH_CHECKS": False,
    "TIME_ZONE": None,
    "OPTIONS": {},
    "TEST": {"CHARSET": None, "COLLATION": None, "MIGRATE": True, "MIRROR": None, "NAME": None},
}


@dataclass(frozen=True)
class Database:
    """One copy: which engine, and its address."""

    engine: str
    url: str

    @property
    def settings(self) -> dict[str, object]:
        # In this process a lost page harms nobody, so we do not wait for the disk. A subprocess gets the real thing.
        own = {"ENGINE": "config.patient_sqlite3", "OPTIONS": sqlite.options(synchronous="OFF")}
        options = own if self.engine == "sqlite" else {}
        return {**DEFAULTS, **environ.Env.db_url_config(self.url), **options}


def database_url(database: Database) -> str:
    """For a subprocess: `DATABASE_URL`."""
    return database.url


def run_sightline(database: Database, *arguments: str, **how: object) -> subprocess.CompletedProcess[str]:
    """Run the command line against this copy and wait. It shares our keys, so it opens what we sealed."""
    command = sightline_command(*arguments)
    return subprocess.run(command, env=environment(database), capture_output=True, text=True, **how)


def sightline_command(*arguments: str) -> list[str]:
    return [str(Path(sys.executable).parent / "sightline"), *arguments]


def environment(database: Database) -> dict[str, str]:
    return {**os.environ, "DATABASE_URL": database_url(database)}


@contextmanager
def connected(database: Database) -> Iterator[Database]:
    """Point Django's default connection here, in every thread that asks from now on; then put back what was."""
    before = connections.settings["default"]
    _point_at(database.settings)
    try:
        yield database
    finally:
        _point_at(before)


def _point_at(settings: dict[str, object]) -> None:
    connections.close_all()
    connections.settings["default"] = settings
    if hasattr(connections._connections, "default"):
        del connections["default"]  # the next to ask gets a new connection, of the right engine
    ContentType.objects.clear_cache()


class Templates:
    """The migrated templates of one test session, and the copies taken from them. Each is made when first wanted."""

    def __init__(self, directory: Path):
        self.directory = directory

    @contextmanager
    def copy(self, engine: str, *, durable: bool = False) -> Iterator[Database]:
        """A fresh copy; gone afterwards. `durable`: on a PostgreSQL that waits for the disk (crash tests)."""
        if engine == "sqlite":
            with self._sqlite_copy() as database:
                yield database
        else:
            with self._postgresql_copy(self._durable_template if durable else self._hasty_template) as database:
                yield database

    def close(self) -> None:
        for name in ("_hasty_template", "_durable_template"):
            if server := self.__dict__.get(name):
                server.stop()

    # --- SQLite ------------------------------------------------------------------------------------------------------

    @contextmanager
    def _sqlite_copy(self) -> Iterator[Database]:
        path = self.directory / f"{_name()}.sqlite3"
        shutil.copyfile(self._sqlite_template, path)
        try:
            yield Database("sqlite", f"sqlite:///{path}")
        finally:
            for leftover in self.directory.glob(f"{path.name}*"):  # and its journal
                leftover.unlink()

    @cached_property
    def _sqlite_template(self) -> Path:
        path = self.directory / "template.sqlite3"
        _migrate(Database("sqlite", f"sqlite:///{path}"))
        return path

    # --- PostgreSQL --------------------------------------------------------------------------------------------------

    @contextmanager
    def _postgresql_copy(self, server: Server) -> Iterator[Database]:
        name = _name()
        server.create(name, template="template_sightline")
        try:
            yield Database("postgresql", server.url(name))
        finally:
            server.drop(name)

    @cached_property
    def _hasty_template(self) -> Server:
        return self._migrated(Server(in_memory=True))

    @cached_property
    def _durable_template(self) -> Server:
        return self._migrated(Server(durable=True))

    def _migrated(self, server: Server) -> Server:
        try:
            server.create("template_sightline")
            _migrate(Database("postgresql", server.url("template_sightline")))
            server.freeze("template_sightline")
        except BaseException:
            server.stop()
            raise
        return server


def _name() -> str:
    return f"test_{uuid.uuid4().hex[:12]}"


def _migrate(database: Database) -> None:
    with connected(database):
        call_command("migrate", interactive=False, verbosity=0)
        if database.engine == "sqlite":
            with connections["default"].cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the file alone is copied
