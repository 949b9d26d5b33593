"""What a reading process does: one file, handed on in frames, within its limits."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from sightline.definition.types import Partnership
from sightline.intake import readers
from sightline.intake.notes import Notes
from sightline.intake.readers import zipped
from sightline.intake.readers.apart import frames, limits
from sightline.intake.readers.source import Source, Unreadable
from sightline.intake.types import Notification, Unread
from sightline.timescales.moment import allow_pretending, pretend

FIRST, MOST = 8, 200  # things in a frame
MOST_BYTES = 512 * 1024  # of rows in a frame
TOO_MUCH = "reading the file would take more memory than a file is given; send it in parts, or as CSV"
TOO_MANY_WAIT = 10_000  # rows; and more than a hundred to each that was read
LOOK = "Look at those that wait: it may be another kind of file, or its layout may have changed"
Send = Callable[[bytes], None]


def work(job: dict[str, Any], partnership: Any, data: int, handles: list[int]) -> None:
    """Does the job and says how it went; never raises."""
    limits.hold(job["memory"], job["quiet"])
    limits.wall_off(*([Path(job["path"])] if job["path"] else []))
    spare = bytearray(2 * 1024 * 1024)  # given back where memory runs out, so that a sentence can still be sent

    def send(frame: bytes) -> None:
        view = memoryview(frame)
        while view:
            view = view[os.write(data, view) :]
        limits.more_time(job["quiet"])

    notes = Notes()
    try:
        source = _source(job, handles)
        if job.get("pretend"):
            allow_pretending()
            with pretend(datetime.fromisoformat(job["pretend"])):
                JOBS[job["do"]](job, source, partnership, notes, send)
        else:
            JOBS[job["do"]](job, source, partnership, notes, send)
    except Unreadable as error:
        send(frames.pack("unreadable", error.sentence, notes.told()))
    except MemoryError:
        del spare
        send(frames.pack("unreadable", TOO_MUCH, []))
    except Exception as error:
        send(frames.pack("broke", type(error).__name__, _where(error)))


def _source(job: dict[str, Any], handles: list[int]) -> Source:
    if handles:  # bytes that the asker holds, given as a file without a name
        path = Path(f"/proc/self/fd/{handles[0]}")
        source: Source = zipped.Part(job["name"] or "the file", lambda: path.open("rb"))
    else:
        source = Path(job["path"])
    return zipped.member(source, job["member"]) if job.get("member") else source


def _read(job: dict[str, Any], source: Source, partnership: Partnership, notes: Notes, send: Send) -> None:
    feed = readers.detect(source, partnership, job["feed"] or None)
    send(frames.pack("feed", feed.id))
    things = readers.read(source, feed, partnership, notes, agencies=job["agencies"], name=job["name"])
    size, waiting, held = FIRST, list[Notification | Unread](), 0
    good = bad = 0
    for thing in things:
        waiting.append(thing)
        if isinstance(thing, Unread):
            bad += 1
            if bad >= TOO_MANY_WAIT and bad > TOO_MANY_WAIT * good / 100:
                send(frames.pack("things", notes.told(), things=waiting))
                raise Unreadable(
                    f"almost nothing of it fits the feed {feed.id}: {bad:,} rows wait, {good:,} were read. {LOOK}"
                )
        else:
            good += 1
        held += len(thing.raw)
        if len(waiting) >= size or held >= MOST_BYTES:
            send(frames.pack("things", notes.told(), things=waiting))
            size, waiting, held = MOST, [], 0
    if waiting:
        send(frames.pack("things", notes.told(), things=waiting))
    send(frames.pack("end", notes.told()))


def _parts(job: dict[str, Any], source: Source, partnership: Partnership, notes: Notes, send: Send) -> None:
    send(frames.pack("parts", readers.parts(source, partnership, job["feed"] or None)))


def _look(job: dict[str, Any], source: Source, partnership: Partnership, notes: Notes, send: Send) -> None:
    """The tables of a file with their first rows, for whoever maps a new supplier's."""
    from sightline.intake.mapping import Row
    from sightline.intake.readers.tabular import open_set

    with open_set(source, notes) as tables:
        found = []
        for table in tables:
            rows = []
            for row in table.rows():
                if isinstance(row, Row):
                    rows.append([row.values.get(name, "") for name in table.columns])
                if len(rows) >= job["rows"]:
                    break
            found.append([table.name, list(table.columns), rows])
    send(frames.pack("tables", found, notes.told()))


JOBS = {"read": _read, "parts": _parts, "look": _look}


def _where(error: BaseException) -> str:
    """The place in our own code: never what the error says, which may repeat the file."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno}"
