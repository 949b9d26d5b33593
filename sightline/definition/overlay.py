"""Laying one partnership's declarations over another's.

A mapping changes only the keys that it gives, however deep. A text replaces a text. A list is changed by
`{add: […], remove: […]}`, never silently replaced; examples may also be given `{instead: […]}`, where what they
rest on has changed. `{withdrawn: reason}` takes away what the base declares: a whole thing, or one key of a mapping.

Dated values (`{from: …, is: …}`) that are added stand before the base's, so that on the same day the overlay's counts.

Works on nodes (`yaml_lines.Node`), each of which keeps its own file and line: the result knows where every value
came from. Nothing here knows a kind by name: the shape of the thing is asked whether a list is meant.
"""

from __future__ import annotations

from typing import Any

from sightline.definition.nearest import nearest, one_of
from sightline.definition.shape import is_list, short_key
from sightline.definition.types import Fault
from sightline.definition.yaml_lines import Node, Path, dotted, plain

CHANGES = frozenset(("add", "remove"))
HOW = "a list of the base is changed by `{add: [...], remove: [...]}`, never replaced"
HOW_EXAMPLES = HOW + "; examples may be given as `{instead: [...]}`"


def overlay(base: Node, over: Node, model: type, faults: list[Fault]) -> Node:
    """The base thing with the overlay's changes.

    Both are mappings without their first (naming) key. Faults are added to `faults`, at the overlay's lines; where a
    change cannot be understood the base stands.
    """
    return _Overlay(model, faults).mapping(base, over, ())


def withdrawal(node: Node) -> Node | None:
    """The `withdrawn` node of a mapping that says it, else None."""
    value = node.value
    return value.get("withdrawn") if type(value) is dict else None


class _Overlay:
    def __init__(self, model: type, faults: list[Fault]) -> None:
        self.model = model
        self.faults = faults

    def merge(self, base: Node, over: Node, path: Path) -> Node:
        listed = type(base.value) is list or is_list(self.model, path)
        if listed:
            return self.listed(base, over, path)
        key = short_key(self.model, path)
        if key:
            base, over = _long(base, key), _long(over, key)
        if type(base.value) is dict and type(over.value) is dict:
            return self.mapping(base, over, path)
        return over

    def mapping(self, base: Node, over: Node, path: Path) -> Node:
        out: dict[str, Node] = dict(base.value)
        for key, node in over.value.items():
            here = (*path, key)
            gone = withdrawal(node)
            if gone is not None and len(node.value) == 1:
                if not gone.value or not isinstance(gone.value, str):
                    self.fault(gone, (*here, "withdrawn"), "", "the reason why it is withdrawn", "")
                if key in out:
                    del out[key]
                else:
                    near = nearest(key, base.value)
                    self.fault(node, here, key, f"something that the base declares, {one_of(base.value)}", near)
            elif key in out:
                out[key] = self.merge(out[key], node, here)
            else:
                out[key] = self.new(node, here)
        return Node(out, base.file, base.line) if path else Node(out, over.file, over.line)

    def new(self, node: Node, path: Path) -> Node:
        """A key that the base doesn't give: `{add: [...]}` adds to nothing."""
        if is_list(self.model, path) and type(node.value) is dict:
            return self.listed(Node([], node.file, node.line), node, path)
        return node

    def listed(self, base: Node, over: Node, path: Path) -> Node:
        change = over.value
        if type(change) is not dict:
            how = HOW_EXAMPLES if path == ("examples",) else HOW
            self.fault(over, path, _shown(over), how, "", "replaced-list")
            return base
        if path == ("examples",) and set(change) == {"instead"} and type(change["instead"].value) is list:
            return Node(change["instead"].value, over.file, over.line)
        unknown = [key for key in change if key not in CHANGES]
        if unknown or not change:
            for key in unknown:
                how = HOW_EXAMPLES if path == ("examples",) else HOW
                self.fault(change[key], (*path, key), key, how, nearest(key, CHANGES))
            return base
        items = list(_items(base))
        if "remove" in change:
            for node in _items(change["remove"]):
                items = self.without(items, node, (*path, "remove"))
        if "add" in change:
            present = [plain(item) for item in items]
            new = [node for node in _items(change["add"]) if plain(node) not in present]
            dated = new and all(type(n.value) is dict and {"from", "is"} <= set(n.value) for n in new)
            items = [*new, *items] if dated else [*items, *new]
        return Node(items, base.file, base.line)

    def without(self, items: list[Node], node: Node, path: Path) -> list[Node]:
        wanted = plain(node)
        kept = [item for item in items if not _matches(plain(item), wanted)]
        if len(kept) == len(items):
            texts = [item.value for item in items if isinstance(item.value, str)]
            expected = "something that stands in the base's list"
            if texts:
                expected += ", " + one_of(texts)
            self.fault(node, path, _shown(node), expected, nearest(wanted, texts) if isinstance(wanted, str) else "")
        return kept

    def fault(self, node: Node, path: Path, found: str, expected: str, near: str, code: str = "overlay") -> None:
        self.faults.append(
            Fault(
                file=node.file,
                line=node.line,
                path=dotted(path),
                found=found,
                expected=expected,
                nearest=near,
                code=code,
            )
        )


def _long(node: Node, key: str) -> Node:
    """A text that is short for a mapping with one key, written out."""
    return Node({key: node}, node.file, node.line) if isinstance(node.value, str) else node


def _items(node: Node) -> list[Node]:
    """A list's items; one thing where a list is meant is a list of one."""
    if type(node.value) is list:
        return node.value
    return [] if node.value is None else [node]


def _matches(item: Any, wanted: Any) -> bool:
    """The same text, or a mapping that has every key given with the same value."""
    if isinstance(item, dict) and isinstance(wanted, dict):
        return all(key in item and item[key] == value for key, value in wanted.items())
    return bool(item == wanted)


def _shown(node: Node) -> str:
    value = plain(node)
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "…"
