"""`sightline doctor`: how this deployment is, line by line, and what to do."""

from __future__ import annotations

import argparse
import json
from typing import Any


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "doctor",
        help="say how this deployment is, and what to do",
        epilog="Example: sightline doctor --json",
        description="Looks at the database, keys, disks, worker, backups, anchor, definition and packages; changes nothing. "
        "Exit codes: 0 nothing has failed; 1 something has.",
    )
    parser.add_argument("--json", action="store_true", help="report as JSON")


def run(args: argparse.Namespace) -> int:
    from sightline.operations.checks import examine

    found = examine()
    failed = sum(check.state == "fail" for check in found)
    if args.json:
        print(json.dumps({"failed": failed, "checks": [check.as_dict() for check in found]}, indent=1))
        return 1 if failed else 0
    for check in found:
        print(f"{check.state:4}  {check.name:12}  {check.says}")
        if check.do:
            print(f"{'':20}{check.do}")
    warned = sum(check.state == "warn" for check in found)
    print(f"{len(found)} looked at: {failed} failed, {warned} to look into")
    return 1 if failed else 0
