"""What messages hand to others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Child:
    """Somebody whom a message is about, as far as its reader may see who that is."""

    person: UUID
    name: str
    born: str


@dataclass(frozen=True, slots=True)
class Line:
    """One message in somebody's inbox: never more than this reader may see."""

    id: UUID
    kind: str
    title: str
    says: str  # empty where what it is about is not open to this reader
    does: str
    at: datetime
    due_at: datetime
    late: bool
    presses: bool
    told: str  # who was told, in words
    why: str  # told | nobody-answered | nobody-there
    children: tuple[Child, ...] = ()
    entries: tuple[UUID, ...] = ()  # those that this reader may open
    others: int = 0  # how many more people it is about, who are not open to this reader
    because: UUID | None = None
    also: tuple[str, ...] = ()  # who else was told of the same, and nobody has answered there either
    answered_by: str = ""
    answered_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether somebody still has to say that it was read."""
        return self.answered_at is None


@dataclass(frozen=True, slots=True)
class Told:
    """A message as those see it who ask whether somebody was told: ids and names of inboxes alone."""

    id: UUID
    kind: str
    holders: tuple[str, ...]
    identities: frozenset[UUID]
    records: frozenset[UUID]
    because: UUID | None
    at: datetime
    answered: bool
