"""`sightline token`: keys for agencies' own systems."""

from __future__ import annotations

import argparse
from typing import Any


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("token", help="make or revoke an API token", epilog="Example: sightline token make --agency west-yorkshire-police --label Niche")
    parser.add_argument("what", choices=["make", "revoke"])
    parser.add_argument("--agency", default="")
    parser.add_argument("--label", default="")
    parser.add_argument("--id", default="")


def run(args: argparse.Namespace) -> int:
    from sightline.agencies.actions import make_token, revoke_token
    from sightline.agencies.queries import machine

    if args.what == "revoke":
        revoke_token(id=args.id, by=machine("set-up-machine"))
        print("Revoked: it stops working at once.")
        return 0
    print(make_token(agency=args.agency, label=args.label or args.agency, by=machine("set-up-machine")))
    return 0
