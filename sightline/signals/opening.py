"""Whoever is told of a signal sees about whom it is, and what it rests on: as much as the sharing rules give by these ties.

Without it, a navigator who is told that a child may be reached tonight is told of nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from sightline.agencies.types import WorkerInfo
from sightline.sharing.actions import end_ties, tie
from sightline.timescales.moment import now

TO_LOOK, RESTS_ON = "asked-to-look", "sign-rests-on"
OPEN_FOR = timedelta(weeks=4)  # from each telling: as long as most signs rest
LONGEST = 80  # characters of a holder's name


def open_to(
    signal: UUID,
    to: Iterable[str],
    about: Sequence[UUID],
    by_role: Mapping[str, Collection[WorkerInfo]],
    *,
    anew: bool = False,
) -> None:
    """Opens it to these inboxes, in the caller's transaction. `about`: the child's source identity, then the first versions of
    the child's own records on which it rests; empty about a place. `anew`: what was open for its sake is open no more."""
    moment = now()
    if anew:
        end_ties(because=[signal], until=moment)
    if not about:
        return
    child, *firsts = about
    kinds = [(TO_LOOK, child), *((RESTS_ON, first) for first in firsts)]
    tie(
        (holder, kind, subject, moment, moment + OPEN_FOR, signal)
        for one in to
        for holder in _holders(one, by_role)
        for kind, subject in kinds
    )


def _holders(inbox: str, by_role: Mapping[str, Collection[WorkerInfo]]) -> list[str]:
    """Under which names whoever reads an inbox holds ties. A role that is told wherever it is holds none: nobody has it yet."""
    what, _, who = inbox.partition(":")
    role, _, agency = who.partition("@")
    if what == "role" and not agency:
        return []
    if len(inbox) <= LONGEST:
        return [inbox]
    return [f"worker:{one.id}" for one in by_role.get(role, ()) if one.agency == agency]
