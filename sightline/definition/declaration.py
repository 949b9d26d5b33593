"""One declaration as a text, as a person types it or sends it: what it makes, as far as its shape goes. Pure."""

from __future__ import annotations

from typing import Any

from sightline.definition.shape import shaped
from sightline.definition.types import KINDS, Fault
from sightline.definition.yaml_lines import Node, read


def of_text(text: str | bytes, file: str, kind: str) -> tuple[Any, Node | None, list[Fault]]:
    """The thing of that kind, or None; the tree of its keys, by which faults find their lines; every fault of reading and of
    shape. `file`: its name, for faults."""
    document = read(text, file)
    faults = list(document.faults)
    node = document.node
    if node is None or not isinstance(node.value, dict) or kind not in node.value:
        if not faults:
            faults.append(Fault(file=file, line=1, path=kind, expected=f"`{kind}: an-id` as the first key"))
        return None, None, faults
    inner = Node({key: item for key, item in node.value.items() if key != kind}, file, node.line)
    made = shaped(KINDS[kind][1], inner, str(node.value[kind].value))
    thing = made.thing if isinstance(made.thing, KINDS[kind][1]) else None
    return thing, inner, [*faults, *made.faults]
