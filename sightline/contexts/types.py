"""Who is beside a child, and what happened at a place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sightline.chronology.events import MachineEntry


class Tie(NamedTuple):
    """Somebody is beside a child from when until when (None: no end is known): what was told, and when that was known.

    `whose`: sibling, peer, parent, adult-at-home. `through`: first versions of the records that say so.
    """

    person: UUID
    whose: str
    since: datetime
    until: datetime | None
    known: datetime
    through: tuple[UUID, ...] = ()


class Beside(NamedTuple):
    """An entry of somebody beside a child, which the child is not on: a rule may ask of it `whose: peer`.

    `known`: when both the entry and the link were. `since`, `until`: of the link. `born`: the other's, where it is known.
    """

    entry: MachineEntry
    whose: str
    who: str
    born: date | None
    known: datetime
    since: datetime
    until: datetime | None
    through: tuple[UUID, ...]


class AtPlace(NamedTuple):
    """An entry about a child, at a place. `who`: a key of the child's family among those who were there."""

    entry: MachineEntry
    who: str
    born: date | None
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class Picture:
    """A place as whoever looks after places may see it: when, how often, what kind. No child, and nobody's words.

    `weeks`: Mondays (ISO) with how many happened in the week; `what`: (record type, what it was to the child, how many);
    `when`: (weekday from 0, part of the day, how many); `agencies`: who told, how many; `families`: of how many families.
    """

    id: UUID
    place: str
    name: str
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    weeks: tuple[tuple[str, int], ...]
    what: tuple[tuple[str, str, int], ...]
    when: tuple[tuple[int, str, int], ...]
    agencies: tuple[tuple[str, int], ...]
    families: int
    changed_at: datetime
