"""`sightline token`: keys for agencies' own systems."""

from __future__ import annotations

import argparse
import sys
from typing import Any


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "token",
        help="make, list or revoke API tokens",
        epilog="Example: sightline token make --agency west-yorkshire-police --label 'Case system'",
    )
    parser.add_argument("what", choices=["make", "list", "revoke"])
    parser.add_argument("--agency", default="", help="whose system it is (make)")
    parser.add_argument("--label", default="", help="which system (make)")
    parser.add_argument("--id", default="", help="which token, as `list` names it (revoke)")


def run(args: argparse.Namespace) -> int:
    from sightline.agencies.actions import make_token, revoke_token
    from sightline.agencies.queries import machine, tokens

    by = machine("set-up-machine")
    if args.what == "list":
        for token_id, agency, label, works in tokens():
            print(f"{token_id}  {agency:30} {label:30} {'works' if works else 'revoked'}")
        return 0
    if args.what == "revoke":
        if args.id not in {token_id for token_id, *_ in tokens()}:
            print("No token has that id: see `sightline token list`.", file=sys.stderr)
            return 2
        revoke_token(id=args.id, by=by)
        print("Revoked: it stops working at once.")
        return 0
    print(make_token(agency=args.agency, label=args.label or args.agency, by=by))
    print("This is shown once. Give it to the agency's system over a safe channel.", file=sys.stderr)
    return 0
