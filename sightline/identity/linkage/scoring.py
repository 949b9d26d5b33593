"""How much speaks for two likenesses being one person: the model's weights over the levels that hold. Pure.

As Splink 5 adds it up (`comparison_level.py`, `predict.py` of splink 5.0.0): log2 of the prior odds, a weight a comparison,
and where a level counts how common a value is,

    tf x (log2(u of the comparison's level "same") - log2(the greater of both values' shares))

so that sharing a rare name says more than sharing a common one. Nothing to compare (*null*) adds nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log2

from sightline.identity.linkage.comparing import Prepared, levels_between, prepared
from sightline.identity.linkage.model import Model
from sightline.identity.linkage.types import Likeness, Part, Score


def score(model: Model, one: Likeness, others: Sequence[Likeness]) -> list[Score]:
    """The score of each other against the one. The same whichever of two is the one."""
    return score_prepared(model, prepared(one), [prepared(other) for other in others])


def score_prepared(model: Model, one: Prepared, others: Sequence[Prepared]) -> list[Score]:
    """See `score`; of likenesses that are ready to be compared."""
    table, found = model.table, []
    for other in others:
        parts, bits = [], model.prior_bits
        for levels, level in zip(table, levels_between(one, other), strict=True):
            part, tf, exact, column = levels[level]
            if tf:
                share = max(
                    model.frequency(part.comparison, one[column]), model.frequency(part.comparison, other[column])
                )
                part = Part(part.comparison, part.level, part.bits, tf * (exact - log2(share)))
                bits += part.tf_bits
            bits += part.bits
            parts.append(part)
        found.append(Score(bits, probability(bits), tuple(parts)))
    return found


def probability(bits: float) -> float:
    """Of log2 odds; never an overflow."""
    if bits >= 0:
        return 1.0 / (1.0 + 2.0 ** -min(bits, 1000.0))
    odds = 2.0 ** max(bits, -1000.0)
    return odds / (1.0 + odds)
