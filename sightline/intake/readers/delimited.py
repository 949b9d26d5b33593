"""Any agency's delimited text: commas, semicolons, tabs or bars; UTF-8, or UTF-16 that says so, or else Windows-1252.

Real exports are torn: a stray quote, a line of another report, a file cut in half. So each line is read by itself
where the number of its fields is right, and only a quote that truly spans lines joins them (RFC 4180, section 2.6). A
line that does not fit is told with its number, alone; a stray quote never swallows the rows after it.
"""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from sightline.definition.kinds.feeds import ENCODINGS
from sightline.definition.types import Fault
from sightline.intake.mapping import Row
from sightline.intake.notes import Notes
from sightline.intake.readers.source import (
    LONGEST_LINE,
    UTF8_BOM,
    Line,
    Source,
    Unreadable,
    clean,
    emptied,
    ends_in_returns,
    lines,
    may_hold_nothing,
    opened_text,
    refuse_wide,
    says_its_encoding,
)
from sightline.intake.types import Unread

DELIMITERS = (",", ";", "\t", "|")
MOST_COLUMNS = 2000
MOST_LINES_IN_ROW = 500
MOST_LOOKED = 64 * 1024 * 1024  # bytes looked at again, in a file, for where a quote may close
LINES_BEFORE_HEADER = 20
_SEP = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
# what SQL Server's, Oracle's and PostgreSQL's own tools write when a query is done
_FOOTER = re.compile(r"\(?\d+ rows?(?: affected| selected)?\)?\.?|Completion time: [\d\-T:.+]+", re.IGNORECASE)
LooksLikeRow = Callable[[Mapping[str, str]], bool]


class Header(NamedTuple):
    """Which columns the file has, by the names that the feed uses, and how they are parted."""

    names: tuple[str, ...]
    delimiter: str
    line: int


class NotText(ValueError):
    """Bytes that are no text in any encoding that we read."""


def find_header(source: Source, wanted: Collection[str], *, encoding: str = "", delimiter: str = "") -> Header:
    """The header: the first line that has the most of the wanted columns, among the first twenty; else the first line.

    Capitals, spaces and underscores in column names count for nothing. Raises Unreadable.
    """
    folded = {fold(name): name for name in wanted}
    best: tuple[int, Header] | None = None
    delimiters = (delimiter,) if delimiter else DELIMITERS
    with opened_text(source) as stream:
        refuse_wide(stream.read(400))
        encoding = "" if says_its_encoding(stream) else encoding
        for line in lines(stream):
            if line.number > LINES_BEFORE_HEADER:
                break
            try:
                text = _text(line.raw, encoding, line.number)[0].rstrip("\r\n")
            except NotText:
                continue
            named = _SEP.fullmatch(text)
            if named and line.number == 1:
                delimiters = (named[1],)
                continue
            if not text.strip(' ,;\t|"') or not line.fits or "\0" in text:
                continue
            header = max((_header(text, d, folded, line.number) for d in delimiters), key=lambda h: score(h, folded))
            had = score(header, folded)[0]
            if best is None or had > best[0]:
                best = (had, header)
            if not folded or had == len(folded):
                break
    if best is None:
        raise Unreadable("the file has no header line with the names of its columns")
    if len(best[1].names) > MOST_COLUMNS:
        raise Unreadable(f"the file has more than {MOST_COLUMNS} columns")
    return best[1]


def rows(
    source: Source,
    header: Header,
    notes: Notes,
    *,
    encoding: str = "",
    looks_like_row: LooksLikeRow = lambda values: True,
) -> Iterator[Row | Unread]:
    """Every row after the header, in order, as its values by column; or what could not be read, with its reason."""
    if encoding.lower() not in ENCODINGS:
        known = ", ".join(filter(None, ENCODINGS))
        raise Unreadable(f"the feed declares the encoding {encoding}; these are read: {known}")
    with opened_text(source) as stream:
        encoding = "" if says_its_encoding(stream) else encoding
        if ends_in_returns(stream):
            notes.add("each line ends in a carriage return alone, as on an old Macintosh: read so")
        yield from _Reader(lines(stream), header, notes, encoding, looks_like_row).rows()


