"""`sightline wall`: how PostgreSQL's second wall stands, and what an administrator runs once to have one."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import Any


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "wall",
        help="say how the second wall in PostgreSQL stands, and how to have one",
        epilog="Examples: sightline wall --json\n          sightline wall --roles sightline_app | sudo -u postgres psql sightline",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="The gate decides what shows; the second wall is row-level security in the database, made of the same rules.\n"
        "It stands where the application signs in as a user of its own, who does not own the tables. Exit codes: 0 it\n"
        "stands (or SQLite, which has none); 1 it does not.",
    )
    parser.add_argument("--json", action="store_true", help="report as JSON")
    parser.add_argument(
        "--roles", metavar="USER", help="print the statements that make its roles, and USER for the application"
    )
    parser.add_argument("--rules", action="store_true", help="print the functions that this definition's rules become")


def run(args: argparse.Namespace) -> int:
    from django.conf import settings
    from django.db import connection

    from sightline.sharing import wall, walling

    if args.roles:
        print(wall.roles(args.roles, str(settings.DATABASES["default"].get("USER") or "sightline")), end="")
        return 0
    if args.rules:
        print(wall.ddl(walling.declared()), end="")
        return 0
    found = walling.examine()
    if args.json:
        print(json.dumps({**asdict(found), "stands": found.stands}, indent=1))
    else:
        print(found.says)
        if found.do:
            print(found.do)
    return 0 if found.stands or connection.vendor != "postgresql" else 1
