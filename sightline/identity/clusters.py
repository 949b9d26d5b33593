"""Who is one person, given what stands: constrained union-find. Pure, and the same in whatever order things came.

    components(members, edges, apart, against)    {identity: the least member of its component}

Nothing is merged: this is computed afresh from the pairs that stand, so that whoever takes one decision back has what
was before it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple, TypeVar
from uuid import UUID

M = TypeVar("M", UUID, int, str)

Pair = tuple[M, M]


class Edge(NamedTuple):
    """Two that are one, as a person decided or as they were joined by themselves, with what weight."""

    one: UUID
    other: UUID
    decided: bool
    bits: float = 0.0
    rank: tuple[object, ...] = ()  # between equals, before ids: something that does not hang on when they came

    @property
    def pair(self) -> tuple[UUID, UUID]:
        return ordered(self.one, self.other)


def ordered(one: UUID, other: UUID) -> tuple[UUID, UUID]:
    """A pair in the order in which it is kept."""
    return (one, other) if str(one) <= str(other) else (other, one)


def in_turn(edges: Iterable[Edge]) -> list[Edge]:
    """Edges in the order in which they unite: those that a person decided, then the weightiest; between equals their
    rank, and in the end ids."""
    return sorted(
        edges,
        key=lambda edge: (not edge.decided, 0.0 if edge.decided else -edge.bits, edge.rank, *map(str, edge.pair)),
    )


def components(
    members: Collection[UUID],
    edges: Iterable[Edge],
    apart: Collection[Pair[UUID]],
    against: Collection[Pair[UUID]] = (),
) -> dict[UUID, UUID]:
    """For each member, one that stands for its component (the same for all of it; which one says nothing).

    `apart`: pairs that a person decided to be different. Two components with such a pair across them never unite.
    `against`: pairs that speak against being one without a decision (another number, a twin; or a person could not
    tell). Across them only what a person decided unites.
    """
    above = {member: member for member in members}
    inside: dict[UUID, set[UUID]] = {member: {member} for member in members}
    never: dict[UUID, set[UUID]] = {member: set() for member in members}  # whom a component must not meet
    wary: dict[UUID, set[UUID]] = {member: set() for member in members}  # whom it must not meet unless decided
    for kept, pairs in ((never, apart), (wary, against)):
        for one, other in pairs:
            if one in above and other in above:
                kept[one].add(other)
                kept[other].add(one)

    def root(member: UUID) -> UUID:
        while above[member] != member:
            above[member] = above[above[member]]
            member = above[member]
        return member

    for edge in in_turn(edges):
        if edge.one not in above or edge.other not in above:
            continue
        a, b = root(edge.one), root(edge.other)
        if a == b or not never[a].isdisjoint(inside[b]):
            continue
        if not edge.decided and not wary[a].isdisjoint(inside[b]):
            continue
        if len(inside[a]) < len(inside[b]):
            a, b = b, a
        above[b] = a
        inside[a] |= inside.pop(b)
        never[a] |= never.pop(b)
        wary[a] |= wary.pop(b)
    return {member: root(member) for member in members}
