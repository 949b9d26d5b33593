"""Whether a declaration has the shape of its kind, and what it says when it has not.

Pydantic finds the faults; this turns them into a practitioner's words with file and line, and names the nearest key.
"""

from __future__ import annotations

import re
import types
import typing
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ValidationError

from sightline.definition.faults import below
from sightline.definition.nearest import nearest, one_of
from sightline.definition.types import Code, Condition, Fault, Thing
from sightline.definition.yaml_lines import Node, Path, at, dotted, plain

MENDINGS = 8  # a faulty mapping within a faulty mapping, as deep as declarations go
EXPECTED = {
    "string_type": "a text",
    "tuple_type": "a list",
    "list_type": "a list",
    "bool_type": "yes or no",
    "bool_parsing": "yes or no",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "date_type": "a date such as 2025-03-31",
    "date_parsing": "a date such as 2025-03-31",
    "date_from_datetime_parsing": "a date such as 2025-03-31",
    "date_from_datetime_inexact": "a date such as 2025-03-31",
    "finite_number": "a number",
    "float_parsing": "a number",
    "float_type": "a number",
    "dict_type": "a mapping (`key: value` lines)",
    "model_type": "a mapping (`key: value` lines)",
    "model_attributes_type": "a mapping (`key: value` lines)",
    "string_pattern_mismatch": "lower-case letters and digits, words joined by hyphens",
}


@dataclass(frozen=True, slots=True)
class Shaped:
    """What came of a declaration: the thing; the faults of its shape; the paths about which nothing more can be said.

    With faults the thing is what is left when the faulty parts are mended as well as can be: good enough to look for
    further faults, never to be used. It is None where not even that can be made.
    """

    thing: Thing | None
    faults: tuple[Fault, ...] = ()
    spoilt: tuple[str, ...] = ()


def shaped(model: type[Thing], node: Node, id: str) -> Shaped:
    """The thing that the node declares, and every fault of its shape: one for each place, at its line.

    A node with faults is mended in place, so that one run can tell of what else is wrong.
    """
    faults: dict[str, Fault] = {}
    spoilt: dict[str, None] = {}
    for _ in range(MENDINGS):
        data = {**plain(node), "id": id}
        try:
            return Shaped(model.model_validate(data), tuple(faults.values()), tuple(spoilt))
        except ValidationError as error:
            errors = sorted(error.errors(include_url=False), key=lambda e: e["type"] == "missing")
            for item in errors:
                fault, path = _fault(model, node, data, item)
                if not path:  # said of the whole thing: told alone, for it may only follow from what is told already
                    return Shaped(None, tuple(faults.values()) or (fault,), (*spoilt, ""))
                if item["type"] == "missing" and at(node, path) is not at(node, path[:-1]):
                    continue  # it stood there under a misspelt name, and has its place again
                if not below(spoilt, fault.path):
                    faults[fault.path] = fault
                spoilt[fault.path] = None
                if len(path) > 1 and _is_model(model, path[:-1]):
                    spoilt[dotted(path[:-1])] = None
                _mend(model, node, path, item["type"])
    return Shaped(None, tuple(faults.values()), tuple(spoilt))


def _mend(model: type, node: Node, path: Path, kind: str) -> None:
    """Takes away or stands in for what is wrong at the path; a misspelt key gets the name that it is nearest to."""
    above, key = at(node, path[:-1]), path[-1]
    if type(above.value) is list and isinstance(key, int):
        above.value[key] = Node(_stand_in(model, path), above.value[key].file, above.value[key].line)
    elif type(above.value) is not dict or not isinstance(key, str):
        return
    elif kind == "extra_forbidden":
        near = nearest(key, known_keys(model, path[:-1]))
        if near and near not in above.value:
            above.value[near] = above.value[key]
        del above.value[key]
    elif kind in ("model_type", "dict_type", "missing"):
        spot = above.value.get(key, above)
        above.value[key] = Node(_stand_in(model, path), spot.file, spot.line)
    else:
        above.value.pop(key, None)


def _stand_in(model: type, path: Path) -> Any:
    """A value of the type that is meant at the path."""
    for kind in _kinds(model, _steps(path)):
        if typing.get_origin(kind) is tuple:
            return []
        if typing.get_origin(kind) is dict or (isinstance(kind, type) and issubclass(kind, BaseModel)):
            return {}
        if kind is date:
            return "2000-01-01"
        if typing.get_origin(kind) is typing.Literal:
            return typing.get_args(kind)[0]
    return ""


