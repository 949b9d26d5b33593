"""`sightline workers`: who may sign in."""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import Any


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "workers",
        help="list or add workers, or end their access",
        epilog="Example: sightline workers add amir --name 'Amir Khan' --agency childrens-social-work "
        "--role duty-social-worker --team front-door",
    )
    parser.add_argument("what", choices=["list", "add", "end"])
    parser.add_argument("username", nargs="?")
    for name in ("name", "agency", "role", "team", "phone"):
        parser.add_argument(f"--{name}", default="")
    parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")


def run(args: argparse.Namespace) -> int:
    from sightline.agencies.actions import add_worker
    from sightline.agencies.queries import machine, workers

    if args.what == "end":
        return _end(args.username)
    if args.what == "list":
        for w in workers():
            print(f"{w.username:20} {w.role:34} {w.agency:30} {w.team}{'' if w.active else '  (no access any more)'}")
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


def _end(username: str | None) -> int:
    """Whoever leaves: 0, and what hung on them alone; 1 where nobody of that name has access; 2 where nobody was named."""
    from sightline.agencies.queries import machine
    from sightline.definition.outcomes import Missing
    from sightline.jobs.leaving import leave

    if not username:
        print("Say who: sightline workers end USERNAME", file=sys.stderr)
        return 2
    try:
        left = leave(username=username, by=machine("set-up-machine"))
    except Missing:
        print(f"Nobody called {username} has access.", file=sys.stderr)
        return 1
    print(f"{username} has no access from now on.")
    if left.allocated:
        print(f"{left.allocated} children's records are allocated to nobody else: tell their team's manager today.")
    if left.kept:
        print(f"{left.kept} records or people are kept to them alone: two people can still reach them in an emergency.")
    if left.locations:
        print(f"{left.locations} protected locations name nobody else: protect them again, with somebody who is here.")
    return 0
