"""How much speaks for two likenesses being one person: the model's weights over the levels that hold. Pure.

As Splink 5 adds them up: log2 of the prior odds, a weight a comparison, and for levels with a term-frequency adjustment
`weight x (log2(u of the exact level) - log2(the greater of both values' frequencies))`.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log2

from sightline.identity.linkage.comparing import COMPARISONS, Prepared, levels_prepared, prepared
from sightline.identity.linkage.model import Model
from sightline.identity.linkage.types import Likeness, Part, Score


def score(model: Model, one: Likeness, others: Sequence[Likeness]) -> list[Score]:
    """The score of each other against the one."""
    return score_prepared(model, prepared(one), [prepared(other) for other in others])


def score_prepared(model: Model, one: Prepared, others: Sequence[Prepared]) -> list[Score]:
    """See `score`."""
    levels = levels_prepared(one, others).tolist()
    weights, found = model.weights.tolist(), []
    for other, row in zip(others, levels, strict=True):
        parts, total = [], model.prior_bits
        for comparison, level, weight in zip(COMPARISONS, row, weights, strict=True):
            tf_bits, bits = 0.0, weight[level]
            declared = comparison.levels[level]
            if declared.tf:
                column = comparison.tf_column
                share = max(
                    model.frequency(comparison.id, getattr(one, column)),
                    model.frequency(comparison.id, getattr(other, column)),
                )
                tf_bits = declared.tf * (log2(model.u[comparison.id]["same"]) - log2(share))
            total += bits + tf_bits
            parts.append(Part(comparison.id, declared.id, bits, tf_bits))
        found.append(Score(total, probability(total), tuple(parts)))
    return found


def probability(bits: float) -> float:
    """Of log2 odds; never an overflow."""
    if bits >= 0:
        return 1.0 / (1.0 + 2.0 ** -min(bits, 1000.0))
    odds = 2.0 ** max(bits, -1000.0)
    return odds / (1.0 + odds)
