"""`sightline registry`: the partnership's groups on a day, by what was known on a day."""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import date
from typing import Any


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "registry",
        help="groups, chairs, meetings and flags on a day",
        epilog="Example: sightline registry --on 2022-03-01 --known 2022-03-01",
        description="Shows the partnership's groups as they were on a day, with where each is told, and what is flagged. By "
        "everything known today; `--known DAY` leaves out whatever was told later.",
    )
    parser.add_argument("--on", metavar="DAY", default="", help="the day, YYYY-MM-DD (default today)")
    parser.add_argument("--known", metavar="DAY", default="", help="only what was known on this day (default today)")
    parser.add_argument("--group", default="", help="one group, with everything that is told of it")
    parser.add_argument(
        "--declared",
        action="store_true",
        help="from the definition alone: without a database, and what was recorded in it",
    )
    parser.add_argument("--partnership", default="", help="with --declared: which (default as configured, else leeds)")
    parser.add_argument("--json", action="store_true", help="report as JSON")


def run(args: argparse.Namespace) -> int:
    if args.declared:
        from sightline.agencies.registry.facts import declared, titles
        from sightline.agencies.registry.rules import as_of
        from sightline.definition.loader import load

        today = date.today()
        partnership = load(args.partnership or os.environ.get("SIGHTLINE_PARTNERSHIP", "leeds"))
        on, known = _day(args.on, today), _day(args.known, today)
        if on is None or known is None:
            return 2
        found = as_of(declared(partnership), partnership, titles(partnership), on, known)
    else:
        if args.partnership:
            print("--partnership goes with --declared: a database holds one partnership", file=sys.stderr)
            return 2
        from sightline.commands import setup_django

        setup_django()
        from sightline.agencies.registry import queries
        from sightline.timescales.london import local_day
        from sightline.timescales.moment import now

        today = local_day(now())
        on, known = _day(args.on, today), _day(args.known, today)
        if on is None or known is None:
            return 2
        found = queries.registry(on, known)
    if args.group and found.group(args.group) is None:
        from sightline.definition.nearest import nearest

        near = nearest(args.group, [one.id for one in found.groups])
        said = f"{args.group!r} was not known by {known}" + (f"; did you mean {near!r}?" if near else "")
        print(said, file=sys.stderr)
        return 2
    return _told(args, found)


def _day(text: str, today: date) -> date | None:
    """The day, today when none is given; None, with a sentence, for what cannot be read or is still to come."""
    try:
        found = date.fromisoformat(text) if text else today
    except ValueError:
        print(f"{text!r} is not a day; write it as YYYY-MM-DD, such as 2022-03-01", file=sys.stderr)
        return None
    if found > today:
        print(f"{found} is still to come; give today ({today}) or an earlier day", file=sys.stderr)
        return None
    return found


def _told(args: argparse.Namespace, found: Any) -> int:
    from sightline.agencies.registry.telling import as_data, group

    shown = [found.group(args.group)] if args.group else list(found.here)
    flagged = [one for one in shown if one.flags]
    if args.json:
        print(json.dumps(group(shown[0]) if args.group else as_data(found), ensure_ascii=False, indent=1))
        return 0
    print(f"On {found.on}, by what was known on {found.known}: {len(found.here)} groups")
    for one in shown:
        chair = one.chair.says if one.chair else "chair not stated"
        every = one.every.says if one.every else ""
        met = one.met.says if one.met else "no meeting known"
        print(f"\n{one.title}  ({one.id}, {one.kind})")
        print("  " + " · ".join(part for part in (chair, every, met) if part))
        for flag in one.flags:
            print(f"  FLAGGED {flag.flag}: {flag.because}")
        if args.group:
            for words, value in (("part of", one.part_of), ("reports to", one.reports_to), ("for", one.purpose)):
                if value:
                    print(f"  {words}: {value.says}  [{value.cite.title}: {value.cite.at}]")
            for member in one.members:
                print(f"  member: {member.says}{' (inferred)' if member.cite.inferred else ''}")
        print("  told in: " + "; ".join(cite.title for cite in one.sources))
    print(f"\n{len(flagged)} flagged: {', '.join(one.id for one in flagged) or 'none'}")
    return 0
