"""`sightline feed health`: which feeds are late, silent or odd."""

from __future__ import annotations

import argparse
import json
from typing import Any


def add_parser(verbs: Any) -> None:
    parser = verbs.add_parser(
        "health",
        help="which feeds are late, silent or odd",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=(
            "Holds each feed against its rhythm and its own past: what is late or silent, a file far larger or smaller\n"
            "than usual, a field that is suddenly empty, rows that wait too long for a person. Times, counts and names of\n"
            "fields only.\n\nExit codes: 0 every feed is well; 1 some need somebody; 2 no such feed."
        ),
        epilog="Example: sightline feed health leeds-police-csv --json",
    )
    parser.add_argument("id", metavar="ID", nargs="?", help="one feed, with its fields; default: all")
    parser.add_argument("--json", action="store_true", help="report as JSON")


def run(args: argparse.Namespace) -> int:
    import sys

    from sightline.agencies.queries import machine
    from sightline.definition.nearest import nearest
    from sightline.definition.outcomes import Missing
    from sightline.intake import health_words
    from sightline.intake.health_queries import feed_health, health
    from sightline.sharing.reading import reading

    with reading(machine("set-up-machine"), "administration", about="view-feed-health") as opened:
        definition = opened.definition
        try:
            found = [feed_health(opened, args.id)] if args.id else health(opened)
        except Missing:
            near = nearest(args.id, definition.feed)
            hint = f"; did you mean {near}?" if near else "; `sightline feed list` names them"
            print(f"There is no feed called {args.id}{hint}", file=sys.stderr)
            return 2
    if args.json:
        print(json.dumps([health_words.as_data(one, definition) for one in found], indent=1, ensure_ascii=False))
        return 0 if all(one.well for one in found) else 1
    for one in found:
        if not (args.id or one.last or not one.well):
            continue
        print(
            f"{'ok' if one.well else 'LOOK':4}  {one.feed.id:32}  {health_words.state(one)}; {health_words.size(one.size)}"
        )
        for finding in one.findings:
            print(f"{'':6}{health_words.told(finding.of, finding.detail, finding.since, definition)}")
        for share in one.shares if args.id else ():
            sign = "!" if share.fallen else " "
            print(f"{'':4}{sign} {health_words.named(share.name, definition)}: {health_words.share(share)}")
    never = sum(one.well and not one.last for one in found)
    if never and not args.id:
        print(f"{never} of {len(found)} feeds: nothing has come yet")
    return 0 if all(one.well for one in found) else 1
