"""What was kept of signals, by ids and codes alone: for stages above that ask whether one was raised, and pass the gate."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sightline.signals.models import Happened, Standing


@dataclass(frozen=True, slots=True)
class Kept:
    """A signal as it is kept. `live`: it stood at some time while it was known; else it was over when it came to us.
    `told`: the inboxes that were told last."""

    id: UUID
    rule: str
    since: datetime
    level: str
    cited: tuple[str, ...]
    ended: str
    answered: str
    live: bool
    told: tuple[str, ...]


def kept_about(rule: str, identities: Collection[UUID]) -> list[Kept]:
    """Of one rule, about whoever these source identities are."""
    return _kept(Standing.objects.filter(rule=rule, identity_id__in=list(identities)))


def kept_citing(rule: str, firsts: Collection[UUID]) -> list[Kept]:
    """Of one rule, those that rest on any of these records."""
    wanted = {str(first) for first in firsts}
    return [one for one in _kept(Standing.objects.filter(rule=rule)) if wanted.intersection(one.cited)]


def _kept(rows: Iterable[Standing]) -> list[Kept]:
    every = list(rows)
    live = set(Happened.objects.filter(signal__in=[row.id for row in every]).values_list("signal", flat=True))
    return [
        Kept(
            row.id,
            row.rule,
            row.since,
            row.level,
            tuple(row.cited),
            row.ended_because,
            row.answered,
            row.id in live,
            tuple(row.told.get("to", ())),
        )
        for row in sorted(every, key=lambda row: (row.since, row.id))
    ]
