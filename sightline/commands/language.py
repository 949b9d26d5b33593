"""`sightline language`: what could be written otherwise in a file, and why."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "language",
        help="find words that blame a child, with what to write instead",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Examples:\n"
        "  sightline language letter.txt\n"
        "  sightline language --partnership riverford notes.txt minutes.txt --json\n"
        "  echo 'She keeps putting herself at risk.' | sightline language -",
        description="Reads text files (UTF-8), or what comes in at `-`, and prints each hint with its line, the words, what could\n"
        "stand there instead, and why. Needs no database, and keeps nothing. What stands in quotation marks is somebody's own and\n"
        "is left alone. Exit codes: 0 no hints; 1 hints; 2 a file cannot be read.",
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="text files; `-` is the standard input")
    parser.add_argument("--partnership", default="england", help="whose phrases (default: england)")
    parser.add_argument(
        "--child",
        action="append",
        default=[],
        metavar="NAME",
        help="a child whom the text is about; may be given several times",
    )
    parser.add_argument("--json", action="store_true", help="print as JSON")


def run(args: argparse.Namespace) -> int:
    from sightline.definition.loader import load
    from sightline.front_door.language import hints

    definition, report, found = load(args.partnership), [], 0
    for name in args.files:
        try:
            text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
            print(f"{name}: {why}; expected a text file", file=sys.stderr)
            return 2
        here = _of_text(definition, text, args.child, hints)
        found += len(here)
        report.append({"file": name, "hints": here})
        if not args.json:
            for one in here:
                print(f"{name}:{one['line']}: “{one['found']}”\n  write: {one['instead']}\n  why: {one['why']}")
    if args.json:
        print(json.dumps({"files": report}, ensure_ascii=False, indent=1))
    elif not found:
        print("No hints.")
    return 1 if found else 0


def _of_text(definition: Any, text: str, children: list[str], hints: Any) -> list[dict[str, Any]]:
    """The hints of a text of any length, part by part at line ends, with lines and places in the whole."""
    made, start, part = [], 0, 40_000
    while start < len(text):
        end = len(text) if start + part >= len(text) else (text.rfind("\n", start, start + part) + 1 or start + part)
        for one in hints(definition, text[start:end], children=children):
            at = one.as_dict()
            at |= {
                "start": one.start + start,
                "end": one.end + start,
                "line": text.count("\n", 0, one.start + start) + 1,
            }
            made.append(at)
        start = end
    return made
