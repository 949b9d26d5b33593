"""Packs and decisions to share, as pages, documents and stories read them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sightline.definition.outcomes import Decision

SHOWN, REDACTED, WITHHELD = "shown", "redacted", "withheld"
STATES = ("prepared", "released", "stopped", "rejected", "withdrawn", "erased")


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is asked of one record before it goes into a pack."""

    record: str
    handling: str
    seen: str = "full"  # how much of it whoever prepares the pack sees: full | headline | pointer
    restricted: bool = False  # held for named people
    pointer_only: bool = False
    closed: bool = False  # it opens no more
    has: frozenset[str] = frozenset()  # what redaction found in it: codes of `withheld`


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one record in a pack: shown, redacted or withheld, and why (codes of `withheld`)."""

    state: str
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class To:
    """For whom a pack is: what kind of recipient (a declared id), who in words, and whom of those known here they are or
    act for. What they are linked to is protected from them first of all."""

    kind: str
    name: str
    persons: tuple[UUID, ...] = ()
    agency: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "name": self.name, "persons": [str(p) for p in self.persons], "agency": self.agency}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> To:
        return cls(values["kind"], values["name"], tuple(UUID(p) for p in values["persons"]), values["agency"])


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a line says: under its label, in words."""

    label: str
    words: str
    taken: tuple[str, ...] = ()  # codes of what was taken out of it


@dataclass(frozen=True, slots=True)
class Line:
    """One record in a pack, as its recipient gets it. What was taken out is in here nowhere."""

    entry: UUID
    first: UUID
    record: str
    title: str
    happened: datetime
    precision: str
    agency: str  # in words: each agency answers for its own
    state: str
    because: tuple[str, ...] = ()
    by_hand: tuple[str, ...] = ()  # of those, what a person added
    parts: tuple[Part, ...] = ()
    rule: str = ""  # why whoever prepared it saw it

    def as_dict(self) -> dict[str, Any]:
        return {
            "entry": str(self.entry),
            "first": str(self.first),
            "record": self.record,
            "title": self.title,
            "happened": self.happened.isoformat(),
            "precision": self.precision,
            "agency": self.agency,
            "state": self.state,
            "because": list(self.because),
            "by_hand": list(self.by_hand),
            "parts": [[p.label, p.words, list(p.taken)] for p in self.parts],
            "rule": self.rule,
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Line:
        return cls(
            entry=UUID(values["entry"]),
            first=UUID(values["first"]),
            record=values["record"],
            title=values["title"],
            happened=datetime.fromisoformat(values["happened"]),
            precision=values["precision"],
            agency=values["agency"],
            state=values["state"],
            because=tuple(values["because"]),
            by_hand=tuple(values["by_hand"]),
            parts=tuple(Part(label, words, tuple(taken)) for label, words, taken in values["parts"]),
            rule=values["rule"],
        )


@dataclass(frozen=True, slots=True)
class Marked:
    """What a person takes out by hand: a whole line, or words of it."""

    entry: UUID
    because: str  # code of `withheld`
    words: str = ""  # empty: the whole line
    why: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """A pack left: the SHA-256 of each file, and the entry on the chronology that says so."""

    files: dict[str, str]
    entry: UUID


@dataclass(frozen=True, slots=True)
class Step:
    """What became of a pack, when, by whom."""

    step: str
    at: datetime
    by: str
    by_name: str
    code: str = ""
    says: str = ""


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack as it stands now. `lines` are in the order in which things happened."""

    id: UUID
    first: UUID
    version: int
    kind: str
    person: UUID
    about: str  # whom, as the recipient knows them
    to: To
    purpose: str
    by: str
    by_name: str
    agency: str
    at: datetime
    as_of: datetime
    state: str
    lines: tuple[Line, ...] = ()
    marks: tuple[Marked, ...] = ()
    checks: tuple[str, ...] = ()
    asked_on: str = ""  # ISO date of the request, where there was one
    due: str = ""  # ISO date
    beside: dict[str, str] = field(default_factory=dict)  # agreement, family told, why: fields of a sharing decision
    flagged: tuple[str, ...] = ()  # what of that is missing
    everybody: tuple[UUID, ...] = ()  # people on its records
    request: str = ""  # the entry of the request that it answers
    digest: str = ""  # of what stands in it
    steps: tuple[Step, ...] = ()
    files: dict[str, str] = field(default_factory=dict)  # format: SHA-256 of the file that left
    why: Decision | None = None

    @property
    def counts(self) -> dict[str, int]:
        return {state: sum(line.state == state for line in self.lines) for state in (SHOWN, REDACTED, WITHHELD)}
