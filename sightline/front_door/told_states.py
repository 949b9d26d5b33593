"""How tellings, lists and reviews stand, by ids and codes alone: for stages above, which pass the gate themselves."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sightline.front_door.told_models import ListDay, ListLine, Review, Telling


@dataclass(frozen=True, slots=True)
class TellingState:
    id: UUID
    incident: UUID
    identity: UUID
    recipient: str
    route: str
    state: str
    told_at: datetime | None
    due_at: datetime


def tellings_of(incident: UUID, identities: Collection[UUID] = ()) -> list[TellingState]:
    """What is told, or to be told, of an incident (about these source identities), the first planned first."""
    rows = Telling.objects.filter(incident=incident).order_by("run_at", "id")
    if identities:
        rows = rows.filter(identity__in=list(identities))
    return [
        TellingState(r.id, r.incident, r.identity, r.recipient, r.route, r.state, r.told_at, r.due_at) for r in rows
    ]


@dataclass(frozen=True, slots=True)
class LineState:
    id: UUID
    day: UUID
    on: date
    entries: frozenset[UUID]
    identities: frozenset[UUID]
    why: tuple[int, ...]
    heard: str


def lines_of(day_list: str, *, entry: UUID | None = None) -> list[LineState]:
    """The lines of a list, the newest day first: those that a record brought there, where one is given."""
    rows = ListLine.objects.filter(day__day_list=day_list).select_related("day").order_by("-day__day", "id")
    found = [
        LineState(
            r.id,
            r.day_id,
            r.day.day,
            frozenset(UUID(one) for one in r.entries),
            frozenset(UUID(one) for one in r.identities),
            tuple(r.why),
            r.heard,
        )
        for r in rows
    ]
    return [one for one in found if entry is None or entry in one.entries]


def newest_day(day_list: str) -> UUID | None:
    """The newest list of a kind."""
    return ListDay.objects.filter(day_list=day_list).order_by("-day").values_list("id", flat=True).first()


def newest_on(day_list: str) -> date | None:
    """For which day the newest list of a kind was made."""
    return ListDay.objects.filter(day_list=day_list).order_by("-day").values_list("day", flat=True).first()


@dataclass(frozen=True, slots=True)
class ReviewState:
    id: UUID
    first: UUID
    identity: UUID
    worker: str
    outcome: str
    closed: bool
    reviewed: bool

    @property
    def stage(self) -> str:
        return "closed" if self.closed else "manager" if self.reviewed else "worker" if self.worker else "allocate"


def reviews_of(first: UUID, identities: Collection[UUID] = ()) -> list[ReviewState]:
    """The items that a record brought to review."""
    rows = Review.objects.filter(first=first).order_by("known_at", "id")
    if identities:
        rows = rows.filter(identity__in=list(identities))
    return [
        ReviewState(r.id, r.first, r.identity, r.worker, r.outcome, r.closed_at is not None, r.worker_at is not None)
        for r in rows
    ]
