"""A zip of files that can be read: each is streamed from where it lies, and nothing is ever unpacked to a disk.

What is refused before anything is unpacked: more files than a folder of exports has, a table of contents too large,
files that share bytes, passwords, links, a zip inside. While unpacking, the bytes that really come out are counted,
whatever the zip says of itself. The names inside are only names: no path in them is followed.

Sources: PKWARE, APPNOTE 6.3.10 (4.3.12 to 4.3.16); OWASP ASVS 5.0, 5.2.3; Fifield, A better zip bomb (2019).
"""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import PurePosixPath
from typing import BinaryIO

from sightline.intake.readers.source import Part, Source, Unreadable, named, opened, start

MOST_MEMBERS = 1000
LARGEST_CONTENTS = 1024 * 1024  # the table of contents, in bytes
MOST_UNPACKED = 4 * 1024 * 1024 * 1024
MOST_RATIO = 60  # unpacked to packed, once more than a little is unpacked: text packs to a tenth or a twentieth
RATIO_FROM = 16 * 1024 * 1024
LARGEST_WORKBOOK = 32 * 1024 * 1024  # in a zip
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_END, _END64 = struct.Struct("<4s4H2LH"), struct.Struct("<4sQ2H2L4Q")
_START = b"PK\x03\x04"


def is_zip(start: bytes) -> bool:
    """Whether these first bytes are a zip's; an empty zip is one too."""
    return start.startswith((_START, b"PK\x05\x06", b"PK\x07\x08"))


def at_hand(source: Source) -> Source:
    """The same; a workbook in a zip is taken into memory, for its parts are read by turns. Raises Unreadable."""
    if not isinstance(source, Part) or not is_zip(start(source, 4)):
        return source
    with source.open() as stream:
        data = stream.read(LARGEST_WORKBOOK + 1)
    if len(data) > LARGEST_WORKBOOK:
        raise Unreadable(
            f"{source.name} is a workbook of more than {LARGEST_WORKBOOK >> 20} MB; send it without the zip"
        )
    return Part(source.name, lambda: closing(io.BytesIO(data)))


def holds(source: Source) -> str:
    """What kind of zip it is: `workbook` (a document of Office's is a zip too) or `files`. Raises Unreadable."""
    with opened(source) as stream:
        archive, members = opened_zip(stream, named(source) or "the zip")
        with archive:
            names = {each.filename.lower() for each in members}
    return "workbook" if "[content_types].xml" in names or {"mimetype", "content.xml"} <= names else "files"


def members(source: Source) -> list[str]:
    """The names, with their paths, of the files in a zip. Raises Unreadable."""
    with opened(source) as stream:
        archive, found = opened_zip(stream, named(source) or "the zip")
        with archive:
            return [each.filename for each in found if not _litter(each)]


def member(source: Source, name: str) -> Part:
    """One file of a zip by its whole name, that can be opened by itself and again. Raises Unreadable when opened."""

    @contextmanager
    def open_() -> Iterator[BinaryIO]:
        with opened(source) as outer:
            archive, found = opened_zip(outer, named(source) or "the zip")
            with archive:
                one = next((each for each in found if each.filename == name), None)
                if one is None:
                    raise Unreadable(f"{named(source)} holds no file {_last(name)}")
                with io.BufferedReader(Counted(archive, one, Budget(_size(outer))), 128 * 1024) as stream:
                    yield stream

    return Part(_last(name), open_)


@contextmanager
def unpacked(source: Source) -> Iterator[list[Part]]:
    """The files in a zip, in the order of their names. Raises Unreadable."""
    with opened(source) as stream:
        archive, members = opened_zip(stream, named(source) or "the zip")
        with archive:
            budget = Budget(_size(stream))
            yield [Part(_last(each.filename), _opener(archive, each, budget)) for each in members if not _litter(each)]


def opened_zip(stream: BinaryIO, name: str) -> tuple[zipfile.ZipFile, list[zipfile.ZipInfo]]:
    """The zip and its files (not its folders), once nothing about them speaks against reading. Raises Unreadable."""
    _refuse_contents(stream, name)
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, UnicodeError, struct.error) as error:
        raise Unreadable(f"{name} is a zip that is broken or cut short; ask for it again") from error
    members = sorted((each for each in archive.infolist() if not each.is_dir()), key=lambda each: each.filename)
    if len(archive.infolist()) > MOST_MEMBERS:
        raise Unreadable(f"{name} holds more than {MOST_MEMBERS} files; send them in several")
    budget = Budget(_size(stream))
    if sum(each.file_size for each in members) > budget.most:
        raise Unreadable(f"{name} unpacks to more than {budget.said}: no export does; it was not unpacked")
    for each in members:
        inside = f"{name} holds {_last(each.filename)}"
        if each.flag_bits & 0x1:
            raise Unreadable(f"{name} has a password; send it without one, by a way that is itself secure")
        if each.compress_type not in METHODS:
            raise Unreadable(f"{inside}, packed in a way that is not read; use an ordinary zip (Deflate)")
        if stat.S_IFMT(each.external_attr >> 16) not in (0, stat.S_IFREG):
            raise Unreadable(f"{inside}, a link or device and not a file; send ordinary files")
    _refuse_shared(archive, name)
    folded: set[str] = set()
    for each in members:
        key = each.filename.replace("\\", "/").casefold()
        if key in folded:
            raise Unreadable(f"{name} holds two files of one name ({_last(each.filename)}); rename one")
        folded.add(key)
    return archive, members


