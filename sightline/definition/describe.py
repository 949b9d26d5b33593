"""What one thing says after every overlay, each value with the file and line that it came from."""

from __future__ import annotations

from typing import Any

from sightline.definition.faults import place
from sightline.definition.nearest import nearest
from sightline.definition.types import KINDS, Partnership
from sightline.definition.yaml_lines import Path

WIDTH = 88


class NotDeclared(LookupError):
    """Nothing is declared under that name; the message names what is near."""


def find(partnership: Partnership, thing: str) -> list[str]:
    """The full names (`record/ppn`) that a name or a full name means: more than one where kinds share an id.

    Raises NotDeclared, naming the nearest.
    """
    every = {f"{kind}/{id}" for kind in KINDS if kind != "partnership" for id in getattr(partnership, kind)}
    every.update((f"partnership/{partnership.id}", *partnership.withdrawn))
    kind, slash, id = thing.strip().rpartition("/")
    kind = {"sharing": "rule", "code-list": "codes", "reading-alert": "alert"}.get(kind, kind)
    if slash:
        found = [f"{kind}/{id}"] if f"{kind}/{id}" in every else []
    else:
        found = sorted(name for name in every if name.rpartition("/")[2] == id)
    if found:
        return found
    if slash and kind not in KINDS:
        near = nearest(kind, KINDS)
        raise NotDeclared(f"{kind!r} is not a kind" + (f"; did you mean {near!r}?" if near else ""))
    same_kind = {name for name in every if name.startswith(f"{kind}/")} if slash else every
    near = nearest(id, {name.rpartition("/")[2] for name in same_kind})
    hint = ", ".join(sorted(name for name in same_kind if name.rpartition("/")[2] == near)) if near else ""
    raise NotDeclared(f"{thing!r} is not declared in {partnership.id}" + (f"; did you mean {hint}?" if hint else ""))


def describe(partnership: Partnership, thing: str) -> str:
    """The merged thing as text, one value a line. `thing` is `record/ppn`, or `ppn` where that is enough.

    Raises NotDeclared, naming the nearest.
    """
    return "\n".join(_described(partnership, name) for name in find(partnership, thing))


def _described(partnership: Partnership, name: str) -> str:
    kind, _, id = name.partition("/")
    if name in partnership.withdrawn:
        file, line = place(partnership.origins, name, ("withdrawn",))
        return f"{_line(f'{name}  withdrawn: {partnership.withdrawn[name]}', file, line)}\n"
    model = partnership.info if kind == "partnership" else getattr(partnership, kind)[id]
    data = told(model.model_dump(mode="json", by_alias=True, exclude_unset=True))
    data.pop("id", None)
    lines = [name]
    _lines(partnership, name, data, (), lines)
    return "\n".join(lines) + "\n"


def told(value: Any) -> Any:
    """A dumped thing in the way in which it is written: a condition's terms without the word `terms`, yes and no."""
    if isinstance(value, dict):
        out = {key: told(item) for key, item in value.items() if key != "terms"}
        terms = value.get("terms")
        return {**told(terms), **out} if isinstance(terms, dict) else out
    if isinstance(value, (list, tuple)):
        return [told(item) for item in value]
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value


def _lines(partnership: Partnership, name: str, data: dict[str, Any], path: Path, out: list[str]) -> None:
    indent = "  " * (len(path) + 1)
    for key, value in data.items():
        _value(partnership, name, f"{indent}{key}:", value, (*path, key), out)


def _value(partnership: Partnership, name: str, label: str, value: Any, path: Path, out: list[str]) -> None:
    file, line = place(partnership.origins, name, path)
    indent = "  " * (len(path) + 1)
    if isinstance(value, dict) and value:
        out.append(_line(label, file, line))
        _lines(partnership, name, value, path, out)
    elif isinstance(value, list) and value:
        places = {place(partnership.origins, name, (*path, i))[0] for i in range(len(value))}
        if all(not isinstance(item, (dict, list)) for item in value) and len(places) == 1:
            out.append(_line(f"{label} {', '.join(map(str, value))}", file, line))
            return
        out.append(_line(label, file, line))
        for index, item in enumerate(value):
            where = place(partnership.origins, name, (*path, index))
            shown = _short(item) if isinstance(item, dict) else str(item)
            out.append(_line(f"{indent}- {shown}", *where))
    else:
        out.append(_line(f"{label} {'' if value in (None, [], {}) else value}".rstrip(), file, line))


def _short(value: Any) -> str:
    """A mapping within a list, on one line as in YAML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_short(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_short(item) for item in value) + "]"
    return "null" if value is None else str(value)


def _line(text: str, file: str, line: int) -> str:
    return f"{text:<{WIDTH}}  {file}:{line}" if file else text
