"""What a file reader stands on: a file, a part of one, or bytes, read line by line in bounded memory."""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from sightline.intake.notes import Notes, plain


@dataclass(frozen=True, slots=True)
class Part:
    """A file inside another (a zip), by its last name. `open` may be called again and again; each stream can seek."""

    name: str
    open: Callable[[], AbstractContextManager[BinaryIO]]


Source = Path | bytes | Part
LONGEST_LINE = 128 * 1024
KEPT_OF_LONG = 64 * 1024
MOST_EMPTY = 10_000  # empty lines told as one
TURNING = dict.fromkeys((0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), 0x2060, *range(0x2066, 0x206A), 0xFEFF))
NOTHING = frozenset(("NULL", "[NULL]", "(null)", "\\N"))
UTF8_BOM = b"\xef\xbb\xbf"
WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
WIDER_BOM = b"\xff\xfe\x00\x00"  # UTF-32, which begins as UTF-16 does
NO_TEXT = b"\x81"  # a byte that neither UTF-8 nor Windows-1252 knows: its line is told as no text


class Unreadable(Exception):
    """The file as a whole cannot be used; `sentence` says why and what would help. Nothing of it was taken."""

    def __init__(self, sentence: str) -> None:
        self.sentence = plain(sentence)  # it may name a file or a column, and stands on terminals
        super().__init__(self.sentence)


class Line(NamedTuple):
    number: int  # of a run of empty lines, the first
    raw: bytes  # with its line break; a run of empty lines is one, with all of theirs
    fits: bool  # not longer than is read
    ended: bool  # with a line break


@contextmanager
def opened(source: Source) -> Iterator[BinaryIO]:
    """The bytes as a stream. Only ordinary files are opened: no pipes, devices or folders."""
    if isinstance(source, bytes):
        yield io.BytesIO(source)
        return
    if isinstance(source, Part):
        with source.open() as inside:
            yield inside
        return
    if not source.is_file():
        raise Unreadable(f"{source.name} is not a file" if source.exists() else f"{source.name} is not there")
    try:
        stream = source.open("rb")
    except OSError as error:
        raise Unreadable(f"{source.name} cannot be opened: {error.strerror}") from error
    with stream:
        yield stream


def lines(stream: BinaryIO) -> Iterator[Line]:
    """Every line with its number. What a line has beyond the longest that is read is passed over; a run of empty lines
    is told as one, so that a million of them cost little.
    """
    number, empty = 0, list[bytes]()
    if ends_in_returns(stream):
        stream = io.BufferedReader(_Returned(stream), 64 * 1024)
    while raw := stream.readline(LONGEST_LINE + 1):
        if (raw == b"\n" or raw == b"\r\n") and len(empty) < MOST_EMPTY:
            empty.append(raw)
            continue
        if empty:
            yield Line(number + 1, b"".join(empty), True, True)
            number += len(empty)
            empty.clear()
        number += 1
        ended = raw.endswith(b"\n")
        fits = ended or len(raw) <= LONGEST_LINE
        if not fits:
            raw = raw[:KEPT_OF_LONG]
            while rest := stream.readline(LONGEST_LINE):
                if rest.endswith(b"\n"):
                    ended = True
                    break
        yield Line(number, raw, fits, ended)
    if empty:
        yield Line(number + 1, b"".join(empty), True, True)


def ends_in_returns(stream: BinaryIO) -> bool:
    """Whether its lines end in carriage returns alone, as an old Macintosh ended them. Goes back to the start."""
    stream.seek(0)
    head = stream.read(64 * 1024)
    stream.seek(0)
    return b"\r" in head and b"\n" not in head


