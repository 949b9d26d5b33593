"""`sightline describe THING`: what a thing comes to after overlays, and where each value stands."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "describe",
        help="show a declared thing, with where each value comes from",
        epilog="Example: sightline describe record/ppn --partnership leeds",
    )
    parser.add_argument("thing", help="`ppn`, or `record/ppn` where a name is used twice")
    parser.add_argument("--partnership", default=os.environ.get("SIGHTLINE_PARTNERSHIP", "leeds"))


def run(args: argparse.Namespace) -> int:
    from sightline.definition.describe import NotDeclared, describe
    from sightline.definition.loader import load

    try:
        print(describe(load(args.partnership), args.thing))
    except NotDeclared as error:
        print(error, file=sys.stderr)
        return 1
    return 0
