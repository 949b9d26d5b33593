"""What passes from the process that reads to the one that writes: lengths, JSON and bytes. Never anything that runs.

A frame is two lengths, a JSON list and, after it, the rows as received, end to end. The reading process may have been
taken over by the file that it read; so what comes from it is only ever text, numbers and bytes, checked as it arrives.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from typing import Any, BinaryIO

from sightline.definition.types import Fault
from sightline.intake.types import Details, Named, Notification, Unread

LARGEST = 64 * 1024 * 1024
_LENGTHS = struct.Struct("!II")
_DETAILS = tuple(name for name in Details.__slots__ if name != "noted")  # nothing is noted before it is taken in
_LINES = _DETAILS.index("lines")
Things = Sequence[Notification | Unread]


class Broken(Exception):
    """What came is no frame: the reading process is not what it should be."""


def pack(kind: str, *parts: Any, things: Things = ()) -> bytes:
    """One frame. `kind` and `parts` are plain values; `things` go along in their order."""
    told = json.dumps([kind, [_told(thing) for thing in things], *parts], ensure_ascii=True, separators=(",", ":"))
    raws = b"".join(thing.raw for thing in things)
    return b"".join((_LENGTHS.pack(len(told), len(raws)), told.encode("ascii"), raws))


def take(stream: BinaryIO) -> tuple[str, list[Notification | Unread], list[Any]] | None:
    """The next frame: its kind, its things and its parts; None where the stream ends. Raises Broken."""
    lengths = stream.read(_LENGTHS.size)
    if len(lengths) < _LENGTHS.size:
        return None
    told, raws = _LENGTHS.unpack(lengths)
    if told > LARGEST or raws > LARGEST:
        raise Broken
    text, rows = stream.read(told), stream.read(raws)
    if len(text) < told or len(rows) < raws:
        return None
    try:
        kind, things, *parts = json.loads(text)
        return kind, _things(things, rows), parts
    except (ValueError, TypeError, KeyError, IndexError, RecursionError) as error:
        raise Broken from error


def _told(thing: Notification | Unread) -> list[Any]:
    if isinstance(thing, Unread):
        faults = [[f.path, f.expected, f.found, f.nearest, f.code, f.file, f.line] for f in thing.faults]
        return [len(thing.raw), thing.position, thing.reason, thing.message_id, thing.agency, faults]
    return [
        len(thing.raw),
        thing.position,
        thing.agency,
        thing.record,
        thing.message_id,
        thing.happened,
        thing.says,
        thing.until,
        thing.sent,
        thing.version,
        thing.fields,
        thing.place,
        [[one.key, one.roles, [getattr(one.details, name) for name in _DETAILS]] for one in thing.people],
        thing.relations,
        thing.undated,
        thing.formerly,
    ]


def _things(told: list[list[Any]], rows: bytes) -> list[Notification | Unread]:
    out: list[Notification | Unread] = []
    place = 0
    for length, *values in told:
        raw = rows[place : place + length]
        place += length
        if len(values) == 5:
            *texts, faults = values
            position, reason, message_id, agency = _texts(texts)
            found = tuple(
                Fault(path=p, expected=e, found=f, nearest=n, code=c, file=w, line=line)
                for p, e, f, n, c, w, line in faults
            )
            out.append(Unread(position, raw, reason, found, message_id, agency))
            continue
        position, agency, record, message_id, happened, says, until, sent, version = _texts(values[:9])
        fields, place_of, people, relations, undated, formerly = values[9:]
        _texts(fields.values())
        _texts(place_of.values())
        out.append(
            Notification(
                agency,
                record,
                message_id,
                happened,
                tuple([Named(key, tuple(_texts(roles)), _details(details)) for key, roles, details in people]),
                fields,
                says,
                place_of,
                until,
                sent,
                version,
                tuple([tuple(_texts(relation)) for relation in relations]),  # type: ignore[misc]
                position,
                raw,
                undated is True,
                tuple(_texts(formerly)),
            )
        )
    if place != len(rows):
        raise Broken
    return out


def _details(values: list[Any]) -> Details:
    lines = values[_LINES]
    values[_LINES] = ""
    _texts(values)
    values[_LINES] = tuple(_texts(lines))
    return Details(*values)


def _texts(values: Any) -> Any:
    for value in values:
        if type(value) is not str:
            raise TypeError
    return values
