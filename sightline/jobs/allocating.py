"""Giving a child to a worker, and taking them back: who reads what is held follows at once.

The tie is written to the source identity that was meant, and to no other: whoever is the same person is seen by it all the
same, and whoever turns out to be somebody else is not, from the moment of the separation. Joined again, they are again.
What waits for an answer of whoever works with the child is told to whoever does now.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sightline.agencies.queries import actor_by_id, partnership
from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.definition.outcomes import Refused
from sightline.identity.queries import identities_of, persons_of
from sightline.jobs import signalling
from sightline.jobs.due import owe
from sightline.ledger.actions import write
from sightline.sharing.actions import Row, tie, untie
from sightline.sharing.queries import held_between
from sightline.sharing.standing import trusted
from sightline.timescales.moment import now

TIE, IN_TEAM = "allocated", "allocated-in-team"  # to the worker; to the worker's team, for whoever manages it
WORKER = "worker:"


@trusted("allocate")
@transaction.atomic
def allocate(*, identity: UUID, worker: str, by: Actor) -> None:
    """Gives the child who has this source identity to a worker (by id), and to whoever manages the worker's team.

    Raises Refused without the right, Missing for a worker who is none.
    """
    _require(by)
    moment, team = now(), actor_by_id(worker).team
    given(identity, worker, team, moment, None)
    _write("allocate", by, [identity])
    _changed([identity])


def given(identity: UUID, worker: str, team: str, moment: datetime, because: UUID | None) -> None:
    """The ties of an allocation, in the caller's transaction. `because`: the entry that says so."""
    rows: list[Row] = [(f"{WORKER}{worker}", TIE, identity, moment, None, because)]
    if team:
        rows.append((f"team:{team}", IN_TEAM, identity, moment, None, None))
    tie(rows)


@trusted("end-allocation")
@transaction.atomic
def end_allocation(*, identity: UUID, worker: str, by: Actor) -> None:
    """Ends it, by whichever source identity of the child it was given. The team keeps it while another of theirs has it."""
    _require(by)
    identities = [row.id for row in identities_of(persons_of([identity])[identity])]
    taken_back(identities, worker)
    _write("end-allocation", by, identities)
    _changed([identity])


def taken_back(identities: list[UUID], worker: str) -> None:
    """Ends the ties of an allocation, in the caller's transaction."""
    untie(kind=TIE, subjects=identities, holder=f"{WORKER}{worker}")
    team = actor_by_id(worker).team
    if team and team not in _teams_of_workers(identities):
        untie(kind=IN_TEAM, subjects=identities, holder=f"team:{team}")


def handed_on(identities: Iterable[UUID]) -> None:
    """What waits for an answer of whoever works with the child is told to whoever does now. After all that changes that."""
    signalling.hand_on(set(persons_of(identities).values()))


def _changed(identities: list[UUID]) -> None:
    """What waits is told to whoever works with the child now; and the notices about them say with whom they are open."""
    handed_on(identities)
    owe("clocks", {"persons": [str(one) for one in dict.fromkeys(persons_of(identities).values())]})


def _teams_of_workers(identities: Iterable[UUID]) -> set[str]:
    """The teams of all workers to whom the child is allocated now."""
    moment = now()
    held = [one.holder for one in held_between(identities, moment, moment) if one.kind == TIE and one.at(moment)]
    return {actor_by_id(holder.removeprefix(WORKER)).team for holder in held if holder.startswith(WORKER)}


def _require(by: Actor) -> None:
    allowed = may(by, "allocate", partnership())
    if not allowed:
        raise Refused(allowed)


def _write(verb: str, by: Actor, identities: list[UUID]) -> None:
    write(kind="change", verb=verb, actor=by.id, acting_for=by.agency, purpose="safeguarding", ids=identities)
