"""What a reader hands on: notifications, in our words, whatever format they came in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import attrgetter
from typing import Any

from sightline.definition.types import Fault

Noted = tuple[str, str, str]  # detail, why (a code of `usable.SAYS`), as received (empty where it still stands)


@dataclass(frozen=True, slots=True)
class Details:
    """A person as one sender holds them. Everything is text; empty is "not given".

    From a reader it is as sent. Once taken in (`usable.usable`), `born` and `expected` are ISO
    dates, partial ones (`2010`, `2010-03`) or `about 14 on 2025-01-10`; `sex` is a code, and so is `ethnicity` (DfE)
    where it was understood; and what could not be used as it came stands in `noted`.
    """

    given: str = ""
    family: str = ""
    born: str = ""
    expected: str = ""
    sex: str = ""
    ethnicity: str = ""
    nhs_number: str = ""
    upn: str = ""
    lines: tuple[str, ...] = ()
    postcode: str = ""
    phone: str = ""
    email: str = ""
    school: str = ""  # agency id, or the name as sent
    language: str = ""
    local_id: str = ""
    noted: tuple[Noted, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Only what was given, for sealing."""
        found: dict[str, Any] = {name: value for name, value in zip(_NAMES, _values(self), strict=True) if value}
        if self.lines:
            found["lines"] = list(self.lines)
        if self.noted:
            found["noted"] = list(map(list, self.noted))
        return found

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Details:
        known = {k: v for k, v in values.items() if k in cls.__slots__}
        if "lines" in known:
            known["lines"] = tuple(known["lines"])
        if "noted" in known:
            known["noted"] = tuple(map(tuple, known["noted"]))
        return cls(**known)

    def told_again(self, given: Details) -> Details:
        """What the sender holds after telling of them anew: what it gives now, and what it gave before where it is silent.
        What is noted of a detail goes when that detail is told anew."""
        values = {name: value for name in Details.__slots__ if name != "noted" and (value := getattr(given, name))}
        if len(self.born) == 10 and self.born[4:5] == "-" and _says_less(given.born, self.born):
            del values["born"]  # an age, or a part of the same date
        told = values.keys() | {detail for detail, _, _ in given.noted}
        noted = (*(one for one in self.noted if one[0] not in told), *given.noted)
        return replace(self, **values, noted=noted)

    def without_local_id(self) -> Details:
        return replace(self, local_id="")


_NAMES = tuple(Details.__slots__)
_values = attrgetter(*_NAMES)


def _says_less(born: str, than: str) -> bool:
    return born.startswith("about ") or (0 < len(born) < len(than) and than.startswith(born))


@dataclass(frozen=True, slots=True)
class Named:
    """A person on a notification. `key` tells people of one notification apart; a person may have several roles."""

    key: str
    roles: tuple[str, ...]
    details: Details


@dataclass(frozen=True, slots=True)
class Notification:
    """One record as an agency sent it, in our words but not yet checked against its record type."""

    agency: str
    record: str
    message_id: str
    happened: str  # ISO moment or date, Europe/London where no zone
    people: tuple[Named, ...]
    fields: Mapping[str, str] = field(default_factory=dict)
    says: str = ""
    place: Mapping[str, str] = field(default_factory=dict)  # name, postcode
    until: str = ""
    sent: str = ""
    version: str = ""  # grows with the sender's corrections
    relations: tuple[tuple[str, str, str], ...] = ()  # (subject key, relation, object key)
    position: str = ""  # where in the delivery: `line 14`
    raw: bytes = b""  # as received
    undated: bool = False  # `happened` is only the day on which it was told: another day alone is nothing new
    formerly: tuple[str, ...] = ()  # message ids that earlier versions of Sightline made of the same: held under one, it is held


@dataclass(frozen=True, slots=True)
class Unread:
    """A row or message that could not be understood. It is kept raw, and a person is told."""

    position: str
    raw: bytes
    reason: str  # a code: not-a-date, unknown-record, wrong-columns, not-json, …
    faults: tuple[Fault, ...] = ()
    message_id: str = ""
    agency: str = ""


@dataclass(slots=True)
class Counts:
    """What a load did. The keys of its JSON answer."""

    read: int = 0
    new: int = 0
    unchanged: int = 0
    superseding: int = 0
    quarantined: int = 0
    people_new: int = 0
    people_matched: int = 0
    seconds: float = 0.0

    def add(self, other: Counts) -> None:
        for name in Counts.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def as_dict(self) -> dict[str, float]:
        return {name: round(getattr(self, name), 3) for name in Counts.__slots__}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a sender is told: that it is held. Never whether anybody was known (matching is not theirs to see)."""

    id: str
    received_at: datetime
    state: str  # received | already-held | kept-for-a-person
    faults: tuple[Fault, ...] = ()
    noted: tuple[Fault, ...] = ()  # details that could not be used as they came: taken all the same
