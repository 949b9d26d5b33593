"""What linkage hands to others: a likeness, a key, a score and its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class Likeness:
    """What matching compares of one source identity. Plain, folded values; latest first where there are several.

    `given` and `family` are tokens (`names.tokens`) in the order in which they were told; `born` is an ISO date or a
    part of one (`2010-03`, `2010`); `nhs` and `upn` stand only where their check holds and they are not temporary.
    """

    given: tuple[str, ...] = ()
    family: tuple[str, ...] = ()  # a double barrel is two tokens
    other_names: tuple[str, ...] = ()  # tokens that this sender used before and no longer does
    born: str = ""
    expected: str = ""  # of a child who is not born yet
    about_age: str = ""  # reserved; empty where not told
    sex: str = ""  # F | M | "": others and unknown compare with nobody
    postcodes: tuple[str, ...] = ()  # `LS146AA`; everywhere this sender told, latest first
    lines: str = ""  # the first line of the latest address, folded
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    schools: tuple[str, ...] = ()
    nhs: str = ""
    upn: str = ""
    numbers: tuple[str, ...] = ()  # any other, as text: the sender's own, NHS numbers that don't hold, temporary UPNs
    kin: tuple[str, ...] = ()  # family told with them: `given|family|born`, folded, sorted

    def as_dict(self) -> dict[str, Any]:
        """Only what is there, for sealing."""
        found: dict[str, Any] = {}
        for name in Likeness.__slots__:
            if value := getattr(self, name):
                found[name] = list(value) if isinstance(value, tuple) else value
        return found

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Likeness:
        """The likeness that `as_dict` gave; what is no longer known is passed over."""
        known: dict[str, Any] = {k: tuple(v) if k in MANY else v for k, v in values.items() if k in cls.__slots__}
        return cls(**known)


MANY = frozenset(f.name for f in fields(Likeness) if f.default == ())


class Key(NamedTuple):
    """Something that people are found by: a short code of its kind, and a normalised value. Stored only as a digest."""

    kind: str
    value: str


class Part(NamedTuple):
    """What one comparison gave: its id, the level's id, the level's weight, and what a rare or common value adds to it."""

    comparison: str
    level: str
    bits: float
    tf_bits: float


@dataclass(frozen=True, slots=True)
class Score:
    """How much speaks for two likenesses being one person: log2 of the odds, the probability, and what each part gave."""

    bits: float
    probability: float
    parts: tuple[Part, ...]


class Untrained(ValueError):
    """A model in which a level has no `m` or no `u` scores wrongly without saying so: it is refused by name."""
