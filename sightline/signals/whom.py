"""Who is told of a signal: by ties to the child, or by role. Ids and the names of inboxes alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sightline.agencies.queries import agencies as agencies_there
from sightline.agencies.queries import workers
from sightline.agencies.types import WorkerInfo
from sightline.chronology.listing import authors_of
from sightline.definition.kinds.signals import WHO
from sightline.definition.types import Partnership, Signal
from sightline.sharing.queries import Held

ALLOCATED, LEAD, TRUSTED = "allocated", "lead-professional", "trusted-person"
WORKS_WITH = (ALLOCATED, LEAD)
WITH = frozenset({"allocated-worker", LEAD})  # as a rule names them
ALLOCATES = (
    "social-care",
    "early-help",
    "youth-justice",
)  # kinds of agency whose worker is the child's own, the first first
EVERYWHERE = 3  # a role that more agencies than this have is told where the child is known, and nowhere else


@dataclass(frozen=True, slots=True)
class Trusted:
    """Who says that they know whom the child trusts: the newest record that names somebody, and its sender."""

    first: str
    agency: str


@dataclass(frozen=True, slots=True)
class Around:
    """Who works with a child, and which agencies know of what a signal rests on."""

    ties: Sequence[Held]
    agencies: frozenset[str]  # that sent an entry on which it rests
    trusted: Trusted | None = None
    by_role: Mapping[str, Sequence[WorkerInfo]] = field(default_factory=dict)
    teams: Mapping[str, str] = field(default_factory=dict)  # team: agency
    workers: Mapping[str, WorkerInfo] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)  # agency: its kind


@dataclass(frozen=True, slots=True)
class Staff:
    """Everybody who is at work, and where: the same for all who are told at one moment."""

    by_role: Mapping[str, Sequence[WorkerInfo]]
    teams: Mapping[str, str]
    workers: Mapping[str, WorkerInfo]
    kinds: Mapping[str, str]


def staff(definition: Partnership) -> Staff:
    """Reads who is at work now. Two queries."""
    everybody = [one for one in workers() if one.active]
    by_role: dict[str, list[WorkerInfo]] = defaultdict(list)
    for one in everybody:
        by_role[one.role].append(one)
    return Staff(
        by_role,
        {team.id: team.agency for team in definition.team.values()},
        {str(one.id): one for one in everybody},
        {one.id: one.kind for one in agencies_there().values()},
    )


def around(there: Staff, ties: Sequence[Held], agencies: Collection[str], trusted: Trusted | None) -> Around:
    """Who works with a child now, by the ties that hold."""
    return Around(ties, frozenset(agencies), trusted, there.by_role, there.teams, there.workers, there.kinds)


def whom(rule: Signal, way: int, there: Around) -> list[str]:
    """The inboxes of whoever a way of telling names; where nobody of them is found, or nobody of those whom a tie to the child
    names, of those whom it names else: that there are police is no worker."""
    told = rule.tell[way]
    places = {one: _inboxes(one, there) for one in told.whom}
    found = [place for some in places.values() for place in some]
    tied = [bool(some) for one, some in places.items() if one in WHO]
    if not found or (tied and not any(tied)):
        found += [place for one in told.else_ for place in _inboxes(one, there)]
    if not found:  # nobody holds any of these roles yet: it waits for whoever comes, and is chased
        found = [f"role:{one}" for one in (*told.else_, *told.whom) if one not in WHO][:1]
    return list(dict.fromkeys(found))


def handed_to(rule: Signal, way: int, there: Around) -> list[str]:
    """The inboxes of those who work with the child now, where the way in which it was told (`way`) tells them. Where nobody
    does, of those whom that way names else. A way that did not apply tells nobody: whom it names is told when it does."""
    told = rule.tell[way] if way < len(rule.tell) else rule.tell[0]
    found = [place for one in told.whom if one in WITH for place in _inboxes(one, there)]
    if not found and WITH & set(told.whom):
        found = [place for one in told.else_ for place in _inboxes(one, there)]
    return list(dict.fromkeys(found))


def _inboxes(one: str, there: Around) -> list[str]:
    if one == "allocated-worker":
        return _allocated(there)
    if one == LEAD:
        return _named_first([tie.holder for tie in there.ties if tie.kind == LEAD], there)
    if one == TRUSTED:
        return _trusted(there)
    return _of_role(one, there)


def _allocated(there: Around) -> list[str]:
    """The child's own worker: social care's, else early help's, else youth justice's. Others who work with the child are
    told by their roles, where a rule names them."""
    for kind in ALLOCATES:
        found = [
            tie.holder
            for tie in there.ties
            if tie.kind == ALLOCATED and there.kinds.get(agency_of(tie.holder, there)) == kind
        ]
        if found:
            return _named_first(found, there)
    return []


def _named_first(holders: Iterable[str], there: Around) -> list[str]:
    """Workers by name where there are any who still work here; else their teams or agencies."""
    every = list(dict.fromkeys(holders))
    named = [one for one in every if one.removeprefix("worker:") in there.workers and one.startswith("worker:")]
    return named or [one for one in every if not one.startswith("worker:")]


def _trusted(there: Around) -> list[str]:
    """Whoever wrote down whom the child trusts, or those of their agency who work with the child: they know who it is. Where
    nobody has, the child's own worker."""
    if there.trusted is None:
        return _allocated(there) or _inboxes(LEAD, there)
    author = authors_of([UUID(there.trusted.first)]).get(UUID(there.trusted.first), "")
    if author in there.workers:
        return [f"worker:{author}"]
    here = [
        tie.holder
        for tie in there.ties
        if tie.kind in WORKS_WITH and agency_of(tie.holder, there) == there.trusted.agency
    ]
    return _named_first(here, there) or [f"agency:{there.trusted.agency}"]


def _of_role(role: str, there: Around) -> list[str]:
    """Those of a role at the agencies that know the child; where it is a role of a few agencies alone, all of these."""
    places = list(dict.fromkeys(one.agency for one in there.by_role.get(role, ())))
    known = {agency_of(tie.holder, there) for tie in there.ties} | there.agencies
    near = [agency for agency in places if agency in known]
    if near or len(places) > EVERYWHERE:
        return [f"role:{role}@{agency}" for agency in sorted(near)]
    return [f"role:{role}@{agency}" for agency in sorted(places)]


def agency_of(holder: str, there: Around) -> str:
    """The agency of whoever holds a tie; empty where nobody knows."""
    what, _, who = holder.partition(":")
    if what == "agency":
        return who
    if what == "team":
        return there.teams.get(who, "")
    return there.workers[who].agency if who in there.workers else ""
