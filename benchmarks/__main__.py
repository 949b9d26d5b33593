"""`python -m benchmarks NAME [--size N] [--database sqlite|postgresql|both]`

Each database is measured in a process of its own, so that memory and caches of one do not count for the other.
"""

from __future__ import annotations

import argparse
import importlib
import os
import subprocess
import sys

from benchmarks import databases

NAMES = {
    "load": ("benchmarks.load", 20_000),
    "child-page": ("benchmarks.child_page", 1_000_000),
    "front-door": ("benchmarks.front_door", 1_000_000),
    "signals": ("benchmarks.signals", 1_000_000),
    "back-test": ("benchmarks.back_test", 166_033),
    "busy": ("benchmarks.busy", 10_000),
    "city": ("benchmarks.city", 8_000),
    "backup": ("benchmarks.backup", 1_000_000),
    "sharing": ("benchmarks.sharing", 1_000_000),
    "ledger": ("benchmarks.ledger", 200_000),
    "reading": ("benchmarks.reading", 1_000_000),
    "identity-online": ("benchmarks.identity_online", 1_000_000),
    "identity-concurrent": ("benchmarks.identity_concurrent", 100_000),
    "identity-bulk": ("benchmarks.identity_bulk", 1_000_000),
    "identity-accuracy": ("benchmarks.identity_accuracy", 40_000),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", choices=NAMES, help="what to measure")
    parser.add_argument(
        "--size",
        type=int,
        help="records (load, busy), entries (child-page, front-door, signals, backup) or children (city, back-test,"
        " identity-accuracy)",
    )
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    module, usual = NAMES[args.name]
    size = args.size or usual
    bench = importlib.import_module(module)
    if args.inside:
        import django

        django.setup()
        return bench.measure(size)
    engines = [
        e
        for e in databases.ENGINES
        if args.database in (e, "both") and e in getattr(bench, "ENGINES", databases.ENGINES)
    ]
    missed = 0
    if getattr(bench, "WITHOUT_DATABASE", False):
        engines = [""]
    for engine in engines:
        print(f"{args.name}, {size:,}" + (f", on {engine}" if engine else ""), flush=True)
        with bench.database(engine, size) as environment:
            command = [sys.executable, "-m", "benchmarks", args.name, "--size", str(size), "--inside"]
            missed |= subprocess.run(
                command, env={**os.environ, **databases.keys(), **environment}, check=False
            ).returncode
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
