"""Reading clocks, through the gate: a clock shows to whoever may see at least the headline of what started it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from sightline.chronology.queries import at_least_headline
from sightline.clocks.models import Running
from sightline.clocks.types import State
from sightline.clocks.views import ClockView
from sightline.identity.queries import own_people, persons_of
from sightline.sharing.filters import tied
from sightline.sharing.reading import Reading
from sightline.timescales.moment import now
from sightline.vault.asking import Question


def _views(reading: Reading, rows: list[Running], person: UUID | None = None) -> list[ClockView]:
    allowed = at_least_headline(reading, [row.started_by for row in rows])
    persons = {} if person else persons_of(row.identity_id for row in rows)
    moment, found = now(), []
    for row in rows:
        declared = reading.definition.clock.get(row.clock)
        if row.started_by not in allowed or declared is None:
            continue
        if row.paused_at is not None and row.stopped_at is None:
            state = State.PAUSED
        elif (row.stopped_at or moment) > row.due_at:
            state = State.LATE
        else:
            state = State.MET if row.stopped_at else State.RUNNING
        found.append(
            ClockView(
                row.clock,
                declared.title,
                state.value,
                row.started_at,
                row.due_at,
                row.stopped_at,
                row.why,
                declared.source,
                person or persons[row.identity_id],
                row.started_by,
            )
        )
    return found


_OF = Question(lambda identities: Running.objects.filter(identity_id__among=identities).order_by("due_at", "id"))


def of_identities(reading: Reading, identities: Iterable[UUID], person: UUID | None = None) -> list[ClockView]:
    """The clocks of one person: open ones first, soonest due first. `person`: who they are, where the caller knows."""
    unique = {(row.clock, row.first): row for row in _OF.rows(identities)}
    return sorted(_views(reading, list(unique.values()), person), key=lambda c: (c.stopped_at is not None, c.due_at))


def next_of(reading: Reading, identities: Iterable[UUID], *, limit: int = 300) -> dict[UUID, ClockView]:
    """The open clock that ends first of each of these people, by person; of the soonest `limit` clocks among them all."""
    rows = Running.objects.filter(stopped_at=None, history=False, identity__in=list(identities))
    found: dict[UUID, ClockView] = {}
    for one in _views(reading, list(rows.order_by("due_at", "id")[:limit])):
        found.setdefault(one.person, one)
    return found


def mine(reading: Reading, *, limit: int = 30, besides: QuerySet[Any] | None = None) -> list[ClockView]:
    """Open clocks on children to whom this reader has a tie, soonest due first; what was over before we were told is left out.
    `besides`: records, by their first versions, whose clocks stand on another list of theirs.
    """
    ties = {"allocated", "network", "on-duty"}
    rows = Running.objects.filter(stopped_at=None, history=False).filter(
        tied(reading.policy, subject="identity_id", kinds=ties, own=own_people(reading))
    )
    rows = rows if besides is None else rows.exclude(first__in=besides)
    unique = {(row.clock, row.first): row for row in rows.order_by("due_at", "id")[: limit * 3]}
    return _views(reading, list(unique.values())[:limit])
