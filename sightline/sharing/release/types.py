"""What the scanner is given, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

EXACT, NORMALISED, FUZZY, UNREADABLE = "exact", "normalised", "fuzzy", "unreadable"
SURENESS = {EXACT: 0, NORMALISED: 1, FUZZY: 2}
KINDS = ("address", "phone", "email", "name", "person", "number", "vehicle", "uprn", "point")


@dataclass(frozen=True, slots=True)
class Value:
    """One value that must not leave.

    `kind`: address (lines, and whatever of postcode and UPRN is known), phone, email, name (of a school, a practice, a
    refuge, an employer), person (a name that somebody took, with a date of birth where it is known), number (of the health
    service, or any other of nine figures and more), vehicle, uprn, or point (latitude, longitude in degrees). `id`: the
    caller's own name for it; it stands in the hits, the value never does.
    """

    kind: str
    text: str = ""
    lines: tuple[str, ...] = ()
    postcode: str = ""
    uprn: str = ""
    point: tuple[float, float] | None = None
    id: str = ""

    @classmethod
    def of(cls, text: str, id: str = "") -> Value:
        """A value of whatever kind the text looks like: for whoever has nothing but text."""
        from sightline.sharing.release.values import guessed  # what a text looks like needs its parts taken apart

        return guessed(text, id)


@dataclass(frozen=True, slots=True)
class Artefact:
    """Something that leaves: a text, a table or record (lists and mappings), or a file as bytes.

    `name`: how it is called where it goes (a file's name is looked at too); `kind`: a media type or an extension, where
    the name does not say.
    """

    content: str | bytes | Mapping[str, Any] | Sequence[Any]
    name: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A protected value was found.

    `kind`: which part of it (address, postcode, phone, …); `how`: exact, normalised (written otherwise), fuzzy (misspelt,
    a digit off, or put together again), or unreadable (a file that could not be looked into); `where`: the place in the
    bundle; `excerpt`: the words around it with the value, and every digit, masked.
    """

    kind: str
    how: str
    where: str
    excerpt: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Where in one text a part of a value stands: offsets of the text as given."""

    start: int
    end: int
    kind: str
    how: str
    value: str


@dataclass(frozen=True, slots=True)
class Piece:
    """One text of a bundle: what is read together. `cells`: the values of one record, where it is one; `listed`: it is one
    only because its lines are short, and its text was read already."""

    where: str
    text: str
    cells: tuple[str, ...] = ()
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something in a bundle that could not be looked into."""

    where: str
    why: str
