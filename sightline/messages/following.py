"""Who is told of what is new about a child: whoever works with the child, by ties that the message plan names, once.

Nobody is told who would not see at least a pointer of it, nor an agency of what it sent itself, nor those who were told
of the same already in another way (`already-open`). Working Together to Safeguard Children 2023, chapters 1 and 3.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
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
    everybody, sent = [one for one in workers() if one.active], 0
    for entry, label in labels_of(entries, kinds):
        told = set(_SENT((KIND, OPEN), (entry.first, entry.id)))
        same = whole(label)
        for to, readers in _followers(definition, same, everybody, concern=entry.queued).items():
            own = all(one.agency == entry.agency or one.id == entry.author for one in readers)
            if own or (KIND, to) in told or (OPEN, to) in told:
                continue
            if not any(would_see(one, label, same) for one in readers):
                continue
            says = {"record": entry.record, "agency": entry.agency}
            send(KIND, to=to, about=[entry.id], says=says, by=by, because=entry.first)
            sent += 1
    return sent


def _followers(
    definition: Partnership, subjects: Iterable[UUID], everybody: Iterable[WorkerInfo], *, concern: bool
) -> Mapping[str, list[WorkerInfo]]:
    """The inboxes of those who work with somebody now, with who reads each: by the ties that their plan names."""
    moment, kinds = now(), defaultdict(set)
    for held in held_between(list(subjects), moment, moment):
        kinds[held.holder].add(held.kind)
    readers: dict[str, list[WorkerInfo]] = defaultdict(list)
    for one in everybody:
        plan = pacing.plan_for(definition, one.role)
        if plan is None or not _reads(one.role, definition):
            continue
        wanted = {*plan.follows, *(plan.follows_concerns if concern else ())}
        for holder in (f"worker:{one.id}", f"team:{one.team}", f"agency:{one.agency}"):
            if kinds.get(holder, set()) & wanted:
                readers[holder].append(one)
                break  # by name, else with the team, else with the agency: once
    return readers


def _reads(role: str, definition: Partnership) -> bool:
    """Whether somebody of this role has an inbox."""
    declared = definition.role.get(role)
    return declared is not None and ACKNOWLEDGE in declared.may
