"""A process from which others are forked in order to be killed: everything is imported, nothing is connected.

Started by `Nursery`; run as a program it reads one order a line and answers each with what became of the child. It kills
its own children, before it collects them: a process id that might have been given to somebody else is never signalled.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.databases import Database

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Ended:
    """How a child ended: killed by us, or by itself with a code."""

    killed: bool
    code: int
    seconds: float


class Nursery:
    """The process, seen from a test."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.nursery"],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "DATABASE_URL": "sqlite:///:memory:"},
        )

    def load(
        self, database: Database, files: list[Path], *, kill_after: float | None = None, bite: float = 0.12
    ) -> Ended:
        """`sightline load` in a process of its own, killed after so many seconds."""
        paths = [str(path) for path in files]
        return self._answer(do="load", url=database.url, paths=paths, bite=bite, kill_after=kill_after)

    def serve(self, database: Database) -> None:
        """`sightline serve`, until `kill`."""
        self._order(do="serve", url=database.url, kill_after=None)

    def turns(self, database: Database, moment: datetime, *, kill_after: float | None = None) -> Ended:
        """What a worker does at a moment, until nothing is owed; killed after so many seconds."""
        return self._answer(do="turns", url=database.url, at=moment.isoformat(), kill_after=kill_after)

    def kill(self) -> Ended:
        return self._answer(do="kill")

    def _answer(self, **order: object) -> Ended:
        self._order(**order)
        return Ended(**json.loads(self.process.stdout.readline()))

    def _order(self, **order: object) -> None:
        self.process.stdin.write(json.dumps({**order, "log": str(self.log)}).encode() + b"\n")
        self.process.stdin.flush()

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.process.stdout.close()


# --- the program -----------------------------------------------------------------------------------------------------


def main() -> None:
    import django

    django.setup()
    import django.db.backends.postgresql.base
    import gunicorn.app.base  # noqa: F401

    import config.wsgi  # noqa: F401
    from sightline.agencies.queries import partnership
    from sightline.clocks.actions import _days
    from sightline.commands import load, serve  # noqa: F401

    _days(partnership())
    orders = open(0, "rb", buffering=0)
    while line := orders.readline():
        order = json.loads(line)
        if order["do"] == "kill":
            continue  # it had ended by itself, and that has been said
        began = time.monotonic()
        child = os.fork()
        if child == 0:
            _be(order)
        watched = os.pidfd_open(child)
        ready, _, _ = select.select([watched, orders], [], [], order["kill_after"])
        if orders in ready:
            orders.readline()  # `kill`, or the end of the test
        if watched not in ready:
            os.killpg(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        os.close(watched)
        code = os.waitstatus_to_exitcode(status)
        print(
            json.dumps({"killed": code == -signal.SIGKILL, "code": code, "seconds": time.monotonic() - began}),
            flush=True,
        )


def _be(order: dict) -> None:
    """What the child does. It never returns."""
    code = 99
    try:
        os.setsid()  # what it starts is killed with it
        log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for descriptor in (0, 1, 2):
            os.dup2(log, descriptor)
        _connect(order["url"])
        code = _turns(order["at"]) if order["do"] == "turns" else _load(order) if order["do"] == "load" else _serve()
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _connect(url: str) -> None:
    """As config/settings.py does with DATABASE_URL: on SQLite it waits for the disk."""
    import environ
    from django.db import connections

    from config import sqlite
    from tests.support.databases import DEFAULTS

    options = {"OPTIONS": sqlite.options()} if url.startswith("sqlite") else {}
    connections.settings["default"] = {**DEFAULTS, **environ.Env.db_url_config(url), **options}
    if hasattr(connections._connections, "default"):
        del connections["default"]


def _load(order: dict) -> int:
    import argparse
    from dataclasses import replace

    from sightline.commands import load
    from sightline.jobs import receive

    pace = replace(receive.PACES["sqlite"], seconds=order["bite"])
    receive.PACES.update(sqlite=pace, postgresql=pace)
    paths = [Path(path) for path in order["paths"]]
    return load.run(argparse.Namespace(paths=paths, feed=None, json=True, strict=False))


def _turns(moment: str) -> int:
    from sightline.jobs.due import sweep
    from sightline.timescales.moment import allow_pretending, pretend

    allow_pretending()
    with pretend(datetime.fromisoformat(moment)):
        while sweep():
            pass
    return 0


def _serve() -> int:
    from sightline.commands.serve import serve

    return serve("127.0.0.1:0", threads=2)


if __name__ == "__main__":
    main()
