"""Databases to measure on: a SQLite file and a PostgreSQL server of our own, both waiting for the disk as in earnest."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from config.keys import ensure_keys, read_file
from tests.support.postgresql import Server, _owner, programs

ENGINES = ("sqlite", "postgresql")
PLACE = Path(os.environ.get("SIGHTLINE_VAR", "var")).absolute() / "bench"


def keys() -> dict[str, str]:
    """Keys that are kept, so that a database that was built once can be opened again. They guard invented people only."""
    file = PLACE / "keys.env"
    ensure_keys(file, made_for="test")
    return {**read_file(file), "DJANGO_SETTINGS_MODULE": "config.settings", "SIGHTLINE_PARTNERSHIP": "leeds"}


@contextmanager
def pair(engine: str) -> Iterator[dict[str, str]]:
    """Two empty, migrated databases that are exactly alike: `DATABASE_URL` and, for the bare rows, `BARE_URL`."""
    PLACE.mkdir(mode=0o700, parents=True, exist_ok=True)
    if engine == "sqlite":
        with tempfile.TemporaryDirectory(dir=PLACE) as folder:
            urls = {name: f"sqlite:///{folder}/{name.lower()}.sqlite3" for name in ("DATABASE_URL", "BARE_URL")}
            for url in urls.values():
                migrate(url)
            yield urls
        return
    server = Server(durable=True)
    try:
        server.create("main")
        server.create("bare")
        urls = {"DATABASE_URL": server.url("main"), "BARE_URL": server.url("bare")}
        for url in urls.values():
            migrate(url)
        yield urls
    finally:
        server.stop()


def migrate(url: str) -> None:
    """In a process of its own: the tables, and nothing in them."""
    environment = {**os.environ, **keys(), "DATABASE_URL": url}
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0", "--skip-checks"], env=environment, check=True)


class Kept(Server):
    """A server whose directory stays, so that what was built once is there again. Not under `var`, which only its owner
    may enter: PostgreSQL will not run as root, so as root it runs as somebody else."""

    def __init__(self, directory: Path, settings: Sequence[str] = ()) -> None:
        self.bin, self.durable, self.directory, self.owner = programs(), True, directory, _owner()
        self.data, secret = directory / "data", directory / "password"
        self.fresh = not self.data.exists()
        if self.fresh:
            shutil.rmtree(directory, ignore_errors=True)
            directory.mkdir(mode=0o700, parents=True)
            if self.owner:
                shutil.chown(directory, self.owner, pwd.getpwnam(self.owner).pw_gid)
            self.password = secrets.token_hex(16)
            self._initialise()
        self.password = secret.read_text()
        self._start([*settings])

    def stop(self) -> None:
        self.connection.close()
        self.process.send_signal(signal.SIGINT)  # in order: what was written is kept, and the next start is quick
        self.process.wait(timeout=120)


@contextmanager
def built(
    engine: str, name: str, version: str, fill: Callable[[str], None], settings: Sequence[str] = (), *, copied: bool = False
) -> Iterator[dict[str, str]]:
    """A database that `fill(url)` filled once, kept under this name while `version` stays the same. `settings`: PostgreSQL's.
    `copied`: a copy of it, gone afterwards, for what writes: else the next run would measure what this one left."""
    PLACE.mkdir(mode=0o700, parents=True, exist_ok=True)
    label = f"{name}-{version}"
    if engine == "sqlite":
        path = PLACE / f"{label}.sqlite3"
        if not path.exists():
            for old in PLACE.glob(f"{name}-*.sqlite3*"):
                old.unlink()
            draft = PLACE / f"{label}.sqlite3-draft"
            draft.unlink(missing_ok=True)
            fill(f"sqlite:///{draft}")
            draft.rename(path)
            draft.with_name(f"{draft.name}-journal").unlink(missing_ok=True)
        if not copied:
            yield {"DATABASE_URL": f"sqlite:///{path}"}
            return
        with tempfile.TemporaryDirectory(dir=PLACE) as folder:
            shutil.copyfile(path, f"{folder}/copy.sqlite3")
            yield {"DATABASE_URL": f"sqlite:///{folder}/copy.sqlite3"}
        return
    place = Path("/var/tmp") / f"sightline-bench-{os.geteuid()}"
    for old in place.glob(f"{name}-*"):
        if old.name != label:
            shutil.rmtree(old)
    server = Kept(place / label, settings)
    try:
        if server.connection.execute("SELECT 1 FROM pg_database WHERE datname = 'done'").fetchone() is None:
            server.drop("main")
            server.create("main")
            fill(server.url("main"))
            server.create("done")  # the mark that filling came to its end
        if copied:
            server.drop("measured")
            server.connection.execute("CREATE DATABASE measured TEMPLATE main")
        yield {"DATABASE_URL": server.url("measured" if copied else "main")}
    finally:
        if copied:
            server.drop("measured")
        server.stop()
