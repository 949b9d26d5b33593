"""Excel workbooks (.xlsx), sheet by sheet, in bounded memory, with nothing in them obeyed.

    with workbook(source, notes) as book:
        for sheet in book.sheets:              those that can be seen; hidden ones are noted, and not read
            for row in sheet.rows(): …         a Cells: its number, its texts by column, whether it is hidden

Everything becomes text: a text cell as it stands (leading zeros too), a true date in ISO form, a number without
exponent. A formula is never worked out: the result that Excel kept is read, and noted. Macros, passwords, links to
elsewhere, sizes that the file claims: refused or passed over. Written by hand on lxml and zipfile, because libraries
read sheets without hidden rows, without formulas being told, or without bounds (docs/decisions).

Source: ECMA-376, Office Open XML, part 1, chapter 18; MS-OI29500 for dates before March 1900.
"""

from __future__ import annotations

import posixpath
import re
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from lxml import etree

from sightline.intake.notes import Notes
from sightline.intake.readers.refusals import AS_XLSX
from sightline.intake.readers.source import Source, Unreadable, named, opened
from sightline.intake.readers.xlsx_cells import Cells, Formats, rows, texts_of
from sightline.intake.readers.xlsx_parts import elements, local
from sightline.intake.readers.zipped import Budget, Counted, opened_zip

MOST_SHEETS = 300
MOST_STRINGS = 2_000_000
MOST_OF_STRINGS = 96 * 1024 * 1024  # bytes that they take in memory
LARGEST_PART = 16 * 1024 * 1024  # of the small parts: list of sheets, styles
CONTENT_TYPES = "[Content_Types].xml"
OTHERS = {
    "xl/workbook.bin": f"a binary workbook (.xlsb); {AS_XLSX}",
    "content.xml": f"an OpenDocument file; {AS_XLSX}",
    "word/document.xml": "a Word document; a table is needed, as CSV or .xlsx",
    "ppt/presentation.xml": "a presentation; a table is needed, as CSV or .xlsx",
}


@dataclass
class Sheet:
    name: str
    part: str
    book: Workbook

    @cached_property
    def head(self) -> list[Cells]:
        """The first twenty rows, to find a heading in."""
        return list(islice(self.rows(), 20))

    def rows(self) -> Iterator[Cells]:
        """Every row that is there, from the top; anew at each call. Raises Unreadable where the sheet is broken."""
        with self.book.open(self.part) as stream:
            yield from rows(stream, self.name, self.book.strings, self.book.formats, self.book.notes)


@dataclass
class Workbook:
    name: str
    archive: zipfile.ZipFile
    budget: Budget
    notes: Notes
    sheets: list[Sheet] = field(default_factory=list)
    formats: Formats = field(default_factory=Formats)
    strings: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.parts = {each.filename.lower(): each for each in self.archive.infolist()}

    @contextmanager
    def open(self, part: str) -> Iterator[Counted]:
        member = self.parts.get(part.lower())
        if member is None:
            raise Unreadable(f"{self.name} is a workbook that lacks a part of itself; save it again in Excel")
        with Counted(self.archive, member, self.budget) as stream:
            yield stream

    def each(self, part: str, *names: str) -> Iterator[etree._Element]:
        """The elements with these names of a small part."""
        with self.open(part) as stream:
            yield from elements(
                stream, names, what=f"{self.name}, {posixpath.basename(part)}", largest=LARGEST_PART, most=LARGEST_PART
            )


@contextmanager
def workbook(source: Source, notes: Notes) -> Iterator[Workbook]:
    """The workbook, with its visible sheets. Raises Unreadable, with what would help."""
    with opened(source) as stream:
        name = named(source) or "the workbook"
        archive, members = opened_zip(stream, name)
        with archive:
            _refuse(name, [each.filename for each in members])
            book = Workbook(name, archive, Budget(_packed(members)), notes)
            _learn(book)
            yield book


