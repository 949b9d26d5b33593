"""`sightline signals rules`: every rule, whether it is in force, and how it does."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any


def add_parser(below: Any) -> None:
    parser = below.add_parser(
        "rules",
        help="which rules are in force, and how each does",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=(
            "Each rule with its version, whether it is switched off (since when and why), and of the last 26 weeks: how often it\n"
            "told of a child, the share of what was answered that was acted on, and whether it tells as often as it used to.\n"
            "Counts only. With RULE also what was done about it: versions, who agreed to each, switches.\n\n"
            "Exit codes: 0; 1 some rule is switched off, or one has a rate that nobody has explained; 2 no such rule."
        ),
        epilog="Example: sightline signals rules\n         sightline signals rules repeat-missing --json",
    )
    parser.add_argument("rule", nargs="?", default="", help="one rule, with its history")
    parser.add_argument("--json", action="store_true", help="report as JSON")


def run(args: argparse.Namespace) -> int:
    from sightline.agencies.queries import machine, workers
    from sightline.definition.nearest import nearest
    from sightline.sharing.reading import reading
    from sightline.signals.governing import queries

    with reading(machine("set-up-machine"), "administration", about="view-signal-rules") as opened:
        views = queries.rules(opened)
        known = [one.rule.id for one in views]
        if args.rule and args.rule not in known:
            near = nearest(args.rule, known)
            print(f"There is no rule {args.rule!r}" + (f"; did you mean {near}?" if near else "."), file=sys.stderr)
            return 2
        views = [one for one in views if args.rule in ("", one.rule.id)]
        history = queries.history(opened, args.rule) if args.rule else []
    names = {one.id: one.name for one in workers()}
    found = [_as_data(one) for one in views]
    steps = [
        {
            "what": step.what,
            "at": step.at.isoformat() if step.at else None,
            "version": step.version,
            "by": names.get(step.by, step.by),
            "agreed_by": names.get(step.agreed_by, step.agreed_by),
            "because": step.because,
        }
        for step in history
    ]
    if args.json:
        print(json.dumps({"rules": found, **({"history": steps} if args.rule else {})}, indent=1, ensure_ascii=False))
    else:
        _print(found, steps)
    return 1 if any(one["off"] or one["unexplained"] for one in found) else 0


def _as_data(one: Any) -> dict[str, Any]:
    return {
        "rule": one.rule.id,
        "title": one.rule.title,
        "version": one.rule.version,
        "agreed_on_the_page": one.declared,
        "in_force": one.in_force and one.off is None,
        "off": {"since": one.off.at.isoformat(), "because": one.off.because} if one.off else None,
        "owner": one.rule.owner,
        "weeks": len(one.drift.weeks),
        "fired": one.done.fired,
        "acted": one.done.acted,
        "covered": one.done.covered,
        "dismissed": one.done.dismissed,
        "waiting": one.done.waiting,
        "withdrawn": one.done.withdrawn,
        "yield": round(one.done.yielded, 3) if one.done.yielded is not None else None,
        "days_to_an_answer": one.done.days,
        "lead_days": one.lead,
        "drift": one.drift.says,
        "unexplained": [
            {"by": f.breakdown, "group": f.group, "times": round(f.rate.times, 2)}
            for f in one.findings
            if f.stops and not f.explained
        ],
    }


def _print(found: list[dict[str, Any]], steps: list[dict[str, Any]]) -> None:
    print(f"{'rule':44} {'version':>7} {'told':>6} {'acted on':>9}  {'drift':14} state")
    for one in found:
        share = f"{one['yield']:.0%}" if one["yield"] is not None else "-"
        state = "in force" if one["in_force"] else "not in force"
        if one["off"]:
            state = f"OFF since {one['off']['since'][:16].replace('T', ' ')}: {one['off']['because']}"
        print(f"{one['rule']:44} {one['version']:>7} {one['fired']:>6,} {share:>9}  {one['drift']:14} {state}")
        for rate in one["unexplained"]:
            print(f"{'':44} LOOK: {rate['by']}, {rate['group']}: {rate['times']} times as often as all other children")
    for step in steps:
        when = step["at"][:16].replace("T", " ") if step["at"] else "in the definition's files"
        who = f" by {step['by']}" if step["by"] else ""
        agreed = f", agreed by {step['agreed_by']}" if step["agreed_by"] else ""
        version = f" version {step['version']}" if step["version"] else ""
        print(f"  {when:28} {step['what']}{version}{who}{agreed}{': ' + step['because'] if step['because'] else ''}")
