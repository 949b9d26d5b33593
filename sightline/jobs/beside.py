"""Whose patterns may change because of what was told of somebody else: brothers and sisters, children who were there, those
who live with an adult. Asked only where the change may matter to anybody else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sightline.agencies.queries import partnership
from sightline.contexts import linking
from sightline.contexts.queries import relevant
from sightline.identity.queries import persons_of

if TYPE_CHECKING:
    from sightline.jobs.bite import Bite


def payload(persons: Iterable[UUID], beside: Iterable[UUID] = ()) -> dict[str, Any]:
    """What is owed: whose clocks and signals are computed anew, and for whom those beside them are looked up too."""
    made: dict[str, Any] = {"persons": [str(person) for person in persons]}
    if also := sorted(str(person) for person in set(beside)):
        made["beside"] = also
    return made


def of_bite(work: Bite) -> set[UUID]:
    """Of whom something was told that may matter to others: they stand on a record that links people or that rules ask of
    those beside a child, a relation was told, two were joined, or a record was corrected."""
    wanted = relevant(work.world.definition)
    told = {identity for w in work.writings if w.record in wanted for identity, _, _ in w.parts}
    told |= {identity for subject, _, other, _, _ in work.relations for identity in (subject, other)}
    found = set(persons_of(told).values()) | set(work.resolver.moved)
    if any(w.first != w.id and w.record in wanted for w in work.writings):
        found |= set(work.clocked)  # who stood on the record before
    return found


def others(persons: Collection[UUID], beside: Collection[UUID]) -> list[UUID]:
    """Who is to be looked at besides these people themselves."""
    if not beside:
        return []
    return sorted(linking.affected(partnership(), beside) - set(persons), key=str)
