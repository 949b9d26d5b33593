"""What arrives takes its place in the queue, in the transaction that keeps it: nothing waits for a match, or for a machine.

Here a notice is judged by what it says itself. What went before, what is open already, and which other notices are about
the same event follow at once after commit (`following`), and can only be added to what stands here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sightline.agencies.queries import partnership
from sightline.chronology.rules import history_before
from sightline.chronology.types import Writing
from sightline.clocks.rules import follow, working_days
from sightline.clocks.types import Event
from sightline.definition.kinds.danger import Queue
from sightline.definition.types import Partnership
from sightline.front_door import danger
from sightline.front_door.models import Item, ItemChild
from sightline.timescales.london import parse_moment
from sightline.timescales.moment import now
from sightline.timescales.spans import parse_span
from sightline.vault.adding import add, add_objects, new
from sightline.vault.ids import Ids

FRONT_DOOR = "front-door"  # the one queue


@dataclass(frozen=True, slots=True)
class Arrived:
    """A notice that reaches the front door, as its first version is kept, what it says (`definition.records.facts`), and
    the days on which the children on it may have been born."""

    notice: Writing
    facts: Mapping[str, Any]
    births: tuple[date, ...]

    @property
    def identities(self) -> list[UUID]:
        """The children on it, as their sender knows them; where it names none, whoever stands on it: somebody must look at
        it all the same, and by them it passes the gate."""
        return whom(self.notice.parts)


def whom(parts: Iterable[tuple[UUID, str, bool]]) -> list[UUID]:
    """By whom the front door comes to a notice: (source identity, role, as a child) of everybody on it. The children; where
    no child is named, everybody."""
    every = list(parts)
    return list(dict.fromkeys(i for i, _, child in every if child)) or list(dict.fromkeys(i for i, _, _ in every))


def queue_of(definition: Partnership) -> Queue | None:
    """How the queue is kept; None where a partnership declares none."""
    return definition.queue.get(FRONT_DOOR)


def take(arrived: Sequence[Arrived], *, received: datetime | None = None) -> list[UUID]:
    """Puts notices into the queue, in the caller's transaction. Returns their items; what is history gets none. `received`:
    when they came, where that was before now."""
    definition = partnership()
    kept = queue_of(definition)
    if kept is None or not arrived:
        return []
    moment, ids = now(), Ids()
    since = history_before(definition, received or moment)
    rows, children = [], []
    for one in arrived:
        if one.notice.known_at < since:
            continue
        row = _item(definition, kept, one, ids(), moment)
        rows.append(row)
        children += [(row.id, identity) for identity in one.identities]
    add_objects(rows)
    add(ItemChild, ("item_id", "identity_id"), children)
    return [row.id for row in rows]


def judged(definition: Partnership, kept: Queue, one: Arrived, moment: datetime) -> tuple[tuple[str, ...], danger.Judged]:
    """The bands of the youngest child on a notice, and where its own words put it."""
    notice, until = one.notice, safe_until(one.facts)
    unborn = not one.births and "unborn" in one.facts.get("age-band", ())
    ages = danger.youngest(one.births, notice.happened.date(), unborn)
    facts = danger.notice_facts(
        one.facts,
        definition.record[notice.record],
        ages=ages,
        children=len(one.identities),
        safe=danger.safety(until, moment, parse_span(kept.safe_soon).due(moment) - moment),
    )
    return ages, danger.judge(definition, facts, happened=notice.happened)


def _item(definition: Partnership, kept: Queue, one: Arrived, id: UUID, moment: datetime) -> Item:
    notice, until = one.notice, safe_until(one.facts)
    ages, found = judged(definition, kept, one, moment)
    return new(
        Item,
        id=id,
        entry=notice.first,
        record=notice.record,
        agency=notice.agency,
        handling=notice.handling,
        pointer_only=notice.pointer_only,
        happened=notice.happened,
        known_at=notice.known_at,
        urgent=notice.urgent,
        ages=list(ages),
        danger=found.rank,
        why=list(found.why),
        before={},
        due_at=due(definition, kept, notice.known_at, notice.urgent, until),
        safe_until=until,
        open_to=[],
        event=id,
        changed_at=moment,
    )


def safe_until(facts: Mapping[str, Any]) -> datetime | None:
    """Until when the notice says that the child is safe."""
    text = facts.get(danger.UNTIL)
    try:
        return parse_moment(str(text)) if text else None
    except ValueError:
        return None


def due(definition: Partnership, kept: Queue, known_at: datetime, urgent: bool, until: datetime | None) -> datetime:
    """By when somebody must look: the limit of the queue's clock, or the end of the time for which the child is said to
    be safe, whichever is sooner."""
    limit = _limit(definition.hash, known_at, urgent)
    return min(limit, until) if until is not None and until > known_at else limit


@lru_cache(maxsize=500)
def _limit(definition_hash: str, known_at: datetime, urgent: bool) -> datetime:
    definition = partnership()
    clock = definition.clock[definition.queue[FRONT_DOOR].clock]
    event = Event("", "", known_at, known_at, queued=True, urgent=urgent)
    found = follow(clock, [event], now=known_at, days=_days(definition_hash))
    return found[0].due_at if found else known_at


@lru_cache(maxsize=4)
def _days(definition_hash: str) -> Any:
    return working_days(partnership())


def items_of(entries: Iterable[UUID]) -> dict[UUID, UUID]:
    """The item of each of these notices (by the first version of its entry). Ids only, for stages above."""
    return dict(Item.objects.filter(entry__among=list(entries)).values_list("entry", "id"))
