"""What happened, as a page, a story or a signal reads it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sightline.agencies.types import AgencyInfo
from sightline.sharing.types import Level, Sight


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry as one reader may see it. At pointer level `headline`, `says`, `fields`, `words` are empty."""

    id: UUID
    first: UUID
    record: str
    title: str  # the kind: what a pointer says
    lane: str  # lane id of the picture
    lane_title: str
    mark: str  # event | ordinary | context | strength
    agency: AgencyInfo
    happened: datetime
    until: datetime | None
    precision: str
    known_at: datetime
    recorded_at: datetime
    stated: bool
    corrected: int  # how many earlier versions there are, as known then
    roles: tuple[str, ...]  # this child's roles on the record, as ids
    role_titles: tuple[str, ...]
    counts_as: tuple[str, ...]  # harmed, missing, accused, context
    sight: Sight
    queued: bool = False
    urgent: bool = False
    headline: str = ""
    says: str = ""
    place: str = ""
    fields: tuple[tuple[str, str], ...] = ()  # (label, value in words)
    values: dict[str, str] = field(default_factory=dict)  # field id: canonical value; empty below full
    words: tuple[tuple[str, str], ...] = ()  # (label, somebody's own words): quoted, never paraphrased
    words_of: int = 1  # how many children the words may be of: with several, they are nobody's in particular
    missing: tuple[str, ...] = ()  # what a good record would also have, said kindly
    closed: str = ""  # why even the content that this reader might read is not there: erased | altered
    late: bool = False  # sent before what stands, and came after it: it never stood here
    restates: bool = False  # it says the first version once more, as it was, above one that came late

    @property
    def level(self) -> Level:
        return self.sight.level


@dataclass(frozen=True, slots=True)
class State:
    """Something open about the child: a plan, an involvement, a wait. From, until, in words."""

    state: str
    says: str
    since: datetime
    until: datetime | None
    entry: UUID


@dataclass(frozen=True, slots=True)
class Professional:
    """Somebody who works with the child: whom to ring."""

    title: str  # the role in words
    team: str
    agency: AgencyInfo
    phone: str
    since: str  # ISO date
    until: str  # ISO date, or empty while it goes on
    entry: UUID


@dataclass(frozen=True, slots=True)
class Voice:
    """What the child said or showed: their own words."""

    words: str
    to: str  # agency and kind of record
    happened: datetime
    entry: UUID


@dataclass(frozen=True, slots=True)
class Chronology:
    """A child's entries, newest first, as this reader may see them, now or as known on a moment."""

    person: UUID
    entries: tuple[EntryView, ...]
    known_on: datetime | None
    identities: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class EntryHistory:
    """One record: every version, newest first, and who else is on it (as counts and roles, not names)."""

    now: EntryView
    versions: tuple[EntryView, ...]
    people: tuple[tuple[str, int], ...]  # (role in words, how many)
    persons: tuple[UUID, ...]  # the children on it whose pages this reader may open
    received: datetime | None = None
    feed: str = ""
    position: str = ""
    replaced: bool = False  # a newer version stands that this reader does not see: it is about somebody else


class Writing(NamedTuple):
    """An entry to be written: made by `jobs`, checked already."""

    id: UUID
    first: UUID
    record: str
    agency: str
    handling: str
    pointer_only: bool
    routine: bool
    queued: bool
    urgent: bool
    happened: datetime
    until: datetime | None
    precision: str
    known_at: datetime
    stated: bool
    item: UUID | None
    author: str
    definition: str
    body: dict[str, Any]  # says, place, fields, people: {identity: roles}
    parts: tuple[tuple[UUID, str, bool], ...]  # (identity, role, child)
    keys: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Holds:
    """What one kind of agency holds about a child, as far as this reader may see: how much, and the last of it."""

    lane: str
    title: str
    order: int
    count: int
    last: datetime
    newest: EntryView | None = None  # where it was asked for
