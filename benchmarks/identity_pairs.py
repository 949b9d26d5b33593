"""Every pair that matching would look at among an invented city's people, judged: the code that serves, without a database.

Each person asks, in the order in which they were first told of, those who were there before: by the same keys, bounds,
scores and bands as in `identity.matcher` and `identity.bands`; only where keys and likenesses are read from is another.
"""

from __future__ import annotations

import multiprocessing
import os
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from benchmarks.identity_city import Held
from sightline.identity import bands
from sightline.identity.linkage.comparing import prepared
from sightline.identity.linkage.keys import BLOCKING, keys_asked, keys_of
from sightline.identity.linkage.model import Model
from sightline.identity.linkage.types import Likeness
from sightline.identity.matcher import DEEP, MOST, Matcher, Other

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
AT_ONCE = 500  # people a task


@dataclass(frozen=True, slots=True)
class Judged:
    """A pair that is not simply two people: numbers of the two, weight, band, why, and the level of each comparison."""

    one: int
    other: int
    bits: float
    band: str
    why: tuple[str, ...]
    levels: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Looked:
    """What came of looking at everybody."""

    pairs: list[Judged]
    scored: int = 0


class InHand(Matcher):
    """A matcher over likenesses in memory."""

    def __init__(self, model: Model, likenesses: Sequence[Likeness], agencies: Sequence[str]) -> None:
        super().__init__(None, model=model)  # type: ignore[arg-type]
        self._posts: dict[Any, list[int]] = defaultdict(list)
        self.before = 0  # those with a lower number are there already
        for number, (one, agency) in enumerate(zip(likenesses, agencies, strict=True)):
            identity = UUID(int=number)
            self._others[number] = Other(
                identity=identity, agency=agency, guard="", person=identity, made_at=LONG_AGO, alike=number,
                likeness=one, prepared=prepared(one),
            )  # fmt: skip
            for key in keys_of(one):
                if key.kind in BLOCKING:
                    self._posts[key].append(number)

    def asks(self, number: int) -> list[Any]:
        self.before = number
        self._stored.clear()
        self._asked.clear()
        other = self._others[number]
        assert other is not None
        return self.near(other.likeness)

    def _digests(self, one: Likeness) -> Any:
        if one not in self._asked:
            self._asked[one] = tuple(dict.fromkeys(keys_asked(one)))  # type: ignore[assignment]
        return self._asked[one]

    def _look_up(self, wanted: Collection[Any]) -> None:
        for key in wanted:
            posts = self._posts.get(key, [])
            self._stored[key] = posts[: min(DEEP, bisect_left(posts, self.before))]

    def _open(self, numbers: Iterable[int]) -> None:
        """They are open."""


_hand: InHand | None = None
_rules: bands.Rules | None = None


def look(held: Sequence[Held], model: Model, rules: bands.Rules, jobs: int = 0) -> Looked:
    """Everybody against everybody before them."""
    global _hand, _rules
    _hand, _rules = InHand(model, [h.likeness for h in held], [h.agency for h in held]), rules
    tasks = [(at, min(at + AT_ONCE, len(held))) for at in range(0, len(held), AT_ONCE)]
    jobs = jobs or os.cpu_count() or 1
    found = Looked([])
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        for pairs, scored in pool.imap(_look, tasks):
            found.pairs += pairs
            found.scored += scored
    _hand = None
    return found


def _look(task: tuple[int, int]) -> tuple[list[Judged], int]:
    assert _hand is not None and _rules is not None
    pairs, scored = [], 0
    for number in range(*task):
        one = _hand._others[number]
        assert one is not None
        for near in _hand.asks(number):
            scored += 1
            verdict = bands.verdict(_rules, one.likeness, near.likeness, near.score, agencies=(one.agency, near.agency))
            if verdict.band != bands.NEW:
                levels = tuple((part.comparison, part.level) for part in near.score.parts)
                pairs.append(Judged(near.identity.int, number, near.score.bits, verdict.band, verdict.why, levels))
    return pairs, scored


__all__ = ["MOST", "Judged", "Looked", "look"]
