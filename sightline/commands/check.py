"""`sightline check`: every fault of a partnership's definition at once, and its examples run."""

from __future__ import annotations

import argparse
import gc
import json
import sys
from functools import partial
from pathlib import Path
from typing import Any


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "check",
        help="check definitions",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Examples: sightline check leeds\n          sightline check leeds --storylines my-storylines/",
        description="Reports all faults of one partnership's definition (default: all of them), each with file, line, what was\n"
        "found, what was expected and the nearest valid name; and runs the examples. Exits 1 when there are any.",
    )
    parser.add_argument("partnership", nargs="*", help="folders of definitions/ (default: all)")
    parser.add_argument(
        "--storylines",
        type=Path,
        metavar="DIR",
        help="check an author's own storylines against it too, as `simulate --storylines DIR` would plant them",
    )
    parser.add_argument("--json", action="store_true", help="report as JSON")


def run(args: argparse.Namespace) -> int:
    gc.disable()  # it reads, says what it found, and ends: looking for circles was a sixth of it
    try:
        return _run(args)
    finally:
        gc.enable()


def _run(args: argparse.Namespace) -> int:
    from sightline.agencies.registry import flags as registry
    from sightline.clocks import rules as clocks
    from sightline.contexts import rules as contexts
    from sightline.definition import check as definition
    from sightline.definition import records, retaining
    from sightline.definition.check_storylines import with_folder
    from sightline.definition.loader import names, read
    from sightline.disclosure import rules as disclosure
    from sightline.front_door import danger, day_list_rules, language, reviewing_rules
    from sightline.front_door import rules as front_door
    from sightline.front_door import telling_rules as telling
    from sightline.identity import band_examples
    from sightline.identity.linkage import names as nicknames
    from sightline.intake import health
    from sightline.intake import rules as intake
    from sightline.messages import pacing
    from sightline.messages import rules as messages
    from sightline.sharing import examples as sharing
    from sightline.signals import examples as signals
    from sightline.simulation import storyline_examples
    from sightline.watching import rules as watching

    runners: dict[str, Any] = {
        "record": records.run_example,
        "clock": clocks.run_example,
        "danger": danger.run_example,
        "message": messages.run_example,
        "messaging": pacing.run_example,
        "rule": sharing.run_example,
        "recipient": disclosure.run_recipient_example,
        "share": disclosure.run_share_example,
        "route": front_door.run_route_example,
        "check": front_door.run_check_example,
        "ladder": front_door.run_ladder_example,
        "feed": intake.run_example,
        "link": contexts.run_example,
        "signal": signals.run_example,
        "storyline": storyline_examples.run_example,
        "watch": registry.run_example,
        "notice": health.run_example,
        "retention": retaining.run_example,
        "matching": band_examples.run_example,
        "nicknames": nicknames.run_example,
        "alert": watching.run_example,
        "phrase": language.run_example,
        "telling": telling.run_telling_example,
        "expected": telling.run_expected_example,
        "daylist": day_list_rules.run_day_list_example,
        "itemreview": reviewing_rules.run_example,
    }
    report, sound = [], True
    for name in args.partnership or names():
        partnership, faults = read(name)
        if partnership is not None and args.storylines:
            try:
                partnership, more = with_folder(partnership, args.storylines)
            except OSError as error:
                print(f"{args.storylines}: {error.strerror}; expected a folder of storylines", file=sys.stderr)
                return 2
            faults = [*faults, *more]
        if partnership is not None:
            # names as this partnership declares them: nothing is read a second time
            nicknames.use(partial(nicknames.tried, partnership.nicknames))
            faults = [*faults, *definition.check_examples(partnership, runners)]
            nicknames.use(None)
        sound &= not faults
        report.append(
            {
                "partnership": name,
                "hash": partnership.hash if partnership else "",
                "faults": [fault.model_dump(exclude={"code"}) for fault in faults],
            }
        )
        if not args.json:
            for fault in faults:
                print(fault)
            things = (
                sum(
                    len(getattr(partnership, kind))
                    for kind in ("agency", "role", "record", "clock", "feed", "rule", "storyline")
                )
                if partnership
                else 0
            )
            print(
                f"{name}: {'sound' if not faults else f'{len(faults)} faults'}"
                + (f", {things} things, version {partnership.hash[:12]}" if partnership else ""),
                file=sys.stdout if not faults else sys.stderr,
            )
    if args.json:
        print(json.dumps(report, indent=1))
    return 0 if sound else 1
