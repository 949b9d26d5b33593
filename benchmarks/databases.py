"""Databases to measure on: a SQLite file and a PostgreSQL server of our own, both waiting for the disk as in earnest."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.keys import ensure_keys, read_file
from tests.support.postgresql import Server

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
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], env=environment, check=True)
