"""`sightline signals …`: what the rules are, and what they do. Each subcommand is a module of its own, `signals_*.py`."""

from __future__ import annotations

import argparse
import importlib
from typing import Any

# subcommand: (module with `add_parser(subparsers)` and `run(args)`, whether it needs the database)
SUBCOMMANDS: dict[str, tuple[str, bool]] = {
    "explain": ("sightline.commands.signals_explain", False),
    "rules": ("sightline.commands.signals_rules", True),
    "off": ("sightline.commands.signals_switch", True),
    "on": ("sightline.commands.signals_on", True),
    "recompute": ("sightline.commands.signals_recompute", True),
    "backtest": ("sightline.commands.signals_backtest", False),
}


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "signals",
        help="read the rules of signals, and what they do",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Example: sightline signals explain repeat-missing --partnership leeds",
    )
    below = parser.add_subparsers(dest="signals_command", metavar="SUBCOMMAND", required=True)
    for module, _ in SUBCOMMANDS.values():
        importlib.import_module(module).add_parser(below)


def run(args: argparse.Namespace) -> int:
    module, database = SUBCOMMANDS[args.signals_command]
    if database:
        from sightline.commands import setup_django

        setup_django()
    return int(importlib.import_module(module).run(args) or 0)
