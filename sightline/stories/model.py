"""A story as it was understood. Everything has been checked; moments are in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sightline.intake.types import Details


@dataclass(frozen=True, slots=True)
class School:
    """An agency that the story brings."""

    id: str
    kind: str
    name: str
    phone: str = ""
    calendar: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who uses the system."""

    id: str
    name: str
    agency: str
    role: str
    team: str = ""
    phone: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sent:
    """A record that an agency sends. `people`: who is on it, in which roles, as the sender holds them."""

    id: str
    line: int
    happened: str
    moment: datetime  # when the system was told
    told: str  # the same, as the sender writes it
    taken: datetime  # when the system took it in: later than `moment` only for a historic load
    agency: str
    record: str
    people: tuple[tuple[str, tuple[str, ...], Details], ...]
    until: str = ""
    place: Mapping[str, str] = field(default_factory=dict)
    says: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    message: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Delivered:
    """A file that an agency sends. `holds`: names for records in it, by their message ids."""

    id: str
    line: int
    taken: datetime
    agency: str
    feed: str
    text: str
    name: str
    holds: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Act:
    """What a worker does. `on` is an event, a person, or a person as one event brought them."""

    id: str
    line: int
    taken: datetime
    by: str
    does: str
    on: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)
    people: tuple[tuple[str, tuple[str, ...], Details], ...] | None = None  # of a correction that changes who is on it


Event = Sent | Delivered | Act


@dataclass(frozen=True, slots=True)
class Expectation:
    """One thing that must hold. `at` is the moment at which it is asked."""

    kind: str
    text: str
    line: int
    at: datetime | None
    by: datetime | None
    never: bool
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Story:
    """A whole story, in the order in which it is lived."""

    file: str
    title: str
    covers: tuple[str, ...]
    partnership: str
    people: Mapping[str, Details]
    relations: tuple[tuple[str, str, str], ...]
    agencies: tuple[School, ...]
    workers: tuple[Staff, ...]
    events: tuple[Event, ...]
    expect: tuple[Expectation, ...]
    end: datetime
    about: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """How one expectation came out."""

    kind: str
    text: str
    held: bool
    got: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """How a story came out. `happened`: what became of events that did not simply go through, for the reader."""

    story: Story
    answers: tuple[Answer, ...]
    seconds: float
    happened: tuple[str, ...] = ()

    @property
    def held(self) -> bool:
        return all(answer.held for answer in self.answers)
