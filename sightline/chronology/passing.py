"""Which entries pass the filter, the last known first: ids and labels alone, to be decided on one by one and then read.

A list is made in two steps. Here the database picks the few lines that can be on it, by the policy compiled to a filter; no
content is touched, and nothing of it is shown. Whoever shows a line reads its entry by id, through the gate and, on PostgreSQL,
the second wall: so the wall need not judge everything that was looked through.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from sightline.chronology.models import Entry, Part
from sightline.identity.queries import own_people
from sightline.sharing.filters import at_least, tied
from sightline.sharing.reading import Reading
from sightline.sharing.standing import at_length, trusted
from sightline.sharing.types import Label, Level

MOST_COUNTED = 1000  # what is more is said as "1,000+"
_COLUMNS = ("first", "record", "agency", "handling", "pointer_only", "happened", "known_at")


@dataclass(frozen=True, slots=True)
class Line:
    """One child's place on one entry, before the gate: what it takes to decide on it."""

    part: int
    entry: UUID
    identity: UUID
    role: str
    first: UUID
    record: str
    agency: str
    handling: str
    pointer_only: bool
    happened: datetime
    known_at: datetime

    def label(self, kind: str, subjects: Collection[UUID], handling: str = "") -> Label:
        """`kind`: of the sending agency; `handling`: where the child's role is handled otherwise than the record."""
        return Label(
            self.record,
            self.agency,
            kind,
            handling or self.handling,
            subjects,
            False,
            self.pointer_only,
            self.happened,
            first=self.first,
        )


def newest(
    reading: Reading,
    level: Level,
    *,
    limit: int,
    ties: Collection[str] | None = None,
    below: Line | None = None,
    but: Collection[str] = (),
) -> list[Line]:
    """The newest places that this reader may see at least at this level, one query; `ties`: only of those to whom the reader has
    one of these; `below`: those that follow this one; `but`: no record of these types. Routine records are no part of it."""
    rows = _passing(reading, level, ties)
    if but:
        rows = rows.exclude(entry__record__in=sorted(but))
    if below is not None:
        rows = rows.filter(Q(entry__known_at__lt=below.known_at) | Q(entry__known_at=below.known_at, id__lt=below.part))
    columns = (f"entry__{name}" for name in _COLUMNS)
    with trusted("which-lines"):
        told = rows.order_by("-entry__known_at", "-id").values_list("id", "entry_id", "identity_id", "role", *columns)
        return [Line(*row) for row in told[:limit]]


def how_many(reading: Reading, level: Level, *, ties: Collection[str] | None = None, most: int = MOST_COUNTED) -> int:
    """How many entries this reader may see at least at this level: one more than `most` where there are more."""
    rows, enough = _passing(reading, level, ties).order_by().values_list("entry_id", flat=True), most * 5 // 4 + 1
    with trusted("which-lines"):
        while True:  # several children may stand on one entry
            places = list(rows[:enough])
            found = list(dict.fromkeys(places))[: most + 1]
            if len(found) > most or len(places) < enough:
                break
            enough *= 2
    if not getattr(connection, "walled", False):
        return len(found)
    with at_length():  # through the second wall, as whatever shows
        return Entry.objects.filter(id__among=found).count()


def _passing(reading: Reading, level: Level, ties: Collection[str] | None) -> QuerySet[Part]:
    own = own_people(reading)
    rows = Part.objects.filter(child=True, entry__routine=False)
    if ties is not None:
        rows = rows.filter(tied(reading.policy, subject="identity_id", kinds=ties, own=own))
    return rows.filter(at_least(reading.policy, level, subject="identity_id", prefix="entry__", own=own))
