"""Every text of a bundle, with the place where it stands. What a thing is, it says by its bytes; its name only helps.

Pure: bytes and values in, texts out. Nothing that cannot be looked into is passed over: it is `Unreadable`.
"""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from sightline.sharing.release import markup, office, pdf, pictures
from sightline.sharing.release.decoding import otherwise, packed, records
from sightline.sharing.release.types import Artefact, Piece, Unreadable

BETWEEN = "\n"
MOST_DEEP = 6
TOO_DEEP = "one thing inside another, too deep to follow"
ZIP, PDF = b"PK\x03\x04", b"%PDF"
OLE = (
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # what Word and Excel wrote before 2007, and what is locked with a password now
)
GZIP = b"\x1f\x8b"
TAR = b"ustar"  # at 257
PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"II*\x00", b"MM\x00*")
PACKED = (b"7z\xbc\xaf'\x1c", b"Rar!\x1a\x07", b"BZh", b"\xfd7zXZ")
_INLINE = re.compile(r"data:([\w.+-]+/[\w.+-]+)?(?:;[\w=-]+)*;base64,([A-Za-z0-9+/=\s]{4,})")


def everything(bundle: Any, where: str = "", deep: int = 0) -> Iterator[Piece | Unreadable]:
    """Takes a bundle apart, and each text of it as it is meant: unescaped, unpacked, spelt, and as the record that it lists."""
    done: set[str] = set()
    opened: set[str] = set()
    for piece in pieces(bundle, where, deep):
        yield piece
        if isinstance(piece, Unreadable) or not piece.text:
            continue
        for text in (piece.text, *otherwise(piece.text)):
            if text in done:
                continue
            done.add(text)
            if text != piece.text:
                yield Piece(piece.where, text, tuple(next(otherwise(cell), cell) for cell in piece.cells))
            if not piece.cells or any("\n" in cell for cell in piece.cells):
                for values, labelled in records(text):
                    yield Piece(piece.where, BETWEEN.join(values), values, listed=not labelled)
        for letters, inner in packed(piece.text):
            if letters in opened:
                continue
            opened.add(letters)
            if deep > MOST_DEEP:
                yield Unreadable(piece.where, TOO_DEEP)
            else:
                inside = everything(inner, f"{piece.where} › unpacked", deep + 2)
                # what unpacks to nothing was no file
                yield from (one for one in inside if isinstance(one, Piece) or one.why == TOO_DEEP)


def pieces(bundle: Any, where: str = "", deep: int = 0) -> Iterator[Piece | Unreadable]:
    """Takes a bundle apart."""
    if deep > MOST_DEEP:
        yield Unreadable(where, TOO_DEEP)
    elif isinstance(bundle, Artefact):
        name = bundle.name or bundle.kind or where
        place = f"{where} › {name}" if where and bundle.name else name or where
        if bundle.name:
            yield Piece(f"{place} › name", _name(bundle.name))
        yield from _content(bundle.content, bundle.name, bundle.kind, place, deep)
    elif isinstance(bundle, str | bytes | bytearray):
        yield from _content(bundle, "", "", where or "text", deep)
    elif isinstance(bundle, Mapping):
        yield from _record(bundle, where or "record", deep)
    elif hasattr(bundle, "__iter__"):
        yield from _several(list(bundle), where, deep)
    elif bundle is not None:
        yield Piece(where or "text", str(bundle))


def _name(name: str) -> str:
    """A file's name, as it is and with what stands for spaces in it."""
    return f"{name}\n{name.replace('_', ' ')}" if "_" in name else name


def _several(some: list[Any], where: str, deep: int) -> Iterator[Piece | Unreadable]:
    if some and all(isinstance(one, list | tuple) and not _nested(one) for one in some):
        yield from table([[_text(cell) for cell in row] for row in some], where or "table")
        return
    if some and all(isinstance(one, Mapping) for one in some):
        for n, one in enumerate(some, 1):
            yield from _record(one, f"{where or 'records'}, {n}", deep)
        yield Piece(where or "records", BETWEEN.join(_text(v) for one in some for v in _leaves(one)))
        return
    for n, one in enumerate(some, 1):
        yield from pieces(one, f"{where}, {n}" if where else f"{n}", deep + 1)
    texts = [one for one in some if isinstance(one, str)]
    if len(texts) > 1:  # pages, or lines: what begins on one may end on the next
        yield Piece(where or "pages", BETWEEN.join(texts))


