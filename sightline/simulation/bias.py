"""Unfair recording, switched on: some groups are recorded more often, some less, than what happens to them.

A file of biases is a list: whom (`group`), what is recorded (`records`), and either `times` (they have so many times their
share of the same total) or `not-recorded` (that share of what happens to them is written down by nobody). The truth tells
which events nobody recorded, so that a test of fairness has something to be held against.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

SEXES = ("female", "male", "unknown")
KEYS = {"group", "records", "times", "not-recorded", "because"}
GROUP_KEYS = {"ethnicity", "sex", "postcode-district"}


@dataclass(frozen=True)
class Unfair:
    group: Mapping[str, frozenset[str]]
    records: frozenset[str]
    times: float = 1.0
    not_recorded: float = 0.0

    def means(self, ethnicity: str, sex: str, district: str) -> bool:
        facts = {"ethnicity": ethnicity, "sex": sex, "postcode-district": district}
        return all(facts[name] in values for name, values in self.group.items())


class Bias:
    """`times` for the plan, `unrecorded` for the writing. Without a file, neither does anything."""

    def __init__(self, unfair: Sequence[Unfair], ethnicities: Sequence[str], districts: Sequence[str]) -> None:
        self.unfair, self.ethnicities, self.districts = tuple(unfair), tuple(ethnicities), tuple(districts)

    def group(self, ethnicity: str, sex: str, place: int) -> int:
        """A child's sex, ethnicity and place in one number."""
        at = self.ethnicities.index(ethnicity) if ethnicity in self.ethnicities else 0
        return (place * len(self.ethnicities) + at) * len(SEXES) + SEXES.index(sex)

    def times(self, records: Sequence[str], groups: NDArray[np.int64]) -> NDArray[np.float64] | float:
        rules = [rule for rule in self.unfair if rule.times != 1.0 and rule.records & set(records)]
        if not rules:
            return 1.0
        size = len(self.districts) * len(self.ethnicities) * len(SEXES)
        table = np.ones(size)
        for number in range(size):
            rest, sex = divmod(number, len(SEXES))
            place, ethnicity = divmod(rest, len(self.ethnicities))
            for rule in rules:
                if rule.means(self.ethnicities[ethnicity], SEXES[sex], self.districts[place]):
                    table[number] *= rule.times
        return np.asarray(table[groups])

    def unrecorded(self, record: str, ethnicity: str, sex: str, district: str) -> float:
        """The chance that nobody writes down such a record about somebody of that group."""
        kept = 1.0
        for rule in self.unfair:
            if rule.not_recorded and record in rule.records and rule.means(ethnicity, sex, district):
                kept *= 1 - rule.not_recorded
        return 1 - kept


def read_bias(path: Path | None) -> list[Unfair]:
    """The biases of a file; none without one. Raises ValueError that says what is wrong with it."""
    if path is None:
        return []
    try:
        read = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ValueError(f"{path.name} cannot be read: {error}") from None
    if not isinstance(read, list) or not all(isinstance(rule, dict) for rule in read):
        raise ValueError(
            f"{path.name} is no file of biases: a list of rules, each with `group`, `records` and `times` or `not-recorded`"
        )
    return [_rule(path.name, number, rule) for number, rule in enumerate(read, 1)]


def _rule(file: str, number: int, rule: dict[str, Any]) -> Unfair:
    group, where = rule.get("group"), f"{file}, rule {number}"
    if unknown := set(rule) - KEYS:
        raise ValueError(f"{where}: unknown {', '.join(sorted(unknown))}; known are {', '.join(sorted(KEYS))}")
    if not isinstance(group, dict) or not group or set(group) - GROUP_KEYS:
        raise ValueError(f"{where}: `group` needs one or more of {', '.join(sorted(GROUP_KEYS))}")
    if not rule.get("records") or not {"times", "not-recorded"} & set(rule):
        raise ValueError(f"{where}: needs `records`, and `times` or `not-recorded`")
    try:
        times, lost = float(rule.get("times", 1)), float(rule.get("not-recorded", 0))
    except (TypeError, ValueError):
        raise ValueError(f"{where}: `times` and `not-recorded` are numbers") from None
    if times < 0 or not 0 <= lost <= 1:
        raise ValueError(f"{where}: `times` is 0 or more, `not-recorded` between 0 and 1")
    return Unfair({name: _set(values) for name, values in group.items()}, _set(rule["records"]), times, lost)


def _set(values: object) -> frozenset[str]:
    return frozenset(map(str, values)) if isinstance(values, list) else frozenset((str(values),))
