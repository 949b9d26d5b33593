"""`sightline retention`: what waits to be erased, what is held, and by which schedules. No names, and nothing is erased here."""

from __future__ import annotations

import argparse
import json
from typing import Any


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "retention",
        help="say what waits to be erased, and what is held",
        epilog="Example: sightline retention --json",
        description="Counts what has had its time, what waits for a second person, and the legal holds that stand. Erasing is done "
        "by two people on the pages (Keeping and erasing), never here. Exit codes: 0 well; 1 something has waited over a year.",
    )
    parser.add_argument("--json", action="store_true", help="report as JSON")
    parser.add_argument("--now", action="store_true", help="look now for whose time is over, instead of in the night")


def run(args: argparse.Namespace) -> int:
    from sightline.agencies.queries import partnership
    from sightline.jobs.retaining import bring_up_due
    from sightline.retention import queries

    new = bring_up_due() if args.now else 0
    counts, holds = queries.counted(), queries.standing()
    schedules = partnership().retention.values()
    if args.json:
        said = {
            **counts,
            "new": new,
            "holds": [{"id": str(one.id), "kind": one.kind, "on": one.reach, "record": one.record} for one in holds],
            "schedules": [
                {"id": s.id, "until-age": s.until_age, "years-after-last": s.years_after_last, "records": list(s.records)}
                for s in schedules
            ],
        }
        print(json.dumps(said, indent=1))
        return 1 if counts["long-due"] else 0
    for schedule in schedules:
        limits = [f"until {schedule.until_age}"] if schedule.until_age else []
        limits += [f"{schedule.years_after_last} years after the last record"] if schedule.years_after_last else []
        print(f"{schedule.id:16}  {' and '.join(limits):50}  {schedule.title}")
    if args.now:
        print(f"{new} more have had their time.")
    print(f"{counts['due']} have had their time and wait for a first person, {counts['asked']} for a second.")
    if counts["long-due"]:
        print(f"{counts['long-due']} of them for over a year: somebody should look (Keeping and erasing).")
    print(f"{len(holds)} legal holds stand.")
    return 1 if counts["long-due"] else 0
