"""Who the people of a set of tables are, and the rows that belong to other rows: small indexes, so that tables stream.

A set can tell of a hundred thousand people and a million rows. What is kept in memory is one packed text for each
person (about 200 bytes), and one for each row that another row needs; never a table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields

from sightline.intake.columns import Misfit
from sightline.intake.types import Details

PARTED = "\x1f"
LINES = "\x1e"
NAMES = tuple(field.name for field in fields(Details))
PLACE = NAMES.index("lines")
CONTROLS = str.maketrans({PARTED: " ", LINES: " "})


def number(text: str) -> str:
    """A number that a tool wrote as one with a fraction (`1001.0`, where other rows of the column are empty) is the number
    that it was: else one child would have two, and a row would not find the row to which it belongs."""
    return text[:-2] if text.endswith(".0") and text[:-2].isdecimal() else text


def pack(parts: Mapping[str, object]) -> str:
    """Details as one text. Values by the names of `Details`; `lines` as a tuple."""
    out = []
    for name in NAMES:
        value = parts.get(name) or ""
        text = LINES.join(value) if isinstance(value, tuple) else str(value).translate(CONTROLS)
        out.append(text)
    return PARTED.join(out).rstrip(PARTED)


def unpack(packed: str) -> Details:
    parts: list[object] = list(packed.split(PARTED))
    if len(parts) > PLACE:
        parts[PLACE] = tuple(str(parts[PLACE]).split(LINES)) if parts[PLACE] else ()
    return Details(*parts)  # type: ignore[arg-type]


class People:
    """Everybody in the set by the people table's key. `closed`: that table was there, and names everybody."""

    def __init__(self) -> None:
        self._packed: dict[str, str] = {}
        self._ranks: dict[tuple[str, str], tuple[bool, str]] = {}
        self.closed = False

    def __len__(self) -> int:
        return len(self._packed)

    def get(self, key: str) -> Details | None:
        """The person's details; None where the people table does not name them."""
        packed = self._packed.get(number(key))
        if packed is not None:
            return unpack(packed)
        return None if self.closed else Details(local_id=number(key))

    def first(self, key: str, parts: Mapping[str, object]) -> bool:
        """A row of the people table. False where the person has one already: the first stands."""
        key = number(key)
        if key in self._packed:
            return False
        self._packed[key] = pack({**parts, "local_id": key})
        return True

    def add(self, key: str, parts: Mapping[str, object], rank: tuple[bool, str], table: str) -> bool:
        """What another table tells. It fills what is empty; of several rows of one table the highest rank tells.
        False where the people table names nobody by this key."""
        key = number(key)
        packed = self._packed.get(key)
        if packed is None:
            if self.closed:
                return False
            packed = pack({"local_id": key})
        known = unpack(packed).as_dict()
        fresh = []
        for name, value in parts.items():
            before = self._ranks.get((key, name))
            if name not in known or (before is not None and rank > before):
                known[name] = value
                fresh.append(name)
        for name in fresh:
            self._ranks[(key, name)] = rank
        known = {name: tuple(value) if isinstance(value, list) else value for name, value in known.items()}
        self._packed[key] = pack(known)
        return True

    def settle(self) -> None:
        """All tables have told: what helped to choose between their rows is let go."""
        self._ranks.clear()


class Rows:
    """Rows of one table by a key, as far as other tables need their columns."""

    def __init__(self, columns: Iterable[str], every: bool) -> None:
        self.columns, self.every = tuple(columns), every
        self._packed: dict[str, str] = {}
        self._more: dict[str, list[str]] = {}  # further rows of a key
        self._empty = ("",) * len(self.columns)

    def add(self, key: str, values: Iterable[str]) -> None:
        """One more row. Of several with one key the first stands; or all, with `every`."""
        if not (key := number(key)):
            return
        packed = PARTED.join(value.translate(CONTROLS) for value in values)
        if key not in self._packed:
            self._packed[key] = packed
        elif self.every:
            self._more.setdefault(key, []).append(packed)

    def get(self, key: str) -> Iterable[str] | None:
        packed = self._packed.get(key := number(key))
        if packed is None or not self.columns:
            return None if packed is None else ()
        if more := self._more.pop(key, None):  # put together once, for a thousand rows of one cost a thousand times as much
            both = zip(*(one.split(PARTED) for one in (packed, *more)), strict=True)
            packed = self._packed[key] = PARTED.join("; ".join(filter(None, texts)) for texts in both)
        return packed.split(PARTED)

    @property
    def empty(self) -> tuple[str, ...]:
        return self._empty


def gathered(
    getters: Iterable[tuple[str, Callable[[Mapping[str, str]], str]]], values: Mapping[str, str]
) -> tuple[dict[str, object], list[Misfit]]:
    """What can be read of a person's details on a row, and what cannot."""
    parts: dict[str, object] = {}
    misfits: list[Misfit] = []
    for name, get in getters:
        try:
            if text := get(values):
                parts[name] = text
        except Misfit as misfit:
            misfits.append(misfit)
    return parts, misfits


def once(seen: dict[int, int], key: object, content: bytes) -> str:
    """Whether a row's key has come before in its table: `new`, `same` (and the row too), or `other`."""
    mark, text = hash(key), hash(content)
    before = seen.get(mark)
    if before is None:
        seen[mark] = text
        return "new"
    return "same" if before == text else "other"
