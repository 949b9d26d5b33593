"""Readers, one a format: from an agency's file to notifications, streaming, in bounded memory.

    feed = detect(path, partnership)                  which declared feed this file is
    for thing in read(path, feed, partnership, notes):  a Notification, or an Unread with its reason

A reader never stops at what it cannot understand: it hands it on with its place and reason. Only a file that cannot be
used at all raises `Unreadable`, before anything is taken. For: formats. Not for: what is done with what was read
(`jobs.receive`), nor the API's bodies (`intake.bodies`), though both read JSON with the same parser.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from sightline.definition.nearest import one_of
from sightline.definition.types import Fault, Feed, Partnership
from sightline.intake import bodies, dates
from sightline.intake.columns import columns_of
from sightline.intake.mapping import Mapper, Row
from sightline.intake.notes import Notes
from sightline.intake.readers import cin_census, delimited, istv, jsonl, sheets, tables
from sightline.intake.readers.detecting import FLAT, detect, only, parts
from sightline.intake.readers.refusals import refuse_other
from sightline.intake.readers.source import UTF8_BOM, Source, Unreadable, named, start
from sightline.intake.readers.xlsx import workbook
from sightline.intake.readers.zipped import is_zip
from sightline.intake.types import Notification, Unread

__all__ = ["KNOWN_FORMATS", "Notes", "Unreadable", "detect", "parts", "read", "reread"]

KNOWN_FORMATS = ("csv", "xlsx", "jsonl", "tables", "cin-census", "istv")
MOST_ROWS = 500  # of one record: nothing that happens has so many people
HELD_BACK = 24 * 1024 * 1024  # rows that wait for others of their record
_DAY = re.compile(r"(?<!\d)(20\d{2})[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")
Read = Iterator[Notification | Unread]


# --- reading ------------------------------------------------------------------------------------------


def read(
    path: Source,
    feed: Feed,
    partnership: Partnership,
    notes: Notes | None = None,
    *,
    agencies: Collection[str] | None = None,
    name: str = "",
) -> Read:
    """Everything in the file, in its order. Fills `notes` on the way. Raises Unreadable, at the first step.

    `agencies`: ids that are known besides those of the definition (schools that a feed brought). `name`: the file's
    name, where bytes are read; a feed whose files restate everything takes its version from the date in it.
    """
    notes = notes if notes is not None else Notes()
    if feed.format not in KNOWN_FORMATS:
        raise Unreadable(f"there is no reader for {feed.format}; {one_of(KNOWN_FORMATS)}")
    name = name or named(path)
    if feed.format == "tables":
        return tables.read(path, feed, partnership, notes, agencies=agencies, name=name)
    if isinstance(path, Path) and path.is_dir():
        raise Unreadable(f"{name} is a folder; the feed {feed.id} is one file")
    path = only(path)
    if not is_zip(head := start(path, 4096)):
        refuse_other(path, head)
    elif feed.format in ("jsonl", "cin-census"):
        raise Unreadable(f"{name} is a workbook; the feed {feed.id} is {feed.format}")
    if feed.format == "cin-census":
        return cin_census.read(path, feed, partnership, notes)
    if feed.mapping is None:
        raise Unreadable(f"the feed {feed.id} has no mapping")
    version = _version(name, feed, notes)
    sheet = is_zip(head)
    mapper = Mapper(partnership, feed, notes=notes, agencies=agencies, version=version, typed=sheet)
    return _mapped(path, feed, mapper, notes, sheet)


def _mapped(source: Source, feed: Feed, mapper: Mapper, notes: Notes, sheet: bool = False) -> Read:
    with ExitStack() as stack:
        rows = _rows(source, feed, mapper, notes, stack if sheet else None)
        if feed.mapping is not None and feed.mapping.row_group:
            yield from _grouped(rows(), mapper, _last_places(rows(), mapper))
            return
        make = mapper.row
        for row in rows():
            yield make(row.values, row.position, row.raw) if isinstance(row, Row) else _signed(row, feed)


def _rows(
    source: Source, feed: Feed, mapper: Mapper, notes: Notes, stack: ExitStack | None
) -> Callable[[], Iterator[Row | Unread]]:
    """A function that begins anew at the first row. `stack`: what must stay open, where the rows are a sheet's."""
    if feed.format == "istv":
        return lambda: istv.rows(source, feed, notes)
    if feed.format == "jsonl":
        return lambda: jsonl.rows(source, notes)
    every, _ = columns_of(feed)
    if stack is not None:
        found = sheets.choose(stack.enter_context(workbook(source, notes)), every, feed.sheet, notes)
        _check_header(found.header, feed, notes)
        return lambda: sheets.rows(found, notes)
    header = delimited.find_header(source, every, encoding=feed.encoding, delimiter=feed.delimiter)
    _check_header(header, feed, notes)
    looks = mapper.looks_like_row
    return lambda: delimited.rows(source, header, notes, encoding=feed.encoding, looks_like_row=looks)


def _signed(unread: Unread, feed: Feed) -> Unread:
    """What could not be read is still known to be this agency's."""
    return Unread(unread.position, unread.raw, unread.reason, unread.faults, unread.message_id, feed.agency)