def _refuse(name: str, parts: list[str]) -> None:
    folded = {each.lower() for each in parts}
    if any(each.endswith("vbaproject.bin") for each in folded):
        raise Unreadable(f"{name} has macros, which are programs; {AS_XLSX}, without them")
    for part, what in OTHERS.items():
        if part in folded and "xl/workbook.xml" not in folded:
            raise Unreadable(f"{name} is {what}")
    if any(each.startswith("xl/macrosheets/") for each in folded):
        raise Unreadable(f"{name} has macros, which are programs; {AS_XLSX}, without them")


def _learn(book: Workbook) -> None:
    """Reads the small parts: which sheets there are, what their numbers mean, and the texts that they share."""
    for each in book.each(CONTENT_TYPES, "Override"):
        if "macroenabled" in (each.get("ContentType") or "").lower():
            raise Unreadable(f"{book.name} has macros, which are programs; {AS_XLSX}, without them")
    main = _target(book, "_rels/.rels", "/officeDocument") or "xl/workbook.xml"
    folder = posixpath.dirname(main)
    targets: dict[str, tuple[str, str]] = {}
    for each in book.each(f"{folder}/_rels/{posixpath.basename(main)}.rels".lstrip("/"), "Relationship"):
        if (each.get("TargetMode") or "").lower() == "external":
            book.notes.add("the workbook points at something outside itself: not followed")
            continue
        kind = (each.get("Type") or "").rpartition("/")[2]
        targets[each.get("Id") or ""] = (kind, _inside(folder, each.get("Target") or ""))
    hidden = 0
    for each in book.each(main, "workbookPr", "sheet"):
        if local(each) == "workbookPr":
            book.formats.from_1904 = (each.get("date1904") or "").lower() in ("1", "true", "on")
            continue
        if (each.get("state") or "visible") != "visible":
            hidden += 1
            continue
        link = next((value for key, value in each.attrib.items() if key.endswith("}id")), "")
        kind, part = targets.get(link, ("", ""))
        if kind == "worksheet":
            book.sheets.append(Sheet(_title(each.get("name") or ""), part, book))
        else:
            book.notes.add("a sheet that is no table of cells is passed over")
        if len(book.sheets) > MOST_SHEETS:
            raise Unreadable(f"{book.name} has more than {MOST_SHEETS} sheets; send them in several")
    if hidden:
        book.notes.add(f"{hidden} hidden sheet(s) not read: show them in Excel, if they were meant to be sent")
    if not book.sheets:
        raise Unreadable(f"{book.name} has no sheet that can be seen")
    for kind, part in targets.values():
        if kind == "styles" and part.lower() in book.parts:
            book.formats.learn(book.each(part, "numFmt", "xf", "cellStyleXfs", "cellXfs"))
        elif kind == "sharedStrings" and part.lower() in book.parts:
            book.strings = _strings(book, part)


def _strings(book: Workbook, part: str) -> list[str]:
    found: list[str] = []
    held = 0
    with book.open(part) as stream:
        for each in elements(stream, ("si",), what=f"{book.name}, its texts"):
            text = texts_of(each)
            held += sys.getsizeof(text) + 8
            if held > MOST_OF_STRINGS or len(found) >= MOST_STRINGS:
                raise Unreadable(f"{book.name} holds more text than a workbook of exports does; send it as CSV")
            found.append(text)
    return found


def _target(book: Workbook, part: str, kind: str) -> str:
    if part not in book.parts:
        return ""
    for each in book.each(part, "Relationship"):
        if (each.get("Type") or "").endswith(kind):
            return _inside("", each.get("Target") or "")
    return ""


def _inside(folder: str, target: str) -> str:
    """The part that a link means. It can only ever name a part of the same zip."""
    path = target if target.startswith("/") else posixpath.join("/", folder, target)
    return posixpath.normpath(path).lstrip("/")


def _packed(members: list[zipfile.ZipInfo]) -> int:
    return sum(each.compress_size for each in members)


def _title(name: str) -> str:
    return re.sub(r"\s+", " ", "".join(c for c in name if c.isprintable())).strip()[:60] or "sheet"