class _Returned(io.RawIOBase):
    """A stream whose carriage returns are line breaks."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self.stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        found = self.stream.read(len(buffer)).replace(b"\r", b"\n")
        buffer[: len(found)] = found
        return len(found)


def start(source: Source, size: int = 64 * 1024) -> bytes:
    """The first bytes, to recognise the file by."""
    with opened(source) as stream:
        return stream.read(size)


@contextmanager
def opened_text(source: Source) -> Iterator[BinaryIO]:
    """The bytes of a text as a stream. UTF-16 that says what it is (as Excel's `Unicode Text` does) comes as UTF-8."""
    with opened(source) as stream:
        said = is_utf16(stream.read(4))
        stream.seek(0)
        yield io.BufferedReader(_Narrowed(stream), 64 * 1024) if said else stream


def is_utf16(start: bytes) -> bool:
    """Whether it begins with the mark of UTF-16, and not with that of UTF-32."""
    return start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and not start.startswith(WIDER_BOM)


def says_its_encoding(stream: BinaryIO) -> bool:
    """Whether a mark at its start says that it is Unicode, whatever its feed declares. Goes back to the start."""
    stream.seek(0)
    marked = isinstance(getattr(stream, "raw", None), _Narrowed) or stream.read(3) == UTF8_BOM
    stream.seek(0)
    return marked


class _Narrowed(io.RawIOBase):
    """A stream of UTF-16 as UTF-8. Half a character, which no writer writes, becomes a byte that is no text."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self.stream = stream
        self.seek(0)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, place: int, whence: int = 0) -> int:
        """Back to the start, which is all that readers of lines ask for."""
        if place or whence:
            raise io.UnsupportedOperation("a text is read from its start")
        self.stream.seek(0)
        self.text, self.ended = b"", False
        big = self.stream.read(2) == codecs.BOM_UTF16_BE
        self.decoder = codecs.getincrementaldecoder("utf-16-be" if big else "utf-16-le")("surrogatepass")
        return 0

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self.text and not self.ended:
            found = self.stream.read(32 * 1024)
            self.ended = not found
            if found:
                self.text = self.decoder.decode(found).encode("utf-8", "sightline-no-text")
            elif self.decoder.getstate()[0]:  # an odd byte: cut short within a character
                self.text = NO_TEXT
        count = min(len(buffer), len(self.text))
        buffer[:count], self.text = self.text[:count], self.text[count:]
        return count


def _no_text(error: UnicodeError) -> tuple[bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return NO_TEXT, error.end


codecs.register_error("sightline-no-text", _no_text)


def refuse_wide(start: bytes) -> None:
    """UTF-32, and UTF-16 that does not say so, are refused with a sentence that helps: line by line they cannot be told
    from garbage."""
    if start.startswith(WIDE_BOMS) or start[:200].count(b"\x00") > len(start[:200]) // 4:
        raise Unreadable("the file is UTF-16 or binary; save it as UTF-8 text (in Excel: CSV UTF-8)")


def named(source: Source) -> str:
    """The file's own name, where it has one."""
    return getattr(source, "name", "")


def emptied(texts: list[str], notes: Notes, position: str = "") -> list[str]:
    """The cells without the words that databases' own tools write where there is nothing: SQL Server `NULL`, Oracle
    `(null)`, DBeaver `[NULL]`, MySQL and PostgreSQL `\\N`. Read as they stand they would be a name, a date that cannot be
    read, or one number that many children share. Only exactly so: somebody may be called Null. The row is kept as received.
    """
    found = ["" if text.strip() in NOTHING else text for text in texts]
    if found != texts:
        notes.add("a database's word for nothing, such as NULL: read as an empty cell", position)
    return found


def may_hold_nothing(line: str) -> bool:
    """Whether a line may have such a cell: asked of each line of a file, so that most cost no more than this."""
    return "NULL" in line or "(null)" in line or "\\N" in line


def clean(text: str, notes: Notes, position: str = "") -> str:
    """The text without characters that turn or hide what stands beside them: with them two names look alike and are
    not, or one name looks like another. Joiners within words stay, for some scripts need them.

    Source: Unicode Technical Report 36, Unicode security considerations, 2.5 (bidirectional text).
    """
    if text.isascii():
        return text
    found = text.translate(TURNING)
    if found != text:
        notes.add("characters that turn or hide text are left out", position)
    return found
