"""`sightline simulate`: an invented city, as the files that its agencies would send."""

from __future__ import annotations

import argparse
import json
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "simulate",
        help="invent a partnership: write what its agencies would send",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Writes OUT/feeds/ (the files of police, hospital, schools, health, youth justice and social\n"
        "care, ready for `sightline load`) and OUT/truth/ (who is who and what happened, for tests). Everybody is\n"
        "invented. The same seed gives the same bytes. The story of Jay Marsh is planted in it.",
        epilog="Example: sightline simulate --partnership leeds --children 3000 --seed 7 --years 1 --out var/city\n"
        "         sightline load var/city/feeds",
    )
    parser.add_argument("--partnership", default="leeds", help="folder of definitions/ (default: leeds)")
    parser.add_argument("--children", type=int, default=3000, help="how many children (default: 3000)")
    parser.add_argument("--seed", type=int, default=1, help="another seed is another city (default: 1)")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--years", type=float, default=1.0, help="how long the city is watched (default: 1)")
    length.add_argument("--days", type=int, help="the same in days")
    parser.add_argument(
        "--until",
        type=date.fromisoformat,
        help="the last day (default: 2025-03-14, on which the planted story is told)",
    )
    parser.add_argument(
        "--shift-to",
        type=date.fromisoformat,
        metavar="DATE",
        help="move all dates by whole weeks, so that the last day is in the week before DATE",
    )
    parser.add_argument(
        "--errors",
        type=Path,
        metavar="FILE",
        help="how often agencies are mistaken (default: sightline/simulation/errors.yaml)",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where to write")
    parser.add_argument("--json", action="store_true", help="report as JSON")


def run(args: argparse.Namespace) -> int:
    from sightline.simulation import Wanted, simulate
    from sightline.simulation.when import STORY_ENDS

    began = time.monotonic()
    try:
        made = simulate(
            Wanted(
                out=args.out,
                partnership=args.partnership,
                children=args.children,
                seed=args.seed,
                years=args.days / 365.25 if args.days else args.years,
                until=args.until or STORY_ENDS,
                shift_to=args.shift_to,
                errors=args.errors,
            )
        )
    except (ValueError, OSError) as error:
        print(f"Nothing can be simulated so: {error}", file=sys.stderr)
        return 2
    seconds = time.monotonic() - began
    if args.json:
        print(json.dumps(made.as_dict() | {"seconds": round(seconds, 2)}, indent=1))
        return 0
    for path in made.files:
        print(f"{made.records[path.name]:9,} records  {path}")
    adults = made.people - made.children
    print(f"{made.total:9,} records about {made.children:,} children and {adults:,} adults, ", end="")
    print(f"{made.start} to {made.until}, in {seconds:.1f} s")
    print(f"The truth is in {args.out / 'truth'}: it is not for loading. Next: sightline load {args.out / 'feeds'}")
    return 0
