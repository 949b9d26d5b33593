"""Files read in a process of their own, so that no file can harm the one that writes, and both work at once.

    with apart.reading(path, partnership, feed=…, agencies=…) as reading:
        reading.feed, reading.notes        which feed it is; what was noticed, so far
        for thing in reading: …            a Notification or an Unread, in the file's order
    apart.parts(path, partnership)         what in it is read by itself: files of a folder or zip, or the whole
    apart.look(path, partnership)          its tables with their first rows, for whoever maps them

Raises `Unreadable`, as reading at hand does, and also where the file used more time or memory than a file is given, or
broke the reader. The process is ended when the `with` ends, however it ends. Everything about a file's content happens
there: recognising it too. `room` forks the processes, `child` is what they do, `limits` what they may use, `frames`
what passes between.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from sightline.definition.types import Feed, Partnership
from sightline.intake.notes import Notes
from sightline.intake.readers.apart import frames, limits, rooms
from sightline.intake.readers.source import Unreadable
from sightline.intake.types import Notification, Unread
from sightline.timescales import moment

QUIET = limits.QUIET
GRACE = 2.0  # seconds: the process's own limit comes first


class Reading:
    """One file being read elsewhere. Can be gone through once."""

    def __init__(self, source: Path | bytes, partnership: Partnership, job: dict[str, Any]) -> None:
        size = len(source) if isinstance(source, bytes) else _size(source)
        self.partnership, self.notes, self.name = partnership, Notes(), job["name"]
        self.quiet = limits.quiet_for(size, QUIET)
        self.memory = self.seconds = 0.0  # what it took, once it has ended: bytes, and seconds of processor time
        pretended = moment.now().isoformat() if moment.may_pretend() else ""
        job |= {"memory": limits.memory_for(size), "quiet": self.quiet, "pretend": pretended}
        self._data, self._line = rooms.begin(job, partnership, source if isinstance(source, bytes) else None)
        self._data.settimeout(self.quiet + GRACE)
        self._stream: BinaryIO = self._data.makefile("rb", buffering=1024 * 1024)
        self._feed: Feed | None = None

    def __enter__(self) -> Reading:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def feed(self) -> Feed:
        """The feed that the file is. Raises Unreadable where it is of none."""
        if self._feed is None:
            kind, _, parts = self.frame()
            found = self.partnership.feed.get(parts[0]) if kind == "feed" else None
            if found is None:
                raise self._strange()
            self._feed = found
        return self._feed

    def __iter__(self) -> Iterator[Notification | Unread]:
        assert self.feed
        try:
            while True:
                kind, things, parts = self.frame()
                self.notes.take(parts[0])
                yield from things
                if kind == "end":
                    self._end()
                    return
        finally:
            self.close()

    def frame(self) -> tuple[str, list[Notification | Unread], list[Any]]:
        """The next of what the process hands on. Raises Unreadable, also where it says so itself."""
        try:
            found = frames.take(self._stream)
        except TimeoutError:
            self.close()
            raise Unreadable(self._quiet()) from None
        except (frames.Broken, OSError) as error:
            raise self._strange() from error
        if found is None:
            raise self._died()
        if found[0] == "unreadable":
            with suppress(ValueError, TypeError):
                self.notes.take(found[2][1])
            self._end()
            raise Unreadable(str(found[2][0]))
        if found[0] == "broke":
            self._end()
            kind, where = (str(part)[:60] for part in found[2])
            raise Unreadable(f"the file broke its reader ({kind} in {where}): tell whoever looks after Sightline")
        return found

    def close(self) -> None:
        """Ends the process, if it has not ended by itself."""
        for each in (self._stream, self._data, self._line):
            with suppress(OSError):
                each.close()

    def _end(self) -> dict[str, Any]:
        """How the process ended, and what it took."""
        told: dict[str, Any] = {}
        with suppress(OSError, ValueError):
            self._line.settimeout(5)
            told = json.loads(self._line.recv(4096) or b"{}")
        self.memory, self.seconds = float(told.get("memory", 0)), float(told.get("seconds", 0))
        self.close()
        return told

    def _died(self) -> Unreadable:
        told = self._end()
        if told.get("signal") == signal.SIGXCPU:
            return Unreadable(self._quiet())
        if told.get("signal") == signal.SIGKILL:
            return Unreadable("reading the file was stopped: it used more of this machine than a file is given")
        return Unreadable("the file broke its reader, and nothing else: tell whoever looks after Sightline")

    def _quiet(self) -> str:
        return f"reading was stopped: the file gave nothing for {self.quiet:.0f} seconds; it may be made to do that"

    def _strange(self) -> Unreadable:
        self.close()
        return Unreadable("the process that read the file answered strangely: it was ended, the file not read further")


@dataclass(frozen=True)
class Look:
    """One table of a file: its name, its columns, and the texts of its first rows."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def reading(
    source: Path | bytes,
    partnership: Partnership,
    *,
    feed: str | None = None,
    agencies: Collection[str] | None = None,
    name: str = "",
    member: str = "",
) -> Reading:
    """Begins to read a file, or one file of a zip (`member`). Use it in a `with`, so that it ends when you do."""
    job = _job("read", source, feed, name, member) | {"agencies": list(agencies or ())}
    return Reading(source, partnership, job)


def parts(path: Path, partnership: Partnership, *, feed: str | None = None) -> list[str]:
    """What is read by itself: `[""]` for the whole, else the names of the files in it. Raises Unreadable."""
    with Reading(path, partnership, _job("parts", path, feed, "", "")) as asked:
        kind, _, found = asked.frame()
        if kind != "parts" or not all(isinstance(one, str) for one in found[0]):
            raise asked._strange()
        return list(found[0])


def look(source: Path | bytes, partnership: Partnership, *, rows: int = 20, name: str = "") -> tuple[list[Look], Notes]:
    """The tables of a file of whatever supplier, with their first rows. Raises Unreadable."""
    with Reading(source, partnership, _job("look", source, None, name, "") | {"rows": rows}) as asked:
        kind, _, found = asked.frame()
        if kind != "tables":
            raise asked._strange()
        asked.notes.take(found[1])
        tables = [
            Look(str(table), tuple(map(str, columns)), tuple(tuple(map(str, row)) for row in first))
            for table, columns, first in found[0]
        ]
        return tables, asked.notes


def _job(do: str, source: Path | bytes, feed: str | None, name: str, member: str) -> dict[str, Any]:
    path = "" if isinstance(source, bytes) else str(source.absolute())
    name = name or (member.rpartition("/")[2] if member else "" if isinstance(source, bytes) else source.name)
    return {"do": do, "path": path, "feed": feed or "", "name": name, "member": member}


def _size(path: Path) -> int:
    """Bytes of a file, or of the files in a folder; 0 where it is not there."""
    try:
        if not path.is_dir():
            return path.stat().st_size
        return sum(entry.stat(follow_symlinks=False).st_size for entry in _entries(path))
    except OSError:
        return 0


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as found:
        for entry in found:
            if entry.is_dir(follow_symlinks=False):
                yield from _entries(Path(entry.path))
            else:
                yield entry


__all__ = ["Look", "Reading", "look", "parts", "reading"]
