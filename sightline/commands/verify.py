"""`sightline verify`: whether the ledger is as it was written, and whether this is the database that was here."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "verify",
        help="check the ledger",
        epilog="Example: sightline verify --checkpoint /mnt/witness",
        description="Recomputes every record's fingerprint and seal and the whole tree, and compares its root with the head, and "
        "with what is kept outside the database; and every entry that agencies sent with what it says of it. Exits 1 when "
        "anything does not fit.",
    )
    parser.add_argument(
        "--checkpoint",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="compare with a checkpoint that somebody else kept, such as a witness (its file, or its folder); may be given again",
    )
    parser.add_argument("--json", action="store_true", help="report as JSON")


def run(args: argparse.Namespace) -> int:
    from sightline.chronology.proving import check
    from sightline.ledger import anchors, checkpoints
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
    entries = check(progress)
    beside, kept = _beside(args.checkpoint)
    faults = [*found.faults, *entries.faults, *([] if anchor.right else [anchor.sentence]), *checkpoints.compare(), *beside]
    if not faults:
        anchors.keep(at_once=True)
        checkpoints.keep(at_once=True)
    if args.json:
        seconds = round(time.monotonic() - began, 2)
        said = {
            "records": found.records,
            "placed": found.placed,
            "entries": entries.entries,
            "root": found.root,
            "seconds": seconds,
            "faults": faults,
        }
        signed = _newest()
        newest = checkpoints.as_dict(signed) if signed else None
        print(json.dumps({**said, "anchor": anchor.as_dict(), "checkpoint": newest, "compared": len(kept)}))
    else:
        for fault in faults:
            print(fault)
        if anchor.right:
            print(anchor.sentence)
        if signed := _newest():
            print(f"The newest signed checkpoint has {signed.checkpoint.size:,} records.")
        if not entries.faults:
            print(f"All {entries.entries:,} entries that it says were received stand as they were written.")
        for path, size in kept:
            print(f"{path}: its checkpoint of {size:,} records fits." if not beside else f"{path}: looked at.")
        print(f"{found.records} records, {found.placed} in the tree, {len(faults)} faults")
    return 1 if faults else 0


def _newest() -> Any:
    from sightline.ledger import checkpoints
    from sightline.ledger.notes import Unsound

    try:
        return checkpoints.newest()
    except Unsound:
        return None  # `compare` has said so


def _beside(paths: list[Path]) -> tuple[list[str], list[tuple[Path, int]]]:
    """What does not fit of checkpoints that others kept; and which were looked at, with the records of each."""
    from sightline.ledger import checkpoints
    from sightline.ledger.notes import Unsound, note

    faults, kept = [], []
    for given in paths:
        files = sorted(given.glob("checkpoint-*")) if given.is_dir() else [given]
        if not files:
            faults.append(f"{given}: there is no checkpoint in it.")
        for path in files:
            try:
                said = note(path.read_text(encoding="utf-8"))
            except (OSError, Unsound):
                faults.append(f"{path}: this is not a signed checkpoint.")
                continue
            by = checkpoints.signer(said.checkpoint.origin)
            if by is None or not said.signed_by(by.verifier):
                faults.append(f"{path}: it is not signed with this ledger's key.")
                continue
            faults += [f"{path}: {fault}" for fault in checkpoints.against(said)]
            kept.append((path, said.checkpoint.size))
    return faults, kept
