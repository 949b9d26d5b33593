"""`sightline serve`: the pages and the API, and on the embedded database the worker in a thread."""

from __future__ import annotations

import argparse
import sys
from typing import Any

LEAST_REASON = 10
COMMANDS = 5  # connections that are left for whoever runs a command beside the server
WORKERS = 1  # of each process: its worker has one of its own


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "serve",
        help="serve the pages and the API",
        epilog="Example: sightline serve --bind 127.0.0.1:8000",
        description="Serves with gunicorn: one process on SQLite (the worker runs in a thread), --processes on PostgreSQL.",
    )
    parser.add_argument("--bind", default="127.0.0.1:8000", help="address and port (default 127.0.0.1:8000)")
    parser.add_argument("--threads", type=int, default=48, help="threads a process (default 48: each open queue page takes one)")
    parser.add_argument("--processes", type=int, default=1, help="processes (PostgreSQL only; default 1)")
    parser.add_argument(
        "--accept-restored",
        metavar="REASON",
        help="serve an older copy of the database all the same: why, and who decided it (no names of children or families); "
        "it is put in the ledger",
    )


def run(args: argparse.Namespace) -> int:
    if args.accept_restored is not None:
        accept_restored(args.accept_restored)
    return serve(args.bind, threads=args.threads, processes=args.processes)


def accept_restored(reason: str) -> None:
    """Somebody answers for this copy being the database from now on. Nothing happens where it is the right one already."""
    from sightline.agencies.queries import machine
    from sightline.definition.outcomes import Invalid
    from sightline.definition.types import Fault
    from sightline.ledger import anchors

    if len(reason.strip()) < LEAST_REASON:
        expected = f"at least {LEAST_REASON} characters: why this copy is served, and who decided it"
        raise Invalid([Fault(path="--accept-restored", expected=expected, code="reason-too-short")])
    if not anchors.compare().right:
        found = anchors.accept(reason=reason.strip(), by=machine("ledger-machine").id)
        print(f"Accepted, on the record. {found.sentence}", file=sys.stderr, flush=True)


def refuse_older_copy() -> None:
    """Raises ImproperlyConfigured where the database is not the one that was anchored: an older copy, or another."""
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured

    from sightline.ledger import anchors

    found = anchors.compare()
    if found.right:
        return
    advice = (
        "Nothing is served. Put the newest copy back (sightline restore), or, if there is none, say so: sightline serve "
        "--accept-restored 'why, and who decided'."
    )
    if settings.SIGHTLINE_MODE == "demo":
        advice += f" To begin a demonstration afresh, delete {settings.SIGHTLINE_ANCHOR} too."
    raise ImproperlyConfigured(f"{found.sentence} {advice}")


def say_where_keys_lie() -> None:
    """Says plainly, once, where whoever copies the folder of the database gets the keys too."""
    from django.conf import settings

    if settings.SIGHTLINE_KEYS_FROM == "file":
        print(
            f"The keys lie in {settings.KEYS_FILE}, beside the database: whoever copies both reads everything. For real records "
            "give them from a key service or the environment (docs/how-to/change-the-key.md).",
            file=sys.stderr,
            flush=True,
        )


def threads_for(threads: int, processes: int) -> int:
    """As many threads of each process as the database has connections for: each thread holds one, and a page that finds none
    is an error instead of a wait. Says so where they are fewer than asked for. Raises ImproperlyConfigured where there is
    none for any.
    """
    from django.core.exceptions import ImproperlyConfigured
    from django.db import connection

    from config.threads import LEAST

    if connection.vendor != "postgresql":
        return threads
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(setting::int * CASE name WHEN 'max_connections' THEN 1 ELSE -1 END), "
            "max(setting::int) FILTER (WHERE name = 'max_connections') FROM pg_settings "
            "WHERE name IN ('max_connections', 'superuser_reserved_connections', 'reserved_connections')"
        )
        free, most = cursor.fetchone()
    room = (free - COMMANDS) // processes - WORKERS
    if room >= max(threads, LEAST):
        return threads
    says = f"PostgreSQL lets {most} connect at once (max_connections)"
    if room < LEAST:
        raise ImproperlyConfigured(f"{says}: too few for {processes} processes. Raise it, or serve with fewer --processes.")
    print(f"{says}: each process serves with {room} threads, not {threads}. Raise it for more.", file=sys.stderr, flush=True)
    return room


def serve(bind: str, *, threads: int = 48, processes: int = 1) -> int:
    """Serves until it is stopped. Refuses several processes on SQLite, where one process owns the scheduled work, and a
    database that is not the one that was here.
    """
    from django.core.exceptions import ImproperlyConfigured
    from django.db import connection

    from config.threads import shared
    from sightline.commands.init import refuse_unprepared
    from sightline.jobs.front_door_queue import BELL
    from sightline.jobs.worker import start_thread

    if connection.vendor == "sqlite" and processes > 1:
        raise ImproperlyConfigured("SQLite is served by one process: leave --processes out, or use PostgreSQL.")
    refuse_unprepared()
    refuse_older_copy()
    threads = threads_for(threads, processes)
    say_where_keys_lie()
    connection.close()

    from gunicorn.app.base import BaseApplication

    from config.logs import LOGGING

    def begin() -> None:
        BELL.most = min(BELL.most, shared(threads).open_pages)
        start_thread()

    class Server(BaseApplication):
        def load_config(self) -> None:
            options = {
                "bind": bind,
                "workers": processes,
                "threads": threads,
                "worker_class": "config.threads.Worker",
                "timeout": 60,
                "graceful_timeout": 20,
                "accesslog": None,
                "loglevel": "warning",
                "logconfig_dict": LOGGING,  # its lines too are templates: its own would carry addresses
                "preload_app": False,
                "post_worker_init": lambda worker: begin(),
                "worker_tmp_dir": "/dev/shm",
                "control_socket_disable": True,
            }
            for key, value in options.items():
                if key in self.cfg.settings:
                    self.cfg.set(key, value)

        def load(self) -> Any:
            from config.wsgi import application

            return application

    Server().run()
    return 0
