"""What `scoring` says of one pair, of many pairs at once: the same weights over the levels of `comparing_many`. Pure."""

from __future__ import annotations

from math import log2

import numpy as np
from numpy.typing import NDArray

from sightline.identity.linkage.coding import VOCABULARIES, Coded, Rows, Truth
from sightline.identity.linkage.comparing import COMPARISONS, Comparison
from sightline.identity.linkage.comparing_many import LEVELS
from sightline.identity.linkage.model import Model

Bits = NDArray[np.float64]


class Weighing:
    """A model's weights over people as numbers. Several threads may ask one."""

    def __init__(self, people: Coded, model: Model) -> None:
        self.people, self.model = people, model
        self._rare = {c.id: self._logarithms(c) for c in COMPARISONS if c.tf_column}

    def _logarithms(self, of: Comparison) -> Bits:
        """By code of the column whose values are common or rare: log2 of the value's share."""
        vocabulary = next(name for name, columns in VOCABULARIES.items() if of.tf_column in columns)
        texts = self.people.texts[vocabulary]
        shares = (self.model.frequency(of.id, text) for text in texts)
        return np.log2(np.fromiter(shares, np.float64, len(texts)))

    def of(self, one: Rows, other: Rows) -> tuple[Bits, Truth]:
        """Bits of each pair, and whether an identifier of the two agrees (its weight speaks for one person)."""
        bits = np.full(len(one), self.model.prior_bits)
        agrees = np.zeros(len(one), dtype=bool)
        for at, comparison in enumerate(COMPARISONS):
            levels = LEVELS[comparison.id](self.people, one, other)
            weights = self.model.weights[at][levels]
            bits += weights
            if comparison.identifier:
                agrees |= weights > 0
            if comparison.tf_column:
                bits += self._adjusted(comparison, levels, one, other)
        return bits, agrees

    def _adjusted(self, of: Comparison, levels: NDArray[np.int8], one: Rows, other: Rows) -> Bits:
        """What a common or a rare value takes away or adds."""
        counts = np.array([level.tf for level in of.levels])[levels]
        found = np.zeros(len(one))
        some = np.flatnonzero(counts)
        codes, shares = self.people.single[of.tf_column], self._rare[of.id]
        greater = np.maximum(shares[codes[one[some]]], shares[codes[other[some]]])
        found[some] = counts[some] * (log2(self.model.u[of.id]["same"]) - greater)
        return found
