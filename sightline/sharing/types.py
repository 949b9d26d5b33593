"""What the gate is asked, and what it answers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from uuid import UUID

from sightline.definition.outcomes import Decision

CLASSES = ("ordinary", "sensitive", "protected")  # of fields, from the least to the most guarded
JOINED = "+"  # between the kinds and handlings of what is made of several records


class Level(IntEnum):
    """How much of a record shows. Ordered: more is greater."""

    HIDDEN = 0
    POINTER = 1
    HEADLINE = 2
    FULL = 3

    @property
    def word(self) -> str:
        return _WORDS[self]


_WORDS = {level: level.name.lower() for level in Level}


@dataclass(frozen=True, slots=True)
class Label:
    """All that the gate knows of a record: whose, what kind, how sensitive, about which source identities.

    What is made of several records (a signal, a pack) has their kinds and handlings joined by `+` (see `strictest`):
    only a rule that covers each of them covers it.
    """

    record: str
    agency: str
    agency_kind: str
    handling: str
    subjects: Collection[UUID]
    sealed: bool = False  # routine, and no concern has opened it
    pointer_only: bool = False
    happened: datetime | None = (
        None  # None: not known, so that no rule by age gives it, and every restriction by age holds
    )
    restricted: bool = False  # kept to named people; a Reading finds that out for itself
    first: UUID | None = None  # the record's own id (its first version): what is restricted, and people are named on


@dataclass(frozen=True, slots=True)
class Sight:
    """How much of one record an actor sees, and why."""

    level: Level
    decision: Decision
    parts: tuple[str, ...] = ()
    source: str = ""
    basis: tuple[str, ...] = ()
    fields: frozenset[str] = frozenset()  # classes of fields that show; at a headline, of those that it names
    missing: str = ""  # from pointer upwards: what would show more, in a sentence
    lasts: str = ""
    holders: tuple[
        str, ...
    ] = ()  # of a pointer to a restricted record: whom to ring (`worker:…`, `team:…`, `agency:…`)

    def __bool__(self) -> bool:
        return self.level > Level.HIDDEN


@dataclass(frozen=True, slots=True)
class Explained:
    """Why somebody sees a record, for a page: all in words but the rule's id and the codes."""

    rule: str
    sentence: str
    source: str
    basis: tuple[str, ...]
    purpose: str
    level: Level
    lasts: str = ""
    missing: str = ""
    holders: tuple[str, ...] = ()
