"""Scratch databases: a migrated template with the partnership's agencies, and one copy of it a story.

The migrated tables are kept in the state directory and made again when a migration or Django changes; the agencies of a
partnership are taken into a copy once a run, for a ledger record is sealed under the run's own key. Copies live in a
temporary directory and are gone afterwards. This process points at nothing else, so the clock may be set.
"""

from __future__ import annotations

import gc
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connections

from config import sqlite
from sightline.agencies.actions import take_from_definition
from sightline.agencies.queries import machine
from sightline.timescales import moment

FEW_COLLECTIONS = 50_000  # objects made before anything is looked through for circles
KEPT_SECONDS = 14 * 24 * 3600  # templates of tables that are no longer

_DEFAULTS = {
    "ATOMIC_REQUESTS": False,
    "AUTOCOMMIT": True,
    "CONN_MAX_AGE": 0,
    "CONN_HEALTH_CHECKS": False,
    "TIME_ZONE": None,
    "TEST": {"CHARSET": None, "COLLATION": None, "MIGRATE": True, "MIRROR": None, "NAME": None},
}


class Scratch:
    """The scratch databases of one run."""

    def __init__(self) -> None:
        moment.allow_pretending()
        self._folder = tempfile.TemporaryDirectory(prefix="sightline-stories-")
        self._kept = Path(settings.VAR) / "stories"
        self._templates: dict[str, Path] = {}
        self._count = 0
        self._collected = gc.get_threshold()

    def __enter__(self) -> Scratch:
        self._tables = self._ready(f"tables-{_fingerprint()[:16]}", _migrate)  # before any story: none of them waits for it
        gc.freeze()  # what stands by now stays: looking through it again and again was a tenth of a story
        gc.set_threshold(FEW_COLLECTIONS, 20, 20)
        return self

    def __exit__(self, *_: object) -> None:
        gc.set_threshold(*self._collected)
        gc.unfreeze()
        self._folder.cleanup()

    @contextmanager
    def database(self, partnership: str) -> Iterator[None]:
        """A fresh copy for one story, under its partnership's definition; gone afterwards."""
        template = self._template(partnership)
        self._count += 1
        copy = Path(self._folder.name) / f"story-{self._count}.sqlite3"
        shutil.copyfile(template, copy)
        with _partnership(partnership), pointed_at(copy):
            yield
        for left in copy.parent.glob(f"{copy.name}*"):
            left.unlink()

    def _template(self, partnership: str) -> Path:
        if partnership not in self._templates:
            self._templates[partnership] = self._made(partnership)
        return self._templates[partnership]

    def _made(self, partnership: str) -> Path:
        own = Path(self._folder.name) / f"{partnership}.sqlite3"
        shutil.copyfile(self._tables, own)
        with _partnership(partnership), pointed_at(own):  # not kept: what it writes in the ledger is under this run's key
            take_from_definition(by=machine("feed-machine"))
        return own

    def _ready(self, name: str, make: Callable[[Path], None]) -> Path:
        """This run's own copy of a kept file, which is made now where it is not there."""
        kept, own = self._kept / f"{name}.sqlite3", Path(self._folder.name) / f"{name}.sqlite3"
        try:
            shutil.copyfile(kept, own)
            return own
        except OSError:
            own.unlink(missing_ok=True)
        make(own)
        try:
            self._kept.mkdir(mode=0o700, parents=True, exist_ok=True)
            for old in self._kept.glob("*.sqlite3"):
                if time.time() - old.stat().st_mtime > KEPT_SECONDS:
                    old.unlink(missing_ok=True)
            beside = kept.with_suffix(f".{os.getpid()}")
            shutil.copyfile(own, beside)
            os.replace(beside, kept)  # two runs at once never read half of one
        except OSError:
            pass  # a state directory that cannot be written: it is made again next time
        return own


def _fingerprint() -> str:
    """Changes whenever the tables may have."""
    found = hashlib.sha256(django.__version__.encode())
    for app in sorted(apps.get_app_configs(), key=lambda a: a.name):
        if app.name.startswith("sightline."):
            for path in sorted(Path(app.path).glob("migrations/*.py")) + [Path(app.path) / "triggers.py"]:
                if path.is_file():
                    found.update(path.read_bytes())
    return found.hexdigest()


def _migrate(path: Path) -> None:
    with pointed_at(path):
        call_command("migrate", interactive=False, verbosity=0)


@contextmanager
def _partnership(name: str) -> Iterator[None]:
    before = settings.SIGHTLINE_PARTNERSHIP
    settings.SIGHTLINE_PARTNERSHIP = name
    try:
        yield
    finally:
        settings.SIGHTLINE_PARTNERSHIP = before


@contextmanager
def pointed_at(path: Path) -> Iterator[None]:
    """Django's default connection is this file; afterwards it is what it was."""
    before = connections.settings["default"]
    options = sqlite.options(journal="MEMORY", synchronous="OFF")  # nobody misses it after a power cut
    _point(
        {
            **_DEFAULTS,
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(path),
            "OPTIONS": options,
            "USER": "",
            "PASSWORD": "",
            "HOST": "",
            "PORT": "",
        }
    )
    try:
        yield
    finally:
        _point(before)


def _point(to: dict[str, object]) -> None:
    connections.close_all()
    connections.settings["default"] = to
    if hasattr(connections._connections, "default"):
        del connections["default"]
    ContentType.objects.clear_cache()
