"""A deployment that can be lost: a database of its own, an anchor and a folder of copies, driven by its commands."""

from __future__ import annotations

import contextlib
import io
import json
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import override_settings

from sightline.agencies.actions import take_from_definition
from sightline.agencies.queries import machine
from sightline.commands import main
from sightline.ledger import anchors
from sightline.ledger.actions import sequence, write
from tests.support.databases import Database, connected
from tests.support.postgresql import COPIED, Server


@dataclass
class Done:
    code: int
    stdout: str
    stderr: str


@dataclass
class Deployment:
    place: Path
    url: str
    server: Server | None = None

    @property
    def copies(self) -> Path:
        return self.place / "copies"

    @property
    def file(self) -> Path:
        return Path(self.url.removeprefix("sqlite:///"))

    def run(self, *arguments: str, code: int = 0, **settings: str) -> Done:
        """A command, as somebody types it, in this process."""
        out, err = io.StringIO(), io.StringIO()
        with override_settings(**settings), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            done = Done(main(arguments), out.getvalue(), err.getvalue())
        assert done.code == code, done
        return done

    def json(self, *arguments: str, code: int = 0) -> dict:
        return json.loads(self.run(*arguments, "--json", code=code).stdout)

    def backup(self, *how: str) -> Path:
        return Path(self.json("backup", "--to", str(self.copies), *how)["folder"])

    def write(self, count: int = 1, *, agency: str = "west-yorkshire-police") -> None:
        """Some records, their places and the anchor: what pages and the worker do."""
        for n in range(count):
            write(kind="read", verb="view-child", actor=f"w{n}", acting_for=agency, purpose="safeguarding")
        while sequence():
            pass
        anchors.keep(at_once=True)


class Again(Server):
    """A server on data that are there already."""

    log = COPIED

    def __init__(self, like: Server, data: Path) -> None:
        self.bin, self.directory, self.owner, self.data = like.bin, like.directory, like.owner, data
        self.password = like.password
        self._start([])

    def stop_in_order(self) -> None:
        self.connection.close()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=30)


@pytest.fixture
def sqlite(tmp_path, sqlite_database, settings):
    settings.SIGHTLINE_ANCHOR = str(tmp_path / "anchor")
    settings.VAR = tmp_path
    take_from_definition(by=machine("feed-machine"))
    return Deployment(tmp_path, sqlite_database.url)


@pytest.fixture
def postgresql(tmp_path, settings, django_db_blocker):
    """On a server of its own, for it will be killed."""
    settings.SIGHTLINE_ANCHOR = str(tmp_path / "anchor")
    server = Server(durable=True, copied=True)
    try:
        server.create("main")
        with django_db_blocker.unblock(), connected(Database("postgresql", server.url("main"))):
            call_command("migrate", interactive=False, verbosity=0)
            take_from_definition(by=machine("feed-machine"))
            yield Deployment(tmp_path, server.url("main"), server)
    finally:
        server.stop()
