"""`sightline load`: takes in files that agencies sent."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from sightline.commands import schools
from sightline.definition.types import Partnership
from sightline.intake.notes import Notes
from sightline.intake.readers import Unreadable, apart
from sightline.intake.types import Counts
from sightline.timescales.london import local

SUFFIXES = frozenset((".csv", ".txt", ".tsv", ".psv", ".dat", ".jsonl", ".ndjson", ".json", ".xml", ".xlsx", ".zip"))
ALSO_TOLD = frozenset((".xls", ".xlsm", ".xlsb", ".ods"))  # tried, so that a sentence says what to do with them
COLUMNS = ("read", "new", "unchanged", "superseding", "quarantined", "people_new", "people_matched", "seconds")
Progress = Callable[[Counts], None]
REMEMBER_SECONDS = 1.0  # how often a load notes how far it has got; what came after is looked at again when it goes on
RECENT = 5000  # things at hand: more than wait for a transaction


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "load",
        help="take in files from agencies",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=(
            "Takes in files that agencies sent. Each file's feed is recognised by its columns (or root element) and\n"
            "its name; a folder, workbook or zip that holds a set of tables is taken as one. A file may be loaded\n"
            "again at any time: what is held already is nothing new. What cannot be understood is kept for a person,\n"
            "with its line and reason, and stops nothing. Files are read in a process of their own, with limits.\n\n"
            "Exit codes: 0 well; 1 with --strict when something waits for a person; 2 when a file could not be used."
        ),
        epilog="Example: sightline load inbox/ police-2025-01-11.csv --strict",
    )
    parser.add_argument("paths", nargs="+", metavar="PATH", type=Path, help="files, or folders or zips of files")
    parser.add_argument("--feed", help="the feed that they are, where it should not be recognised")
    parser.add_argument("--json", action="store_true", help="report as JSON")
    parser.add_argument("--strict", action="store_true", help="exit 1 when something was quarantined")


def run(args: argparse.Namespace) -> int:
    from sightline.agencies.queries import partnership
    from sightline.commands.init import refuse_unprepared

    refuse_unprepared()
    definition, failed = partnership(), False
    total, report = Counts(), []
    for register in schools.registers(args.paths):  # first: other files name the schools that it declares
        taken = schools.take(register)
        print(f"{register.name}: {taken['new']:,} schools declared, {taken['known']:,} known before", file=sys.stderr)
    with _stopping():
        for path, member in _files(args.paths, definition, args.feed):
            name = _shown(f"{path}/{member}" if isinstance(member, str) and member else str(path))
            entry: dict[str, Any] = {"file": name, **Counts().as_dict()}
            report.append(entry)
            counts = Counts()
            try:
                if isinstance(member, Unreadable):
                    raise member
                _load(path, member, args.feed, definition, entry, counts)
            except Unreadable as error:
                failed = True
                entry["error"] = error.sentence
                print(f"{name}: {error.sentence}", file=sys.stderr)
            total.add(counts)
        total.seconds += _settle()
    if args.json:
        print(json.dumps({**total.as_dict(), "files": report}, indent=1))
    else:
        _table(report, total)
    if failed:
        return 2
    return 1 if args.strict and total.quarantined else 0


def _settle() -> float:
    """Works out the clocks of whomever the files told of: once each, after the last file. Seconds that it took."""
    from sightline.jobs.receive import settle_all

    began, told = time.monotonic(), time.monotonic()

    def progress(done: int, of: int) -> None:
        nonlocal told
        if time.monotonic() - told >= 1.0 or (done == of and of > 1000):
            told = time.monotonic()
            print(f"clocks: {done:,} of {of:,} children", file=sys.stderr, flush=True)

    settle_all(progress)
    return time.monotonic() - began


def _load(
    path: Path, member: str, feed: str | None, definition: Partnership, entry: dict[str, Any], counts: Counts
) -> None:
    """One file. `entry` and `counts` are filled as it goes, so that what was done is told however it ends."""
    from sightline.agencies.queries import agencies
    from sightline.intake import resuming

    for resume in (True, False):
        with apart.reading(path, definition, feed=feed, agencies=agencies(), member=member) as reading:
            marked = resuming.mark(
                path, feed=reading.feed.id, definition=definition.hash, member=member, named=reading.feed.whole_state
            )
            if whole := resuming.taken_before(marked):
                _again(reading, whole, marked, Path(_shown(member or path.name)), definition, entry, counts)
                return
            stop = resuming.stopped(marked) if resume else None
            things = _Counted(iter(reading))
            if stop is None or things.pass_over(stop.taken, lambda thing, stop=stop: resuming.is_newest(stop, thing)):
                _take(reading, things, marked, stop, Path(_shown(member or path.name)), definition, entry, counts)
                return


def _again(
    reading: apart.Reading,
    before: tuple[int, datetime],
    marked: str,
    path: Path,
    definition: Partnership,
    entry: dict[str, Any],
    counts: Counts,
) -> None:
    """A file of which every record was taken before, under the same definition: it is noted as having come, and not read
    again. A load of many files that was stopped so goes on with the first that was not at its end.
    """
    from sightline.agencies.queries import machine
    from sightline.jobs import gone
    from sightline.jobs.receive import close_delivery, open_delivery

    found, by = reading.feed, machine("feed-machine")
    counts.read = counts.unchanged = before[0]
    said = [f"This very file was taken on {local(before[1]):%-d %B %Y at %H:%M}: nothing in it is new."]
    delivery = open_delivery(
        feed=found.id, agency=found.agency, kind="file", name=path.name, by=by, notes=said, mark=marked
    )
    close_delivery(delivery, counts, said, by=by)
    if left_out := gone.look(found, (), "", definition):
        gone.keep(delivery, left_out)
    entry |= {"feed": found.id, **counts.as_dict(), "notes": said}


class _Counted:
    """What is read, in its order, with how many that were and their newest version; the last thousands are at hand."""

    def __init__(self, things: Iterator[Any]) -> None:
        self._things, self.count, self.version = things, 0, ""
        self._recent: deque[Any] = deque(maxlen=RECENT)

    def __iter__(self) -> Iterator[Any]:
        for thing in self._things:
            self.count += 1
            self.version = max(self.version, getattr(thing, "version", ""))
            self._recent.append(thing)
            yield thing

    def pass_over(self, taken: int, is_newest: Callable[[Any], bool]) -> bool:
        """Goes on behind what was taken already. False where another thing stands there than was taken last."""
        for thing in self if taken else ():
            if self.count == taken:
                return is_newest(thing)
        return taken == 0

    def at(self, place: int) -> Any:
        """The thing at that place (from 1), while it is at hand."""
        back = self.count - place
        return self._recent[-1 - back] if 0 <= back < len(self._recent) else None


def _take(
    reading: apart.Reading,
    counted: _Counted,
    marked: str,
    stop: Any,
    path: Path,
    definition: Partnership,
    entry: dict[str, Any],
    counts: Counts,
) -> None:
    from django.db import DatabaseError

    from sightline.agencies.queries import machine
    from sightline.intake import resuming
    from sightline.jobs import gone
    from sightline.jobs.receive import close_delivery, open_delivery, receive

    found, by, notes, poor = reading.feed, machine("feed-machine"), reading.notes, Notes()
    before = stop.taken if stop else 0
    things = _first_step(iter(counted))
    entry["feed"] = found.id
    delivery = open_delivery(
        feed=found.id, agency=found.agency, kind="file", name=path.name, by=by, notes=notes.sentences(), mark=marked
    )
    if stop:
        resuming.continue_as(stop, delivery, by=by)
        entry["continued_after"] = before
        print(f"{path.name}: goes on after {before:,} records that were taken before it was stopped", file=sys.stderr)
    seen, show, remembered = Counts(), _progress(path), 0.0
    resuming.begun(delivery, seen, stop)

    def remember() -> None:
        newest = counted.at(before + seen.read)
        if seen.read and newest is not None:
            resuming.reached(delivery, seen, before + seen.read, newest)
        else:
            resuming.begun(delivery, seen, stop)

    def progress(now: Counts) -> None:
        nonlocal seen, remembered
        seen = Counts(**{name: getattr(now, name) for name in COLUMNS})
        show(now)
        if time.monotonic() - remembered > REMEMBER_SECONDS:
            remember()
            remembered = time.monotonic()

    state, left_out = "stopped", None
    try:
        seen = receive(things, delivery=delivery, by=by, progress=progress, settled=False, notes=poor)
        left_out = gone.look(found, notes.kinds, counted.version, definition)
        state = "done"
    except Unreadable as error:  # found only on the way: what came before it is kept
        notes.add(error.sentence)
        raise
    finally:
        counts.add(seen)
        all_said = [*([left_out.sentence] if left_out and left_out.sentence else ()), *notes.sentences(), *poor.sentences()]
        entry |= {**seen.as_dict(), "notes": [text for text in all_said if not text.startswith("heading: ")]}
        with suppress(DatabaseError):  # where the database is gone, the delivery stays open, and that tells it
            said = [*all_said[:49], resuming.from_where(stop)] if stop else all_said
            close_delivery(delivery, seen, said, by=by, state=state)
            if state == "stopped":
                remember()
            elif stop:
                resuming.at_its_end(delivery, before + seen.read)
            if left_out:
                gone.keep(delivery, left_out)
    show(seen, True)


def _first_step(things: Iterator[Any]) -> Iterator[Any]:
    """The same, once its first step has shown that the file can be used at all: else there is no delivery."""
    first = next(things, None)

    def all_of_it() -> Iterator[Any]:
        if first is not None:
            yield first
            yield from things

    return all_of_it()


def _files(paths: list[Path], definition: Partnership, feed: str | None) -> Iterator[tuple[Path, str | Unreadable]]:
    """What is read by itself, in the order of names: a file, a folder that is a set of tables, a file of a zip (then
    with its name), or what is wrong with a zip. In a folder, links and what cannot be data are left out."""
    for path in paths:
        if path.is_dir():
            if apart.parts(path, definition, feed=feed):
                yield path, ""
                continue
            yield from _files([each for each in sorted(path.iterdir()) if _wanted(each)], definition, feed)
        elif schools.is_register(path):
            continue
        elif path.suffix.lower() == ".zip" and path.is_file():
            try:
                yield from ((path, member) for member in apart.parts(path, definition, feed=feed))
            except Unreadable as error:
                yield path, error
        else:
            yield path, ""


def _wanted(path: Path) -> bool:
    """Whether something in a folder may be data. What is left out is told, but for what is hidden."""
    if path.name.startswith("."):
        return False
    if path.is_symlink():
        print(f"{_shown(str(path))}: left out; it is a link, and could lead anywhere", file=sys.stderr)
        return False
    if path.is_dir() or path.is_file() and path.suffix.lower() in SUFFIXES | ALSO_TOLD:
        return True
    why = "its name does not end as a data file's does" if path.is_file() else "it is no file"
    print(f"{_shown(str(path))}: left out; {why}", file=sys.stderr)
    return False


def _shown(text: str) -> str:
    """A name as it may stand on a page or terminal: without characters that turn, hide or command."""
    return "".join(each for each in text if each.isprintable())


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
