"""YAML as text, with the line on which each thing stands.

Every scalar stays the text that somebody wrote: YAML's own guesses (`on` is true, `21:40` is 1300, `2025-03-01` is
a date) never matter, because types come from the model. A plain `null`, `~` or nothing is None. Duplicate keys,
anchors, aliases and tags are faults: what is declared is read aloud, and says each thing once, as text.

The C parser composes; nothing is constructed twice. About 15,000 lines take a fifth of a second.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml

from sightline.definition.types import Fault

Path = tuple[str | int, ...]
NULLS = frozenset(("", "~", "null", "Null", "NULL"))
LARGEST = 2_000_000  # bytes: fifty times our longest. What a person could not read through is not read
DEEPEST = 40  # within one another: far more than anything declared, and less than the reader's own stack
_TEXT = "tag:yaml.org,2002:str"
_MAY_REFER = re.compile(rb"(?:^|[\s,\[{:-])[&*!][\w!<]", re.MULTILINE)  # an anchor, alias or tag; or words that look so
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_TOO_DEEP = f"more than {DEEPEST} lists or mappings within one another"
_PLAIN = {  # what the reader of YAML says, and what whoever wrote the file can do about it
    "found another document": ("a second document (`---`)", "one thing in one file"),
    "mapping values are not allowed": (
        "a second `: ` on one line",
        "the text in quotes, or the key on a line of its own",
    ),
    "found unexpected end of stream": ("a quote that is not closed", "the closing quote"),
    "did not find expected ',' or": (
        "a list or mapping that is not closed",
        "`,` between its parts, and `]` or `}` at its end",
    ),
    "did not find expected '-' indicator": (
        "a line that is no part of the list above it",
        "`- ` under the line above's",
    ),
    "did not find expected key": (
        "a line at another depth than those above it, or a text that ends before it",
        "keys under one another; a text with quotes or colons in it in quotes as a whole",
    ),
    _TOO_DEEP: (_TOO_DEEP, "what can be read aloud"),
    "could not find expected ':'": ("a line without `: `", "`key: value`"),
}


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
    raw = text.encode() if isinstance(text, str) else text
    if len(raw) > LARGEST:
        expected = f"a file of {LARGEST // 1_000_000} MB at most: one thing in one file"
        return Document(None, (_fault(file, 1, (), "more than that", expected, "size"),))
    faults = _no_text(raw, file)
    if faults:
        return Document(None, tuple(faults))
    try:
        if _MAY_REFER.search(raw):
            faults = _references(raw, file)
            if any(
                fault.code == "alias" for fault in faults
            ):  # nothing is unfolded: a few lines may stand for millions
                return Document(None, tuple(faults))
        loader = _Loader(raw)
    except yaml.YAMLError as error:
        return Document(None, (_unreadable(error, file, raw),))
    try:
        root = loader.get_single_node()
    except yaml.YAMLError as error:
        return Document(None, (_unreadable(error, file, raw),))
    finally:
        loader.dispose()
    if root is None:
        return Document(None, (Fault(file=file, line=1, expected="something: the file is empty", code="empty"),))
    node = _convert(root, file, faults, (), 1)
    return Document(node, tuple(faults))


def _no_text(raw: bytes, file: str) -> list[Fault]:
    """The first byte that is not UTF-8, or the first control character, at its line."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        found = f"a byte that is not UTF-8 (0x{raw[error.start]:02x})"
        return [_fault(file, line, (), found, "the file saved as UTF-8", "yaml")]
    control = _CONTROL.search(text)
    if control is None:
        return []
    line = text.count("\n", 0, control.start()) + 1
    return [_fault(file, line, (), f"a control character (0x{ord(control[0]):02x})", "text that can be read", "yaml")]


def _references(raw: bytes, file: str) -> list[Fault]:
    """Every anchor, alias and tag. Raises `yaml.YAMLError` where the text cannot be read."""
    faults: list[Fault] = []
    for event in yaml.parse(raw, Loader=yaml.CSafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            faults.append(
                _fault(file, line, (), f"an alias (`*{event.anchor}`)", "the thing itself, written out", "alias")
            )
            continue
        if anchor := getattr(event, "anchor", None):
            faults.append(_fault(file, line, (), f"an anchor (`&{anchor}`)", "the value alone", "anchor"))
        if tag := getattr(event, "tag", None):
            faults.append(
                _fault(file, line, (), f"a tag (`{tag}`)", "the value alone: what it is follows from its key", "tag")
            )
    return faults


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

    depth = 0

    def resolve(self, kind: Any, value: Any, implicit: Any) -> str:
        return _TEXT

    def descend_resolver(self, current_node: Any, current_index: Any) -> None:
        """Counts how deep it is; there are no path resolvers."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise yaml.MarkedYAMLError(problem=_TOO_DEEP, problem_mark=current_node.start_mark)

    def ascend_resolver(self) -> None:
        """One less deep."""
        self.depth -= 1


def _convert(node: Any, file: str, faults: list[Fault], path: Path, line: int) -> Node:
    if isinstance(node, yaml.ScalarNode):
        value: Any = node.value
        if not node.style and value in NULLS:
            value = None
        return Node(value, file, line)
    if isinstance(node, yaml.SequenceNode):
        items = [
            _convert(item, file, faults, (*path, i), item.start_mark.line + 1) for i, item in enumerate(node.value)
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
        out[key] = _convert(value_node, file, faults, (*path, key), where)
    return Node(out, file, line)


def _fault(file: str, line: int, path: Path, found: str, expected: str, code: str) -> Fault:
    return Fault(file=file, line=line, path=dotted(path), found=found, expected=expected, code=code)


def _unreadable(error: yaml.YAMLError, file: str, raw: bytes) -> Fault:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line = mark.line + 1 if mark is not None else 1
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    found, expected = problem, "YAML that can be read"
    if "cannot start any token" in problem and mark is not None:
        lines = raw.decode("utf-8-sig").splitlines()
        there = lines[mark.line][mark.column : mark.column + 1] if mark.line < len(lines) else ""
        found, expected = f"{there!r} at the beginning of a text", "the text in quotes"
        if there == "\t":
            found, expected = "a tab", "spaces: YAML is indented with spaces alone"
    for said, words in _PLAIN.items():
        if said in problem:
            found, expected = words
    return Fault(file=file, line=line, found=found, expected=expected, code="yaml")
