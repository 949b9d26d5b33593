"""What is known of a reading, and what pages show of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sightline.agencies.types import AgencyInfo


@dataclass(frozen=True, slots=True)
class Facts:
    """All that an alert looks at, of one response and one child (or, for what is counted, of what came before it)."""

    at: datetime
    role: str = ""
    agency_kind: str = ""
    ties: frozenset[str] = frozenset()  # that the reader or their team held to the child
    agency_ties: frozenset[str] = frozenset()
    children: int = 0  # pages of how many children were opened within the alert's time
    usual: float | None = None  # the median of the reader's agency; none where nothing can be said
    own: frozenset[str] = frozenset()  # details of the child that are the reader's own
    colleague: frozenset[str] = frozenset()  # … that are somebody else's in the reader's agency
    flagged: bool = False


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who somebody is who read: for pages. `phone`: to ask them."""

    id: str
    name: str
    role: str
    agency: AgencyInfo
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Viewing:
    """One response that showed something of a child."""

    record: UUID
    at: datetime
    who: Viewer
    verb: str
    purpose: str
    basis: tuple[str, ...]
    rules: tuple[str, ...]
    levels: tuple[tuple[str, int], ...]  # how many things at which level, in the whole response
    children: int  # on how many children the response was
    ties: tuple[str, ...]  # what tied the reader to the child then
    involved: bool  # by a tie of their own or their team's
    opened: bool = True  # it was this child's page; else something of this child stood on another's


@dataclass(frozen=True, slots=True)
class Summary:
    """One reader of a child's record, over all their responses."""

    who: Viewer
    times: int
    first: datetime
    last: datetime
    ties: tuple[str, ...]
    involved: bool  # at least once


@dataclass(frozen=True, slots=True)
class UnusualView:
    """Reading that was told of, and what was made of it."""

    id: UUID
    alert: str
    who: Viewer
    person: UUID | None
    record: UUID
    at: datetime
    opened_at: datetime
    told: tuple[str, ...]
    detail: dict[str, Any] = field(default_factory=dict)
    outcome: str = ""
    comment: str = ""
    reviewed_at: datetime | None = None
    reviewed_by: str = ""
