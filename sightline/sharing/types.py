"""What the gate is asked, and what it answers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import IntEnum
from uuid import UUID

from sightline.definition.outcomes import Decision


class Level(IntEnum):
    """How much of a record shows. Ordered: more is greater."""

    HIDDEN = 0
    POINTER = 1
    HEADLINE = 2
    FULL = 3

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Label:
    """All that the gate knows of a record: whose, what kind, how sensitive, about which source identities."""

    record: str
    agency: str
    agency_kind: str
    handling: str
    subjects: Collection[UUID]
    sealed: bool = False  # routine, and no concern has opened it
    pointer_only: bool = False


@dataclass(frozen=True, slots=True)
class Sight:
    """How much of one record an actor sees, and why."""

    level: Level
    decision: Decision
    parts: tuple[str, ...] = ()
    source: str = ""
    basis: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.level > Level.HIDDEN
