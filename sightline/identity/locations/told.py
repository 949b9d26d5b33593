"""Who else holds a protected location: records that bring one, by whoever is not named for it.

What a sender wrote comes back masked where it was right, so that a record about somebody made up, at a guessed address, asks
whether that address is protected. It cannot be kept from an answer; but whoever is named for the place hears of it, and so
does whoever looks after information. Where it is the family's own, they hear who else holds it now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sightline.agencies.queries import partnership, workers
from sightline.agencies.types import Actor
from sightline.identity.locations.near import HOLDER, kept_for
from sightline.identity.models import SourceIdentity
from sightline.sharing.queries import holders_of
from sightline.sharing.rules import holders


@dataclass(frozen=True, slots=True)
class ToldOf:
    """One agency brought one location, of people who are of its family, or of others. `holders`: inboxes of those named."""

    location: UUID
    agency: str
    identities: tuple[UUID, ...]
    family: bool
    holders: tuple[str, ...]


def by_others(brought: Iterable[tuple[UUID, UUID]], by: Actor) -> list[ToldOf]:
    """Of pairs of a location and a source identity that came with it for the first time: those that did not come from
    somebody named for it. Called once what the same record tells of family is written."""
    pairs: dict[UUID, set[UUID]] = defaultdict(set)
    for location, identity in brought:
        pairs[location].add(identity)
    found = []
    for location, new in pairs.items():
        named = [one.holder for one in holders_of(location, HOLDER)]
        rows = list(SourceIdentity.objects.filter(id__among=list(new)).values_list("id", "person", "agency"))
        others = [(id, person, agency) for id, person, agency in rows if not _theirs(named, agency, by)]
        if not others:
            continue
        family = kept_for(location)
        told: dict[tuple[str, bool], list[UUID]] = defaultdict(list)
        for id, person, agency in others:
            told[agency, person in family].append(id)
        found += [ToldOf(location, agency, tuple(ids), near, tuple(named)) for (agency, near), ids in told.items()]
    return found


def _theirs(named: Iterable[str], agency: str, by: Actor) -> bool:
    """Whether it comes from somebody named for it: a worker who is, or the system of an agency where anybody is."""
    named = set(named)
    if not by.machine:
        return not named.isdisjoint(holders(by))
    teams = {f"team:{t.id}" for t in partnership().team.values() if t.agency == agency}
    return any(
        one == f"agency:{agency}" or one in teams or one.endswith(f"@{agency}") for one in named
    ) or not named.isdisjoint(f"worker:{w.id}" for w in workers() if w.agency == agency)
