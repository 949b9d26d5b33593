"""`sightline proof`: a receipt that proves, without us, that a record stands in the ledger."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any
from uuid import UUID


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "proof",
        help="a receipt that proves that a record stands in the ledger",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Examples:\n"
        "  sightline proof --key\n"
        "  sightline proof 0f8fad5b-d9cb-469f-a165-70867728950e --out receipt.json\n"
        "  sightline proof --since checkpoint-of-last-year --out continues.json\n"
        "  python3 verify_sightline.py receipt.json --key 'sightline/leeds/1a2b3c4d+5e6f7081+AbCd…'",
        description="A receipt holds the record (ids, codes and times; no names), its place, a signed checkpoint and the hashes\n"
        "between them. Anybody can check it offline with docs/reference/verify_sightline.py, which needs Python and\n"
        "nothing else, and the ledger's public key. That a receipt was made is itself put in the ledger.",
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("record", nargs="?", type=UUID, help="the id of a ledger record")
    what.add_argument(
        "--since", type=Path, metavar="FILE", help="prove that the ledger continues this earlier checkpoint"
    )
    what.add_argument(
        "--key", action="store_true", help="this ledger's public key: give it to whoever will check receipts"
    )
    parser.add_argument("--bare", action="store_true", help="without what the record says: its fingerprint alone")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where it is written (default: printed)")


def run(args: argparse.Namespace) -> int:
    from sightline.ledger import notes, receipts
    from sightline.ledger.actions import sequence

    while sequence():
        pass
    try:
        if args.key:
            print(receipts.key())
            return 0
        if args.since:
            earlier = notes.note(args.since.read_text(encoding="utf-8"))
            made = receipts.consistency(earlier)
        else:
            made = receipts.receipt(args.record, content=not args.bare)
    except OSError as error:
        print(f"{args.since} cannot be read: {error.strerror}.", file=sys.stderr)
        return 2
    except notes.Unsound as error:
        print(error, file=sys.stderr)
        return 1
    _on_the_record(args)
    text = json.dumps(made, indent=1, ensure_ascii=False) + "\n"
    if args.out:
        args.out.write_text(text, encoding="utf-8")
        print(f"{args.out}: check it with verify_sightline.py and the key {made['key']}")
    else:
        print(text, end="")
    return 0


def _on_the_record(args: argparse.Namespace) -> None:
    from sightline.agencies.queries import machine
    from sightline.ledger.actions import write

    write(
        kind="run",
        verb="make-receipt",
        actor=machine("ledger-machine").id,
        acting_for="",
        purpose="administration",
        ids=[args.record] if args.record else [],
        detail={"content": not args.bare} if args.record else {"since": True},
    )
