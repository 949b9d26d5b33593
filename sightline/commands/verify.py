"""`sightline verify`: whether the ledger is as it was written, and whether this is the database that was here."""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import Any


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "verify",
        help="check the ledger",
        epilog="Example: sightline verify --json",
        description="Recomputes every record's fingerprint and seal and the whole tree, and compares its root with the head, and "
        "with what is kept outside the database. Exits 1 when anything does not fit.",
    )
    parser.add_argument("--json", action="store_true", help="report as JSON")


def run(args: argparse.Namespace) -> int:
    from sightline.ledger import anchors
    from sightline.ledger.actions import sequence
    from sightline.ledger.verifying import verify

    began, told = time.monotonic(), time.monotonic()

    def progress(records: int) -> None:
        nonlocal told
        if time.monotonic() - told > 5:
            told = time.monotonic()
            print(f"{records:,} records …", file=sys.stderr, flush=True)

    anchor = anchors.compare()
    while sequence():
        pass
    found = verify(progress)
    faults = [*found.faults, *([] if anchor.right else [anchor.sentence])]
    if not faults:
        anchors.keep(at_once=True)
    if args.json:
        seconds = round(time.monotonic() - began, 2)
        said = {"records": found.records, "placed": found.placed, "root": found.root, "seconds": seconds, "faults": faults}
        print(json.dumps({**said, "anchor": anchor.as_dict()}))
    else:
        for fault in faults:
            print(fault)
        if anchor.right:
            print(anchor.sentence)
        print(f"{found.records} records, {found.placed} in the tree, {len(faults)} faults")
    return 1 if faults else 0
