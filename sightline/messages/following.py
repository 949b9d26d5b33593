"""Who is told of what is new about a child: whoever works with the child, by ties that the message plan names, once.

Nobody is told who would not see at least a pointer of it, nor those who sent it, nor those who were told of the same
already in another way (`already-open`). Where whoever works with a child has left, somebody is told in their place. Working
Together to Safeguard Children 2023, chapters 1 and 3.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from uuid import UUID

from sightline.agencies.queries import agencies, partnership, workers
from sightline.agencies.types import Actor, WorkerInfo
from sightline.chronology.listing import labels_of
from sightline.definition.types import Partnership
from sightline.messages import pacing
from sightline.messages.actions import ACKNOWLEDGE, send
from sightline.messages.models import Outgoing
from sightline.messages.seeing import whole, would_see
from sightline.sharing.queries import held_between
from sightline.timescales.moment import now
from sightline.vault.asking import Question

KIND, OPEN = "new-on-your-child", "already-open"


_SENT = Question(
    lambda kinds, reasons: Outgoing.objects.filter(kind__among=kinds, because__among=reasons), "kind", "to"
)


def tell_new(entries: Iterable[UUID], *, by: Actor) -> int:
    """Tells those who work with the children of these entries (ids) that something is new. Returns how many messages.

    Safe to run again: nobody is told twice of one record.
    """
    definition = partnership()
    if KIND not in definition.message:
        return 0
    kinds = {a.id: a.kind for a in agencies().values()}
    everybody, sent = workers(), 0
    for entry, label in labels_of(entries, kinds):
        told = set(_SENT((KIND, OPEN), (entry.first, entry.id)))
        same = whole(label)
        knows = _knows(definition, everybody, agency=entry.agency, author=entry.author, queued=entry.queued)
        followers, left = _followers(definition, same, everybody, concern=entry.queued)
        for one in left:
            places = _instead(definition, one, everybody)
            if to := next((to for to, there in places.items() if any(would_see(w, label, same) for w in there)), ""):
                followers[to] = places[to]
        for to, readers in followers.items():
            own = to == f"agency:{entry.agency}" or all(knows(one) for one in readers)
            if own or (KIND, to) in told or (OPEN, to) in told:
                continue
            says = {"record": entry.record, "agency": entry.agency}
            for inbox in _open_to(to, readers, [one for one in readers if would_see(one, label, same)]):
                if (KIND, inbox) not in told:
                    send(KIND, to=inbox, about=[entry.id], says=says, by=by, because=entry.first)
                    sent += 1
    return sent


def _open_to(to: str, readers: Sequence[WorkerInfo], seeing: Sequence[WorkerInfo]) -> list[str]:
    """The inboxes of those who would see it: the one that all of them read, or each their own where others read it too, who
    would find a message about nothing that is open to them."""
    if len(seeing) == len(readers):
        return [to] if readers else []
    return [f"worker:{one.id}" for one in seeing]


def _knows(
    definition: Partnership, everybody: Iterable[WorkerInfo], *, agency: str, author: str, queued: bool
) -> Callable[[WorkerInfo], bool]:
    """Whether a worker knows of it already: who wrote it, and their team. Where an agency's own system sent it, nobody can say
    who there did, so all do; but what the front door takes down comes from elsewhere, and those who work with the child sit
    in other teams."""
    wrote = next((one for one in everybody if one.id == author), None)
    if wrote is not None:
        return lambda one: one.id == wrote.id or bool(wrote.team and one.team == wrote.team)
    if queued and agency == definition.info.front_door:
        duty = {team.id for team in definition.team.values() if team.agency == agency and team.on_duty_for}
        return lambda one: one.team in duty
    return lambda one: one.agency == agency


def _followers(
    definition: Partnership, subjects: Iterable[UUID], everybody: Iterable[WorkerInfo], *, concern: bool
) -> tuple[dict[str, list[WorkerInfo]], list[WorkerInfo]]:
    """The inboxes of those who work with somebody now, with who reads each: by the ties that their plan names. And who is tied
    by name but has left, where nobody else of their agency follows the child."""
    moment, kinds = now(), defaultdict(set)
    for held in held_between(list(subjects), moment, moment):
        kinds[held.holder].add(held.kind)
    readers: dict[str, list[WorkerInfo]] = defaultdict(list)
    left: list[WorkerInfo] = []
    at_door = {team.id for team in definition.team.values() if team.on_duty_for}  # theirs is the queue
    for one in everybody:
        plan = pacing.plan_for(definition, one.role)
        if plan is None or not _reads(one.role, definition):
            continue
        wanted = {*plan.follows, *(plan.follows_concerns if concern else ())}
        if not one.active:
            left += [one] if kinds.get(f"worker:{one.id}", set()) & wanted else []
            continue
        for holder in (f"worker:{one.id}", f"team:{one.team}", f"agency:{one.agency}" * (one.team not in at_door)):
            if kinds.get(holder, set()) & wanted:
                readers[holder].append(one)
                break  # by name, else with the team, else with the agency: once
    there = {one.agency for some in readers.values() for one in some}
    return readers, [one for one in left if one.agency not in there]


def _instead(
    definition: Partnership, left: WorkerInfo, everybody: Iterable[WorkerInfo]
) -> Mapping[str, list[WorkerInfo]]:
    """The inboxes of those who answer in the place of a worker who has left, the nearest first, with who reads each: their
    team, those who manage it, whoever is told where nobody answers, and those of the front door who are told where nobody is."""
    there = [one for one in everybody if one.active and _reads(one.role, definition)]
    team, plan = definition.team.get(left.team), pacing.plan_for(definition, "")
    roles = [
        *((role, left.agency) for role in (team.managed_by if team is not None else ())),
        *((role, left.agency) for role in definition.message[KIND].acknowledge.then),
        *((role, definition.info.front_door) for role in (plan.nobody_there if plan is not None else ())),
    ]
    found = {f"team:{left.team}": [one for one in there if team is not None and one.team == left.team]}
    for role, agency in roles:
        found[f"role:{role}@{agency}"] = [one for one in there if one.role == role and one.agency == agency]
    return {place: some for place, some in found.items() if some}


def _reads(role: str, definition: Partnership) -> bool:
    """Whether somebody of this role has an inbox."""
    declared = definition.role.get(role)
    return declared is not None and ACKNOWLEDGE in declared.may
