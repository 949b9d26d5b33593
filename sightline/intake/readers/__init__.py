"""Readers, one a format: from an agency's file to notifications, streaming, in bounded memory.

    feed = detect(path, partnership)                  which declared feed this file is
    for thing in read(path, feed, partnership, notes):  a Notification, or an Unread with its reason

A reader never stops at what it cannot understand: it hands it on with its place and reason. Only a file that cannot be
used at all raises `Unreadable`, before anything is taken. For: formats. Not for: what is done with what was read
(`jobs.receive`), nor the API's bodies (`intake.bodies`), though both read JSON with the same parser.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path

from sightline.definition.nearest import nearest, one_of
from sightline.definition.types import Fault, Feed, Partnership
from sightline.intake import bodies, dates
from sightline.intake.columns import columns_of
from sightline.intake.mapping import Mapper, Row
from sightline.intake.notes import Notes
from sightline.intake.readers import cin_census, delimited, jsonl
from sightline.intake.readers.source import Source, Unreadable, refuse_wide, start
from sightline.intake.readers.xml_parts import root_name
from sightline.intake.types import Notification, Unread

__all__ = ["KNOWN_FORMATS", "Notes", "Unreadable", "detect", "read", "reread"]

KNOWN_FORMATS = ("csv", "jsonl", "cin-census")
HELD_BACK = 64 * 1024 * 1024  # rows that wait for others of their record
_DAY = re.compile(r"(?<!\d)(20\d{2})[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")
Read = Iterator[Notification | Unread]


# --- which feed ---------------------------------------------------------------------------------------


def detect(path: Path, partnership: Partnership, feed: str | None = None) -> Feed:
    """The feed that this file is: the one named, or the one recognised by its columns (or root element) and file name.

    Raises Unreadable, with the feeds that there are, where none or several could be meant.
    """
    feeds = partnership.feed
    if feed is not None:
        if feed in feeds:
            return feeds[feed]
        near = nearest(feed, feeds)
        raise Unreadable(f"there is no feed {feed}; {one_of(feeds)}" + (f"; did you mean {near}?" if near else ""))
    head = start(path)
    if not head.strip():
        raise Unreadable(f"{path.name} is empty")
    found = [one for one in feeds.values() if _recognises(one, path, head)]
    if len(found) > 1:
        found = [one for one in found if _named(one, path)] or found
        most = max(len(one.recognised_by) for one in found)
        found = [one for one in found if len(one.recognised_by) == most]
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(sorted(one.id for one in found))
        raise Unreadable(f"{path.name} could be one of several feeds: {listed}; say which with --feed")
    refuse_wide(head)
    known = "; ".join(f"{one.id} ({_recognised(one)})" for one in sorted(feeds.values(), key=lambda one: one.id))
    asked = "say which with --feed, or declare it"
    raise Unreadable(f"{path.name} is of no feed that is declared; {asked}. Feeds: {known or 'none'}")


def _recognises(feed: Feed, path: Path, head: bytes) -> bool:
    plain = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    is_xml, is_json = plain.startswith(b"<") or b"<\0" in plain[:4], plain.startswith(b"{")
    if feed.format == "cin-census":
        return is_xml and root_name(head) in (feed.recognised_by or ("Message",))
    if is_xml:
        return False
    if not feed.recognised_by:
        return is_json == (feed.format == "jsonl") and _named(feed, path)
    if feed.format == "jsonl":
        return is_json and _first_keys(head).issuperset(feed.recognised_by)
    if feed.format != "csv" or is_json:
        return False
    try:
        cut = head if b"\n" not in head else head[: head.rindex(b"\n") + 1]
        found = delimited.find_header(cut, feed.recognised_by, encoding=feed.encoding, delimiter=feed.delimiter)
    except (Unreadable, LookupError):
        return False
    return set(found.names).issuperset(feed.recognised_by)


def _first_keys(head: bytes) -> set[str]:
    for line in head.removeprefix(b"\xef\xbb\xbf").splitlines()[:20]:
        try:
            value = jsonl.parse(line)
        except jsonl.Misread:
            continue
        if isinstance(value, dict):
            return set(value) | set(jsonl.flat(value))
    return set()


def _named(feed: Feed, path: Path) -> bool:
    return any(fnmatch(path.name.casefold(), pattern.casefold()) for pattern in feed.file_names)


def _recognised(feed: Feed) -> str:
    return ", ".join(feed.recognised_by) or ", ".join(feed.file_names) or feed.format


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
    if feed.format == "cin-census":
        return cin_census.read(path, feed, partnership, notes)
    if feed.format not in KNOWN_FORMATS:
        raise Unreadable(f"there is no reader for {feed.format}; {one_of(KNOWN_FORMATS)}")
    if feed.mapping is None:
        raise Unreadable(f"the feed {feed.id} has no mapping")
    name = name or (path.name if isinstance(path, Path) else "")
    mapper = Mapper(partnership, feed, notes=notes, agencies=agencies, version=_version(name, feed, notes))
    return _mapped(path, feed, mapper, notes)


def _mapped(source: Source, feed: Feed, mapper: Mapper, notes: Notes) -> Read:
    def rows() -> Iterator[Row | Unread]:
        if feed.format == "jsonl":
            return jsonl.rows(source, notes)
        return delimited.rows(source, header, notes, encoding=feed.encoding, looks_like_row=mapper.looks_like_row)

    if feed.format == "csv":
        header = _header(source, feed, notes)
    if feed.mapping is not None and feed.mapping.row_group:
        yield from _grouped(rows(), mapper, _last_places(rows(), mapper))
        return
    make = mapper.row
    for row in rows():
        yield make(row.values, row.position, row.raw) if isinstance(row, Row) else _signed(row, feed)


def _signed(unread: Unread, feed: Feed) -> Unread:
    """What could not be read is still known to be this agency's."""
    return Unread(unread.position, unread.raw, unread.reason, unread.faults, unread.message_id, feed.agency)


