"""JSON in a column of a table, as a set's declaration says that it is to be read: names that are set, some values, or all
of it in words. Text that is no JSON is taken as it stands."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Mapping
from typing import Any

from sightline.definition.types import Column
from sightline.intake.columns import Getter, Values, raw_text

MOST_KNOWN = 4096
_SET = frozenset(("y", "yes", "true", "t", "1"))
_NOT_SET = frozenset(("", "n", "no", "false", "f", "0", "null", "none"))


def of_json(column: Column, codes: Mapping[str, str]) -> Getter:
    get, kind, keys = raw_text(column), column.json_, tuple(key.casefold() for key in column.keys)
    known: dict[str, str] = {}

    def read(values: Values) -> str:
        text = get(values)
        if not text:
            return ""
        found = known.get(text)
        if found is None:
            found = _read(text, kind, keys, column.join or ", ", codes)
            if len(known) > MOST_KNOWN:
                known.clear()
            known[text] = found
        return found

    return read


def _read(text: str, kind: str, keys: tuple[str, ...], join: str, codes: Mapping[str, str]) -> str:
    """What is meant by JSON in a column; text that is no JSON is taken as it stands."""
    pairs = _pairs(text)
    if kind == "values":
        if pairs is None:
            return text
        chosen = [pairs.get(key, "") for key in keys] if keys else list(pairs.values())
        return join.join(piece for piece in chosen if piece)
    if pairs is None:
        pairs = dict.fromkeys((piece.strip().casefold() for piece in re.split(r"[;,]", text) if piece.strip()), "yes")
    wanted = {key: value for key, value in pairs.items() if not keys or key in keys}
    if kind == "flags":
        found = [codes.get(key, codes.get("*", key.upper())) for key, value in wanted.items() if _is_set(value)]
        return "; ".join(dict.fromkeys(code for code in found if code))
    said = [
        codes.get(key, key.replace("_flag", "").replace("_", " ").capitalize())
        + ("" if _is_set(value) else f": {value}")
        for key, value in wanted.items()
        if value.casefold() not in _NOT_SET
    ]
    return "; ".join(said)


def _is_set(value: str) -> bool:
    return value.casefold() in _SET


def _pairs(text: str) -> dict[str, str] | None:
    """JSON's names and values, lower-case names; a list's items are names that are set. None where it is no JSON."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    decode, stack, place = json.JSONDecoder().raw_decode, deque[Any](), 0
    try:
        while place < len(text):  # of several rows that belong to one, each its own
            if text[place] in "; \t\r\n":
                place += 1
                continue
            value, place = decode(text, place)
            stack.append(value)
    except (ValueError, RecursionError):
        return None
    out: dict[str, str] = {}
    while stack:
        each = stack.popleft()
        if isinstance(each, dict):
            for key, item in each.items():
                if isinstance(item, dict | list):
                    stack.append(item)
                else:
                    out[str(key).casefold()] = _plain(item)
        elif isinstance(each, list):
            stack.extendleft(reversed(each))
        elif each is not None:
            out[str(each).strip().casefold()] = "yes"
    return out


def _plain(item: Any) -> str:
    if isinstance(item, bool):
        return "yes" if item else "no"
    return "" if item is None else str(item).strip()
