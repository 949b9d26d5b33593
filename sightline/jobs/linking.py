"""Saying who is one person and who is not, with what follows: the clocks of everybody concerned."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from sightline.agencies.types import Actor
from sightline.identity import actions
from sightline.identity.queries import identities_of, people_of_match, persons_of
from sightline.identity.tracing import waiting_between
from sightline.jobs.due import owe


def _clocks(persons: Iterable[UUID]) -> None:
    owe("clocks", {"persons": sorted({str(person) for person in persons})})


@transaction.atomic
def join(*, one: UUID, other: UUID, because: str = "", by: Actor) -> UUID:
    """As `identity.actions.join`; the clocks of both follow at once after commit."""
    before = persons_of([one, other])
    person = actions.join(one=one, other=other, because=because, by=by)
    _clocks([*before.values(), person])
    return person


@transaction.atomic
def separate(*, one: UUID, other: UUID, because: str = "", by: Actor) -> UUID:
    """As `identity.actions.separate`; and `other` is told apart from everybody who stays with `one`, so that no match
    with them is offered again. The clocks of both follow at once after commit."""
    before = persons_of([one, other])
    staying = [row.id for row in identities_of(before[one]) if row.id not in (one, other)] if one in before else []
    person = actions.separate(one=one, other=other, because=because, by=by)
    if before[one] == before[other]:
        for identity in staying:
            actions.separate(one=identity, other=other, because=because, by=by)
    _clocks([*before.values(), person])
    return person


@transaction.atomic
def decide_match(*, possible: UUID, decision: str, because: str = "", by: Actor) -> None:
    """As `identity.actions.decide_match`; two people are decided about once, however many of their agencies' details
    might match. The clocks of both follow at once after commit."""
    before = people_of_match(possible)
    actions.decide_match(possible=possible, decision=decision, because=because, by=by)
    if decision == "different" and len(before) == 2:
        ours, theirs = ([row.id for row in identities_of(person)] for person in before)
        for waiting, *_ in waiting_between(ours, theirs):
            actions.decide_match(possible=waiting, decision=decision, because=because, by=by)
    if decision == "same":
        _clocks(before)
