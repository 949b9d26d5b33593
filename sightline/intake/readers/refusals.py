"""What a file really is, whatever its name says; and, where nothing reads it, a sentence that says what would help."""

from __future__ import annotations

import re

from sightline.intake.readers.source import WIDE_BOMS, Source, Unreadable, named, opened

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
AS_XLSX = "open it in Excel and save it as .xlsx (Excel workbook)"
STARTS = (
    (b"%PDF", "a PDF: it is made for eyes. Ask for the table that it was made from, as CSV or .xlsx"),
    (b"\x1f\x8b", "packed with gzip; unpack it, or send it as a zip"),
    (b"BZh", "packed with bzip2; unpack it, or send it as a zip"),
    (b"\xfd7zXZ\x00", "packed with xz; unpack it, or send it as a zip"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd; unpack it, or send it as a zip"),
    (b"7z\xbc\xaf\x27\x1c", "packed with 7-Zip; unpack it, or send it as a zip"),
    (b"Rar!", "packed with RAR; unpack it, or send it as a zip"),
    (b"\x89PNG", "a picture; a table is needed"),
    (b"\xff\xd8\xff", "a picture; a table is needed"),
    (b"GIF8", "a picture; a table is needed"),
    (b"{\\rtf", "a text document (RTF); a table is needed, as CSV or .xlsx"),
    (b"\x7fELF", "a program; it was not opened"),
    (b"MZ", "a program; it was not opened"),
    (b"SQLite format 3\x00", "a database; export its table as CSV or .xlsx"),
    (b"PAR1", "a Parquet file; export it as CSV or .xlsx"),
    (b"MSCF", "packed as a cabinet; unpack it, or send it as a zip"),
    (b"\x4c\0\0\0\x01\x14\x02\0", "a shortcut to a file, not the file; send the file itself"),
    (b"\0\x01\0\0Standard ", "an Access database; export its table as CSV or .xlsx"),
    (b"%!PS", "a page to be printed (PostScript); a table is needed, as CSV or .xlsx"),
)
TAR = (257, b"ustar")  # where a tar says that it is one (POSIX.1-1988)
_OTHER_BOOKS = re.compile(rb"schemas-microsoft-com:office:spreadsheet|opendocument:xmlns:office")
_HTML = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table|meta|div)\b", re.IGNORECASE | re.DOTALL
)
_MHT = re.compile(rb"(?:MIME-Version|From|Content-Type):", re.IGNORECASE)


def refuse_other(source: Source, start: bytes) -> None:
    """Raises Unreadable for what no reader reads. `start`: the file's first bytes."""
    name = named(source) or "the file"
    if start.startswith(OLE):
        if _has_password(source):
            raise Unreadable(f"{name} is a workbook with a password; take the password off, and send it securely")
        raise Unreadable(f"{name} is of the old kind of Excel (.xls); {AS_XLSX}")
    for sign, what in STARTS:
        if start.startswith(sign):
            raise Unreadable(f"{name} is {what}")
    if start[TAR[0] :].startswith(TAR[1]):
        raise Unreadable(f"{name} is packed with tar; unpack it, or send it as a zip")
    if start.lstrip(b"\xef\xbb\xbf \r\n")[:1] == b"<" and _OTHER_BOOKS.search(start):
        raise Unreadable(f"{name} is a workbook written as XML, whatever its name says; {AS_XLSX}")
    plain = start.removeprefix(b"\xef\xbb\xbf")
    if start.startswith(WIDE_BOMS):
        plain = start.replace(b"\0", b"")[2:]
    if _HTML.match(plain):
        raise Unreadable(f"{name} is a web page, whatever its name says; {AS_XLSX}, or export it as CSV")
    if plain[:1].isalpha() and _MHT.match(plain) and b"\n" in plain and b"Content-Type" in plain[:2000]:
        raise Unreadable(f"{name} is an e-mail or a saved web page; send the table itself, as CSV or .xlsx")


def refuse_unknown(name: str, start: bytes) -> None:
    """Of what is of no feed: what it may be all the same, where a sentence helps more than a list of feeds. Raises Unreadable."""
    plain = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if plain.startswith((b"[{", b"[\n", b"[\r", b"{\n", b"{\r", b"[ ")) or plain[:1] == b"[" and b"\n" not in plain.rstrip():
        what = "one JSON list or object over several lines"
        raise Unreadable(f"{name} is {what}; expected JSON Lines: one object on each line")
    sample = start[:4000]
    parted = sample.count(b"\x40") + sample.count(b"\x6b") > len(sample) // 50  # EBCDIC's spaces and commas
    if parted and b"\n" not in sample and _is_text(sample.decode("cp500", "replace")):
        raise Unreadable(f"{name} is text of a mainframe (EBCDIC); send it as UTF-8 text")


def _is_text(text: str) -> bool:
    return bool(text) and sum(each.isalnum() or each in " ,;|\t\"'/:.-_\r\n\x85" for each in text) > 0.9 * len(text)


def _has_password(source: Source) -> bool:
    """An encrypted workbook is an OLE container with a stream of this name (MS-OFFCRYPTO 2.3.4)."""
    wanted = "EncryptedPackage".encode("utf-16-le")
    with opened(source) as stream:
        return wanted in stream.read(1024 * 1024) or wanted in _end(stream)


def _end(stream) -> bytes:  # type: ignore[no-untyped-def]
    stream.seek(0, 2)
    stream.seek(max(0, stream.tell() - 1024 * 1024))
    return stream.read(1024 * 1024)