def _check_header(header: delimited.Header, feed: Feed, notes: Notes) -> None:
    every, needed = columns_of(feed)
    there = set(header.names)
    missing = [" or ".join(names) for names in needed if there.isdisjoint(names)]
    if missing:
        known = [name for name in header.names if name in every][:20]  # others may be somebody's: a file without a heading
        has = f"it has {', '.join(known)}" if known else "its first line names no column of the feed: is its heading there?"
        raise Unreadable(f"the file lacks what the feed {feed.id} needs: {', '.join(missing)}; {has}")
    notes.add(f"heading: {delimited.heading(header)}")
    if absent := sorted(every - there):
        listed = ", ".join(absent[:12]) + (f" and {len(absent) - 12} more" if len(absent) > 12 else "")
        notes.add(f"the file lacks columns that the feed can read: {listed}")
    if "(again)" in " ".join(header.names):
        notes.add("a column name stands twice: the first is read")


def _version(name: str, feed: Feed, notes: Notes) -> str:
    """For files that restate everything: the date in the file's name."""
    if not feed.whole_state or (feed.mapping is not None and feed.mapping.version is not None):
        return ""
    found = _DAY.search(name)
    if found:
        try:
            return dates.iso("-".join(found.groups()))
        except ValueError:
            pass
    notes.add("the file's name has no date: changed rows cannot replace what was sent before, and wait for a person")
    return ""


def reread(
    repaired: str,
    *,
    feed: Feed | None,
    kind: str,
    agency: str,
    partnership: Partnership,
    position: str = "",
    about: str = "",
) -> Notification | Unread:
    """A row, object or element that was kept and that a person has repaired, read again as its feed would.

    `about` is the heading line of its file, where it came in a table: the note `heading: …` of its delivery.
    """
    raw = repaired.encode()
    if kind != "file" or feed is None:
        return bodies.read(raw, agency=agency, partnership=partnership, position=position)
    try:
        found = _again(raw, feed, partnership, agency, about)
    except Unreadable as error:
        return _not_one(position, raw, agency, "invalid", error.sentence)
    faulty = [one for one in found if isinstance(one, Unread)]
    if faulty or len(found) == 1:
        return replace((faulty or found)[0], position=position, raw=raw, agency=agency)
    return _not_one(position, raw, agency, "wrong-columns", f"one record; there are {len(found)}")


def _not_one(position: str, raw: bytes, agency: str, code: str, expected: str) -> Unread:
    return Unread(position, raw, code, (Fault(path=position, expected=expected, code=code),), "", agency)


def _again(raw: bytes, feed: Feed, partnership: Partnership, agency: str, about: str) -> list[Notification | Unread]:
    if feed.format == "cin-census":
        return cin_census.reread(raw, feed, partnership)
    if feed.format == "tables":
        return tables.reread(raw, feed, partnership)
    if feed.format == "istv":
        mapper = Mapper(partnership, feed, agencies=[agency])
        row = istv.repaired(raw)
        return [mapper.row(row.values, "", row.raw)]
    source = raw
    if feed.format in FLAT:
        every, _ = columns_of(feed)
        # marked as UTF-8, which it now is, in whatever encoding its file came
        source = UTF8_BOM + (about or ",".join(sorted(every))).encode() + b"\n" + raw.rstrip(b"\r\n") + b"\n"
    return list(read(source, feed, partnership, agencies=[agency]))


# --- rows that belong together --------------------------------------------------------------------------


def _last_places(rows: Iterable[Row | Unread], mapper: Mapper) -> dict[int, int]:
    """A first pass: where the last row of each record stands, by a digest of what its rows have in common.

    Python's own hash is enough: should two records ever meet in one number, they are still kept apart, only longer.
    """
    last: dict[int, int] = {}
    for place, row in enumerate(rows):
        if isinstance(row, Row):
            last[hash(mapper.key(row.values))] = place
    return last


def _grouped(rows: Iterable[Row | Unread], mapper: Mapper, last: dict[int, int]) -> Read:
    """The second pass: each record is made once its last row is there, wherever its rows stand in the file.

    What waits is bounded: in a file whose records are scattered too far apart, the oldest is made of what is there, and
    its later rows are told.
    """
    waiting: dict[tuple[str, ...], list[Row]] = {}
    held = 0
    given_up: dict[tuple[str, ...], tuple[Fault, ...]] = {}
    for place, row in enumerate(rows):
        if not isinstance(row, Row):
            yield _signed(row, mapper.feed)
            continue
        key = mapper.key(row.values)
        if not any(key):
            yield from mapper.group([row])
            continue
        if (told := given_up.get(key)) is not None:
            yield Unread(row.position, row.raw, told[0].code, told, agency=mapper.feed.agency)
            continue
        waiting.setdefault(key, []).append(row)
        held += len(row.raw)
        too_many = len(waiting[key]) >= MOST_ROWS
        if too_many or last[hash(key)] <= place:
            if too_many:
                given_up[key] = mapper.too_many(MOST_ROWS)
            made = waiting.pop(key)
            held -= sum(len(each.raw) for each in made)
            yield from mapper.group(made)
        while held > HELD_BACK:
            oldest = next(iter(waiting))
            made = waiting.pop(oldest)
            held -= sum(len(each.raw) for each in made)
            given_up[oldest] = mapper.apart()
            yield from mapper.group(made)
    for made in waiting.values():
        yield from mapper.group(made)
