"""`sightline simulate`: an invented city, as the files that its agencies would send."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sightline.simulation import Made

EXTRAS = ("cin-census",)
WIDTH = 62  # of a figure's title


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "simulate",
        help="invent a partnership: write what its agencies would send",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Writes OUT/feeds/ (the files of police, hospital, ambulance, schools, health, youth justice, probation,\n"
        "housing, voluntary organisations and social care, ready for `sightline load`) and OUT/truth/ (who is who, what\n"
        "happened, what was planted where: never for loading). Everybody is invented. The same seed gives the same bytes.\n"
        "How much there is of everything follows from the partnership's declared figures, which are printed beside what\n"
        "was produced. Storylines and look-alikes are planted as they are declared.",
        epilog="Example: sightline simulate --partnership leeds --scale 1 --years 2 --seed 7 --out var/city\n"
        "         sightline simulate --children 3000 --out var/town && sightline load var/town/feeds",
    )
    parser.add_argument("--partnership", default="leeds", help="folder of definitions/ (default: leeds)")
    size = parser.add_mutually_exclusive_group()
    size.add_argument(
        "--scale", type=float, help="how much of the partnership: 1 is all of it, by its declared figures"
    )
    size.add_argument("--children", type=int, default=3000, help="the same as a number of children (default: 3000)")
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
    parser.add_argument(
        "--bias",
        type=Path,
        metavar="FILE",
        help="record some groups more, or less, than what happens to them (default: none)",
    )
    parser.add_argument(
        "--storylines", type=Path, metavar="DIR", help="plant these storylines instead of the partnership's own"
    )
    parser.add_argument(
        "--with",
        dest="extras",
        action="append",
        choices=EXTRAS,
        default=[],
        help="write this file too; may be repeated",
    )
    parser.add_argument(
        "--without-ssd",
        action="store_true",
        help="social care tells of its cases in its daily extract, instead of in a Standard Safeguarding Dataset folder",
    )
    parser.add_argument(
        "--jobs", type=int, default=0, help="processes (default: one a processor); the bytes are the same"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where to write")
    report = parser.add_mutually_exclusive_group()
    report.add_argument("--json", action="store_true", help="report as JSON")
    report.add_argument("--brief", action="store_true", help="report the totals only")


def run(args: argparse.Namespace) -> int:
    from sightline.definition.loader import Unsound
    from sightline.simulation import Wanted, simulate
    from sightline.simulation.when import STORY_ENDS

    began = time.monotonic()
    try:
        made = simulate(
            Wanted(
                out=args.out,
                partnership=args.partnership,
                children=args.children,
                scale=args.scale,
                seed=args.seed,
                years=args.days / 365.25 if args.days else args.years,
                until=args.until or STORY_ENDS,
                shift_to=args.shift_to,
                errors=args.errors,
                bias=args.bias,
                storylines=args.storylines,
                jobs=max(0, args.jobs),
                ssd=not args.without_ssd,
                census="cin-census" in args.extras or args.without_ssd,
            ),
            _progress(),
        )
    except (ValueError, OSError, Unsound) as error:
        print(f"Nothing can be simulated so: {error}", file=sys.stderr)
        return 2
    seconds = time.monotonic() - began
    if args.json:
        print(json.dumps(made.as_dict() | {"seconds": round(seconds, 2)}, indent=1))
        return 0
    if not args.brief:
        _tell_files(made, args.out)
        _tell_figures(made)
    _tell_totals(made, args.out, seconds)
    return 0


def _tell_files(made: Made, out: Path) -> None:
    for path in made.files:
        if path.is_dir():
            rows = [count for name, count in made.records.items() if name.startswith(f"{path.name}/")]
            print(f"{sum(rows):9,} rows     {path}{os.sep} (Standard Safeguarding Dataset, {len(rows)} tables filled)")
        else:
            print(f"{made.records[path.name]:9,} records  {path}")
    if made.register:
        print(f"{'':9} schools  {made.register}")


def _tell_figures(made: Made) -> None:
    print(f"\n{'Figure':{WIDTH}} {'published':>11} {'at this size':>12} {'produced':>11} {'differs':>8}")
    assumed = False
    for one in made.figures:
        if one.figure.assumed and not assumed:
            print("\nAssumed, published by nobody:")
        assumed = one.figure.assumed
        sign = "%" if one.figure.unit == "percent" else ""
        told = (
            f"{_short(one.figure.title):{WIDTH}} {_number(one.published) + sign:>11} {_number(one.wanted) + sign:>12}"
        )
        print(
            f"{told} {_number(one.produced) + sign:>11} {one.difference:+7.1f}%{'' if one.holds else '  outside its tolerance'}"
        )


def _tell_totals(made: Made, out: Path, seconds: float) -> None:
    planted = sum(made.planted.values())
    print(
        f"\n{planted:,} plantings of {len(made.planted)} storylines and look-alikes: {out / 'truth' / 'storylines.jsonl'}"
    )
    if made.unrecorded:
        print(f"{made.unrecorded:,} events were recorded by nobody, as the file of biases says")
    adults = made.people - made.children
    print(f"{made.total:,} records about {made.children:,} children and {adults:,} adults, ", end="")
    print(f"{made.start} to {made.until}, in {seconds:.1f} s")
    print(f"The truth is in {out / 'truth'}: it is not for loading. Next: sightline load {out / 'feeds'}")


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 or float(value).is_integer() else f"{value:,.1f}"


def _short(title: str) -> str:
    return title if len(title) <= WIDTH else title[: WIDTH - 1] + "…"


def _progress() -> Any:
    """Writes a line that is written over, on a terminal only."""
    if not sys.stderr.isatty():
        return None

    def show(stage: str, done: int, of: int) -> None:
        print(f"\r{stage}: {done} of {of} shards", end="\n" if done == of else "", file=sys.stderr, flush=True)

    return show
