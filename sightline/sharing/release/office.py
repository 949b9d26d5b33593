"""Packed files: workbooks, documents, slides, OpenDocument, and anything else in a zip.

Every part is read, whatever the program shows of it: hidden sheets, rows and columns, comments, notes, changes that were
tracked, properties, names, links, headers, pictures.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import Any

from lxml import etree

from sightline.sharing.release.types import Artefact, Piece, Unreadable

MOST = 200 * 1024 * 1024  # bytes of all parts, unpacked: more is a trap, or nothing that anybody sends
MOST_PARTS = 20_000
MOST_OF_A_FORM = 40  # rows: a longer table is a list, and its column no record
Inside = Callable[[Any, str], Iterator[Piece | Unreadable]]
PARAGRAPHS = frozenset(
    "p h si c row tc comment text table-cell table-row tab br line-break cr sheet definedName vt title".split()
)
_HEAD = re.compile(r'&(?:"[^"]*"|K[0-9A-F]{6}|[A-Z]|\d{1,3}(?=\D))')  # how the head of a sheet is set: left, bold, 12 points
_CELL = re.compile(r"([A-Z]+)(\d+)")


class TooLarge(Exception):
    """It unpacks to more than anybody sends."""


class Broken(Exception):
    """It does not open."""


def pieces(raw: bytes, where: str, inside: Inside) -> Iterator[Piece | Unreadable]:
    """Every text of a packed file. Raises TooLarge, Broken."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise Broken from error
    parts = archive.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST:
        raise TooLarge
    if archive.comment:
        yield Piece(f"{where} › comment", archive.comment.decode("utf-8", "replace"))
    names = {part.filename for part in parts}
    is_office = "[Content_Types].xml" in names or "mimetype" in names
    shared: list[str] = []
    if "xl/sharedStrings.xml" in names:
        shared = _shared(_read(archive, "xl/sharedStrings.xml"))
    yield Piece(f"{where} › names", "\n".join(names))
    for part in parts:
        if part.is_dir():
            continue
        place = f"{where} › {part.filename}"
        if part.comment:
            yield Piece(f"{place} › comment", part.comment.decode("utf-8", "replace"))
        if part.flag_bits & 1:
            yield Unreadable(place, "it is locked with a password")
            continue
        content = _read(archive, part.filename)
        if is_office and part.filename.endswith((".xml", ".rels", ".vml")):
            try:
                yield from _part(content, part.filename, place, shared)
            except etree.XMLSyntaxError:
                yield Piece(place, content.decode("utf-8", "replace"))
        else:
            kept = (
                is_office and "embeddings/" not in part.filename
            )  # a printer's settings, a font: no document of its own
            for piece in inside(Artefact(content, name=part.filename.rsplit("/", 1)[-1]), where):
                if not (kept and isinstance(piece, Unreadable)):
                    yield piece


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        with archive.open(name) as part:
            found = part.read(MOST + 1)
    except (zipfile.BadZipFile, RuntimeError, OSError, zlib.error, NotImplementedError) as error:
        raise Broken from error
    if len(found) > MOST:
        raise TooLarge
    return found


def _tree(content: bytes) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True)
    tree = etree.fromstring(content, parser)
    if tree is None:
        raise etree.XMLSyntaxError("empty", 0, 0, 0)
    return tree


def _name(element: Any) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _words(element: Any, apart: bool = False) -> str:
    """All text below an element: runs of one paragraph run on, paragraphs and cells stand apart. `apart`: so does every
    element, as in what a document says of itself, where each is a value of its own."""
    out: list[str] = []

    def walk(one: Any) -> None:
        name = _name(one)
        stands = apart or name in PARAGRAPHS
        if stands:
            out.append("\n")
        elif name == "s" and not one.text:  # OpenDocument's spaces
            out.append(" ")
        if one.text:
            out.append(one.text)
        for below in one:
            walk(below)
            if below.tail:
                out.append(below.tail)
        if stands:
            out.append("\n")

    walk(element)
    return re.sub(r"\n\s*\n+", "\n", "".join(out))


