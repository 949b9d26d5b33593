"""YAML as text, with the line on which each thing stands.

Every scalar stays the text that somebody wrote: YAML's own guesses (`on` is true, `21:40` is 1300, `2025-03-01` is
a date) never matter, because types come from the model. A plain `null`, `~` or nothing is None. Duplicate keys,
anchors and aliases are faults: what is declared is read aloud, and says each thing once.

The C parser composes; nothing is constructed twice. About 15,000 lines take a fifth of a second.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

from sightline.definition.types import Fault

Path = tuple[str | int, ...]
NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_TEXT = "tag:yaml.org,2002:str"


class Node:
    """A value and the place where it stands. `value` is a text, None, a dict of nodes or a list of nodes.

    `line` counts from 1 and is the key's line for a value in a mapping; `file` is the name that the reader was given.
    """

    __slots__ = ("file", "line", "value")

    def __init__(self, value: Any, file: str, line: int) -> None:
        self.value = value
        self.file = file
        self.line = line


@dataclass(frozen=True, slots=True)
class Document:
    """What `read` answers: `data` in plain Python, `lines` by path, `faults`. `node` is both at once."""

    node: Node | None
    faults: tuple[Fault, ...]

    @property
    def data(self) -> Any:
        """The values as plain dicts, lists, texts and None."""
        return None if self.node is None else plain(self.node)

    @property
    def lines(self) -> dict[str, int]:
        """Line numbers by path: `fields.grade.of` -> 12, `examples.0` -> 40; the whole document is ``."""
        return {} if self.node is None else {dotted(path): node.line for path, node in walk(self.node)}


def read(text: str | bytes, file: str) -> Document:
    """Read one YAML document. Faults name the file and the line; a document that cannot be read has no node.

    The first key may stand twice when it names the thing (`codes: grade`, then `codes:` with a mapping below).
    """
    try:
        loader = _Loader(text)
    except yaml.YAMLError as error:  # bytes that are not UTF-8
        return Document(None, (_unreadable(error, file),))
    try:
        root = loader.get_single_node()
    except yaml.YAMLError as error:
        return Document(None, (_unreadable(error, file),))
    finally:
        loader.dispose()
    if root is None:
        return Document(None, (Fault(file=file, line=1, expected="something: the file is empty", code="empty"),))
    faults: list[Fault] = []
    node = _convert(root, file, faults, (), set(), 1)
    return Document(node, tuple(faults))


def plain(node: Node) -> Any:
    """The node's value without places: dicts, lists, texts, None."""
    value = node.value
    if type(value) is dict:
        return {key: plain(item) for key, item in value.items()}
    if type(value) is list:
        return [plain(item) for item in value]
    return value


def walk(node: Node, path: Path = ()) -> list[tuple[Path, Node]]:
    """The node and everything below it, in order, with paths."""
    found: list[tuple[Path, Node]] = [(path, node)]
    value = node.value
    if type(value) is dict:
        for key, item in value.items():
            found.extend(walk(item, (*path, key)))
    elif type(value) is list:
        for index, item in enumerate(value):
            found.extend(walk(item, (*path, index)))
    return found


def at(node: Node, path: Path) -> Node:
    """The node at the path, or the nearest one above it that is there."""
    for step in path:
        value = node.value
        if type(value) is dict and step in value:
            node = value[step]
        elif type(value) is list and isinstance(step, int) and step < len(value):
            node = value[step]
        else:
            break
    return node


def dotted(path: Path) -> str:
    """`("fields", "grade", "of")` as `fields.grade.of`."""
    return ".".join(str(step) for step in path)


class _Loader(yaml.CSafeLoader):
    """Composes without looking at each scalar for what it might be: all are text."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> str:
        return _TEXT

    def descend_resolver(self, current_node: Any, current_index: Any) -> None:
        """Nothing: no path resolvers."""

    def ascend_resolver(self) -> None:
        """Nothing: no path resolvers."""


def _convert(node: Any, file: str, faults: list[Fault], path: Path, seen: set[int], line: int) -> Node:
    if isinstance(node, yaml.ScalarNode):
        value: Any = node.value
        if not node.style and value in NULLS:
            value = None
        return Node(value, file, line)
    if id(node) in seen:
        faults.append(_fault(file, line, path, "an alias (`*`)", "the thing itself, written out", "alias"))
        return Node(None, file, line)
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        items = [
            _convert(item, file, faults, (*path, i), seen, item.start_mark.line + 1)
            for i, item in enumerate(node.value)
        ]
        return Node(items, file, line)
    out: dict[str, Node] = {}
    naming = not path and bool(node.value) and isinstance(node.value[0][1], yaml.ScalarNode)
    for position, (key_node, value_node) in enumerate(node.value):
        key, where = key_node.value, key_node.start_mark.line + 1
        if not isinstance(key, str):
            faults.append(_fault(file, where, path, "a list or mapping as a key", "a text", "key"))
            continue
        if key in out:
            names_the_thing = (
                naming and position and key == next(iter(out)) and isinstance(value_node, yaml.MappingNode)
            )
            if not names_the_thing:
                first = f"each key once (the first is on line {out[key].line})"
                faults.append(_fault(file, where, (*path, key), key, first, "duplicate"))
                continue
            name = out.pop(key)
            rest, out = out, {f"{key}:": name}
            out.update(rest)
        out[key] = _convert(value_node, file, faults, (*path, key), seen, where)
    return Node(out, file, line)


def _fault(file: str, line: int, path: Path, found: str, expected: str, code: str) -> Fault:
    return Fault(file=file, line=line, path=dotted(path), found=found, expected=expected, code=code)


def _unreadable(error: yaml.YAMLError, file: str) -> Fault:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line = mark.line + 1 if mark is not None else 1
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    return Fault(file=file, line=line, found=str(problem), expected="YAML that can be read", code="yaml")
