"""`sightline load`: takes in files that agencies sent."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sightline.definition.types import Partnership
from sightline.intake.readers import Notes, Unreadable, detect, read
from sightline.intake.types import Counts

SUFFIXES = frozenset((".csv", ".txt", ".tsv", ".psv", ".dat", ".jsonl", ".ndjson", ".json", ".xml"))
COLUMNS = ("read", "new", "unchanged", "superseding", "quarantined", "people_new", "people_matched", "seconds")
Progress = Callable[[Counts], None]


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "load",
        help="take in files from agencies",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=(
            "Takes in files that agencies sent. Each file's feed is recognised by its columns (or root element) and\n"
            "its name. A file may be loaded again at any time: what is held already is nothing new. What cannot be\n"
            "understood is kept for a person, with its line and reason, and stops nothing.\n\n"
            "Exit codes: 0 well; 1 with --strict when something waits for a person; 2 when a file could not be used."
        ),
        epilog="Example: sightline load inbox/ police-2025-01-11.csv --strict",
    )
    parser.add_argument("paths", nargs="+", metavar="PATH", type=Path, help="files, or folders of files")
    parser.add_argument("--feed", help="the feed that they are, where it should not be recognised")
    parser.add_argument("--json", action="store_true", help="report as JSON")
    parser.add_argument("--strict", action="store_true", help="exit 1 when something was quarantined")


def run(args: argparse.Namespace) -> int:
    from sightline.agencies.queries import partnership

    definition, failed = partnership(), False
    total, report = Counts(), []
    with _stopping():
        for path in _files(args.paths):
            entry: dict[str, Any] = {"file": str(path), **Counts().as_dict()}
            report.append(entry)
            counts = Counts()
            try:
                _load(path, args.feed, definition, entry, counts)
            except Unreadable as error:
                failed = True
                entry["error"] = error.sentence
                print(f"{path}: {error.sentence}", file=sys.stderr)
            total.add(counts)
    if args.json:
        print(json.dumps({**total.as_dict(), "files": report}, indent=1))
    else:
        _table(report, total)
    if failed:
        return 2
    return 1 if args.strict and total.quarantined else 0


def _load(path: Path, feed: str | None, definition: Partnership, entry: dict[str, Any], counts: Counts) -> None:
    """One file. `entry` and `counts` are filled as it goes, so that what was done is told however it ends."""
    from django.db import DatabaseError

    from sightline.agencies.queries import agencies, machine
    from sightline.jobs.receive import close_delivery, open_delivery, receive

    found = detect(path, definition, feed)
    by, notes = machine("feed-machine"), Notes()
    things = _first_step(read(path, found, definition, notes, agencies=agencies()))
    entry["feed"] = found.id
    delivery = open_delivery(
        feed=found.id, agency=found.agency, kind="file", name=path.name, by=by, notes=notes.sentences()
    )
    seen, show = Counts(), _progress(path)

    def progress(now: Counts) -> None:
        nonlocal seen
        seen = Counts(**{name: getattr(now, name) for name in COLUMNS})
        show(now)

    state = "stopped"
    try:
        seen = receive(things, delivery=delivery, by=by, progress=progress)
        state = "done"
    except Unreadable as error:  # found only on the way: what came before it is kept
        notes.add(error.sentence)
        raise
    finally:
        counts.add(seen)
        entry |= {**seen.as_dict(), "notes": [text for text in notes.sentences() if not text.startswith("heading: ")]}
        with suppress(DatabaseError):  # where the database is gone, the delivery stays open, and that tells it
            close_delivery(delivery, seen, notes.sentences(), by=by, state=state)
    show(seen, True)


def _first_step(things: Iterator[Any]) -> Iterator[Any]:
    """The same, once its first step has shown that the file can be used at all: else there is no delivery."""
    first = next(things, None)

    def all_of_it() -> Iterator[Any]:
        if first is not None:
            yield first
            yield from things

    return all_of_it()


def _files(paths: list[Path]) -> Iterator[Path]:
    """Files as named; folders in the order of names, at every depth. In a folder, what cannot be data is left out."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for each in sorted(path.rglob("*")):
            inside = each.relative_to(path)
            if not each.is_file() or any(part.startswith(".") for part in inside.parts):
                continue
            if each.suffix.lower() in SUFFIXES:
                yield each
            else:
                print(f"{each}: left out; its name does not end as a data file's does", file=sys.stderr)


def _progress(path: Path) -> Callable[..., None]:
    """Tells how far it is on standard error: over and over in one line on a terminal, else a line each second."""
    began, told = time.monotonic(), [0.0]
    live = sys.stderr.isatty()

    def show(counts: Counts, last: bool = False) -> None:
        moment = time.monotonic()
        if not last and moment - told[0] < (0.2 if live else 1.0):
            return
        told[0] = moment
        rate = counts.read / max(moment - began, 0.001)
        became = f"{counts.new:,} new, {counts.quarantined:,} wait"
        text = f"{path.name}: {counts.read:,} read, {became}; {rate:,.0f} a second"
        print(f"\r{text:<79}" if live else text, end="" if live and not last else "\n", file=sys.stderr, flush=True)

    return show


def _table(report: list[dict[str, Any]], total: Counts) -> None:
    names = ["file", "feed", *(name.replace("_", " ") for name in COLUMNS)]
    rows = [names]
    for one in [*report, {"file": "all", "feed": "", **total.as_dict()}]:
        rows.append([Path(one["file"]).name, one.get("feed", "not used"), *(_figure(one[name]) for name in COLUMNS)])
    widths = [max(len(row[place]) for row in rows) for place in range(len(names))]
    for row in rows:
        texts, figures = zip(row[:2], widths[:2], strict=True), zip(row[2:], widths[2:], strict=True)
        cells = [*(text.ljust(width) for text, width in texts), *(text.rjust(width) for text, width in figures)]
        print("  ".join(cells).rstrip())
    for one in report:
        for note in one.get("notes", ()):
            print(f"{Path(one['file']).name}: {note}")


def _figure(value: float) -> str:
    return f"{value:,.1f}" if isinstance(value, float) and not value.is_integer() else f"{int(value):,}"


@contextmanager
def _stopping() -> Iterator[None]:
    """SIGTERM stops as Ctrl-C does: the bite at work is undone, what came before is kept."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, stop)
    except ValueError:  # not in the main thread: then nobody signals us
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
