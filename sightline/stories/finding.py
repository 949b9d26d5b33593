"""Walking a story's YAML: values of the right kind, and a fault with its line wherever one is not."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sightline.definition.nearest import nearest, one_of
from sightline.definition.types import Fault
from sightline.definition.yaml_lines import Node, plain
from sightline.jobs.as_sent import moment_of

_SHORT_HOUR = re.compile(r"(?<=[ T])(\d:\d\d)")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
TRUE, FALSE = frozenset(("true", "yes", "y", "1")), frozenset(("false", "no", "n", "0"))


class Finder:
    """Reads nodes and collects faults; what is faulty comes back empty, so that every fault is found at once."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []

    def fault(self, line: int, path: str, found: object, expected: str, near: str = "") -> None:
        self.faults.append(
            Fault(file=self.file, line=line, path=path, found=str(found), expected=expected, nearest=near, code="story")
        )

    def mapping(self, node: Node | None, path: str) -> dict[str, Node]:
        """The node's keys; empty (with a fault) where it is something else. Nothing at all is an empty mapping."""
        if node is None or node.value is None:
            return {}
        if type(node.value) is not dict:
            self.fault(node.line, path, plain(node), "keys with values, `key: value`")
            return {}
        return node.value

    def items(self, node: Node | None, path: str) -> list[Node]:
        if node is None or node.value is None:
            return []
        if type(node.value) is not list:
            self.fault(node.line, path, plain(node), "a list, `- one` a line or [one, another]")
            return []
        return node.value

    def keys(self, node: Node, path: str, allowed: Collection[str], needed: Collection[str] = ()) -> dict[str, Node]:
        """A mapping with known keys only."""
        found = self.mapping(node, path)
        for key, value in found.items():
            if key not in allowed:
                self.fault(
                    value.line,
                    f"{path}.{key}" if path else key,
                    key,
                    f"a known key, {one_of(allowed, 30)}",
                    nearest(key, allowed),
                )
        for key in needed:
            if key not in found or found[key].value is None:
                self.fault(node.line, path, "", f"`{key}:`, which is needed here")
        return found

    def text(self, node: Node | None, path: str) -> str:
        if node is None or node.value is None:
            return ""
        if not isinstance(node.value, str):
            self.fault(node.line, path, plain(node), "one text")
            return ""
        return node.value.strip()

    def texts(self, node: Node | None, path: str) -> tuple[str, ...]:
        """A list of texts; one alone is a list of one."""
        if node is None or node.value is None:
            return ()
        if isinstance(node.value, str):
            return (node.value.strip(),)
        return tuple(filter(None, (self.text(item, path) for item in self.items(node, path))))

    def one_of(self, node: Node | None, path: str, known: Collection[str], what: str) -> str:
        """A text that is one of the names known; with the nearest where it is not."""
        value = self.text(node, path)
        if value and node is not None:
            self.known(node.line, path, value, known, what)
        return value

    def known(self, line: int, path: str, value: str, known: Collection[str], what: str) -> bool:
        if value in known:
            return True
        choice = f"{what}, {one_of(known)}" if known else f"{what}; there is none"
        self.fault(line, path, value, choice, nearest(value, known))
        return False

    def yes(self, node: Node | None, path: str) -> bool:
        value = self.text(node, path).lower()
        if value and node is not None and value not in TRUE | FALSE:
            self.fault(node.line, path, value, "true or false")
        return value in TRUE

    def moment(self, node: Node | None, path: str, *, end_of_day: bool = False) -> tuple[str, datetime | None]:
        """A moment as it was written and in UTC; `end_of_day`: a day alone means its last minute."""
        value = _SHORT_HOUR.sub(r"0\1", self.text(node, path))
        if not value or node is None:
            return "", None
        try:
            found = moment_of(value).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fault(node.line, path, value, "a moment in London, such as 2025-01-10 21:40, or a day")
            return "", None
        if end_of_day and _DAY.fullmatch(value):
            found = moment_of(f"{value} 23:59").astimezone(UTC) + timedelta(seconds=59)
        return value, found


def as_yes_no(value: Any, codes: Mapping[str, Any] | Collection[str]) -> Any:
    """A bare true or false where yes or no is asked is taken as such."""
    if isinstance(value, str) and "yes" in codes and value.lower() in ("true", "false"):
        return "yes" if value.lower() == "true" else "no"
    return value
