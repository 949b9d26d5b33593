"""`sightline identity quality`: how well matching does, for everybody and for each group."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any


def register(verbs: Any) -> None:
    parser = verbs.add_parser(
        "quality",
        help="how well matching does, for everybody and for each group",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=(
            "Counts how often joining by itself was right, how many of one person's records were found, and whether any\n"
            "group of people, by ethnicity or by the origin of names, is worse off than the partnership declares: then\n"
            "joining by itself stops until somebody decides, and they are told on My work.\n\n"
            "Without --truth it counts against what people decided; with it, against a simulation's truth/, which the\n"
            "database must hold the feeds of. Counts of pairs only: nobody is named, and nothing is stored on anybody.\n\n"
            "Exit codes: 0 nobody is worse off; 1 some group is, or joining by itself is stopped; 2 it cannot be done."
        ),
        epilog="Example: sightline identity quality --truth var/city/truth --json",
    )
    parser.add_argument(
        "--truth", type=Path, metavar="DIR", help="a simulation's folder truth/, held back from matching"
    )
    parser.add_argument("--json", action="store_true", help="report as JSON")
    parser.set_defaults(work=run)


def run(args: argparse.Namespace) -> int:
    from sightline.agencies.queries import machine
    from sightline.definition.outcomes import Invalid
    from sightline.identity import quality, quality_queries, quality_words
    from sightline.sharing.reading import reading

    by = machine("matching-machine")
    try:
        outcome = quality.measure(by=by, truth=args.truth)
    except Invalid as invalid:
        print(f"{args.truth}: {invalid.faults[0].expected}", file=sys.stderr)
        return 2
    automatic = quality.automatic_joining()
    with reading(by, "administration", about="view-match-quality") as opened:
        definition = opened.definition
        queue, decided = quality_queries.queue(opened), quality_queries.decisions(opened)
        drift = quality_queries.drift(opened)
    if args.json:
        told = quality_words.as_data(outcome, automatic, queue, decided, drift, definition)
        print(json.dumps(told, indent=1, ensure_ascii=False))
    else:
        print("\n".join(quality_words.lines(outcome, automatic, queue, decided, drift, definition)))
    return 0 if automatic and not outcome.gaps else 1
