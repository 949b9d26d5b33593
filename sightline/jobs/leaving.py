"""Somebody leaves: their access ends the same day, and what hung on them alone is counted, so that nobody forgets it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from sightline.agencies.actions import end_worker
from sightline.agencies.queries import workers
from sightline.agencies.types import Actor
from sightline.identity.protected import HOLDER
from sightline.jobs.allocating import TIE, WORKER
from sightline.sharing.queries import held_between, ties_of
from sightline.sharing.rules import NAMED
from sightline.sharing.standing import trusted
from sightline.timescales.moment import now


@dataclass(frozen=True, slots=True)
class Leaves:
    """What nobody else who still works here is named for. Numbers alone: whoever administers workers sees no child.

    `allocated`: identities of children; `kept`: records or people kept to named people; `locations`: protected locations.
    """

    allocated: int
    kept: int
    locations: int


@trusted("end-worker")
@transaction.atomic
def leave(*, username: str, by: Actor) -> Leaves:
    """Ends somebody's access (`end_worker`). Their ties stay: nobody reads by them, and they say what is to be handed over.

    Raises Missing and Refused.
    """
    gone = f"{WORKER}{end_worker(username=username, by=by)}"
    there = {f"{WORKER}{w.id}" for w in workers() if w.active}
    return Leaves(*(_alone(gone, kind, there) for kind in (TIE, NAMED, HOLDER)))


def _alone(gone: str, kind: str, there: set[str]) -> int:
    """To how many things the one who left was the last with a tie of a kind; a team or an agency goes on."""
    subjects, moment = ties_of([gone], kind), now()
    rows = held_between(subjects, moment, moment) if subjects else []
    others = {
        one.subject
        for one in rows
        if one.kind == kind and one.at(moment) and (one.holder in there or not one.holder.startswith(WORKER))
    }
    return len(subjects - others)
