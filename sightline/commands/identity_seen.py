"""`sightline identity seen-because`: who saw what because two people were taken for one."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any
from uuid import UUID

LINE = "{at}  {who:<28} {agency:<30} {purpose:<22} {what}"


def register(verbs: Any) -> None:
    parser = verbs.add_parser(
        "seen-because",
        help="who saw what because two people were taken for one",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=(
            "From the ledger: every response while ONE and OTHER were one person that showed things of both, or things of\n"
            "one of them to somebody who works with the other alone. Both are source identities (the id in the address of\n"
            "`This is somebody else`), or people. That this was asked is recorded too.\n\n"
            "Exit codes: 0 told, be it nobody; 1 not there, or not for you to ask."
        ),
        epilog="Example: sightline identity seen-because 6f1c… 09ab… --by paul --since 2026-11-01 --json",
    )
    parser.add_argument("one", type=_id, metavar="ONE", help="a source identity or person")
    parser.add_argument("other", type=_id, metavar="OTHER", help="the one it was taken for")
    parser.add_argument("--by", required=True, metavar="USERNAME", help="who asks: somebody who may separate people")
    parser.add_argument("--since", default="", metavar="MOMENT", help="default: when they were first one person")
    parser.add_argument("--until", default="", metavar="MOMENT", help="default: when they were parted, or now")
    parser.add_argument("--json", action="store_true", help="report as JSON")
    parser.set_defaults(work=run)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not an id, such as 0b8f6a3e-5c1d-4e8f-9a70-3c2f6d1b7e44"
        ) from None


def run(args: argparse.Namespace) -> int:
    from sightline.agencies.queries import actor_for, agencies, worker, workers
    from sightline.definition.outcomes import Missing, Refused
    from sightline.identity.queries import identities_of, rows_by_id
    from sightline.jobs.seen_because import seen_because
    from sightline.sharing.reading import reading
    from sightline.timescales.london import local, parse_moment

    try:
        since, until = (parse_moment(text) if text else None for text in (args.since, args.until))
    except ValueError:
        print("--since and --until: a day or a moment, such as 2026-11-01 or '2026-11-01 21:40'", file=sys.stderr)
        return 2
    sides = [
        [named] if rows_by_id([named]) else [row.id for row in identities_of(named)] for named in (args.one, args.other)
    ]
    found, after = [], ""
    try:
        with reading(actor_for(worker(args.by)), "safeguarding", about="view-seen-because") as opened:
            while True:
                page = seen_because(opened, *sides, since, until, after=after)
                found += page.items
                after = page.next
                if not after:
                    break
    except Missing:
        print(
            "Not there, or not for this worker to see: two source identities or people, and a worker.", file=sys.stderr
        )
        return 1
    except Refused as refused:
        print(refused.decision.sentence, file=sys.stderr)
        return 1
    names = {one.id: one.name for one in workers()}
    titles = {one.id: one.title for one in agencies().values()}
    if args.json:
        told = [
            {
                "at": one.at.isoformat(),
                "worker": names.get(one.actor, one.actor),
                "agency": one.agency,
                "purpose": one.purpose,
                "response": one.verb,
                "showed": "both" if one.both else "one, to somebody who works with the other",
                "things": [str(id_) for id_ in one.ids],
                "record": str(one.record),
            }
            for one in found
        ]
        print(json.dumps(told, indent=1, ensure_ascii=False))
        return 0
    for one in found:
        print(
            LINE.format(
                at=local(one.at).strftime("%Y-%m-%d %H:%M"),
                who=names.get(one.actor, one.actor),
                agency=titles.get(one.agency, one.agency),
                purpose=one.purpose,
                what=f"{one.verb}: {'both' if one.both else 'the other alone'}, {len(one.ids) or 'more than 200'} things",
            ).rstrip()
        )
    people = len({one.actor for one in found})
    print(
        f"{len(found)} response{'s' * (len(found) != 1)} to {people} worker{'s' * (people != 1)}."
        if found
        else "Nobody."
    )
    return 0