def _shared(content: bytes) -> list[str]:
    try:
        tree = _tree(content)
    except etree.XMLSyntaxError:
        return []
    return ["".join(t.text or "" for t in one.iter() if _name(t) == "t") for one in tree if _name(one) == "si"]


def _part(content: bytes, name: str, where: str, shared: list[str]) -> Iterator[Piece | Unreadable]:
    tree = _tree(content)
    if _name(tree) == "worksheet":
        yield from _sheet(tree, where, shared)
    else:
        yield Piece(where, _words(tree, apart=name.startswith(("docProps/", "customXml/", "meta.xml"))))
    for rows in (one for one in tree.iter() if _name(one) in ("tbl", "table")):
        yield from _table(rows, where)
    said = [
        v
        for one in tree.iter()
        for v in one.attrib.values()
        if len(v) > 3 and not v.startswith(("http://schemas", "urn:schemas", "urn:oasis"))
    ]
    if said:
        yield Piece(f"{where} › not shown", "\n".join(dict.fromkeys(said)))
    comments = [one.text for one in tree.iter(etree.Comment) if one.text]
    if comments:
        yield Piece(f"{where} › remarks", "\n".join(comments))


def _table(rows: Any, where: str) -> Iterator[Piece]:
    """Each row of a table as a record, and each column downwards: a form has its labels in one and the answers in the next."""
    columns: dict[int, list[str]] = {}
    for row in (one for one in rows.iter() if _name(one) in ("tr", "table-row")):
        cells = tuple(_words(cell).strip() for cell in row if _name(cell) in ("tc", "table-cell", "covered-table-cell"))
        if len(cells) > 1:
            yield Piece(f"{where}, a row", "\n".join(cells), cells)
        for n, cell in enumerate(cells):
            columns.setdefault(n, []).append(cell)
    for column in columns.values():
        if 1 < len(column) <= MOST_OF_A_FORM:
            yield Piece(f"{where}, a column", "\n".join(column), tuple(column))
        elif len(column) > 1:
            yield Piece(f"{where}, a column", "\n".join(column))


def _sheet(tree: Any, where: str, shared: list[str]) -> Iterator[Piece]:
    """A sheet's rows and columns, whether they show or not, and the texts in its formulas, heads and feet."""
    columns: dict[str, list[str]] = {}
    rest: list[str] = []
    for row in (one for one in tree.iter() if _name(one) == "row"):
        cells = []
        for cell in row:
            value = _value(cell, shared)
            rest += [f.text for f in cell if _name(f) == "f" and f.text]
            if value:
                cells.append(value)
                if match := _CELL.match(cell.get("r", "")):
                    columns.setdefault(match.group(1), []).append(value)
        if cells:
            yield Piece(f"{where}, row {row.get('r', '?')}", "\n".join(cells), tuple(cells))
    for letter, values in columns.items():
        if len(values) > 1:
            yield Piece(f"{where}, column {letter}", "\n".join(values))
    said = [one for one in tree.iter() if _name(one) not in ("v", "t", "f") and one.text and one.text.strip()]
    rest += [_HEAD.sub(" ", one.text) if _name(one).endswith(("Header", "Footer")) else one.text for one in said]
    if rest:
        yield Piece(f"{where} › formulas", "\n".join(rest))


def _value(cell: Any, shared: list[str]) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return "".join(t.text or "" for t in cell.iter() if _name(t) == "t")
    text = next((v.text or "" for v in cell if _name(v) == "v"), "")
    if kind == "s":
        return shared[int(text)] if text.isdigit() and int(text) < len(shared) else ""
    if kind == "n" and text:
        try:
            number = float(text)
        except ValueError:
            return text
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else text
    return text
