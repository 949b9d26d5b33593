"""Runs the examples with which a partnership shows how matching decides. Plain: `sightline check` calls it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sightline.definition.kinds.matching import Matching
from sightline.definition.types import Partnership
from sightline.definition.values import NO
from sightline.identity.bands import in_force, verdict
from sightline.identity.linkage.likeness import likeness_of
from sightline.identity.linkage.types import Score
from sightline.intake.types import Details

NAMES = {"nhs-number": "nhs_number", "local-id": "local_id"}


def details(given: Mapping[str, Any]) -> Details:
    """What a sender told, as an example writes it. Raises ValueError for a detail that is not known."""
    values = {NAMES.get(name, name): str(value) for name, value in given.items()}
    if unknown := set(values) - set(Details.__dataclass_fields__):
        raise ValueError(f"no such detail: {', '.join(sorted(unknown))}")
    if "lines" in values:
        values["lines"] = (values["lines"],)  # type: ignore[assignment]
    return Details(**values)  # type: ignore[arg-type]


def run_example(partnership: Partnership, matching: Matching, example: dict[str, Any]) -> str | None:
    """None when the example holds both ways round, else what came.

    `{one: {given, family, born, …}, other: {…}, weight: BITS, guard, agencies: [one, other], automatic: yes/no,
    kin: {one: ["given|family|born"], other: […]}, on: DAY, band: same | possible | new, why: [codes]}`. The weight is
    stated, as the model that gives it is the partnership's own; that weights are right is shown elsewhere.
    """
    day = date.fromisoformat(str(example.get("on", "2026-01-01")))
    rules = in_force({matching.id: matching}, day)
    kin = example.get("kin", {})
    sides = [likeness_of(details(example[side]), kin=tuple(kin.get(side, ()))) for side in ("one", "other")]
    bits = float(example["weight"])
    score = Score(bits, 1 / (1 + 2**-bits), ())
    agencies = [str(a) for a in example.get("agencies", ("a", "b"))]
    automatic = str(example.get("automatic", "yes")).lower() not in NO
    came = [
        verdict(rules, *pair, score, agencies=(a, b), guard=str(example.get("guard", "")), automatic=automatic)
        for pair, (a, b) in ((sides, agencies), (sides[::-1], agencies[::-1]))
    ]
    if came[0] != came[1]:
        return f"one way round {came[0].band}, the other {came[1].band}"
    wanted = str(example["band"]), set(example["why"]) if "why" in example else set(came[0].why)
    if (came[0].band, set(came[0].why)) == wanted:
        return None
    return f"{came[0].band} ({', '.join(came[0].why)})"
