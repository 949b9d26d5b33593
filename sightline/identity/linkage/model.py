"""A model: what each level of agreement is worth, learnt from data or set by hand. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import log2
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sightline.identity.linkage.comparing import BY_ID, COMPARISONS, Comparison, Prepared
from sightline.identity.linkage.types import Part, Untrained


@dataclass(frozen=True)
class Model:
    """What agreement and difference are worth. `m`, `u`: {comparison: {level: probability}} for every level but null.

    `tf`: {comparison: {value: share of people}} of values that at least five people have; any other value has the
    share `tf_rare[comparison]`. `thresholds` in bits. `by_hand` names the levels whose numbers nobody learnt.
    """

    made: str
    prior: float
    m: Mapping[str, Mapping[str, float]]
    u: Mapping[str, Mapping[str, float]]
    tf: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    tf_rare: Mapping[str, float] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    trained_on: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, Any] = field(default_factory=dict)
    by_hand: tuple[str, ...] = ()
    names: str = ""  # version of the declared names that it was learnt with

    def __post_init__(self) -> None:
        for comparison in COMPARISONS:
            for level in comparison.levels[1:]:
                for what, values in (("m", self.m), ("u", self.u)):
                    value = values.get(comparison.id, {}).get(level.id)
                    if value is None:
                        raise Untrained(f'{comparison.id}: level "{level.says}" ({level.id}) has no {what}')
                    if not isinstance(value, int | float) or not 0 < value < 1:
                        raise Untrained(
                            f'{comparison.id}: level "{level.says}" ({level.id}) has {what} {value!r}; '
                            "expected a probability between 0 and 1"
                        )
            if comparison.tf_column and not 0 < self.tf_rare.get(comparison.id, 0) < 1:
                raise Untrained(f"{comparison.id}: how rare a rare value is (tf_rare) was not learnt")
        if not 0 < self.prior < 1:
            raise Untrained(
                f"prior: found {self.prior}; expected the probability that two random records are one person"
            )
        for name in ("same", "possible"):
            if name not in self.thresholds:
                raise Untrained(f"thresholds: {name!r} is not set")

    @cached_property
    def id(self) -> str:
        """40 hexadecimal digits that name these very numbers."""
        return hashlib.sha256(json.dumps(self._body(), sort_keys=True).encode()).hexdigest()[:40]

    @cached_property
    def weights(self) -> NDArray[np.float64]:
        """log2(m/u) by comparison and level, null 0; shape (comparisons, most levels)."""
        most = max(len(c.levels) for c in COMPARISONS)
        table = np.zeros((len(COMPARISONS), most))
        for i, comparison in enumerate(COMPARISONS):
            for j, level in enumerate(comparison.levels[1:], 1):
                table[i, j] = log2(self.m[comparison.id][level.id]) - log2(self.u[comparison.id][level.id])
        return table

    @cached_property
    def table(self) -> tuple[tuple[tuple[Part, float, float, int], ...], ...]:
        """By comparison and level, what scoring adds: the part, how much the value's frequency counts, log2 of `u` of the
        level "same", and which column of `Prepared` holds the value."""
        found = []
        for comparison, weights in zip(COMPARISONS, self.weights.tolist(), strict=True):
            column = Prepared._fields.index(comparison.tf_column) if comparison.tf_column else -1
            exact = log2(self.u[comparison.id]["same"]) if comparison.tf_column else 0.0
            found.append(
                tuple(
                    (Part(comparison.id, level.id, weight, 0.0), level.tf, exact, column)
                    for level, weight in zip(comparison.levels, weights, strict=False)
                )
            )
        return tuple(found)

    @cached_property
    def prior_bits(self) -> float:
        return log2(self.prior / (1 - self.prior))

    def frequency(self, comparison: str, value: object) -> float:
        """The share of people who have the value; one number for all that are rare."""
        return self._shares[comparison].get(value, self.tf_rare[comparison])

    @cached_property
    def _shares(self) -> dict[str, dict[Any, float]]:
        return {c.id: dict(self.tf.get(c.id, {})) for c in COMPARISONS if c.tf_column}

    def bits(self, comparison: str, level: str) -> float:
        """The weight of a level."""
        i = COMPARISONS.index(BY_ID[comparison])
        return float(self.weights[i, BY_ID[comparison].index(level)])

    def _body(self) -> dict[str, Any]:
        return {
            "made": self.made,
            "prior": self.prior,
            "m": {k: dict(v) for k, v in self.m.items()},
            "u": {k: dict(v) for k, v in self.u.items()},
            "tf": {k: dict(v) for k, v in self.tf.items()},
            "tf-rare": dict(self.tf_rare),
            "thresholds": dict(self.thresholds),
            "trained-on": dict(self.trained_on),
            "errors": dict(self.errors),
            "by-hand": list(self.by_hand),
            "names": self.names,
        }

    def as_dict(self) -> dict[str, Any]:
        """For keeping: what `from_dict` reads."""
        return {"id": self.id, **self._body()}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Model:
        """The model that was kept. Raises `Untrained`, by comparison and level, where a number is missing."""
        for name in ("made", "prior", "m", "u"):
            if name not in kept:
                raise Untrained(f"{name}: is missing")
        return cls(
            made=str(kept["made"]),
            prior=float(kept["prior"]),
            m=kept["m"],
            u=kept["u"],
            tf=kept.get("tf", {}),
            tf_rare=kept.get("tf-rare", {}),
            thresholds=kept.get("thresholds", {}),
            trained_on=kept.get("trained-on", {}),
            errors=kept.get("errors", {}),
            by_hand=tuple(kept.get("by-hand", ())),
            names=str(kept.get("names", "")),
        )


# What an expert would expect, where nothing was learnt: m (of pairs that are one person), u (of pairs that are not).
_BY_HAND: dict[str, dict[str, tuple[float, float]]] = {
    "given-name": {
        "same": (0.78, 0.006), "part": (0.04, 0.004), "variant": (0.06, 0.003), "near": (0.07, 0.004),
        "earlier": (0.005, 0.0002), "elsewhere": (0.008, 0.002), "loose": (0.01, 0.03), "initial": (0.007, 0.01),
        "else": (0.02, 0.9408),
    },
    "family-name": {
        "same": (0.82, 0.0025), "part": (0.05, 0.002), "variant": (0.02, 0.0008), "near": (0.05, 0.002),
        "earlier": (0.01, 0.0002), "elsewhere": (0.01, 0.002), "loose": (0.01, 0.012), "else": (0.03, 0.9785),
    },
    "birth-date": {
        "first-of-january": (0.006, 0.000002), "same": (0.90, 0.00015), "turned": (0.012, 0.0001),
        "digit": (0.03, 0.0025), "fits": (0.03, 0.005), "due": (0.003, 0.0004), "month": (0.005, 0.004),
        "day-of-year": (0.004, 0.0025), "year": (0.005, 0.1), "else": (0.005, 0.88535),
    },
    "sex": {"same": (0.985, 0.5), "else": (0.015, 0.5)},
    "household": {
        "of-family": (1e-7, 1e-5), "family-and-home": (0.18, 0.000004), "contact": (0.14, 0.000005),
        "family": (0.06, 0.00001), "house": (0.14, 0.000004), "postcode": (0.2, 0.00003), "sector": (0.04, 0.0008),
        "district": (0.05, 0.02), "other-family": (0.02, 0.09), "else": (0.17, 0.88915),
    },
    "school": {"same": (0.8, 0.008), "else": (0.2, 0.992)},
    "nhs-number": {"same": (0.97, 1e-7), "digit": (0.01, 1e-6), "else": (0.02, 0.9999989)},
    "upn": {"same": (0.97, 1e-7), "digit": (0.01, 1e-6), "else": (0.02, 0.9999989)},
    "number": {"same": (0.02, 0.000005), "else": (0.98, 0.999995)},
}  # fmt: skip


def by_hand() -> Model:
    """A model whose numbers are set by hand: what there is until one was learnt. Says so of every level."""
    return Model(
        made="2026-11-22",
        prior=1e-6,
        m={c: {level: mu[0] for level, mu in levels.items()} for c, levels in _BY_HAND.items()},
        u={c: {level: mu[1] for level, mu in levels.items()} for c, levels in _BY_HAND.items()},
        tf_rare={c.id: 0.00002 for c in COMPARISONS if c.tf_column},
        thresholds={"same": 13.0, "possible": 0.0},
        trained_on={"partnership": "", "rows": 0, "pairs": 0, "engine": "set by hand", "seconds": 0},
        by_hand=tuple(f"{c.id}/{level.id}" for c in COMPARISONS for level in c.levels[1:]),
    )


def compared(id: str) -> Comparison:
    return BY_ID[id]
