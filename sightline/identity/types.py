"""People, as several senders hold them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sightline.intake.types import Details


@dataclass(frozen=True, slots=True)
class Held:
    """What one sender holds of somebody, and since when."""

    identity: UUID
    agency: str
    details: Details
    known_at: datetime
    erased: bool = False  # its key was destroyed: nothing of it can be read again


@dataclass(frozen=True, slots=True)
class Profile:
    """A person as a page shows them: the best-supported value of each detail, and every other with who says so."""

    person: UUID
    name: str
    given: str
    family: str
    born: str
    expected: str
    sex: str
    ethnicity: str
    school: str
    address: str
    language: str
    held: tuple[Held, ...]
    variants: tuple[tuple[str, str, tuple[str, ...]], ...] = ()  # (detail, value, agencies that say so)


@dataclass(frozen=True, slots=True)
class Kin:
    """Somebody in the family or the home."""

    person: UUID
    relation: str  # what they are to the child: parent, sibling, …
    name: str
    born: str
    says: str  # agency that told us


@dataclass(frozen=True, slots=True)
class Found:
    """A person that a search found, and why."""

    person: UUID
    name: str
    born: str
    school: str
    outcode: str
    agencies: tuple[str, ...]
    why: tuple[str, ...]


class Resolved(NamedTuple):
    """What became of one arriving person: their source identity, whether it is new, whom it joined, who might match; `aged`:
    whether another birth date is held of them now than before."""

    identity: UUID
    key: UUID
    person: UUID
    new: bool
    joined: bool
    changed: bool
    waiting: tuple[UUID, ...] = ()
    aged: bool = False
    late: bool = False  # what is told is older than what is held: no news


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody searches for. Everything is optional; nothing of it is ever stored or logged in the clear."""

    words: str = ""  # name parts, in any order
    born: str = ""  # ISO date, or a year
    age: str = ""  # whole years, about
    number: str = ""  # any identifier: NHS, UPN, an agency's own, a phone
    postcode: str = ""
    school: str = ""  # agency id
    closed: bool = True

    def given(self) -> tuple[str, ...]:
        return tuple(name for name in ("words", "born", "age", "number", "postcode", "school") if getattr(self, name))
