"""What follows from some records when they arrive: somebody is told, something is awaited, a list or a review has one more.

A load keeps what it takes; what follows is owed in the same transaction, and done after it. History is not followed: it was
over before anybody here could have done anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sightline.agencies.queries import machine, partnership
from sightline.chronology.rules import history_before
from sightline.chronology.tracing import Before, stood_before
from sightline.definition.types import Partnership
from sightline.front_door import reviewing
from sightline.front_door.portal.actions import told_in
from sightline.front_door.quality import keep as keep_quality
from sightline.front_door.quality import told_at
from sightline.front_door.telling_rules import comes_with
from sightline.identity.queries import persons_of
from sightline.jobs import day_lists, expecting, moving, telling
from sightline.jobs.due import SPLITS, VERBS, halves, owe
from sightline.jobs.match_waits import owe_matches
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
    # a correction is no news, but to those who work with somebody who was not on it before; nor what was history, unless it
    # happened lately after all
    corrected = {w.first: w.id for w in fresh if w.id != w.first and w.happened >= since}
    before = stood_before(corrected, definition) if corrected else {}
    new = {id for first, id in corrected.items() if not before.get(first, Before()).current} | work.added
    if news := [str(w.id) for w in fresh if not w.routine and (w.id == w.first or w.id in new)]:
        owe("tell-new", {"entries": news}, at_once=at_once)
    owe_matches(fresh, work.unsettled, at_once=at_once)
    if work.resolver.moved or work.placed:
        placed = set(persons_of(work.placed).values())
        moving.follow(work.resolver.moved | placed, work.resolver.moved, at_once=at_once)
    if told := told_in(work.writings):
        owe("note-submissions", {"told": [[str(first), *codes] for first, *codes in told]}, at_once=at_once)


def arrived(payload: dict[str, Any]) -> None:
    """What is owed: each thing that follows, for each record; or one of them alone (`part`), where another fails."""
    follows, part = what_follows(partnership()), payload.get("part", "")
    entries: dict[str, str] = payload["entries"]
    for name, records in follows.items():
        if part in ("", name) and (some := {first: record for first, record in entries.items() if record in records}):
            PARTS[name](some)


PARTS: dict[str, Callable[[Mapping[str, str]], object]] = {
    "telling": lambda some: [telling.arrived(UUID(first)) for first in some],
    "expected": lambda some: [expecting.arrived(UUID(first)) for first in some],
    "awaited": lambda some: [expecting.came(UUID(first)) for first in some],
    "itemreview": lambda some: [reviewing.take(first=UUID(first), by=machine(reviewing.MACHINE)) for first in some],
    "daylist": lambda some: day_lists.plan(frozenset(some.values())),
}


def _apart(payload: dict[str, Any]) -> list[dict[str, Any]]:
    """What keeps failing, in two: half the records each; of one record, each thing that follows by itself."""
    if parts := halves(payload, "entries"):
        return parts
    follows, [record] = what_follows(partnership()), payload["entries"].values()
    names = [name for name in PARTS if record in follows[name]]
    return [{**payload, "part": name} for name in names] if "part" not in payload and len(names) > 1 else []


def look_untold(payload: dict[str, Any]) -> None:
    """What nobody owes any more and should: schools to be told, and the next list of each meeting, also where nothing
    came."""
    telling.look()
    day_lists.plan()


VERBS[VERB] = arrived
SPLITS[VERB] = _apart
VERBS[telling.VERB] = telling.tell
VERBS[expecting.VERB] = expecting.look
VERBS[expecting.AWAIT] = expecting.await_
VERBS[day_lists.VERB] = day_lists.make
VERBS["look-untold"] = look_untold
