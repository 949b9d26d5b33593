"""`sightline backup`: a copy of the whole database, while it is served."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "backup",
        help="copy the database",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=(
            "Copies the database into a new folder under DIR, while it is served, with a manifest that says what is in it.\n"
            "SQLite: the file. PostgreSQL: the whole server (pg_basebackup); `--follow` receives its log beside the copies,\n"
            "for as long as it runs, so that a restore replays everything up to the last commit.\n\n"
            "Keys are not in a copy: keep SIGHTLINE_KEY apart from it. Records' bodies are sealed in it as in the database."
        ),
        epilog="Example: sightline backup --to /srv/backup --keep 7",
    )
    parser.add_argument(
        "--to", required=True, type=Path, metavar="DIR", help="folder of copies (another disk than the database's)"
    )
    parser.add_argument("--follow", action="store_true", help="receive PostgreSQL's log into DIR/wal until stopped")
    parser.add_argument(
        "--dump", action="store_true", help="PostgreSQL: one moment, by pg_dump (where the server may not be copied)"
    )
    parser.add_argument("--keep", type=int, default=0, metavar="N", help="keep the newest N copies (default: all)")
    parser.add_argument("--json", action="store_true", help="report as JSON")


def run(args: argparse.Namespace) -> int:
    from sightline.operations import backups
    from sightline.operations.manifest import Unusable

    try:
        if args.follow:
            command, environment = backups.follow(args.to)
            print(
                f"Receiving the log into {args.to / 'wal'}. Stop it with Ctrl-C or SIGTERM.",
                file=sys.stderr,
                flush=True,
            )
            os.execve(command[0], command, environment)
        taken = backups.back_up(args.to, dump=args.dump, keep=args.keep, tell=lambda text: print(text, file=sys.stderr))
    except Unusable as error:
        print(error, file=sys.stderr)
        return 2
    if args.json:
        print(json.dumps(taken.as_dict(), indent=1))
    else:
        size = f"{taken.bytes / 1_000_000:,.0f} MB"
        print(f"{taken.folder}: {size}, {taken.records:,} ledger records, in {taken.seconds:,.1f} s")
    return 0
