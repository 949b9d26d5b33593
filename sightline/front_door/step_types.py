"""What deciding at the front door hands to others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sightline.chronology.types import EntryView


@dataclass(frozen=True, slots=True)
class Given:
    """A record that somebody acts on: as they see it, which children are on it, and whose keys seal what is written."""

    seen: EntryView | None
    children: tuple[UUID, ...]  # source identities
    keys: tuple[UUID, ...]
    others: tuple[UUID, ...] = ()  # who stands on it besides

    @property
    def whom(self) -> tuple[UUID, ...]:
        """By whom those who must act on it come to it: the children; where it names none, everybody on it."""
        return self.children or self.others


@dataclass(frozen=True, slots=True)
class StepView:
    """What somebody has to do about a notice, by when, and whether it was done. Ids and codes: who it is about is not here."""

    id: UUID
    kind: str  # check | hand-over | discussion | part | flag | disagreement | feedback | section-47
    notice: UUID
    entry: UUID
    to: str
    code: str
    level: int
    by: str
    team: str
    agency: str
    urgent: bool
    at: datetime
    due_at: datetime
    state: str  # open | done | could-not | ended
    done_at: datetime | None
    done_by: str
    done_entry: UUID | None
    late: bool = False

    @property
    def open(self) -> bool:
        return self.state == "open"


@dataclass(frozen=True, slots=True)
class Made:
    """What a verb wrote: the entry, what is flagged about it, and the step that others now have to do."""

    entry: UUID
    flagged: tuple[str, ...] = ()
    step: UUID | None = None
    already: bool = False  # it stood so before: nothing was written or sent
