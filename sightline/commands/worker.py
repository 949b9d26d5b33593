"""`sightline worker`: scheduled and owed work in a process of its own (PostgreSQL)."""

from __future__ import annotations

import argparse
from typing import Any


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "worker",
        help="do scheduled and owed work",
        epilog="Example: sightline worker",
        description="On SQLite the serving process does this itself, in a thread. `--once` settles what is due now and ends.",
    )
    parser.add_argument("--once", action="store_true", help="settle what is due now, then end")


def run(args: argparse.Namespace) -> int:
    from sightline.commands.init import refuse_unprepared
    from sightline.commands.serve import refuse_older_copy
    from sightline.jobs.worker import turn, work

    refuse_unprepared()
    refuse_older_copy()
    if args.once:
        while turn():
            pass
        return 0
    work()
    return 0
