"""Every text of a bundle, with the place where it stands."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

from sightline.sharing.release.types import Artefact, Piece, Unreadable

BETWEEN = "\n"
MOST_DEEP = 6


def pieces(bundle: Any, where: str = "", deep: int = 0) -> Iterator[Piece | Unreadable]:
    """Takes a bundle apart. Whatever cannot be looked into is said to be unreadable, never passed over."""
    if deep > MOST_DEEP:
        yield Unreadable(where, "too deep")
    elif isinstance(bundle, Artefact):
        name = bundle.name or bundle.kind or where
        place = f"{where} › {name}" if where and bundle.name else name or where
        if bundle.name:
            yield Piece(f"{place} › name", bundle.name)
        yield from _content(bundle.content, bundle.name, bundle.kind, place, deep)
    elif isinstance(bundle, str | bytes | bytearray):
        yield from _content(bundle, "", "", where or "text", deep)
    elif isinstance(bundle, Mapping):
        yield from _record(bundle, where or "record")
    elif hasattr(bundle, "__iter__"):
        yield from _several(list(bundle), where, deep)
    elif bundle is not None:
        yield Piece(where or "text", str(bundle))


def _several(some: list[Any], where: str, deep: int) -> Iterator[Piece | Unreadable]:
    if some and all(isinstance(one, list | tuple) for one in some):
        yield from table([[_text(cell) for cell in row] for row in some], where or "table")
        return
    if some and all(isinstance(one, Mapping) for one in some):
        for n, one in enumerate(some, 1):
            yield from _record(one, f"{where or 'records'}, {n}")
        yield Piece(where or "records", BETWEEN.join(_text(v) for one in some for v in _leaves(one)))
        return
    for n, one in enumerate(some, 1):
        yield from pieces(one, f"{where}, {n}" if where else f"{n}", deep + 1)
    if some and all(isinstance(one, str) for one in some):  # pages, or lines: what begins on one may end on the next
        yield Piece(where or "pages", BETWEEN.join(some))


def _record(record: Mapping[str, Any], where: str) -> Iterator[Piece]:
    cells = [_text(value) for value in _leaves(record)]
    yield Piece(where, BETWEEN.join(cells), tuple(cells))
    yield Piece(f"{where} › names of fields", BETWEEN.join(map(str, _names(record))))


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
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def table(rows: list[list[str]], where: str) -> Iterator[Piece]:
    """A table: each row as a record, and each column downwards, for what is split over rows."""
    for n, row in enumerate(rows, 1):
        yield Piece(f"{where}, row {n}", BETWEEN.join(row), tuple(row))
    for n in range(max(map(len, rows), default=0)):
        column = [row[n] for row in rows if n < len(row)]
        if len(column) > 1:
            yield Piece(f"{where}, column {n + 1}", BETWEEN.join(column))


def _content(content: Any, name: str, kind: str, where: str, deep: int) -> Iterator[Piece | Unreadable]:
    if not isinstance(content, str | bytes | bytearray):
        yield from pieces(content, where, deep + 1)
        return
    ending = (name.rsplit(".", 1)[-1] if "." in name else kind.rsplit("/", 1)[-1].split(";")[0]).lower()
    text = content if isinstance(content, str) else content.decode("utf-8", "replace")
    if ending == "csv":
        yield from table([row for row in csv.reader(io.StringIO(text))], where)
    elif ending in ("json", "jsonl") or text.lstrip()[:1] in ("{", "["):
        try:
            yield from pieces(json.loads(text), where, deep + 1)
        except ValueError:
            yield Piece(where, text)
    else:
        yield Piece(where, text)
