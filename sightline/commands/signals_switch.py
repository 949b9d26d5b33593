"""`sightline signals off`, `on` and `rules`: the off switch, and which rules are in force."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any


def add_parser(below: Any) -> None:
    """`off`. `on` and `rules` add their own."""
    add_switch(
        below,
        "off",
        "switch a rule, or all of them, off at once",
        "From that moment the rule raises nothing, tells nobody, and what it raised shows nowhere. It is on record who did it and\n"
        "why. Everything is there again once it is switched on.",
        "Example: sightline signals off repeat-missing --because 'It tells of returns that were recorded twice.'\n"
        "         sightline signals off --all --because 'The police feed sends every incident twice since noon.'",
    )


def add_switch(below: Any, name: str, help_: str, description: str, epilog: str) -> None:
    parser = below.add_parser(
        name,
        help=help_,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=description + "\n\nExit codes: 0 done; 2 it could not be done, and nothing was changed.",
        epilog=epilog,
    )
    parser.add_argument("rule", nargs="?", default="", help="id of the rule")
    parser.add_argument("--all", action="store_true", help="every rule")
    parser.add_argument(
        "--because", required=True, metavar="WHY", help="the reason: about the rule, never about a child"
    )
    parser.add_argument("--by", default="", metavar="USERNAME", help="who decided it; `on` needs a person")
    parser.add_argument("--json", action="store_true", help="report as JSON")


def run(args: argparse.Namespace) -> int:
    from sightline.agencies.queries import actor_for, machine, worker
    from sightline.definition.outcomes import Conflict, Missing
    from sightline.jobs import ruling
    from sightline.signals.governing import EVERY

    if bool(args.rule) == args.all:
        print("Name a rule, or say --all.", file=sys.stderr)
        return 2
    try:
        by = actor_for(worker(args.by)) if args.by else machine("set-up-machine")
    except Missing:
        print(f"There is no worker {args.by!r}: `sightline workers list` names them.", file=sys.stderr)
        return 2
    rule = EVERY if args.all else args.rule
    switch = ruling.switch_off if args.signals_command == "off" else ruling.switch_on
    try:
        switch(rule=rule, because=args.because, by=by)
    except Conflict as conflict:
        print(str(conflict), file=sys.stderr)
        return 2
    if args.json:
        print(json.dumps({"rule": rule, "off": args.signals_command == "off"}))
    else:
        print(f"{'All rules are' if args.all else args.rule + ' is'} {args.signals_command}.")
    return 0