def _nested(row: Any) -> bool:
    return any(isinstance(cell, list | tuple | Mapping | Artefact | bytes) for cell in row)


def _record(record: Mapping[str, Any], where: str, deep: int) -> Iterator[Piece | Unreadable]:
    leaves = list(_leaves(record))
    cells = [_text(value) for value in leaves if not isinstance(value, bytes | bytearray | Artefact)]
    yield Piece(where, BETWEEN.join(cells), tuple(cells))
    yield Piece(f"{where} › names of fields", BETWEEN.join(map(str, _names(record))))
    for value in leaves:
        if isinstance(value, bytes | bytearray | Artefact):
            yield from pieces(value, where, deep + 1)
        elif isinstance(value, str) and ("<" in value or "base64," in value or value.lstrip()[:1] in ("{", "[")):
            yield from _content(value, "", "", where, deep + 1)


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for one in value.values():
            yield from _leaves(one)
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from _leaves(one)
    elif value is not None:
        yield value


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, one in value.items():
            yield name
            yield from _names(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _names(one)


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def table(rows: list[list[str]], where: str) -> Iterator[Piece]:
    """A table: each row as a record, and each column downwards, for what is split over rows."""
    for n, row in enumerate(rows, 1):
        if any(cell.strip() for cell in row):
            yield Piece(f"{where}, row {n}", BETWEEN.join(row), tuple(row))
    for n in range(max(map(len, rows), default=0)):
        column = [row[n] for row in rows if n < len(row)]
        if len(column) > 1:
            yield Piece(f"{where}, column {n + 1}", BETWEEN.join(column))


# --- files --------------------------------------------------------------------------------------------


def _content(content: Any, name: str, kind: str, where: str, deep: int) -> Iterator[Piece | Unreadable]:
    if not isinstance(content, str | bytes | bytearray):
        yield from pieces(content, where, deep + 1)
        return
    ending = (name.rsplit(".", 1)[-1] if "." in name else kind.rsplit("/", 1)[-1].split(";")[0]).lower()
    if isinstance(content, str):
        yield from _written(content, ending, where, deep)
        return
    raw = bytes(content)
    if raw.startswith(ZIP):
        yield from _zipped(raw, where, deep)
    elif PDF in raw[:1024]:
        yield from pdf.pieces(raw, where, lambda inner, at: pieces(inner, at, deep + 1))
    elif (
        raw.startswith(PICTURES)
        or raw[8:12] == b"WEBP"
        or raw[:2] == b"BM"
        and raw[2:6] == len(raw).to_bytes(4, "little")
    ):
        yield from pictures.pieces(raw, where)
    elif raw.startswith(OLE):
        yield from strings(raw, where)
        yield Unreadable(where, "an old or a locked document of Word or Excel")
    elif raw.startswith(GZIP):
        yield from _unpacked(raw, where, deep)
    elif raw[257:262] == TAR:
        yield from _taken_out(raw, where, deep)
    elif raw.startswith(PACKED):
        yield Unreadable(where, "a packed file")
    elif (text := _decoded(raw)) is not None:
        yield from _written(text, ending, where, deep)
    else:
        yield from strings(raw, where)
        yield Unreadable(where, "a file of an unknown kind")


def _zipped(raw: bytes, where: str, deep: int) -> Iterator[Piece | Unreadable]:
    try:
        yield from office.pieces(raw, where, lambda inner, at: pieces(inner, at, deep + 1))
    except office.TooLarge:
        yield Unreadable(where, "it unpacks to too much")
    except office.Broken:
        yield from strings(raw, where)
        yield Unreadable(where, "a packed file that does not open")


def _unpacked(raw: bytes, where: str, deep: int) -> Iterator[Piece | Unreadable]:
    import zlib

    try:
        inner = zlib.decompressobj(31).decompress(raw, office.MOST)
    except zlib.error:
        yield Unreadable(where, "a packed file that does not open")
        return
    head = raw[10:2000]  # the name of what was packed, and what was remarked, stand before it
    if raw[3] & 24:
        head = head[2 + int.from_bytes(head[:2], "little") :] if raw[3] & 4 else head
        yield Piece(f"{where} › name", BETWEEN.join(_name(_decoded(one) or "") for one in head.split(b"\0")[:2]))
    yield from pieces(inner, where, deep + 1)


def _taken_out(raw: bytes, where: str, deep: int) -> Iterator[Piece | Unreadable]:
    """What lies in an archive of files, each under its name; links and devices lead nowhere here."""
    import tarfile

    try:
        with tarfile.open(fileobj=io.BytesIO(raw)) as archive:
            for n, part in enumerate(archive):
                if n >= office.MOST_PARTS or part.size > office.MOST:
                    yield Unreadable(where, "it unpacks to too much")
                    return
                yield Piece(f"{where} › names", f"{part.name}\n{part.linkname}\n{part.uname}\n{part.gname}")
                inner = archive.extractfile(part) if part.isfile() else None
                if inner is not None:
                    yield from pieces(Artefact(inner.read(), name=part.name.rsplit("/", 1)[-1]), where, deep + 1)
    except (tarfile.TarError, OSError, EOFError):
        yield from strings(raw, where)
        yield Unreadable(where, "a packed file that does not open")


def _decoded(raw: bytes) -> str | None:
    """Bytes as the text they are; None where they are none."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if raw.startswith(mark):
            return raw.decode(encoding, "replace")
    sample = raw[:4000]
    if sample.count(b"\0") > len(sample) // 4:
        low = sample[0::2].count(b"\0") > sample[1::2].count(b"\0")
        text = raw.decode("utf-16-be" if low else "utf-16-le", "replace")
        return text if _written_by_people(text[:2000]) else None
    if b"\0" in sample:
        return None
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        odd = sum(byte < 32 and byte not in (9, 10, 12, 13) for byte in sample)
        return raw.decode("cp1252", "replace") if odd < len(sample) // 50 else None


def _written_by_people(text: str) -> bool:
    """Whether it is a text, and no file of a program in which every other byte happens to be empty."""
    return sum(unicodedata.category(c) in ("Cc", "Cn", "Co", "Cs") and c not in "\t\r\n\f" for c in text) * 20 <= len(
        text
    )


def strings(raw: bytes, where: str) -> Iterator[Piece]:
    """Whatever can be read among the bytes of something that cannot be opened."""
    for encoding, step in (("latin-1", rb"[\x20-\x7e\xa0-\xff]{5,}"), ("utf-16-le", rb"(?:[\x20-\x7e]\x00){5,}")):
        found = [match.group().decode(encoding, "ignore") for match in re.finditer(step, raw)]
        if found:
            yield Piece(f"{where} › bytes", BETWEEN.join(found))


def _written(text: str, ending: str, where: str, deep: int) -> Iterator[Piece | Unreadable]:
    """A text: as what it is (a table, records, a page, a mail), and as it stands."""
    start = text.lstrip()[:300].lower()
    whole = True
    if ending in ("csv", "tsv", "tab"):
        yield from table(list(csv.reader(io.StringIO(text), dialect=_dialect(text, ending))), where)
    elif ending in ("jsonl", "ndjson"):
        for n, line in enumerate(text.splitlines(), 1):
            yield from _json(line, f"{where}, line {n}", deep)
    elif ending == "rtf" or start.startswith("{\\rtf"):
        yield Piece(where, markup.rtf(text))
    elif ending == "json" or start[:1] in ("{", "["):
        whole = not (found := list(_json(text, where, deep)))
        yield from found
    elif ending in ("eml", "mbox") or re.match(r"(received|from|to|subject|date|mime-version|return-path): ", start):
        yield from markup.mail(text, where, lambda inner, at: pieces(inner, at, deep + 1))
    elif ending in ("html", "htm", "xhtml", "svg", "xml", "xmp") or re.match(
        r"<(!doctype|html|\?xml|svg|[a-z]+[ >])", start
    ):
        yield from markup.page(text, where)
    elif ending in ("ics", "vcf") or start.startswith("begin:v"):
        text = re.sub(r"\r?\n[ \t]", "", text)  # their long lines are folded
        yield Piece(where, re.sub(r"\\[,;nN\\]", " ", text))
    if whole:
        yield Piece(where, text)
    for n, match in enumerate(_INLINE.finditer(text), 1):
        try:
            inner = base64.b64decode(match.group(2))
        except ValueError:
            continue
        yield from pieces(Artefact(inner, kind=match.group(1) or ""), f"{where} › inline {n}", deep + 1)


def _dialect(text: str, ending: str) -> type[csv.Dialect]:
    class Found(csv.excel):
        delimiter = "\t" if ending in ("tsv", "tab") else max(",;\t|", key=text[:2000].count)

    return Found


def _json(text: str, where: str, deep: int) -> Iterator[Piece | Unreadable]:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return
    yield from pieces(told if isinstance(told, dict | list) else str(told), where, deep + 1)