@lru_cache(maxsize=20_000)
def fold(name: str) -> str:
    """A column's name without what suppliers vary: capitals, spaces, underscores, hyphens."""
    return re.sub(r"[\s_\-]+", " ", name.replace("\ufeff", "")).strip().casefold()


def heading(header: Header) -> str:
    """The header as one line, to read one of its rows by, later and alone."""
    out = io.StringIO()
    csv.writer(out, delimiter=header.delimiter, lineterminator="").writerow(header.names)
    return out.getvalue()


class _Reader:
    def __init__(
        self, found: Iterator[Line], header: Header, notes: Notes, encoding: str, looks_like_row: LooksLikeRow
    ) -> None:
        self.lines, self.ahead, self.looked = found, deque[Line](), 0
        self.names, self.delimiter, self.count = header.names, header.delimiter, len(header.names)
        self.header_line, self.notes, self.encoding, self.looks_like_row = header.line, notes, encoding, looks_like_row

    def rows(self) -> Iterator[Row | Unread]:
        if self.header_line > 1:
            self.notes.add(f"{self.header_line - 1} line(s) before the header are passed over")
        names, count, delimiter, blank = self.names, self.count, self.delimiter, " " + self.delimiter
        while (line := self._next()) is not None:
            if line.number <= self.header_line:
                continue
            raw = line.raw
            if raw[0] in b"\r\n" and not raw.strip():
                continue
            if not line.fits:
                yield self._unread(line, "too-long", f"a row of at most {LONGEST_LINE // 1024} kB")
                continue
            if raw.isascii():  # as almost every line: each encoding that is read agrees on it
                text = _ended(raw.decode("ascii"))
            else:
                try:
                    text = self._text(line)
                except NotText:
                    yield self._unread(line, "not-text", "text in UTF-8 or Windows-1252")
                    continue
            if "\0" in text:
                yield self._unread(line, "nul-bytes", "text without NUL bytes")
                continue
            if '"' not in text:
                fields = text.split(delimiter)
                if len(fields) == count:
                    if line.number == self.header_line + 1 and not text.strip("-" + blank):
                        self.notes.add("a line of dashes under the heading is passed over")
                    elif text.strip(blank):
                        if may_hold_nothing(text):
                            fields = emptied(fields, self.notes, f"line {line.number}")
                        yield Row(f"line {line.number}", raw, dict(zip(names, fields, strict=True)))
                elif text.strip(" \x1a" + delimiter):
                    if len(fields) == 1 and count > 1 and _FOOTER.fullmatch(text.strip()):
                        self.notes.add("what a database's tool writes under a table is passed over", f"line {line.number}")
                        continue
                    yield self._row(fields, line)
            else:
                yield self._quoted(text, line)

    def _next(self) -> Line | None:
        return self.ahead.popleft() if self.ahead else next(self.lines, None)

    def _text(self, line: Line) -> str:
        text, told = _text(line.raw, self.encoding, line.number)
        if told:
            self.notes.add("text that is not UTF-8 is read as Windows-1252", f"line {line.number}")
        if not text.isascii():
            text = clean(text, self.notes, f"line {line.number}")
        return _ended(text)

    def _row(self, fields: list[str], line: Line, raw: bytes = b"") -> Row | Unread:
        """A row of as many fields as there are columns; empty ones too many at its end count for nothing."""
        while len(fields) > self.count and not fields[-1].strip():
            fields.pop()
        if len(fields) == self.count:
            return self._made(fields, line, raw or line.raw)
        if not line.ended and len(fields) < self.count:
            return self._unread(line, "cut-short", "a whole row: the file ends within it", raw)
        expected = f"{self.count} columns, as in the header; there are {len(fields)}"
        return self._unread(line, "wrong-columns", expected, raw)

    def _made(self, fields: list[str], line: Line, raw: bytes) -> Row:
        fields = emptied(fields, self.notes, f"line {line.number}")
        return Row(f"line {line.number}", raw, dict(zip(self.names, fields, strict=True)))

    def _quoted(self, text: str, line: Line) -> Row | Unread:
        fields, open_quote = _parse(text, self.delimiter)
        if fields is not None:
            return self._row(fields, line)
        if open_quote:
            joined = self._joined(text, line)
            if joined is not None:
                return joined
        plain = text.split(self.delimiter)
        if len(plain) == self.count:
            self.notes.add("a quotation mark without its fellow is taken as it stands", f"line {line.number}")
        return self._row(plain, line)

    def _joined(self, text: str, line: Line) -> Row | Unread | None:
        """The row that goes on in the next lines, when it does; None when the quote is a stray one.

        It is stray when a line that is a whole row by itself comes before the closing quote, or when what the quotes
        hold together does not have the right number of fields.
        """
        taken: list[Line] = []
        texts, size = [text], len(line.raw)
        while len(taken) < MOST_LINES_IN_ROW and size <= LONGEST_LINE and self.looked < MOST_LOOKED:
            following = self._next()
            if following is None:
                last = taken[-1] if taken else line
                if last.ended:
                    break
                raw = line.raw + b"".join(each.raw for each in taken)
                return self._unread(line, "cut-short", "a whole row: the file ends within it", raw)
            taken.append(following)
            size += len(following.raw)
            self.looked += size
            try:
                more = self._text(following)
            except NotText:
                break
            if not following.fits or "\0" in more:
                break
            texts.append(more or "\n" * (following.raw.count(b"\n") - 1))  # empty lines come as one
            if more.count('"') % 2 == 0:
                fields, _ = _parse(more, self.delimiter)
                if fields is not None and len(fields) == self.count and self._stands_alone(fields):
                    break
                continue
            fields, still_open = _parse("\n".join(texts), self.delimiter)
            if fields is not None and len(fields) == self.count:
                raw = line.raw + b"".join(each.raw for each in taken)
                return self._made(fields, line, raw)
            if fields is not None or not still_open or not following.ended:
                break
        self.ahead.extendleft(reversed(taken))
        return None

    def _stands_alone(self, fields: list[str]) -> bool:
        return self.looks_like_row(dict(zip(self.names, fields, strict=True)))

    @staticmethod
    def _unread(line: Line, reason: str, expected: str, raw: bytes = b"") -> Unread:
        position = f"line {line.number}"
        return Unread(position, raw or line.raw, reason, (Fault(path=position, expected=expected, code=reason),))