def _is_model(model: type, path: Path) -> bool:
    return any(isinstance(kind, type) and issubclass(kind, BaseModel) for kind in _kinds(model, _steps(path)))


def _in_plain_words(said: str) -> str:
    """What the reader of shapes says of what it wanted, without its own terms."""
    return said.lower().removeprefix("value error, ").replace("input should be ", "a value ")


def _fault(model: type[Thing], node: Node, data: Any, error: Any) -> tuple[Fault, Path]:
    kind = error["type"]
    path = _within(data, error["loc"])
    if kind == "value_error" and not path:
        path, error = _named(data, error)
    if kind in ("missing", "extra_forbidden"):
        path = (*path, error["loc"][-1]) if not path or path[-1] != error["loc"][-1] else path
    if kind == "extra_forbidden":
        keys = known_keys(model, path[:-1])
        found, near = str(path[-1]), nearest(path[-1], keys)
        expected = f"a key that is known here, {one_of(keys)}" if keys else "no such key here"
    elif kind == "missing":
        found, near, expected = "", "", f"`{path[-1]}`: it is needed"
    else:
        found, near, expected = _shown(error["input"]), "", EXPECTED.get(kind, _in_plain_words(error["msg"]))
        if kind == "literal_error":
            choices = error["ctx"]["expected"].replace("'", "").replace(" or ", ", ").split(", ")
            expected, near = one_of(choices), nearest(found, choices)
        if error["input"] is None:
            found = "nothing"
    spot = at(node, path)
    fault = Fault(file=spot.file, line=spot.line, path=dotted(path), found=found, expected=expected, nearest=near)
    return fault, path


def _named(data: dict[str, Any], error: Any) -> tuple[Path, Any]:
    """Where what is said of a whole thing begins with one of its keys (`begins`: …): that key and its value. Else nowhere,
    and the thing is not shown whole."""
    named = re.match(r"Value error, `([\w-]+)`", error["msg"])
    if named and named[1] in data:
        return (named[1],), {**error, "input": data[named[1]]}
    return (), {**error, "input": ""}


def _within(data: Any, loc: tuple[str | int, ...]) -> Path:
    """The part of pydantic's location that stands in the declaration: union branches and inner names left out."""
    path: list[str | int] = []
    for step in loc:
        if isinstance(data, dict) and step in data:
            data = data[step]
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            continue
        path.append(step)
    return tuple(path)


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "…"


# --- asking the models about a path -------------------------------------------------------------------


def is_list(model: type, path: Path) -> bool:
    """Whether a list is meant at the path (`sent-by`, `fields.grade.…`), though one text may stand there."""
    return bool(path) and any(typing.get_origin(kind) is tuple for kind in _kinds(model, _steps(path)))


def short_key(model: type, path: Path) -> str:
    """The key for which one text may stand instead of the mapping (`blue: Blue` is `blue: {title: Blue}`), or empty."""
    return "title" if path and Code in _kinds(model, _steps(path)) else ""


def known_keys(model: type, path: Path) -> list[str]:
    """The keys that may stand in the mapping at the path; empty where any may."""
    keys: list[str] = []
    for kind in _kinds(model, _steps(path)):
        if isinstance(kind, type) and issubclass(kind, BaseModel) and kind is not Condition:
            keys += [field.alias or name for name, field in kind.model_fields.items() if name != "id"]
    return keys


def _steps(path: Path) -> tuple[str, ...]:
    return tuple("0" if isinstance(step, int) else step for step in path)


@lru_cache(maxsize=4096)
def _kinds(model: Any, steps: tuple[str, ...]) -> tuple[Any, ...]:
    """The types that may stand at the path below the model."""
    kinds: tuple[Any, ...] = (model,)
    for step in steps:
        below: list[Any] = []
        for kind in kinds:
            origin = typing.get_origin(kind)
            if origin is dict:
                below += _flat(typing.get_args(kind)[1])
            elif origin is tuple:
                below += _flat(typing.get_args(kind)[0])
            elif isinstance(kind, type) and issubclass(kind, BaseModel):
                for name, field in kind.model_fields.items():
                    if (field.alias or name) == step:
                        below += _flat(field.annotation)
        kinds = tuple(below)
    return kinds


def _flat(annotation: Any) -> list[Any]:
    """The parts of a union, with `Annotated` taken off."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return _flat(typing.get_args(annotation)[0])
    if origin in (typing.Union, types.UnionType):
        return [part for arg in typing.get_args(annotation) for part in _flat(arg)]
    return [annotation]
