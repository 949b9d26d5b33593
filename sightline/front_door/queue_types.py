"""What the front door hands to others."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sightline.chronology.types import EntryView, Holds


@dataclass(frozen=True, slots=True)
class Narrow:
    """What a queue page is narrowed to: codes alone, which may stand in an address."""

    show: str = ""  # now | mine | free | elsewhere | match | handed | decided
    kind: str = ""  # kind of agency that told us

    @property
    def any(self) -> bool:
        return bool(self.show or self.kind)


@dataclass(frozen=True, slots=True)
class Why:
    """A reason why a notice stands where it stands. `level`: now | grave | raised."""

    level: str
    says: str
    asks: str = ""


@dataclass(frozen=True, slots=True)
class QueueChild:
    """A child on a notice: who they are as far as the reader may see, and what each kind of agency holds."""

    person: UUID
    identity: UUID
    name: str
    born: str  # as told: an ISO date, or part of one
    expected: str
    language: str
    holds: tuple[Holds, ...] = ()
    matches: int = 0  # possible matches that wait to be decided
    match: UUID | None = None  # the one that waits longest
    unsafe: bool = False  # somebody said that a way of reaching them is not safe


@dataclass(frozen=True, slots=True)
class OpenElsewhere:
    """Who works with a child already, since when, and whether they were told of this notice, and said that they have it."""

    state: str  # what is open: child-protection-plan, involvement, …
    who: str  # the team or agency, in words
    phone: str
    since: str  # ISO date
    told: bool
    entry: UUID | None  # what says so; None where the child was given to them by hand
    worker: str = ""  # by name, where somebody has the child
    named: bool = True  # whether it is known with whom: a team or a worker, and not an agency alone


@dataclass(frozen=True, slots=True)
class Beside:
    """Another notice about the same event."""

    item: UUID
    title: str
    agency: str
    known_at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class NoteView:
    """What somebody wrote for whoever comes next."""

    id: UUID
    words: str
    by: str
    at: datetime
    from_team: str
    to: str
    item: UUID | None = None
    read_by: str = ""
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One line of the queue: one event, by its gravest open notice."""

    item: UUID
    entry: UUID
    version: int
    rank: int
    level: str  # now | grave | raised | turn
    why: tuple[Why, ...]
    due_at: datetime
    safe_until: datetime | None
    notice: EntryView
    children: tuple[QueueChild, ...]
    state: str
    holder: str  # worker id
    holder_name: str
    held_at: datetime | None
    team: str  # the team that it was handed over to, in words
    repeats: int
    open_to: tuple[OpenElsewhere, ...] = ()
    beside: tuple[Beside, ...] = ()
    noted: bool = False  # somebody wrote a note about it for whoever comes next
    alone: bool = False


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item, whole: its line, every notice of the event, and what was written for whoever comes next."""

    line: QueueLine
    notices: tuple[QueueLine, ...] = ()
    notes: tuple[NoteView, ...] = ()
    generation: int = 1


@dataclass(frozen=True, slots=True)
class Glance:
    """How the queue stands: what waits for whoever comes first, how much of it is past its limit, and the next limit."""

    waiting: int
    late: int
    next_due: datetime | None


@dataclass(frozen=True, slots=True)
class Counts:
    """The numbers over the queue, each at most 1,000."""

    waiting: int = 0
    now: int = 0
    mine: int = 0
    free: int = 0
    elsewhere: int = 0
    match: int = 0
    handed: int = 0
    decided: int = 0
    kinds: tuple[str, ...] = field(default=())