def _ended(text: str) -> str:
    """The line without its break."""
    return text[:-2] if text.endswith("\r\n") else text.rstrip("\r\n")


def _text(raw: bytes, encoding: str, number: int) -> tuple[str, bool]:
    """The line as text, and whether it had to be read as Windows-1252 though nobody said so."""
    if number == 1:
        raw = raw.removeprefix(UTF8_BOM)
    try:
        return raw.decode(encoding or "utf-8"), False
    except UnicodeDecodeError:
        pass
    try:
        return raw.decode("windows-1252"), True
    except UnicodeDecodeError:
        raise NotText from None


def _parse(text: str, delimiter: str) -> tuple[list[str] | None, bool]:
    """The fields of a text in which quotes hold, or None; and whether a quote was left open."""
    if '"' not in text:
        return text.split(delimiter), False
    try:
        found = list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error as error:
        return None, "unexpected end" in str(error)
    return (found[0] if len(found) == 1 else None), False


def _header(text: str, delimiter: str, folded: Mapping[str, str], number: int) -> Header:
    return header_of(_parse(text, delimiter)[0] or text.split(delimiter), delimiter, folded, number)


def header_of(fields: list[str], delimiter: str, folded: Mapping[str, str], number: int) -> Header:
    """The columns that these fields name: by the feed's names where `folded` knows them, each name once."""
    while len(fields) > 1 and not fields[-1].strip():
        fields.pop()
    names: dict[str, None] = {}
    times: dict[str, int] = {}
    for place, field in enumerate(fields):
        plain = field.replace("\ufeff", "").strip()
        name = folded.get(fold(plain), plain) or f"column {place + 1}"
        times[name] = times.get(name, 0) + 1
        while name in names:  # counted, so that a heading that is one name two thousand times is read at once
            name = f"{name} (again)" if times[name] == 2 else f"{name} (again, {times[name]})"
            times[name] = times.get(name, 0) + 1
        names[name] = None
    return Header(tuple(names), delimiter, number)


def score(header: Header, folded: Mapping[str, str]) -> tuple[int, int]:
    """How many of the wanted columns it has, then how many at all."""
    wanted = set(folded.values())
    return len(wanted.intersection(header.names)), len(header.names)
