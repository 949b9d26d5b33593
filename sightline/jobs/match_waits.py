"""Whoever decides who is who is told that somebody waits for it: at once where the notice cannot wait, else in the morning.

The queue shows beside each notice that a match waits. This tells of it where nobody is looking, and of what waits about
records that never reach the queue. One message in the morning tells of all that began since the last; what is sealed is neither
counted nor named, and of what is protected the number alone is told.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sightline.agencies.queries import machine, workers
from sightline.identity.match_waiting import open_about, open_since
from sightline.jobs.due import SPLITS, VERBS, halves, owe, owe_once
from sightline.jobs.nightly import next_at
from sightline.messages.actions import goes_to, send
from sightline.sharing.standing import trusted
from sightline.timescales.moment import now

if TYPE_CHECKING:
    from sightline.chronology.types import Writing

NOW, MORNING, MESSAGE = "tell-match-now", "tell-matches", "match-to-decide"
AT = time(7, 0)  # London's time: the morning run
SINCE = timedelta(hours=24)
MOST_NAMED = 50  # of whom a message says that it is about them


def owe_matches(written: Collection[Writing], waiting: Collection[UUID], *, at_once: bool) -> None:
    """Owes that somebody is told, in the caller's transaction: `waiting` are source identities of whom a match waits."""
    if not waiting:
        return
    urgent = {part[0] for one in written if one.queued and one.urgent for part in one.parts} & set(waiting)
    if urgent:
        owe(NOW, {"identities": sorted(map(str, urgent))}, at_once=at_once)
    owe_once(MORNING, {}, run_at=next_at(AT, now()))


@trusted("tell-matches")
def tell_now(payload: dict[str, Any]) -> None:
    """What is owed: that a match waits of somebody about whom a notice cannot wait. What was decided meanwhile is not told."""
    _tell(open_about([UUID(one) for one in payload["identities"]]))


@trusted("tell-matches")
def tell_in_the_morning(payload: dict[str, Any]) -> None:
    """What is owed: what began to wait since the last morning, and still does."""
    _tell(open_since(now() - SINCE))


def _tell(pairs: Collection[tuple[UUID, UUID, UUID, str]]) -> None:
    """`pairs`: the id of the match, its two source identities, and how it is guarded."""
    there = {worker.role for worker in workers() if worker.active}
    to = [one for one in goes_to(MESSAGE) if one.removeprefix("role:") in there] or goes_to(MESSAGE)[:1]
    if not pairs or not to:
        return
    named = [side for _, one, other, guard in pairs if not guard for side in (one, other)]
    alone = next((pair for pair, _, _, guard in pairs if not guard), None) if len(pairs) == 1 else None
    says = {"count": len(pairs)}
    send(MESSAGE, to=to, about=named[:MOST_NAMED], says=says, by=machine("clock-machine"), because=alone)


VERBS[NOW] = tell_now
VERBS[MORNING] = tell_in_the_morning
SPLITS[NOW] = lambda payload: halves(payload, "identities")
