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

from sightline.agencies.queries import partnership, workers
from sightline.agencies.types import Actor
from sightline.identity import actions, guards
from sightline.identity.bands import SEALED
from sightline.identity.queries import persons_of
from sightline.identity.tracing import circle_of, ends_of, halves
from sightline.jobs import beside, moving, tying
from sightline.jobs.due import owe
from sightline.messages.actions import send
from sightline.sharing.standing import trusted

SECOND_ASKED = "match-second-asked"


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
        tying.part(after)
        tying.one_school_each(moved)
        owe("clocks", beside.payload(sorted(moved, key=str), moved))
        were: dict[UUID, set[UUID]] = defaultdict(set)
        for identity, person in after.items():
            were[person].add(before.get(identity, person))
        moving.follow(moved, {person for person, several in were.items() if len(several) > 1})


@contextmanager
def _second_asked(ends: Iterable[UUID], by: Actor) -> Iterator[None]:
    """Whoever may be the second is told that a first has said so, once, in the same transaction: codes alone, and of what is
    sealed only its holders."""
    two = tuple(ends)
    before = halves(*two) if len(two) == 2 else set()
    yield
    for match, guard, opens in (halves(*two) if len(two) == 2 else set()) - before:
        if to := _who_may_agree(guard, by):
            what = "open-sealed" if opens else "seal" if guard == SEALED else "join"
            send(SECOND_ASKED, to=to, says={"what": what, "agency": by.agency}, by=by, because=match)


def _who_may_agree(guard: str, by: Actor) -> list[str]:
    """The roles of those who may be the second: of the same agency where there are any, else wherever they are."""
    definition = partnership()
    holders = {policy.sealed.role for policy in definition.matching.values()}
    may = {role.id for role in definition.role.values() if "decide-match" in role.may}
    may = may & holders if guard == SEALED else may - holders
    others = [w for w in workers() if w.active and w.role in may and w.id != by.id]
    near = sorted({w.role for w in others if w.agency == by.agency})
    return [f"role:{role}@{by.agency}" for role in near] or [f"role:{role}" for role in sorted({w.role for w in others})]


@trusted("join")
@transaction.atomic
def join(*, one: UUID, other: UUID, because: str = "", by: Actor) -> UUID:
    """As `identity.actions.join`; the clocks of everybody concerned follow at once after commit."""
    with followed([one, other]), _second_asked([one, other], by):
        return actions.join(one=one, other=other, because=because, by=by)


@trusted("separate")
@transaction.atomic
def separate(*, one: UUID, other: UUID, because: str = "", by: Actor) -> UUID:
    """As `identity.actions.separate`; the clocks of everybody concerned follow at once after commit."""
    with followed([one, other]), _second_asked([one, other], by):
        return actions.separate(one=one, other=other, because=because, by=by)


@trusted("decide-match")
@transaction.atomic
def decide_match(*, possible: UUID, decision: str, because: str = "", by: Actor) -> str:
    """As `identity.actions.decide_match`; the clocks of everybody concerned follow at once after commit."""
    ends = ends_of(possible)
    with followed(ends), _second_asked(ends, by):
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
