"""What clocks hand to others: the events that they follow, and how each stands at a moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """How a clock stands. A clock that was stopped after its limit is late for good."""

    RUNNING = "running"
    MET = "met"
    LATE = "late"
    PAUSED = "paused"


@dataclass(frozen=True)
class Event:
    """One entry, as clocks read it: its newest version, under its first id.

    `on` are the entries that it answers (a decision: the notification; an answer: the check). `identities` are the
    source identities that it is about. `whole_day` says that only the day on which it happened is known.
    """

    id: str
    record: str
    happened: datetime
    known: datetime
    fields: Mapping[str, Any] = field(default_factory=dict)
    queued: bool = False
    urgent: bool = False
    decision: bool = False
    on: frozenset[str] = frozenset()
    identities: frozenset[str] = frozenset()
    whole_day: bool = False
    stated: bool = False  # told as history: nobody here knew it at `known`, so nothing is measured from there


@dataclass(frozen=True)
class Pause:
    """While a clock stood still; `until` is None while it still does."""

    since: datetime
    until: datetime | None = None
    by: str = ""


@dataclass(frozen=True)
class ClockState:
    """One run of a clock as it stood at a moment. (`clock`, `key`, `started_by`) is its identity.

    `key` is the child for a clock that runs once a child, else the record that started it. `limit` is the text of the
    limit in force; `why` says, in one sentence that may be shown, which limit that is, from when and by what source.
    """

    clock: str
    key: str
    started_at: datetime
    started_by: str
    due_at: datetime
    state: State
    limit: str
    why: str
    paused: tuple[Pause, ...] = ()
    stopped_at: datetime | None = None
    stopped_by: str = ""
    late_since: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether somebody still has to act."""
        return self.stopped_at is None
