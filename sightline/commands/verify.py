"""`sightline verify`: whether the ledger is as it was written."""

from __future__ import annotations

import argparse
import json
from typing import Any


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "verify",
        help="check the ledger",
        epilog="Example: sightline verify --json",
        description="Recomputes every record's fingerprint and every chain. Exits 1 when anything does not fit.",
    )
    parser.add_argument("--json", action="store_true")


def run(args: argparse.Namespace) -> int:
    from sightline.ledger.actions import sequence
    from sightline.ledger.queries import verify

    while sequence():
        pass
    found = verify()
    if args.json:
        print(json.dumps({"records": found.records, "chained": found.chained, "faults": list(found.faults)}))
    else:
        for fault in found.faults:
            print(fault)
        print(f"{found.records} records, {found.chained} in their chains, {len(found.faults)} faults")
    return 1 if found.faults else 0
