"""How sure a figure is: 95 % intervals. Pure and seeded.

`share`: Wilson's interval of a share. `resampled`: by drawing the plantings again and again (bootstrap, percentile), kind by
kind, so that a kind that was planted often does not stand for all.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from statistics import median
from typing import TypeVar

Z = 1.959964
DRAWS = 1000
T = TypeVar("T")
Interval = tuple[float, float]


def share(hits: int, of: int) -> Interval | None:
    """The interval of hits among so many; None of nothing."""
    if not of:
        return None
    p, z2 = hits / of, Z * Z
    middle = (p + z2 / (2 * of)) / (1 + z2 / of)
    half = Z * math.sqrt(p * (1 - p) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    return max(0.0, middle - half), min(1.0, middle + half)


def resampled(
    values: Sequence[T], of: Callable[[Sequence[T]], float], *, seed: str = "", draws: int = DRAWS
) -> Interval | None:
    """The interval of a figure of some values, by resampling them."""
    if len(values) < 2:
        return None
    rng = random.Random(f"back-test/{seed}")
    found = sorted(of(rng.choices(values, k=len(values))) for _ in range(draws))
    return found[round(0.025 * (draws - 1))], found[round(0.975 * (draws - 1))]


def percentile(values: Sequence[float], part: float) -> float:
    """The value below or at which that part of them lies (the nearest rank). Nought of none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)] if ordered else 0.0


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def middle(values: Sequence[float]) -> float:
    return float(median(values)) if values else 0.0
