"""What the registry hands to others. Nothing here is about a child, and nobody is named: chairs are agencies and posts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

State = Literal["active", "paused", "planned", "ended", "followed", "not-yet"]
Start = Literal["from", "by", "period", "always"]


@dataclass(frozen=True, slots=True)
class Cite:
    """Where a value stands and since when it is known. `by` is who recorded it, for what the partnership added itself."""

    title: str
    known: date
    at: str = ""
    document: str = ""
    inferred: bool = False
    note: str = ""
    by: str = ""
    row: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that was told of a group. It holds from `first` until `last` (both days count; None: no end is told).

    `said` is the date as it was told: `2021-09`. `start`: it began then (`from`), was in place by then (`by`), or is told of
    for the time of the document (`period`). Of meetings, `first` to `last` is when they were, `count` how many.
    """

    group: str
    what: str
    values: tuple[str, ...]
    first: date
    last: date | None
    known: date
    cite: Cite
    start: Start = "from"
    said: str = ""
    until_said: str = ""
    count: int | None = None
    held: bool = True
    reviewed: date | None = None
    order: int = 0


@dataclass(frozen=True, slots=True)
class Value:
    """A value as it stood on a day: its ids, in words, since when, and where that is told."""

    ids: tuple[str, ...]
    says: str
    since: str
    cite: Cite


@dataclass(frozen=True, slots=True)
class Flag:
    """Something that somebody should look at, and why. `code` says which of a flag's reasons it is."""

    flag: str
    code: str
    title: str
    because: str
    asks: str
    rule: str
    source: str


@dataclass(frozen=True, slots=True)
class Met:
    """The last meeting that is known: the latest day on which it may have been, and what is told of it."""

    day: date
    says: str
    exact: bool
    cite: Cite


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group on a day, by what was known on a day. What is None is not stated."""

    id: str
    title: str
    kind: str
    state: State
    status: Value | None
    chair: Value | None = None
    vice_chair: Value | None = None
    vacant: bool = False
    members: tuple[Value, ...] = ()
    every: Value | None = None
    part_of: Value | None = None
    reports_to: Value | None = None
    purpose: Value | None = None
    terms: Value | None = None
    reviewed: date | None = None
    followed_by: tuple[Value, ...] = ()
    name: Value | None = None
    met: Met | None = None
    last_told: date | None = None
    known_since: date | None = None
    flags: tuple[Flag, ...] = ()
    sources: tuple[Cite, ...] = ()

    @property
    def here(self) -> bool:
        """Whether it is one of the groups of that day: it meets, or should."""
        return self.state in ("active", "paused")

    @property
    def gaps(self) -> tuple[str, ...]:
        """What no document says."""
        asked = (("chair", self.chair), ("how often it meets", self.every), ("terms of reference", self.terms))
        return tuple(words for words, value in asked if value is None)


@dataclass(frozen=True, slots=True)
class Registry:
    """The partnership on the day `on`, by what was known on `known`."""

    on: date
    known: date
    groups: tuple[GroupView, ...]

    def group(self, id: str) -> GroupView | None:
        return next((one for one in self.groups if one.id == id), None)

    @property
    def here(self) -> tuple[GroupView, ...]:
        return tuple(one for one in self.groups if one.here)


@dataclass(frozen=True, slots=True)
class Change:
    """What differs in a group between two days."""

    group: str
    title: str
    what: str
    before: str
    after: str
    cites: tuple[Cite, ...] = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of a group's history, for the timeline."""

    when: str
    sort: date
    what: str
    says: str
    cite: Cite
    row: str = ""
    withdrawn: str = ""


@dataclass(frozen=True, slots=True)
class AimView:
    """A priority or strategy as known on a day."""

    id: str
    kind: str
    title: str
    year: str
    since: date | None
    until: date | None
    owner: Value | None
    status: Value | None
    says: tuple[Value, ...] = ()
    objectives: tuple[Value, ...] = ()
    measures: tuple[tuple[str, str, Cite], ...] = ()
    told: tuple[Cite, ...] = ()
    order: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """Something that the partnership recorded itself. It is only ever added; `withdraws` takes an earlier row back."""

    id: str
    group: str
    what: str
    value: str
    happened: date
    known: date
    recorded: datetime
    by: str
    source: str
    withdraws: str = ""
    by_id: str = field(default="", compare=False)
