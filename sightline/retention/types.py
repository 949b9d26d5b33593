"""What pages and commands are told. Ids, codes and counts; words of people only where they are opened for a reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

ERASE, SCHEDULED, ROUTINE = "erase", "retention", "routine"
DUE, ASKED, DONE, REJECTED, WITHDRAWN, KEPT = "due", "asked", "done", "rejected", "withdrawn", "kept"
OPEN = (DUE, ASKED)


@dataclass(frozen=True, slots=True)
class HoldView:
    """A legal hold that stands: on some source identities, a record type, or everything."""

    id: UUID
    kind: str
    reach: str  # child | record | everything
    record: str
    subjects: tuple[UUID, ...]
    at: datetime
    by: str
    because: str = ""


@dataclass(frozen=True, slots=True)
class DisposalView:
    """Something that is to be erased: why, since when, who has said what."""

    id: UUID
    kind: str  # erase | retention | routine
    state: str
    subjects: tuple[UUID, ...]
    schedule: str
    due_on: date | None
    made_at: datetime
    asked_by: str
    asked_at: datetime | None
    decided_by: str
    decided_at: datetime | None
    kept_until: date | None
    counts: Mapping[str, int] = field(default_factory=dict)
    because: str = ""
    record: UUID | None = None  # of the ledger: the tombstone
    holds: tuple[HoldView, ...] = ()
