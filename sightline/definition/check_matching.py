"""Whether what is declared about matching holds together: bands in order, identifiers that are known, every reason in words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sightline.definition.base import Dated
from sightline.definition.faults import Faults
from sightline.definition.kinds.matching import CONFIRMS, IDENTIFIERS, REASONS, Matching
from sightline.definition.values import NO, YES
from sightline.definition.yaml_lines import Path

WEIGHT = re.compile(r"-?\d+(\.\d+)?")
NUMBER = re.compile(r"\d+(\.\d+)?")


def check_matching(faults: Faults, name: str, matching: Matching) -> None:
    """Every fault of how two senders' details become one person."""
    for band in ("same", "possible"):
        _dated(
            faults, name, ("weights", band), getattr(matching.weights, band), WEIGHT, "a weight in bits, such as `12.5`"
        )
    _dated(faults, name, ("error",), matching.error, NUMBER, "a number of a million, such as `100`")
    _dated(faults, name, ("fairness", "gap"), matching.fairness.gap, NUMBER, "percentage points, such as `2`")
    _dated(faults, name, ("two-people",), matching.two_people, re.compile("[2-9]"), "how many workers, 2 at least")
    for index, dated in enumerate(matching.automatic):
        if dated.is_.lower() not in YES | NO:
            faults.add(name, ("automatic", index, "is"), dated.is_, "yes or no")
    _in_order(faults, name, matching)
    for id, identifier in matching.identifiers.items():
        faults.refer(name, ("identifiers", id), id, IDENTIFIERS, "an identifier that matching compares")
        for index, terms in enumerate(identifier.confirmed_by):
            path: Path = ("identifiers", id, "confirmed-by", index)
            for term in terms:
                faults.refer(name, path, term, CONFIRMS, "a detail that may confirm")
            if "given" not in terms:  # brothers and sisters share all else
                faults.add(name, path, ", ".join(terms), "`given` among them: twins agree in everything else")
            if not {"born", "born-nearly", "school", *IDENTIFIERS} & (set(terms) - {id}):
                expected = (
                    "`born`, `born-nearly`, `school` or another identifier besides: a father and a son may share a name"
                )
                faults.add(name, path, ", ".join(terms), expected)
    for code in matching.reasons:
        faults.refer(name, ("reasons", code), code, REASONS, "a reason that matching gives")
    for code in REASONS:
        if code not in matching.reasons:
            faults.add(name, ("reasons",), "", f"words for `{code}`: whoever decides reads why", code="needed")
    faults.thing(name, ("sealed", "role"), matching.sealed.role, "role")
    if matching.sealed.agency:
        faults.thing(name, ("sealed", "agency"), matching.sealed.agency, "agency")


def _dated(
    faults: Faults, name: str, path: Path, values: Sequence[Dated], wanted: re.Pattern[str], expected: str
) -> None:
    for index, dated in enumerate(values):
        if not wanted.fullmatch(dated.is_):
            faults.add(name, (*path, index, "is"), dated.is_, expected)


def _in_order(faults: Faults, name: str, matching: Matching) -> None:
    """Whatever joins by itself weighs more than what waits for a person, on every day."""
    weights = matching.weights
    days = sorted({d.from_ for d in (*weights.same, *weights.possible)})
    for day in days:
        same, possible = (
            max((d for d in band if d.from_ <= day), key=lambda d: d.from_, default=None)
            for band in (weights.same, weights.possible)
        )
        if not same or not possible or not (WEIGHT.fullmatch(same.is_) and WEIGHT.fullmatch(possible.is_)):
            continue
        if float(same.is_) <= float(possible.is_):
            index = weights.same.index(same)
            expected = f"more than `possible` ({possible.is_}) on {day}"
            faults.add(name, ("weights", "same", index, "is"), same.is_, expected)
