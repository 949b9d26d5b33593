"""`sightline workers`: who may sign in."""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import Any


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "workers",
        help="list or add workers",
        epilog="Example: sightline workers add amir --name 'Amir Khan' --agency childrens-social-work "
        "--role duty-social-worker --team front-door",
    )
    parser.add_argument("what", choices=["list", "add"])
    parser.add_argument("username", nargs="?")
    for name in ("name", "agency", "role", "team", "phone"):
        parser.add_argument(f"--{name}", default="")
    parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")


def run(args: argparse.Namespace) -> int:
    from sightline.agencies.actions import add_worker
    from sightline.agencies.queries import machine, workers

    if args.what == "list":
        for w in workers():
            print(f"{w.username:20} {w.role:34} {w.agency:30} {w.team}")
        return 0
    if not args.username:
        print("Say who: sightline workers add USERNAME …", file=sys.stderr)
        return 2
    password = sys.stdin.readline().rstrip("\n") if args.password_stdin else getpass.getpass("Password: ")
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    try:
        validate_password(password)
    except ValidationError as error:
        print("\n".join(error.messages), file=sys.stderr)
        return 2
    add_worker(
        username=args.username,
        name=args.name or args.username,
        agency=args.agency,
        role=args.role,
        team=args.team,
        phone=args.phone,
        password=password,
        by=machine("set-up-machine"),
    )
    print(f"Added {args.username}. They set up their second factor when they first sign in.")
    return 0
