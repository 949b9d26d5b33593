"""Asking about ties, for those who string stages together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from sightline.sharing.models import Tie
from sightline.sharing.reading import Reading, reading
from sightline.sharing.rules import holders
from sightline.timescales.moment import now
from sightline.vault.asking import Question

__all__ = ["Held", "Reading", "held_between", "held_by", "reading", "ties_of", "ties_since"]


_BETWEEN = Question(
    lambda subjects, since, until: Tie.objects.filter(
        Q(until=None) | Q(until__gt=since), subject__among=subjects, from_at__lte=until
    ),
    *("holder", "subject", "from_at", "until", "kind", "because"),
)


@dataclass(frozen=True, slots=True)
class Held:
    """A reason to see somebody that a worker, team or agency had, from when until when."""

    holder: str
    subject: UUID
    since: datetime
    until: datetime | None
    kind: str = ""
    because: UUID | None = None  # the entry that made it

    def at(self, moment: datetime) -> bool:
        return self.since <= moment and (self.until is None or moment < self.until)


def held_between(subjects: Iterable[UUID], since: datetime, until: datetime) -> list[Held]:
    """Every tie to these source identities that held at any time between two moments. One query."""
    return [Held(*row) for row in _BETWEEN(set(subjects), since, until)]


def held_by(holders: Iterable[str], kinds: Iterable[str], *, most: int) -> list[Held]:
    """What these holders have a tie of these kinds to, now: at most so many, the oldest first. One query."""
    named, moment = list(holders), now()
    if not named:
        return []
    rows = Tie.objects.filter(
        Q(until=None) | Q(until__gt=moment), holder__in=named, kind__in=list(kinds), from_at__lte=moment
    ).order_by("from_at", "id")
    fields = ("holder", "subject", "from_at", "until", "kind", "because")
    return [Held(*row) for row in rows.values_list(*fields)[:most]]


def ties_of(holders: Iterable[str], kind: str) -> set[UUID]:
    """To what any of these holders has a tie of a kind, now. One query; none without holders."""
    named, moment = list(holders), now()
    if not named:
        return set()
    rows = Tie.objects.filter(Q(until=None) | Q(until__gt=moment), holder__in=named, kind=kind, from_at__lte=moment)
    return set(rows.values_list("subject", flat=True))


def ties_since(reading: Reading, subjects: Iterable[UUID]) -> dict[str, datetime]:
    """Since when this reader has had each kind of tie to any of these: for "why do I see this?". One query."""
    moment, found = now(), {}
    rows = Tie.objects.filter(
        Q(until=None) | Q(until__gt=moment),
        subject__among=list(subjects),
        holder__in=holders(reading.actor),
        from_at__lte=moment,
    )
    for kind, since in rows.values_list("kind", "from_at"):
        found[kind] = min(since, found.get(kind, since))
    return found


def holders_of(subject: UUID, kind: str) -> list[Held]:
    """Who has a tie of a kind to something now, the first first. One query."""
    moment = now()
    rows = Tie.objects.filter(Q(until=None) | Q(until__gt=moment), subject=subject, kind=kind, from_at__lte=moment)
    return [Held(*row) for row in rows.order_by("from_at").values_list("holder", "subject", "from_at", "until", "kind")]


@dataclass(frozen=True, slots=True)
class OpenTie:
    """A tie that holds now."""

    id: UUID
    holder: str
    subject: UUID
    since: datetime
    because: UUID | None


def open_now(kind: str, subjects: Iterable[UUID]) -> list[OpenTie]:
    """The ties of a kind to these that hold now, the oldest first. One query."""
    moment = now()
    rows = Tie.objects.filter(Q(until=None) | Q(until__gt=moment), kind=kind, subject__among=list(subjects))
    return [OpenTie(*row) for row in rows.order_by("from_at", "id").values_list("id", "holder", "subject", "from_at", "because")]
