"""JSON objects that hold lists of others, as tables that belong together: a child, the episodes within, the plans within these.

    [{"child": "1", "details": {"born": "2015-02-01"}, "episodes": [{"episode": "E-1", "plans": [{"plan": "P-1"}]}]}]

is three tables: the file's own, with `child` and `details/born`; `episodes`, with `episode`; and `plans`, with `plan`. A row may
also be asked for what stands around it: `outer/child` is the `child` of the nearest object that it lies in and that has one.

For: what a council's system sends of its children in one document (a list, objects one after another, or one object around a
list). Not for: JSON Lines of one kind of record (`jsonl`). Objects are read one at a time, in bounded memory; one that is
broken is told by itself, and the next is looked for by the name with which the first began.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, BinaryIO

from sightline.definition.types import Fault
from sightline.intake.mapping import Row
from sightline.intake.notes import Notes
from sightline.intake.readers.jsonl import Misread, parse
from sightline.intake.readers.source import (
    KEPT_OF_LONG,
    UTF8_BOM,
    Source,
    Unreadable,
    clean,
    is_utf16,
    named,
    opened_text,
    refuse_wide,
)
from sightline.intake.types import Unread

OUTER = "outer/"
LONGEST = 8 * 1024 * 1024  # characters of one object, with all that lies in it
CHUNK = 64 * 1024
MOST_BROKEN = 200  # objects after which the rest is told as one
MOST_TABLES, MOST_COLUMNS = 100, 2000
MEND = "mend the file, and load it again: what was taken in already does not come twice"
NOT_JSON, CUT_SHORT = f"JSON objects, each whole; {MEND}", f"a whole object: the file ends within it; {MEND}"
_BETWEEN = re.compile(r"[\s,\[\]]*")
_BEGINS = re.compile(r'\{\s*("(?:[^"\\]|\\.){1,80}")\s*:')
Values = dict[str, str]


def is_one(start: bytes) -> bool:
    """Whether a text that begins so may be JSON."""
    if is_utf16(start):
        start = start[2:].replace(b"\0", b"")
    return start.removeprefix(UTF8_BOM).lstrip()[:1] in (b"[", b"{")


def tables(source: Source, name: str, wanted: Collection[str], objects: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The tables in a document, each with its columns; its own, called `name`, comes first.

    `wanted`: columns that are asked for; of what stands around a row only these are given. `objects`: names under which an
    object that stands alone is a table of one row, and not a part of the row it lies in. Raises Unreadable.
    """
    found: dict[str, dict[str, None]] = {name: {}}
    around = [each for each in wanted if each.startswith(OUTER)]
    for value in _good(source):
        for table, values in _rows_of(value, name, around, frozenset(objects)):
            columns = found.setdefault(table, {})
            columns.update(dict.fromkeys(values))
            if len(found) > MOST_TABLES:
                raise Unreadable(
                    f"{named(source)} holds more than {MOST_TABLES} kinds of objects; send them in several"
                )
            if len(columns) > MOST_COLUMNS:
                raise Unreadable(f"{named(source)} has objects of more than {MOST_COLUMNS} names; an object has a few")
    return {table: tuple(columns) for table, columns in found.items()}


def rows(
    source: Source, table: str, name: str, wanted: Collection[str], objects: Collection[str], notes: Notes
) -> Iterator[Row | Unread]:
    """One table's rows. With the rows of the document's own table comes what could not be read."""
    around = [each for each in wanted if each.startswith(OUTER)]
    for number, raw, value in _objects(source):
        position = f"{table[:24]}:{number}"
        if isinstance(value, Misread):
            if table == name:
                yield Unread(
                    position, raw, value.code, (Fault(path=position, expected=value.expected, code=value.code),)
                )
            continue
        for of, values in _rows_of(value, name, around, frozenset(objects)):
            if of == table:
                values = {key: clean(text, notes, position) for key, text in values.items()}
                yield Row(position, json.dumps(values, ensure_ascii=False, sort_keys=True).encode(), values)


# --- objects ------------------------------------------------------------------------------------------


def _good(source: Source) -> Iterator[dict[str, Any]]:
    return (value for _, _, value in _objects(source) if not isinstance(value, Misread))


def _objects(source: Source) -> Iterator[tuple[int, bytes, dict[str, Any] | Misread]]:
    """Every object with its number, or why what stands in its place is none. Of one object around a list, what lies in it."""
    with opened_text(source) as stream:
        refuse_wide(stream.read(400))
        stream.seek(0)
        number = 0
        for text, none in _pieces(stream):
            raw = text.encode("utf-8", "surrogateescape")
            try:
                if none is not None:
                    raise none
                value = parse(raw)
                if not isinstance(value, dict):
                    raise Misread("not-an-object", "an object: {…}")
            except Misread as error:
                number += 1
                yield number, raw[:KEPT_OF_LONG], error
                continue
            for each in _within(value):
                number += 1
                yield number, raw[:KEPT_OF_LONG], each


