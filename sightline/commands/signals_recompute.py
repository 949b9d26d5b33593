"""`sightline signals recompute`: what stands about everybody, computed anew from what is known."""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import Any


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "recompute",
        help="compute the signals of everybody anew",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Examples:\n"
        "  sightline signals recompute                (after the rules have changed)\n"
        "  sightline signals recompute --check        (nothing is kept: is what stands what follows?)\n"
        "  sightline signals recompute --json --jobs 2",
        description="Computes anew what every rule says of everybody and of every place, by the same function that follows each\n"
        "entry. What was told and answered stays with each sign. May run beside the worker and beside pages.\n"
        "Exit codes: 0; 1 with --check, where something stands that does not follow, or the other way round.",
    )
    parser.add_argument("--check", action="store_true", help="keep nothing: say about how many people it differs")
    parser.add_argument(
        "--jobs", type=int, default=0, help="processes beside each other (default: one a core on PostgreSQL)"
    )
    parser.add_argument("--json", action="store_true", help="print as JSON")


def run(args: argparse.Namespace) -> int:
    from sightline.jobs import due, recomputing

    due.sweep(due.EVERYTHING, at_once=due.MANY)  # what is owed already is no difference
    begun, shown = time.monotonic(), 0.0

    def progress(done: int, of: int) -> None:
        nonlocal shown
        if args.json or (time.monotonic() - shown < 1 and done < of):
            return
        shown = time.monotonic()
        end = "\n" if done >= of else ""
        print(f"\r{done:,} of {of:,} people, {shown - begun:,.0f} s", end=end, file=sys.stderr, flush=True)

    found = recomputing.everybody(check=args.check, jobs=args.jobs or recomputing.processes(), progress=progress)
    took = time.monotonic() - begun
    if args.json:
        report = {
            "people": found.people,
            "places": found.places,
            "signals": found.signals,
            "people-changed": found.changed,
            "places-changed": found.places_changed,
            "checked-only": args.check,
            "seconds": round(took, 1),
        }
        print(json.dumps(report, indent=1))
    else:
        verb = "would change" if args.check else "changed"
        print(
            f"{found.people:,} people and {found.places:,} places in {took:,.0f} s: "
            f"{found.signals:,} signs follow from what is known; "
            f"{verb} about {found.changed:,} people and {found.places_changed:,} places."
        )
    return int(args.check and bool(found.changed or found.places_changed))
