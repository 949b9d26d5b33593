"""A question that is put to the database over and over: Django makes its statement once, and later only what is asked about
is put in its place.

    OF_PEOPLE = Question(lambda persons: Identity.objects.filter(person__among=persons), "id", "person")
    OF_PEOPLE(persons)              [(UUID, UUID), …], as `taken` gives them
    OF_PEOPLE.rows(persons)         [Identity, …]

Making a statement costs Django ten to thirty times what SQLite needs to answer it, and one notice asks some two hundred
questions: how they are made was half of what it cost to take one in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection, models

from sightline.vault.among import given_as
from sightline.vault.taking import answered, asked, columns_of, made_of

M = TypeVar("M", bound=models.Model)
_MANY, _NONE = "many", "none"


def known_by(known_on: datetime | None, what: str = "known_at") -> models.Q:
    """What was known by a moment, for a question that may be asked of any; everything where none is given."""
    return models.Q() if known_on is None else models.Q(**{f"{what}__lte": known_on})


class _Made(NamedTuple):
    """A statement, what always stands in it, and where which of the given values goes: (place in the statement, in the call)."""

    model: type[models.Model]
    names: tuple[str, ...]
    statement: str
    fixed: tuple[Any, ...]
    slots: tuple[tuple[int, int], ...]


class Question(Generic[M]):
    """What `ask` makes of the values given, as a query of Django's. `names`: the columns that are wanted (none: all of them).

    A value is one of these: an id, a text, a moment, a day or bytes, which take their place in a statement that is made already;
    many of them (any collection), for `among` alone; none of them, None, a number, or yes or no, for each of which there is a
    statement of its own (a condition that is left out; a limit: never one of many numbers, for none is forgotten), or none
    where nothing can be found. So `ask` may choose by these last, never by what the others hold, and may ask for nothing
    besides what is given: no `now()`. Raises TypeError for any other value, RuntimeError where a value is not to be found in
    the statement, or something else changes in it.
    """

    def __init__(self, ask: Callable[..., models.QuerySet[M]], *names: str) -> None:
        self._ask, self._names = ask, names
        self._made: dict[tuple[Any, ...], _Made | None] = {}

    def __call__(self, *given: Any) -> list[tuple[Any, ...]]:
        """The values of the columns, in the query's order."""
        return self._put(given)[1]

    def rows(self, *given: Any) -> list[M]:
        """The rows themselves, all their columns, as if Django had made them."""
        made, answers = self._put(given)
        return made_of(made.model, made.names, answers) if made is not None and answers else []  # type: ignore[arg-type]

    def _put(self, given: tuple[Any, ...]) -> tuple[_Made | None, list[tuple[Any, ...]]]:
        vendor = connection.vendor
        shape: list[Any] = [vendor]
        kept, values = [], []
        for value in given:
            how = _PLAIN.get(value.__class__)
            if how is not None:
                shape.append(value.__class__)
                values.append(how(value) if vendor == "sqlite" else value)
            elif value is None or value.__class__ in (int, bool):
                shape.append((value.__class__, value))
                values.append(value)
            elif isinstance(value, str | bytes) or not hasattr(value, "__iter__"):
                raise TypeError(f"{value.__class__.__name__} cannot be asked for")
            else:
                value = list(value)
                shape.append(_MANY if value else _NONE)
                values.append(given_as(vendor, value) if value else None)
            kept.append(value)
        at = tuple(shape)
        if at not in self._made:
            self._made[at] = self._make(vendor, [_mark_of(value) for value in kept])
        made = self._made[at]
        if made is None:
            return None, []
        parameters = list(made.fixed)
        for place, which in made.slots:
            parameters[place] = values[which]
        return made, answered(made.model, made.names, made.statement, parameters)

    def _make(self, vendor: str, marks: Sequence[Callable[[int], Any]]) -> _Made | None:
        try:
            one, other = (self._marked(vendor, marks, numbers) for numbers in (count(1), count(1_000_001)))
        except EmptyResultSet:
            return None
        if missing := {i for i, mark in enumerate(marks) if _taken_in(mark(0))} - {which for _, which in one.slots}:
            raise RuntimeError(f"what is given does not stand in the statement (number {min(missing) + 1}): {one.statement}")
        if one != other:
            raise RuntimeError(f"what is asked for changes by itself: {one.statement}")
        return one

    def _marked(self, vendor: str, how: Sequence[Callable[[int], Any]], numbers: Iterator[int]) -> _Made:
        """The statement for values that are found again in it."""
        marks = [mark(next(numbers)) for mark in how]
        found = self._ask(*marks)
        names = self._names or columns_of(found.model)
        statement, parameters = asked(found, names)
        as_put = {
            i: given_as(vendor, mark) if mark.__class__ is list else _PLAIN[mark.__class__](mark) if vendor == "sqlite" else mark
            for i, mark in enumerate(marks)
            if _taken_in(mark)
        }
        slots, fixed = [], list(parameters)
        for place, parameter in enumerate(parameters):
            for which, mark in as_put.items():
                if _same(parameter, mark):
                    slots.append((place, which))
                    fixed[place] = None
        return _Made(found.model, names, statement, tuple(fixed), tuple(slots))


def _taken_in(value: Any) -> bool:
    """Whether a value takes its place in a statement, and is no part of it."""
    return value is not None and value != [] and value.__class__ not in (int, bool)


def _same(parameter: Any, mark: Any) -> bool:
    if mark.__class__ is bytes and not isinstance(parameter, str | int | None.__class__):
        try:
            return bytes(getattr(parameter, "obj", parameter)) == mark
        except TypeError:
            return False
    return parameter.__class__ is mark.__class__ and bool(parameter == mark)


def _mark_of(value: Any) -> Callable[[int], Any]:
    """What makes, of a number, a value of the same kind that nobody would ask for; what is part of a statement stays as it is."""
    if value is None or value.__class__ in (int, bool):
        return lambda number: value
    if value.__class__ in _MARKS:
        return _MARKS[value.__class__]
    return (lambda number: [UUID(int=number)]) if value else (lambda number: [])


_MARKS: dict[type, Callable[[int], Any]] = {
    UUID: lambda number: UUID(int=number),
    str: lambda number: f"\x01{number}",
    datetime: lambda number: datetime(1066, 10, 14, tzinfo=UTC) + timedelta(seconds=number),
    date: lambda number: date(1066, 10, 14) + timedelta(days=number % 1_000_000 + number // 1_000_000 * 100),
    bytes: lambda number: b"\x01" + number.to_bytes(8, "big"),
}
_PLAIN: dict[type, Callable[[Any], Any]] = {  # as SQLite takes them; PostgreSQL's driver takes them as they are
    UUID: lambda value: value.hex,
    str: lambda value: value,
    bytes: lambda value: value,
    datetime: lambda value: str(value.astimezone(UTC).replace(tzinfo=None)),
    date: str,
}
