"""JSON Lines: one object a line (jsonlines.org; RFC 8259). Numbers stay as they were written.

Nothing is guessed: two values for one key, or what is no object, is told and kept. `parse` also reads what comes to the
API, so that both doors refuse the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

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
    lines,
    opened_text,
    refuse_wide,
)
from sightline.intake.types import Unread

DEEPEST = 12
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_BRACKET = re.compile(r"[{}\[\]]")


class Number(str):
    """A JSON number, as written: leading and trailing digits are not ours to round."""

    __slots__ = ()


class Misread(ValueError):
    """Text that is not the JSON that was expected: a reason code, and what was expected."""

    def __init__(self, code: str, expected: str) -> None:
        super().__init__(code)
        self.code, self.expected = code, expected


def parse(raw: bytes) -> Any:
    """A JSON value, with numbers as `Number`. Raises Misread."""
    try:
        text = raw.removeprefix(UTF8_BOM).decode("utf-8")
    except UnicodeDecodeError:
        raise Misread("not-text", "text in UTF-8") from None
    if _depth(text) > DEEPEST:
        raise Misread("too-deep", f"objects and lists at most {DEEPEST} deep")
    try:
        value = json.loads(
            text, object_pairs_hook=_unique, parse_int=Number, parse_float=Number, parse_constant=_no_constant
        )
    except Misread:
        raise
    except json.JSONDecodeError as error:
        raise Misread("not-json", _where(text, error)) from None
    except (ValueError, RecursionError):
        raise Misread("not-json", "JSON") from None
    if "\\u" in text:
        _sound(value)
    return value


def _where(text: str, error: json.JSONDecodeError) -> str:
    """What was expected, and from where on it is not: places alone, nothing of what stands there."""
    if not text.strip():
        return "JSON: there is nothing in it"
    place = f"line {error.lineno}, column {error.colno}"
    return f"JSON, and nothing after it: see {place}" if error.msg == "Extra data" else f"JSON: see {place}"


def rows(source: Source, notes: Notes) -> Iterator[Row | Unread]:
    """Every object, its values by column: what lies deeper has its path with dots (`person.given`, `people.0.born`)."""
    for line, value in objects(source):
        if isinstance(value, Unread):
            yield value
        else:
            values = flat(value)
            if b"\\u" in line.raw or not line.raw.isascii():
                values = {name: clean(text, notes, f"line {line.number}") for name, text in values.items()}
            yield Row(f"line {line.number}", line.raw, values)


def objects(source: Source) -> Iterator[tuple[Line, dict[str, Any] | Unread]]:
    """Every line's object as it is, or what could not be read."""
    with opened_text(source) as stream:
        start = stream.read(400)
        refuse_wide(start)
        if start.removeprefix(UTF8_BOM).lstrip().startswith(b"["):
            raise Unreadable("the file is one JSON list; expected JSON Lines: one object on each line")
        stream.seek(0)
        for line in lines(stream):
            if not line.raw.strip():
                continue
            if not line.fits:
                yield line, _unread(line, "too-long", f"an object of at most {LONGEST_LINE // 1024} kB")
                continue
            try:
                value = parse(line.raw)
                if not isinstance(value, dict):
                    raise Misread("not-an-object", "an object: {…}")
            except Misread as error:
                if error.code == "not-json" and not line.ended:
                    error = Misread("cut-short", "a whole object: the file ends within it")
                yield line, _unread(line, error.code, error.expected)
            else:
                yield line, value


def flat(value: Mapping[str, Any]) -> dict[str, str]:
    """Texts by path. Lists of plain values are one text, parted by `; `; null is empty."""
    out: dict[str, str] = {}
    _flatten("", value, out)
    return out


def _flatten(path: str, value: Any, out: dict[str, str]) -> None:
    if isinstance(value, str):
        out[path] = value
    elif isinstance(value, bool):
        out[path] = "true" if value else "false"
    elif isinstance(value, Mapping):
        for key, item in value.items():
            _flatten(f"{path}.{key}" if path else key, item, out)
    elif isinstance(value, list):
        if not any(isinstance(item, dict | list) for item in value):
            out[path] = "; ".join(_plain(item) for item in value)
        else:
            for index, item in enumerate(value):
                _flatten(f"{path}.{index}", item, out)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _unread(line: Line, code: str, expected: str) -> Unread:
    position = f"line {line.number}"
    return Unread(position, line.raw, code, (Fault(path=position, expected=expected, code=code),))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Misread("duplicate-key", "each key once in an object")
    return found


def _no_constant(name: str) -> Any:
    raise Misread("not-json", "a number; NaN and Infinity are none")


def _depth(text: str) -> int:
    """How deep it is nested, without parsing it."""
    if text.count("{") + text.count("[") <= DEEPEST:
        return 0
    deepest = depth = 0
    for bracket in _BRACKET.findall(_STRING.sub("", text)):
        depth += 1 if bracket in "{[" else -1
        deepest = max(deepest, depth)
    return deepest


def _sound(value: Any) -> None:
    """Escapes can smuggle in what no text may hold: half a character, or NUL."""
    if isinstance(value, str):
        if "\0" in value:
            raise Misread("nul-bytes", "text without NUL")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Misread("not-text", "whole characters: an escape stands for half of one") from None
    elif isinstance(value, dict):
        for key, item in value.items():
            _sound(key)
            _sound(item)
    elif isinstance(value, list):
        for item in value:
            _sound(item)
