"""`sightline signals backtest`: what the rules would have shown, on an invented city whose truth is known, or on real history."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "backtest",
        help="replay what agencies sent, and say what the rules would have shown, when, to whom",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Replays an invented city, arrival by arrival, through the rules: how many storylines somebody would have\n"
        "been told of before they turned, with how many days of warning; how many look-alikes were left alone; how often\n"
        "whom would have been told; how much was worth acting on; by group of children; kind by kind, with intervals;\n"
        "beside each agency alone and \"three incidents in 90 days\" at equal load, in the same run. Without --city a city\n"
        "is made first, in a folder that is removed afterwards. Needs no database.\n\n"
        "Exit codes: 0 done; 1 with --strict where an aim was missed; 2 where nothing could be replayed.",
        epilog="Examples:\n"
        "  sightline signals backtest --scale 0.1 --years 2 --seed 7\n"
        "  sightline signals backtest --city var/city --rules repeat-missing pattern-of-incidents\n"
        "  sightline signals backtest --scale 0.1 --storylines my/storylines --json > figures.json\n"
        "  sightline signals backtest --scale 0.1 --bias biases.yaml      (do the rules pass on what is recorded unfairly?)",
    )  # fmt: skip
    where = parser.add_argument_group("which city")
    where.add_argument(
        "--history", action="store_true", help="replay what this database holds instead of an invented city"
    )
    where.add_argument("--city", type=Path, metavar="DIR", help="a folder that `sightline simulate --out DIR` wrote")
    where.add_argument("--partnership", default=os.environ.get("SIGHTLINE_PARTNERSHIP", "leeds"))
    where.add_argument("--scale", type=float, default=0.05, help="how much of the partnership (default: 0.05)")
    where.add_argument("--years", type=float, default=2.0, help="how long the city is watched (default: 2)")
    where.add_argument("--seed", type=int, default=1, help="another seed is another city (default: 1)")
    where.add_argument("--until", type=date.fromisoformat, help="the city's last day")
    where.add_argument("--storylines", type=Path, metavar="DIR", help="plant these instead of the partnership's own")
    where.add_argument(
        "--bias", type=Path, metavar="FILE", help="record some groups more, or less, than what happens to them"
    )
    where.add_argument("--jobs", type=int, default=1, help="processes that make the city (default: 1)")
    parser.add_argument("--rules", nargs="+", default=[], metavar="RULE", help="judge only these (default: all)")
    parser.add_argument("--caseload", type=float, help="children of a social worker (default: the national average)")
    parser.add_argument("--without-baselines", action="store_true", help="the rules alone: some four times as fast")
    parser.add_argument("--json", action="store_true", help="report as JSON, with every figure")
    parser.add_argument("--strict", action="store_true", help="exit 1 where an aim was missed")


def run(args: argparse.Namespace) -> int:
    from sightline.commands import setup_django

    setup_django(
        "" if args.history else "scratch"
    )  # of an invented city nothing is read from a database, nor kept in one
    from sightline.definition.loader import Unsound, load
    from sightline.intake.readers import Unreadable
    from sightline.signals.backtest.reading import NoCity

    began = time.process_time()
    try:
        definition = _in_force() if args.history else load(args.partnership)
        unknown = sorted(set(args.rules) - definition.signal.keys())
        if unknown:
            print(
                f"No rule {unknown[0]!r} in {definition.id}: `sightline signals explain` lists them.", file=sys.stderr
            )
            return 2
        figures = _of_history(args) if args.history else _figures(args, definition)
    except (NoCity, Unreadable, Unsound, ValueError, OSError) as error:
        print(f"Nothing can be replayed so: {error}", file=sys.stderr)
        return 2
    figures["processor-seconds-in-all"] = round(time.process_time() - began, 1)
    if args.json:
        print(json.dumps(figures, ensure_ascii=False, indent=1))
    else:
        from sightline.signals.backtest.words import lines

        print("\n".join(lines(figures)))
        print(f"\nReplayed in {figures['processor-seconds-in-all']} seconds of processor time.")
    return 1 if args.strict and any(aim["met"] is False for aim in figures["aims"]) else 0


def _in_force() -> Any:
    from sightline.agencies.queries import partnership

    return partnership()


def _of_history(args: argparse.Namespace) -> dict[str, Any]:
    from sightline.agencies.queries import machine
    from sightline.clocks.rules import working_days
    from sightline.sharing.reading import reading
    from sightline.signals.backtest import history, running
    from sightline.signals.backtest.telling import CASELOAD
    from sightline.signals.knowing import rules_in_force

    show = _progress()
    with reading(machine("clock-machine"), "safeguarding", about="back-test") as opened:
        city, definition = history.city(opened, show), opened.definition
    days, caseload = working_days(definition), args.caseload or CASELOAD
    return running.real(city, rules_in_force(definition), days, only=args.rules, caseload=caseload, progress=show)


def _figures(args: argparse.Namespace, definition: Any) -> dict[str, Any]:
    from sightline.clocks.rules import working_days
    from sightline.signals import rules
    from sightline.signals.backtest import reading, running
    from sightline.signals.backtest.telling import CASELOAD

    show = _progress()
    with ExitStack() as stack:
        folder = args.city
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sightline-city-")))
            _make(args, folder, show)
        city = reading.city(folder, definition, keep=running.asked_of(definition), progress=show)
        city.seed = str(args.seed)
        return running.backtest(
            city,
            rules.in_force(definition, city.last),
            working_days(definition),
            only=args.rules,
            caseload=args.caseload or CASELOAD,
            against=not args.without_baselines,
            progress=show,
        )


def _make(args: argparse.Namespace, folder: Path, show: Any) -> None:
    from sightline.simulation import Wanted, simulate
    from sightline.simulation.when import STORY_ENDS

    simulate(
        Wanted(
            folder,
            partnership=args.partnership,
            scale=args.scale,
            seed=args.seed,
            years=args.years,
            until=args.until or STORY_ENDS,
            bias=args.bias,
            storylines=args.storylines,
            jobs=args.jobs,
        ),
        show,
    )


def _progress() -> Any:
    """Writes a line that is written over, on a terminal only."""
    if not sys.stderr.isatty():
        return None

    def show(stage: str, done: int, of: int) -> None:
        print(f"\r{stage}: {done:,} of {of:,}" + " " * 20, end="\n" if done >= of else "", file=sys.stderr, flush=True)

    return show
