"""Saying who is one person and who is not, with what follows: the clocks of everybody concerned.

Ties, entries and keys hang on source identities, so that what a worker sees follows at once and needs no work here.
Signals follow with the clocks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import transaction

from sightline.agencies.types import Actor
from sightline.identity import actions, guards
from sightline.identity.bands import SEALED
from sightline.identity.queries import persons_of
from sightline.identity.tracing import circle_of, ends_of
from sightline.jobs import beside, moving
from sightline.jobs.due import owe
from sightline.sharing.standing import trusted


@contextmanager
def followed(identities: Iterable[UUID]) -> Iterator[None]:
    """The clocks of whoever is somebody else afterwards, and of who they were, follow at once after commit; so does whom to
    tell of what came lately. The same of whoever was sealed by it, or opened again."""
    circle = circle_of(identities)
    before, guarded = persons_of(circle), guards.of(circle)
    yield
    after = persons_of(circle_of(circle))
    moved = {p for i, person in after.items() if before.get(i) != person for p in (before.get(i), person) if p}
    now_guarded = guards.of(circle)
    turned = {after[i] for i in circle if i in after and (guarded.get(i) == SEALED) != (now_guarded.get(i) == SEALED)}
    if turned:  # what is sealed now rests with its holder; of what is open again, whom to tell is asked anew
        owe("clocks", beside.payload(sorted(turned, key=str), turned))
        moving.follow({after[i] for i in circle if i in after and guarded.get(i) == SEALED != now_guarded.get(i)})
    if moved:
        owe("clocks", beside.payload(sorted(moved, key=str), moved))
        were: dict[UUID, set[UUID]] = defaultdict(set)
        for identity, person in after.items():
            were[person].add(before.get(identity, person))
        moving.follow(moved, {person for person, several in were.items() if len(several) > 1})


@trusted("join")
@transaction.atomic
def join(*, one: UUID, other: UUID, because: str = "", by: Actor) -> UUID:
    """As `identity.actions.join`; the clocks of everybody concerned follow at once after commit."""
    with followed([one, other]):
        return actions.join(one=one, other=other, because=because, by=by)


@trusted("separate")
@transaction.atomic
def separate(*, one: UUID, other: UUID, because: str = "", by: Actor) -> UUID:
    """As `identity.actions.separate`; the clocks of everybody concerned follow at once after commit."""
    with followed([one, other]):
        return actions.separate(one=one, other=other, because=because, by=by)


@trusted("decide-match")
@transaction.atomic
def decide_match(*, possible: UUID, decision: str, because: str = "", by: Actor) -> str:
    """As `identity.actions.decide_match`; the clocks of everybody concerned follow at once after commit."""
    with followed(ends_of(possible)):
        return actions.decide_match(possible=possible, decision=decision, because=because, by=by)


@trusted("confirm")
@transaction.atomic
def confirm(*, possible: UUID, because: str = "", by: Actor) -> UUID:
    """As `identity.actions.confirm`; the clocks of everybody concerned follow at once after commit."""
    with followed(ends_of(possible)):
        return actions.confirm(possible=possible, because=because, by=by)


@trusted("reject")
def reject(*, possible: UUID, because: str = "", by: Actor) -> None:
    """As `identity.actions.reject`: nobody is somebody else by it."""
    actions.reject(possible=possible, because=because, by=by)


@trusted("ask-agency")
def ask_agency(*, possible: UUID, agency: str, by: Actor) -> None:
    """As `identity.actions.ask_agency`: the match goes on waiting."""
    actions.ask_agency(possible=possible, agency=agency, by=by)
