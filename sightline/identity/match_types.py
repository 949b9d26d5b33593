"""Pairs that may be one person, as pages and the command line read them. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sightline.identity.types import Held

WAITS = ("waiting", "unsure", "half")  # somebody is still to decide
KEPT, OPEN = "sealed", "open"  # one was sealed because of the other; what is proposed where it may be opened again
STANDS = ("same", "joined")  # the two are one person because of this pair


class Weighed(NamedTuple):
    """What one comparison of a pair came to: codes of `identity.linkage.comparing`, and weights in bits (log2)."""

    comparison: str
    level: str
    bits: float  # what this level is worth
    rare: float  # what the value adds to it, being rare (or takes away, being common)

    @property
    def weight(self) -> float:
        return self.bits + self.rare


@dataclass(frozen=True, slots=True)
class Narrow:
    """Which of the waiting pairs somebody wants to see. Codes and ids alone: they stand in the address."""

    agency: str = ""
    show: str = ""  # urgent | open | asked | protected | unsure; empty: everything

    @property
    def any(self) -> bool:
        return bool(self.agency or self.show)


@dataclass(frozen=True, slots=True)
class PairView:
    """Two source identities that may be one person, as far as one reader may see both sides."""

    id: UUID
    one: Held
    other: Held
    person_one: UUID
    person_other: UUID
    state: str  # waiting | unsure | half | same | different | joined
    at: datetime
    pressing: str = ""  # urgent | open: something about one of the two waits for somebody
    agree: tuple[str, ...] = ()  # in words; for pairs that no model weighed
    differ: tuple[str, ...] = ()
    bits: float | None = None
    parts: tuple[Weighed, ...] = ()
    model: str = ""
    why: tuple[str, ...] = ()
    guard: str = ""  # protected | sealed
    proposed: str = ""  # what the first of two workers said
    proposed_by: str = ""
    proposed_at: datetime | None = None
    asked_at: datetime | None = None
    asked_of: str = ""
    decided_at: datetime | None = None
    decided_by: str = ""
    because: str = ""  # the decider's own words; only where one pair is read
    with_one: tuple[Held, ...] = field(default=())  # what else is this person today
    with_other: tuple[Held, ...] = field(default=())

    @property
    def waits(self) -> bool:
        return self.state in WAITS and self.person_one != self.person_other

    @property
    def opening(self) -> bool:
        """Whether the first of two holders said that what was sealed is opened again."""
        return self.state == KEPT and self.proposed == OPEN

    @property
    def together(self) -> bool:
        return self.person_one == self.person_other


@dataclass(frozen=True, slots=True)
class Member:
    """One of several people of whom some may be one: a column of the pair's page."""

    person: UUID
    held: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class Knot:
    """Everybody who hangs together by pairs that wait: more than two, else there is none."""

    members: tuple[Member, ...]
    pairs: tuple[PairView, ...]
    more: bool = False  # there are still more: the page shows the nearest


@dataclass(frozen=True, slots=True)
class Belonging:
    """A stretch of time during which a source identity was thought to be a person: why, and who said so."""

    identity: UUID
    held: Held
    person: UUID
    since: datetime
    until: datetime | None
    by: str
    reason: str
    evidence: tuple[str, ...]
    here: bool  # whether that person is the one whose page this is


@dataclass(frozen=True, slots=True)
class Together:
    """While two source identities were thought to be one person."""

    identity: UUID
    held: Held
    since: datetime
    until: datetime | None