def _within(value: dict[str, Any]) -> list[dict[str, Any]]:
    """The objects of a list that all else in this one only introduces: `{"council": "383", "children": [{…}, …]}`."""
    lists = [key for key, item in value.items() if isinstance(item, list)]
    deep = [key for key, item in value.items() if isinstance(item, dict)]
    if len(lists) != 1 or deep or any(_is_a_key(key) for key in value if key != lists[0]):
        return [value]
    held = value[lists[0]]
    if not held or not all(isinstance(each, dict) and any(isinstance(v, dict) for v in each.values()) for each in held):
        return [value]
    about = {key: item for key, item in value.items() if key != lists[0]}
    return [{**about, **each} for each in held]


def _is_a_key(name: str) -> bool:
    """Whether a name is that of a thing's own number: then the object is a thing, and not a cover for others."""
    return name.casefold().replace("-", "_").endswith("_id") or name.casefold() == "id"


def _pieces(stream: BinaryIO) -> Iterator[tuple[str, Misread | None]]:
    """The text of each object, found by reading little more than it; or what is none, and why."""
    decode = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape").decode
    scan = json.JSONDecoder().raw_decode
    text, place, ended, broken = "", 0, False, 0
    begins: re.Pattern[str] | None = None

    def more(size: int) -> bool:
        nonlocal text, place, ended
        if ended:
            return False
        read = stream.read(size)
        ended = not read
        text, place = text[place:] + decode(read, ended), 0
        return not ended

    while True:
        place = _BETWEEN.match(text, place).end()  # type: ignore[union-attr]
        if place == len(text):
            if not more(CHUNK):
                return
            continue
        if text[place] != "{":  # a million numbers are told as one thing that is no object
            none, following = text[place : place + KEPT_OF_LONG], text.find("{", place)
            while following < 0:
                place = len(text)
                if not more(CHUNK):
                    break
                following = text.find("{", place)
            yield none, Misread("not-an-object", NOT_JSON)
            if following < 0:
                return
            place = following
            continue
        try:
            _, end = scan(text, place)
        except (ValueError, RecursionError):
            have = len(text) - place
            if have < LONGEST and more(max(CHUNK, have)):
                continue
        else:
            if begins is None and (first := _BEGINS.match(text, place)):
                begins = re.compile(r"\{\s*" + re.escape(first[1]) + r"\s*:")
            yield text[place:end], None
            place = end
            continue
        broken += 1
        again = begins.search(text, place + 1) if begins and broken < MOST_BROKEN else None
        until = again.start() if again else len(text)
        why = Misread("not-json", NOT_JSON) if again or not ended else Misread("cut-short", CUT_SHORT)
        yield text[place : min(until, place + KEPT_OF_LONG)], why
        if not again:
            return
        place = until


# --- tables -------------------------------------------------------------------------------------------


def _rows_of(
    value: Mapping[str, Any], name: str, around: Collection[str], objects: Collection[str]
) -> Iterator[tuple[str, Values]]:
    """Every row that an object holds: the table it is of, and its values. Its own comes first."""
    waiting: list[tuple[str, Mapping[str, Any], tuple[Values, ...]]] = [(name, value, ())]
    while waiting:
        table, each, outer = waiting.pop()
        own: Values = {}
        inner: list[tuple[str, Mapping[str, Any]]] = []
        _flatten("", each, own, inner, objects)
        row = dict(own)
        if outer:
            for wanted in around:
                key = wanted.removeprefix(OUTER)
                row[wanted] = next((values[key] for values in outer if key in values), "")
        yield table, row
        waiting += [(key, held, (own, *outer)) for key, held in reversed(inner)]


def _flatten(
    path: str,
    value: Mapping[str, Any],
    own: Values,
    inner: list[tuple[str, Mapping[str, Any]]],
    objects: Collection[str],
) -> None:
    for key, item in value.items():
        here = f"{path}/{key}" if path else key
        if isinstance(item, Mapping):
            if key in objects:
                inner.append((key, item))
            else:
                _flatten(here, item, own, inner, objects)
        elif isinstance(item, list):
            inner += [(key, each) for each in item if isinstance(each, Mapping)]
            plain = [_plain(each) for each in item if not isinstance(each, Mapping | list)]
            if plain or not (item or key in objects):
                own[here] = "; ".join(text for text in plain if text)
        else:
            own[here] = _plain(item)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
