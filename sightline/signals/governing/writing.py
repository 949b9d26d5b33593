"""A rule as YAML, and back: what is drafted on a page is what stands under `definitions/`. Pure.

rule, faults = from_yaml(text, partnership)    every fault at once, with its line; its examples are run
text = to_yaml(rule)                           the file, ready to be put under definitions/…/signals/
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import yaml

from sightline.definition.check import came_of
from sightline.definition.check_signals import check_signal
from sightline.definition.declaration import of_text
from sightline.definition.faults import Faults
from sightline.definition.types import KINDS, Fault, Partnership, Signal
from sightline.definition.yaml_lines import walk
from sightline.signals.examples import run_example

FILE = "rule.yaml"
LONGEST = 20_000  # characters of a declaration
ORDER = (
    *("title", "source", "note", "from", "until", "about", "sort", "version", "may-mean", "does-not-mean", "when"),
    *("except-at", "says", "level", "graver", "tell", "message", "rest", "ends", "watch", "owner", "off", "examples"),
)


def from_yaml(text: str, partnership: Partnership) -> tuple[Signal | None, list[Fault]]:
    """The rule that a declaration makes, and every fault, at its line; the rule is None where there is any."""
    if len(text) > LONGEST:
        return None, [Fault(file=FILE, line=1, expected=f"at most {LONGEST:,} characters")]
    rule, inner, faults = of_text(text, FILE, "signal")
    if rule is None or inner is None or faults:
        return None, faults
    lines = {path: spot.line for path, spot in walk(inner)}
    faults += [_at(fault, lines) for fault in faults_of(rule, partnership)]
    faults += [] if faults else _examples(rule, partnership, lines)
    return (None if faults else rule), faults


def faults_of(rule: Signal, partnership: Partnership) -> list[Fault]:
    """What keeps the rule from being part of this partnership (its examples are not run)."""
    whole = partnership.model_copy(update={"signal": {**partnership.signal, rule.id: rule}})
    faults = Faults(whole, {kind: set(getattr(whole, kind)) for kind in KINDS if kind != "partnership"})
    check_signal(faults, f"signal/{rule.id}", rule)
    return faults.found


def _examples(rule: Signal, partnership: Partnership, lines: dict[tuple[Any, ...], int]) -> list[Fault]:
    found = []
    for index, example in enumerate(rule.examples):
        came = came_of(run_example, partnership, rule, example)
        if came is not None:
            line = lines.get(("examples", index), 1)
            path = f"examples.{index}"
            found.append(
                Fault(file=FILE, line=line, path=path, found=came, expected="the example to hold", code="example")
            )
    return found


def _at(fault: Fault, lines: dict[tuple[Any, ...], int]) -> Fault:
    """The fault at the line of the nearest part of the declaration that it names."""
    path: tuple[Any, ...] = tuple(int(part) if part.isdigit() else part for part in fault.path.split(".") if part)
    while path and path not in lines:
        path = path[:-1]
    return fault.model_copy(update={"file": FILE, "line": lines.get(path, 1)})


def as_kept(rule: Signal) -> dict[str, Any]:
    """The rule as JSON values: what the definition keeps of it."""
    kept = rule.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return kept | {"id": rule.id, "title": rule.title, "source": rule.source, "version": rule.version}


class _Dumper(yaml.SafeDumper):
    """Without anchors: a person reads it."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def to_yaml(rule: Signal) -> str:
    """The declaration as it would stand in a file."""
    body = {key: value for key, value in as_kept(rule).items() if key != "id"}
    body = {key: body[key] for key in ORDER if key in body} | {k: v for k, v in body.items() if k not in ORDER}
    whole = {"signal": rule.id, **_shortened(body)}
    return yaml.dump(whole, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=118, default_flow_style=None)


def _shortened(value: Any) -> Any:
    """Conditions are written as a person would: their terms without the word, a list of one as the one."""
    if isinstance(value, dict):
        terms = {key: one[0] if len(one) == 1 else one for key, one in value.get("terms", {}).items()}
        return terms | {key: _shortened(one) for key, one in value.items() if key != "terms"}
    if isinstance(value, list):
        return [_shortened(one) for one in value]
    return value


def fingerprint(text: str) -> str:
    """By which one sees whether a declaration is the one that was tried."""
    return sha256(text.encode()).hexdigest()
