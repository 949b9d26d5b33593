"""`sightline signals explain RULE`: a rule in plain English, made from the rule itself."""

from __future__ import annotations

import argparse
import json
import os
import sys
from difflib import get_close_matches
from typing import Any


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "explain",
        help="say a rule in plain English",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Examples:\n"
        "  sightline signals explain repeat-missing\n"
        "  sightline signals explain --partnership riverford      (every rule, one line each)\n"
        "  sightline signals explain unseen-child --json",
        description="Prints what a rule asks, what it may mean and does not mean, who is told, when it rests and what ends it.\n"
        "Every sentence is made from what the rule computes with. Needs no database. Exit codes: 0; 1 no such rule.",
    )
    parser.add_argument("rule", nargs="?", default="", help="id of the rule; without one, all of them, one line each")
    parser.add_argument("--partnership", default=os.environ.get("SIGHTLINE_PARTNERSHIP", "leeds"))
    parser.add_argument("--json", action="store_true", help="print as JSON")


def run(args: argparse.Namespace) -> int:
    from sightline.definition.loader import load
    from sightline.definition.signal_words import explained, when_words

    partnership = load(args.partnership)
    if not args.rule:
        lines = {rule.id: {"title": rule.title, "when": when_words(partnership, rule)} for rule in _rules(partnership)}
        if args.json:
            print(json.dumps(lines, ensure_ascii=False, indent=1))
        else:
            print("\n".join(f"{id}\n  {line['title']}\n  {line['when']}" for id, line in lines.items()))
        return 0
    rule = partnership.signal.get(args.rule)
    if rule is None:
        near = get_close_matches(args.rule, partnership.signal, n=1)
        meant = f" Did you mean {near[0]!r}?" if near else " `sightline signals explain` lists them."
        print(f"No rule {args.rule!r} in {partnership.id}.{meant}", file=sys.stderr)
        return 1
    parts = explained(partnership, rule)
    if args.json:
        print(json.dumps({"rule": rule.id, "title": rule.title} | dict(parts), ensure_ascii=False, indent=1))
    else:
        print(rule.title + "\n")
        print("\n\n".join(f"{heading}\n{_indented(said)}" for heading, said in parts))
    return 0


def _indented(said: str) -> str:
    return "\n".join(f"  {line}" for line in said.splitlines())


def _rules(partnership: Any) -> list[Any]:
    return sorted(partnership.signal.values(), key=lambda rule: rule.id)
