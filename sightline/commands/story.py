"""`sightline story`: lives practice scenarios in scratch databases, and says which expectations held."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

ROWS_PAGE = "docs/reference/coverage.md"


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "story",
        help="live practice scenarios",
        epilog="Example: sightline story run stories/",
        description="A story is a YAML file that says what happened, who was told what and when, and what should then "
        "hold. It is lived in a scratch database, which is gone afterwards: no other database is touched.",
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    run_ = verbs.add_parser(
        "run",
        help="live stories",
        epilog="Example: sightline story run stories/ --json",
        description="Exits 0 when all expectations held, 1 when one did not, 2 when a file cannot be understood.",
    )
    check = verbs.add_parser(
        "check",
        help="only understand them",
        epilog="Example: sightline story check stories/twins.yaml",
        description="Exits 2 with file, line and what was expected when a file cannot be understood.",
    )
    for one in (run_, check):
        one.add_argument("paths", nargs="+", metavar="FILE_OR_FOLDER", help="story files, or folders of them")
        one.add_argument("--json", action="store_true", help="report as JSON")
    coverage = verbs.add_parser(
        "coverage",
        help="write which stories prove which rows",
        epilog="Example: sightline story coverage --check",
        description=f"Writes {ROWS_PAGE} from the stories' `covers`.",
    )
    coverage.add_argument("--check", action="store_true", help="write nothing; exit 1 when the page is stale")


def prepare(args: argparse.Namespace) -> None:
    """Before Django: nothing but scratch is ever opened, whatever the environment says."""
    os.environ["DATABASE_URL"] = "sqlite:///:memory:"
    if os.environ.get("SIGHTLINE_MODE") != "test":
        os.environ["SIGHTLINE_MODE"] = "scratch"


def run(args: argparse.Namespace) -> int:
    if args.verb == "coverage":
        return _coverage(args)
    from sightline.stories.reading import files_in, read_story

    files = files_in(args.paths)
    read = [read_story(path) for path in files]
    stories, faults = [story for story, _ in read if story], [fault for _, those in read for fault in those]
    if faults or not stories:
        for fault in faults:
            print(fault, file=sys.stderr)
        if not files:
            print(f"No story in {', '.join(args.paths)}: a story is a .yaml file with `story:` in it.", file=sys.stderr)
        return 2
    return _check(args, stories) if args.verb == "check" else _run(args, stories)


def _check(args: argparse.Namespace, stories: list[Any]) -> int:
    from sightline.stories.report import understood

    print(
        json.dumps(
            {"stories": [{"file": s.file, "story": s.title, "covers": list(s.covers)} for s in stories]},
            indent=1,
            ensure_ascii=False,
        )
        if args.json
        else understood(stories)
    )
    return 0


def _run(args: argparse.Namespace, stories: list[Any]) -> int:
    from sightline.stories.living import live
    from sightline.stories.report import as_json, in_words, summary
    from sightline.stories.scratch import Scratch

    told = []
    with Scratch() as scratch:
        for story in stories:
            told.append(live(story, scratch))
            if not args.json:
                print(in_words(told[-1]), flush=True)
    print(json.dumps(as_json(told), indent=1, ensure_ascii=False) if args.json else summary(told))
    return 0 if all(one.held for one in told) else 1


def _coverage(args: argparse.Namespace) -> int:
    from sightline.stories.coverage import page

    root = Path(__file__).resolve().parents[2]
    path, text = root / ROWS_PAGE, page(root)
    if args.check:
        current = path.is_file() and path.read_text(encoding="utf-8") == text
        print(f"{ROWS_PAGE} is current." if current else f"{ROWS_PAGE} is stale: run `sightline story coverage`.")
        return 0 if current else 1
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    print(f"Wrote {ROWS_PAGE}.")
    return 0
