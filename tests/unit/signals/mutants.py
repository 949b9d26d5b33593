"""Rules that are a little wrong: each differs from a declared one by a single number, word or question.

For: finding out whether a rule's own examples would notice. What is left alone: words for people, whom a rule tells and how
long it rests (stories show those), and its examples.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

from sightline.definition.kinds.signals import Signal

WINDOWS = ("within", "over", "against", "for", "every")
_AMOUNT = re.compile(r"(\d+) (.+)")
Path = tuple[Any, ...]
Change = tuple[str, dict[str, Any]]


def mutants(signal: Signal) -> Iterator[tuple[str, Signal]]:
    """Each changed rule, with what is changed."""
    whole = signal.model_dump(by_alias=True, exclude_defaults=True)
    for said, changed in _of_rule(whole):
        try:
            yield said, Signal.model_validate(changed)
        except ValueError:
            continue  # no rule at all: `check` refuses it


def _of_rule(whole: dict[str, Any]) -> Iterator[Change]:
    yield from _of_pattern(whole, ("when",))
    for place, graver in enumerate(whole.get("graver", ())):
        yield _without(whole, ("graver", place))
        if "when" in graver:
            yield from _of_pattern(whole, ("graver", place, "when"))
    for place, told in enumerate(whole.get("tell", ())):
        if told.get("when"):
            yield _without(whole, ("tell", place))
            yield from _of_pattern(whole, ("tell", place, "when"))
    if whole.get("ends"):
        yield _without(whole, ("ends",))
        for key in ("quiet", "for"):
            if whole["ends"].get(key):
                yield from _longer_and_shorter(whole, ("ends", key))
        for key in ("none", "with"):
            if whole["ends"].get(key):
                yield from _of_condition(whole, ("ends", key))


def _of_pattern(whole: dict[str, Any], path: Path) -> Iterator[Change]:
    pattern = _at(whole, path)
    for key in ("all", "any", "none"):
        for place in range(len(pattern.get(key, ()))):
            if len(pattern[key]) > 1:
                yield _without(whole, (*path, key, place))
            yield from _of_pattern(whole, (*path, key, place))
    for key in ("count", "first", "then", "without", "rate", "lacks", "after", "current"):
        if pattern.get(key):
            yield from _of_condition(whole, (*path, key))
    for key in WINDOWS:
        if pattern.get(key):
            yield from _longer_and_shorter(whole, (*path, key))
    if any(key in pattern for key in ("count", "rate")) or pattern.get("at-least"):
        least = pattern.get("at-least", 1)
        for other in (least - 1, least + 1):
            if other:
                yield _changed(whole, (*path, "at-least"), other)
    if pattern.get("times"):
        for other in (pattern["times"] - 0.5, pattern["times"] + 0.5):
            yield _changed(whole, (*path, "times"), other)
    for name, least in pattern.get("different", {}).items():
        yield _changed(whole, (*path, "different", name), least + 1)
        yield _without(whole, (*path, "different", name))
    for key in ("open", "while", "differs", "whose"):
        for place in range(len(pattern.get(key, ()))):
            if len(pattern[key]) > 1:
                yield _without(whole, (*path, key, place))
    for key in ("at", "came", "without", "past", "apart"):
        if pattern.get(key):
            yield _without(whole, (*path, key))
    for key in ("from", "under"):
        if (pattern.get("aged") or {}).get(key):
            yield from _longer_and_shorter(whole, (*path, "aged", key))


def _of_condition(whole: dict[str, Any], path: Path) -> Iterator[Change]:
    tree = _at(whole, path)
    for key in ("all", "any", "none"):
        for place in range(len(tree.get(key, ()))):
            if len(tree[key]) > 1 or key == "none":
                yield _without(whole, (*path, key, place))
            yield from _of_condition(whole, (*path, key, place))
    terms = tree.get("terms", {})
    for name, values in terms.items():
        if len(terms) > 1 or any(tree.get(key) for key in ("all", "any")):
            yield _without(whole, (*path, "terms", name))
        for place in range(len(values)):
            if len(values) > 1:
                yield _without(whole, (*path, "terms", name, place))


def _longer_and_shorter(whole: dict[str, Any], path: Path) -> Iterator[Change]:
    found = _AMOUNT.fullmatch(_at(whole, path))
    assert found is not None
    for amount in (int(found[1]) - 1, int(found[1]) + 1):
        if amount:
            yield _changed(whole, path, f"{amount} {found[2]}")


def _at(whole: Any, path: Path) -> Any:
    for key in path:
        whole = whole[key]
    return whole


def _said(path: Path) -> str:
    return ".".join(str(key) for key in path if key != "terms")


def _changed(whole: dict[str, Any], path: Path, value: Any) -> Change:
    made = copy.deepcopy(whole)
    inner = _at(made, path[:-1])
    inner[path[-1]] = value
    return f"{_said(path)} is {value}", made


def _without(whole: dict[str, Any], path: Path) -> Change:
    made = copy.deepcopy(whole)
    inner = _at(made, path[:-1])
    if isinstance(inner, tuple):
        outer = _at(made, path[:-2])
        outer[path[-2]] = tuple(one for place, one in enumerate(inner) if place != path[-1])
    else:
        del inner[path[-1]]
    gone = _at(whole, path)
    return f"{_said(path)} is gone" + (f" ({gone})" if isinstance(gone, str) else ""), made
