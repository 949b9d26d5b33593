"""A clock as a page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ClockView:
    """One clock on one child: what is due, when, and why. `state`: running | late | met | paused."""

    clock: str
    title: str
    state: str
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    why: str
    source: str
    person: UUID
    entry: UUID  # the record that started it