def _header(source: Source, feed: Feed, notes: Notes) -> delimited.Header:
    every, needed = columns_of(feed)
    header = delimited.find_header(source, every, encoding=feed.encoding, delimiter=feed.delimiter)
    there = set(header.names)
    missing = [" or ".join(names) for names in needed if there.isdisjoint(names)]
    if missing:
        listed = ", ".join(header.names[:20])
        raise Unreadable(f"the file lacks what the feed {feed.id} needs: {', '.join(missing)}; it has {listed}")
    notes.add(f"heading: {delimited.heading(header)}")
    if absent := sorted(every - there):
        listed = ", ".join(absent[:12]) + (f" and {len(absent) - 12} more" if len(absent) > 12 else "")
        notes.add(f"the file lacks columns that the feed can read: {listed}")
    if "(again)" in " ".join(header.names):
        notes.add("a column name stands twice: the first is read")
    return header


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
    source = raw
    if feed.format == "csv":
        every, _ = columns_of(feed)
        source = (about or ",".join(sorted(every))).encode() + b"\n" + raw.rstrip(b"\r\n") + b"\n"
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
    given_up: set[tuple[str, ...]] = set()
    for place, row in enumerate(rows):
        if not isinstance(row, Row):
            yield _signed(row, mapper.feed)
            continue
        key = mapper.key(row.values)
        if not any(key):
            yield from mapper.group([row])
            continue
        if key in given_up:
            yield Unread(row.position, row.raw, "rows-apart", mapper.apart(), agency=mapper.feed.agency)
            continue
        waiting.setdefault(key, []).append(row)
        held += len(row.raw)
        if last[hash(key)] <= place:
            made = waiting.pop(key)
            held -= sum(len(each.raw) for each in made)
            yield from mapper.group(made)
        while held > HELD_BACK:
            oldest = next(iter(waiting))
            made = waiting.pop(oldest)
            held -= sum(len(each.raw) for each in made)
            given_up.add(oldest)
            yield from mapper.group(made)
    for made in waiting.values():
        yield from mapper.group(made)
