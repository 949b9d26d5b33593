"""What follows from some records when they arrive: somebody is told, something is awaited, a list or a review has one more.

A load keeps what it takes; what follows is owed in the same transaction, and done after it. History is not followed: it was
over before anybody here could have done anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sightline.agencies.queries import machine, partnership
from sightline.chronology.rules import history_before
from sightline.definition.types import Partnership
from sightline.front_door import reviewing
from sightline.front_door.portal.actions import told_in
from sightline.front_door.quality import keep as keep_quality
from sightline.front_door.quality import told_at
from sightline.front_door.telling_rules import comes_with
from sightline.identity.queries import persons_of
from sightline.jobs import day_lists, expecting, moving, telling
from sightline.jobs.due import VERBS, owe
from sightline.timescales.moment import now

if TYPE_CHECKING:
    from sightline.jobs.bite import Bite

VERB = "arrived"


@lru_cache(maxsize=8)
def _followed(definition_hash: str) -> frozenset[str]:
    return frozenset(record for records in what_follows(partnership()).values() for record in records)


def followed(definition: Partnership) -> frozenset[str]:
    """Record types from which something follows here."""
    return _followed(definition.hash)


def what_follows(definition: Partnership) -> dict[str, frozenset[str]]:
    """By what it is that follows: the record types."""
    return {
        "telling": frozenset(record for one in definition.telling.values() for record in one.after),
        "expected": frozenset(one.after for one in definition.expected.values()),
        "awaited": frozenset(r for one in definition.expected.values() for r in comes_with(one, definition)),
        "daylist": frozenset(r for one in definition.daylist.values() for takes in one.takes for r in takes.record),
        "itemreview": frozenset(
            r for one in definition.itemreview.values() for takes in one.takes for r in takes.record
        ),
    }


def owe_what_follows(work: Bite, *, at_once: bool) -> None:
    """Owes what follows from what a bite took, by whichever door it came, in the caller's transaction: whoever wrote too little
    is told what would help, somebody is told or awaited, those who work with the child hear of it. Not the clocks: of
    whom those are depends on the door."""
    definition, moment = work.world.definition, now()
    if kindly := keep_quality(work.writings, definition, received=work.received):
        poor = {str(first): message for first, message in kindly.items()}
        owe("tell-quality", {"entries": poor}, run_at=told_at(definition, moment))
    watched, since = followed(definition), history_before(definition, work.received)
    fresh = [w for w in work.writings if w.known_at >= since]
    if follows := {str(w.first): w.record for w in fresh if w.record in watched}:
        owe(VERB, {"entries": follows}, at_once=at_once)
    # a correction is no news, but to those who work with somebody who was not on it before
    if news := [str(w.id) for w in fresh if not w.routine and (w.id == w.first or w.id in work.added)]:
        owe("tell-new", {"entries": news}, at_once=at_once)
    if work.resolver.moved or work.placed:
        placed = set(persons_of(work.placed).values())
        moving.follow(work.resolver.moved | placed, work.resolver.moved, at_once=at_once)
    if told := told_in(work.writings):
        owe("note-submissions", {"told": [[str(first), *codes] for first, *codes in told]}, at_once=at_once)


def arrived(payload: dict[str, Any]) -> None:
    """What is owed: each thing that follows, for each record."""
    follows = what_follows(partnership())
    entries: dict[str, str] = payload["entries"]
    for first in _of(entries, follows["telling"]):
        telling.arrived(first)
    for first in _of(entries, follows["expected"]):
        expecting.arrived(first)
    for first in _of(entries, follows["awaited"]):
        expecting.came(first)
    for first in _of(entries, follows["itemreview"]):
        reviewing.take(first=first, by=machine(reviewing.MACHINE))
    if records := follows["daylist"] & set(entries.values()):
        day_lists.plan(records)


def look_untold(payload: dict[str, Any]) -> None:
    """What nobody owes any more and should: schools to be told, and the next list of each meeting, also where nothing
    came."""
    telling.look()
    day_lists.plan()


def _of(entries: Mapping[str, str], records: Iterable[str]) -> list[UUID]:
    wanted = set(records)
    return [UUID(first) for first, record in entries.items() if record in wanted]


VERBS[VERB] = arrived
VERBS[telling.VERB] = telling.tell
VERBS[expecting.VERB] = expecting.look
VERBS[expecting.AWAIT] = expecting.await_
VERBS[day_lists.VERB] = day_lists.make
VERBS["look-untold"] = look_untold
