"""How often each field was filled, counted as rows are taken: by kind of record, its fields, and the details of people
by role. Counts alone, and under declared names alone: what a sender calls a field may itself name somebody.

Shape, as kept in `Delivery.filled`: `{record: {"": records, "says": n, "f.<field>": n, "p.<role>": people,
"p.<role>.<detail>": n}}`. A field's share is of the records, a detail's of the people in that role.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from operator import attrgetter

from sightline.definition.types import Partnership
from sightline.intake.types import Details, Notification

DETAILS = tuple(name for name in Details.__slots__ if name != "noted")
_details = attrgetter(*DETAILS)
_OWN = ("says", "place", "until")
Kept = dict[str, dict[str, int]]
Told = Mapping[str, Mapping[str, int]]


class Filled:
    """Counts while rows are taken: two dictionary look-ups for each thing that is filled."""

    __slots__ = ("_fields", "_people")

    def __init__(self) -> None:
        self._fields: dict[str, dict[str, int]] = {}
        self._people: dict[tuple[str, str], dict[str, int]] = {}

    def see(self, things: Iterable[object]) -> None:
        """Counts what is filled on these, as they were sent; what could not even be read is counted elsewhere."""
        for n in things:
            if n.__class__ is not Notification:
                continue
            fields = self._fields.get(n.record)
            if fields is None:
                fields = self._fields[n.record] = defaultdict(int)
            fields[""] += 1
            if n.says:
                fields[" says"] += 1
            if n.place:
                fields[" place"] += 1
            if n.until:
                fields[" until"] += 1
            for name, value in n.fields.items():
                if value:
                    fields[name] += 1
            for person in n.people:
                values = _details(person.details)
                for role in person.roles:
                    details = self._people.get((n.record, role))
                    if details is None:
                        details = self._people[(n.record, role)] = defaultdict(int)
                    details[""] += 1
                    for name, value in zip(DETAILS, values, strict=True):
                        if value:
                            details[name] += 1

    def add(self, other: Filled) -> None:
        for mine, theirs in ((self._fields, other._fields), (self._people, other._people)):
            for key, counts in theirs.items():
                there = mine.setdefault(key, defaultdict(int))  # type: ignore[attr-defined]
                for name, many in counts.items():
                    there[name] += many

    def kept(self, definition: Partnership) -> Kept:
        """As a delivery keeps it: declared names alone."""
        found: Kept = {}
        for id, counts in self._fields.items():
            record = definition.record.get(id)
            if record is None:
                continue
            out = found[id] = {"": counts[""]}
            out |= {name: counts[f" {name}"] for name in _OWN if f" {name}" in counts}
            out |= {f"f.{name}": counts[name] for name in record.fields if name in counts}
            for role in record.people:
                for name, many in self._people.get((id, role), {}).items():
                    out[f"p.{role}.{name}" if name else f"p.{role}"] = many
        return found


def together(several: Iterable[Told]) -> Kept:
    """Several deliveries that are one file: their counts added."""
    found: Kept = {}
    for one in several:
        for record, counts in one.items():
            out = found.setdefault(record, {})
            for name, many in counts.items():
                out[name] = out.get(name, 0) + many
    return found


def shares(kept: Told, like: Iterable[Told] = ()) -> dict[str, tuple[int, int]]:
    """`record field`: (filled, of how many). `like`: files whose fields are told too, where here they are never filled."""
    found: dict[str, tuple[int, int]] = {}
    names: dict[str, dict[str, None]] = {}
    for one in (kept, *like):
        for record, counts in one.items():
            names.setdefault(record, {}).update(dict.fromkeys(counts))
    for record, counts in kept.items():
        for name in names[record]:
            parts = name.split(".")
            if not name or (parts[0] == "p" and len(parts) == 2):
                continue
            of = counts.get(".".join(parts[:2]) if parts[0] == "p" else "", 0)
            if of:
                found[f"{record} {name}"] = (counts.get(name, 0), of)
    return found
