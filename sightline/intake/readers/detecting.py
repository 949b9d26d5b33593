"""Which declared feed a file is: by its columns, root element, tables or name, whatever it is packed in."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path

from sightline.definition.nearest import nearest, one_of
from sightline.definition.types import Feed, Partnership
from sightline.intake.notes import Notes
from sightline.intake.readers import delimited, istv, jsonl, nested, sheets, tables
from sightline.intake.readers.refusals import refuse_other, refuse_unknown
from sightline.intake.readers.source import LONGEST_LINE, Part, Source, Unreadable, is_utf16, named, refuse_wide, start
from sightline.intake.readers.xlsx import Workbook, workbook
from sightline.intake.readers.xml_parts import refuse_start, root_name
from sightline.intake.readers.zipped import at_hand, holds, is_zip, member, members

FLAT = ("csv", "xlsx")


def detect(path: Source, partnership: Partnership, feed: str | None = None) -> Feed:
    """The feed that this file is: the one named, or the one recognised by its columns (or root element) and file name.

    Raises Unreadable, with the feeds that there are, where none or several could be meant.
    """
    feeds = partnership.feed
    if feed is not None:
        if feed in feeds:
            return feeds[feed]
        near = nearest(feed, feeds)
        raise Unreadable(f"there is no feed {feed}; {one_of(feeds)}" + (f"; did you mean {near}?" if near else ""))
    name = named(path) or "the file"
    if isinstance(path, Path) and path.is_dir():
        if (found := tables.holds(path, partnership)) is None:
            raise Unreadable(f"{name} is not a file, nor a folder of one of the sets of tables that are declared")
        return found
    head = start(path, LONGEST_LINE + 1024)
    if not head.strip():
        raise Unreadable(f"{name} is empty")
    if is_zip(head):
        return _packed(path, name, partnership)
    refuse_other(path, head)
    _look_at_xml(head)
    head = _as_utf8(head)
    found = _one_of([one for one in feeds.values() if _recognises(one, path, head)], name)
    if found is None:
        refuse_wide(head)
        found = tables.holds(path, partnership) if nested.is_one(head) else None
    if found is None:
        refuse_unknown(name, head)
        found = tables.holds(path, partnership)
    return _or_none(found, name, partnership)


def parts(path: Source, partnership: Partnership, feed: str | None = None) -> list[str]:
    """What is read by itself in a folder or zip. `[""]`: the whole, as one file or one set of tables; else the names
    of the files in the zip; nothing for a folder that is no set, whose files speak for themselves. Raises Unreadable."""
    whole = feed is not None and feed in partnership.feed and partnership.feed[feed].format == "tables"
    if isinstance(path, Path) and path.is_dir():
        if not whole and any(each.is_dir() for each in path.iterdir()):
            return []  # a delivery of several agencies: one of its folders may be a set
        try:
            return [""] if whole or feed is None and tables.holds(path, partnership) else []
        except Unreadable:
            return []
    if whole or not is_zip(start(path, 4)) or holds(path) == "workbook":
        return [""]
    names = members(path)
    if feed is None and tables.holds(path, partnership) or len(names) == 1:
        return [""]
    if not names:
        raise Unreadable(f"{named(path)} is a zip without a file")
    return names


def only(path: Source) -> Source:
    """What is really to be read: of a zip with one file that file; a workbook in a zip is taken into memory."""
    if isinstance(path, Path) and path.is_dir() or not is_zip(start(path, 4)):
        return path
    path = at_hand(path)
    if holds(path) == "workbook":
        return path
    if isinstance(path, Part):
        raise Unreadable(f"{path.name} is a zip within a zip: send its files themselves")
    names = members(path)
    if len(names) != 1:
        raise Unreadable(f"{named(path)} is a zip of {len(names)} files, which are no set: load each by itself")
    return at_hand(member(path, names[0]))


def _packed(path: Source, name: str, partnership: Partnership) -> Feed:
    """The feed of a zip of files, or of a workbook."""
    path = at_hand(path)
    if holds(path) == "workbook":
        with workbook(path, Notes()) as book:
            flat = _one_of([one for one in partnership.feed.values() if _on_a_sheet(one, book)], name)
            several = len(book.sheets) > 1
            if not any(sheets.find(sheet, ()) for sheet in book.sheets):
                raise Unreadable(f"{name} has no sheet with a line of column names")
        found = (several and tables.holds(path, partnership)) or flat or tables.holds(path, partnership)
        return _or_none(found or None, name, partnership)
    if isinstance(path, Part):
        raise Unreadable(f"{name} is a zip within a zip: send its files themselves")
    if found := tables.holds(path, partnership):
        return found
    inside = only(path)
    return _or_none(None, name, partnership) if inside is path else detect(inside, partnership)


def _as_utf8(head: bytes) -> bytes:
    """The start of a text in UTF-16 that says so, as UTF-8; anything else as it is. XML says its encoding itself."""
    if not is_utf16(head) or b"<" in head[2:4]:
        return head
    return head.decode("utf-16", "ignore").encode("utf-8", "ignore")


def _look_at_xml(head: bytes) -> None:
    """Refuses XML that cannot be recognised because of how it begins."""
    if not head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<") and b"<\0" not in head[:4]:
        return
    refuse_start(head)
    if not root_name(head):
        raise Unreadable("the XML has no root element within its first 128 kB, or none that is well-formed")


def _on_a_sheet(feed: Feed, book: Workbook) -> bool:
    if feed.format == "istv":
        return any((one := sheets.find(sheet, istv.COLUMNS)) and istv.is_one(one.header.names) for sheet in book.sheets)
    if feed.format not in FLAT:
        return False
    wanted = set(feed.recognised_by)
    found = (sheets.find(sheet, wanted) for sheet in book.sheets)
    return bool(wanted) and any(one is not None and wanted.issubset(one.header.names) for one in found)


def _one_of(found: list[Feed], name: str) -> Feed | None:
    """Of several that could be meant the one that is named so, or that asks for most. Raises Unreadable."""
    if len(found) > 1:
        found = [one for one in found if _called(one, name)] or found
        most = max(len(one.recognised_by) for one in found)
        found = [one for one in found if len(one.recognised_by) == most]
    if len(found) > 1:
        listed = ", ".join(sorted(one.id for one in found))
        raise Unreadable(f"{name} could be one of several feeds: {listed}; say which with --feed")
    return found[0] if found else None


def _or_none(found: Feed | None, name: str, partnership: Partnership) -> Feed:
    if found is not None:
        return found
    known = "; ".join(f"{one.id} ({_recognised(one)})" for _, one in sorted(partnership.feed.items()))
    asked = "say which with --feed, or declare it"
    raise Unreadable(f"{name} is of no feed that is declared; {asked}. Feeds: {known or 'none'}")


def _recognises(feed: Feed, path: Source, head: bytes) -> bool:
    plain = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    is_xml, is_json = plain.startswith(b"<") or b"<\0" in plain[:4], plain.startswith(b"{")
    if feed.format == "cin-census":
        return is_xml and root_name(head) in (feed.recognised_by or ("Message",))
    if feed.format == "istv" and is_xml:
        return root_name(head) in istv.ROOTS
    if is_xml:
        return False
    if not feed.recognised_by and feed.format != "istv":
        return is_json == (feed.format == "jsonl") and _called(feed, named(path))
    if feed.format == "jsonl":
        return is_json and _first_keys(head).issuperset(feed.recognised_by)
    if feed.format not in (*FLAT, "istv") or is_json:
        return False
    try:
        cut = head if b"\n" not in head else head[: head.rindex(b"\n") + 1]
        wanted = istv.COLUMNS if feed.format == "istv" else feed.recognised_by
        found = delimited.find_header(cut, wanted, encoding=feed.encoding, delimiter=feed.delimiter)
    except (Unreadable, LookupError):
        return False
    if feed.format == "istv":
        return istv.is_one(found.names)
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


def _called(feed: Feed, name: str) -> bool:
    return any(fnmatch(name.casefold(), pattern.casefold()) for pattern in feed.file_names)


def _recognised(feed: Feed) -> str:
    return ", ".join(feed.recognised_by) or ", ".join(feed.file_names) or feed.format
