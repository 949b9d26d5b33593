"""Which of the signals that were kept an episode is: the one that rests on the same entries. Pure.

So what somebody was told, and answered, stays with a pattern that grows, loses an entry to a correction, or goes with the
child when two people are joined or told apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Kept:
    """A signal as it was kept. `whose`: the person (or place) now. `gone`: it was withdrawn. `weight`: what hangs on it:
    the more, the sooner it is taken of two that fit as well."""

    key: UUID
    rule: str
    whose: object
    cited: frozenset[str]
    begins: datetime
    gone: bool
    weight: int


@dataclass(frozen=True, slots=True)
class Found:
    """An episode as it was computed."""

    rule: str
    whose: object
    cited: frozenset[str]
    begins: datetime


def same(kept: Sequence[Kept], found: Sequence[Found], *, moves: bool = True) -> dict[int, UUID]:
    """Of each episode (by its place in the list) the kept signal that it is; those that are new are left out.

    Best overlap of what is cited first. What cites nothing (two agencies hold different birth dates) is the same as what
    the same rule said of the same person. `moves`: a signal may go from one to another, as people are joined and told apart;
    of a place never: a record that was corrected takes no answer about one bus station to another.
    """
    by_cited: dict[tuple[str, str], list[Kept]] = defaultdict(list)
    by_whose: dict[tuple[str, object], list[Kept]] = defaultdict(list)
    for one in kept:
        for cited in one.cited:
            by_cited[one.rule, cited].append(one)
        if not one.cited:
            by_whose[one.rule, one.whose].append(one)
    pairs: list[tuple[tuple[Any, ...], int, UUID]] = []
    for place, episode in enumerate(found):
        near = {one.key: one for cited in episode.cited for one in by_cited.get((episode.rule, cited), ())}
        if not episode.cited:
            near = {one.key: one for one in by_whose.get((episode.rule, episode.whose), ())}
        for one in near.values():
            if one.whose != episode.whose and not moves:
                continue
            both = len(one.cited & episode.cited)
            whole = len(one.cited | episode.cited)
            far = abs((one.begins - episode.begins).total_seconds())
            alike = both / whole if whole else 1.0
            order = (-alike, one.gone, one.whose != episode.whose, -one.weight, far, str(one.key), place)
            pairs.append((order, place, one.key))
    chosen: dict[int, UUID] = {}
    taken: set[UUID] = set()
    for _, place, key in sorted(pairs):
        if place not in chosen and key not in taken:
            chosen[place] = key
            taken.add(key)
    return chosen


def into(one: Kept, kept: Sequence[Kept], *, moves: bool = True) -> UUID | None:
    """Of a signal that follows no more: the one that rests on some of the same entries now, where there is one. `moves`: also
    somebody else's."""
    near = [
        other
        for other in kept
        if other.rule == one.rule
        and other.key != one.key
        and one.cited & other.cited
        and (moves or other.whose == one.whose)
    ]
    return min(near, key=lambda other: (-len(one.cited & other.cited), str(other.key))).key if near else None
