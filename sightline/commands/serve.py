"""`sightline serve`: the pages and the API, and on the embedded database the worker in a thread."""

from __future__ import annotations

import argparse
from typing import Any


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "serve",
        help="serve the pages and the API",
        epilog="Example: sightline serve --bind 127.0.0.1:8000",
        description="Serves with gunicorn: one process on SQLite (the worker runs in a thread), --processes on PostgreSQL.",
    )
    parser.add_argument("--bind", default="127.0.0.1:8000", help="address and port (default 127.0.0.1:8000)")
    parser.add_argument("--threads", type=int, default=8, help="threads a process (default 8)")
    parser.add_argument("--processes", type=int, default=1, help="processes (PostgreSQL only; default 1)")


def run(args: argparse.Namespace) -> int:
    return serve(args.bind, threads=args.threads, processes=args.processes)


def serve(bind: str, *, threads: int = 8, processes: int = 1) -> int:
    """Serves until it is stopped. Refuses several processes on SQLite, where one process owns the scheduled work."""
    from django.core.exceptions import ImproperlyConfigured
    from django.db import connection

    from sightline.jobs.worker import start_thread

    if connection.vendor == "sqlite" and processes > 1:
        raise ImproperlyConfigured("SQLite is served by one process: leave --processes out, or use PostgreSQL.")
    connection.close()

    from gunicorn.app.base import BaseApplication

    class Server(BaseApplication):
        def load_config(self) -> None:
            options = {
                "bind": bind,
                "workers": processes,
                "threads": threads,
                "worker_class": "gthread",
                "timeout": 60,
                "graceful_timeout": 20,
                "accesslog": None,
                "loglevel": "warning",
                "preload_app": False,
                "post_worker_init": lambda worker: start_thread(),
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