class Budget:
    """How much may still come out of one zip, however its files are read or how often."""

    def __init__(self, packed: int) -> None:
        self.most = max(RATIO_FROM, min(MOST_UNPACKED, packed * MOST_RATIO))
        self.said = f"{MOST_RATIO} times its size" if self.most < MOST_UNPACKED else "4 GB"
        self._furthest: dict[str, int] = {}

    def check(self, came: int, path: str, name: str) -> None:
        """`came`: how far one file is out. Reading it again costs nothing more."""
        self._furthest[path] = max(came, self._furthest.get(path, 0))
        if sum(self._furthest.values()) > self.most:
            raise Unreadable(f"{name} unpacks to more than {self.said}: no export does; it was not read further")


class Counted(io.RawIOBase):
    """A file in a zip as it comes out, counted. Where what comes out is not what was packed, Unreadable."""

    def __init__(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: Budget) -> None:
        super().__init__()
        self.archive, self.member, self.budget, self.came = archive, member, budget, 0
        self.name = _last(member.filename)
        self.stream = self._open()

    def _open(self) -> zipfile.ZipExtFile:
        try:
            return self.archive.open(self.member)  # type: ignore[return-value]
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError, UnicodeError) as error:
            raise Unreadable(f"{self.name} in the zip is broken; ask for the zip again") from error

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            found = self.stream.read1(len(buffer))
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
            raise Unreadable(f"{self.name} in the zip is broken or cut short; ask for the zip again") from error
        self.came += len(found)
        self.budget.check(self.came, self.member.filename, self.name)
        buffer[: len(found)] = found
        return len(found)

    def tell(self) -> int:
        return self.came

    def seek(self, offset: int, whence: int = 0) -> int:
        """Back to the start, or on: enough for readers that look first and then read."""
        if whence != 0:
            raise io.UnsupportedOperation("only from the start")
        if offset < self.came:
            self.stream.close()
            self.stream, self.came = self._open(), 0
        while self.came < offset and self.read(min(65536, offset - self.came)):
            pass
        return self.came

    def close(self) -> None:
        if not self.closed:
            self.stream.close()
        super().close()


def _opener(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: Budget
) -> Callable[[], AbstractContextManager[BinaryIO]]:
    @contextmanager
    def open_() -> Iterator[BinaryIO]:
        with io.BufferedReader(Counted(archive, member, budget), 128 * 1024) as stream:
            yield stream

    return open_


def _refuse_contents(stream: BinaryIO, name: str) -> None:
    """Looks at the end record before the library reads the table of contents whole into memory."""
    size = _size(stream)
    stream.seek(max(0, size - 65_557))
    tail = stream.read(65_557)
    stream.seek(0)
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or len(tail) - place < _END.size:
        raise Unreadable(f"{name} is a zip that is cut short: its table of contents is missing; ask for it again")
    _, _, _, _, count, length, _, _ = _END.unpack_from(tail, place)
    place64 = tail.rfind(b"PK\x06\x06", 0, place)
    if place64 >= 0 and len(tail) - place64 >= _END64.size:
        found = _END64.unpack_from(tail, place64)
        count, length = max(count, found[7]), max(length if length != 0xFFFFFFFF else 0, found[8])
    if length > size:
        raise Unreadable(f"{name} is a zip whose table of contents does not fit in it: it is broken or made to harm")
    if count > MOST_MEMBERS or length > LARGEST_CONTENTS:
        raise Unreadable(f"{name} holds more than {MOST_MEMBERS} files; send them in several")


def _refuse_shared(archive: zipfile.ZipFile, name: str) -> None:
    """Files that lie over each other are how a few bytes become petabytes."""
    end = 0
    for each in sorted(archive.infolist(), key=lambda each: each.header_offset):
        if each.header_offset < end:
            raise Unreadable(f"{name} is a zip whose files share bytes: that is how a zip is made to harm")
        end = each.header_offset + 30 + each.compress_size


def _size(stream: BinaryIO) -> int:
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    return size


def _litter(member: zipfile.ZipInfo) -> bool:
    """What computers leave in zips without anybody's asking."""
    path = PurePosixPath(member.filename.replace("\\", "/"))
    return path.name.startswith(".") or "__MACOSX" in path.parts or path.name in ("Thumbs.db", "desktop.ini")


def _last(path: str) -> str:
    """The last part of a path inside: folders, drives and `..` say nothing here."""
    return PurePosixPath(path.replace("\\", "/")).name[:120] or "a file without a name"
