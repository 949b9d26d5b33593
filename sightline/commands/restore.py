"""`sightline restore`: puts a copy back, and proves that it is whole."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "restore",
        help="put a copy of the database back",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=(
            "Puts a copy back and checks it: every file's digest, the tables' version, every ledger record and chain, and how far\n"
            "the ledger had got. Keys that were destroyed since are destroyed again. FROM is a copy, or the folder of copies:\n"
            "then it is the newest. A PostgreSQL server is rebuilt in the folder --to, with all of the log that was received,\n"
            "and stopped again when it has been checked.\n\n"
            "Exit codes: 0 all fits; 1 it is in place and something does not fit (`serve` will not start); 2 it could not be done."
        ),
        epilog="Example: sightline restore /srv/backup --to /var/lib/postgresql/15/main",
    )
    parser.add_argument("copy", type=Path, metavar="FROM", help="a copy, or the folder of copies")
    parser.add_argument(
        "--to", type=Path, metavar="PATH", help="SQLite: another file than DATABASE_URL's; PostgreSQL: the data folder"
    )
    parser.add_argument(
        "--replace", action="store_true", help="put it in the place of what is there, which is kept beside it"
    )
    parser.add_argument("--json", action="store_true", help="report as JSON")


def run(args: argparse.Namespace) -> int:
    from sightline.operations.backups import restore
    from sightline.operations.manifest import Unusable

    try:
        done = restore(
            args.copy, to=args.to, replace=args.replace, tell=lambda text: print(text, file=sys.stderr, flush=True)
        )
    except Unusable as error:
        print(error, file=sys.stderr)
        return 2
    if args.json:
        print(json.dumps(done.as_dict(), indent=1))
        return 0 if done.right else 1
    for line in (*done.notes, *done.ledger_faults[:20], done.anchor["sentence"]):
        print(line)
    if done.kept:
        print(f"What was there before lies in {done.kept}.")
    print(
        f"{done.database}: restored from {done.copy} in {done.seconds:,.1f} s; {done.records:,} ledger records verified."
    )
    if not done.right:
        print(
            "It is not what was here. Look for a newer copy (and its log). If there is none: "
            "sightline serve --accept-restored 'why, and who decided', then load again what agencies sent since."
        )
        return 1
    return 0
