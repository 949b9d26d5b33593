"""Where a value stands in a supplier's row, and how it is found there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from sightline.definition.types import Column, Fault, Feed

Values = Mapping[str, str]
Getter = Callable[[Values], str]


class Misfit(Exception):
    """A value that the mapping cannot use."""

    def __init__(self, code: str, path: str, expected: str, near: str = "") -> None:
        super().__init__(code)
        self.fault = _fault(code, path, expected, near)


@lru_cache(maxsize=2_000)
def _fault(code: str, path: str, expected: str, near: str) -> Fault:
    """A column that does not fit seldom does so once: row after row has the same fault."""
    return Fault(path=path, expected=expected, nearest=near, code=code)


def raw_text(column: Column) -> Getter:
    """The text of the first column that is there and filled, or of all joined; the constant where there is none."""
    names, constant = column.from_, (column.is_ or "")
    if column.join:
        return lambda values: (
            column.join.join(text for name in names if (text := (values.get(name) or "").strip())) or constant
        )
    if not names:
        return lambda values: constant
    if len(names) == 1:
        name = names[0]
        return lambda values: (values.get(name) or "").strip() or constant

    def first(values: Values) -> str:
        for name in names:
            text = (values.get(name) or "").strip()
            if text:
                return text
        return constant

    return first


def address_lines(column: Column) -> Callable[[Values], tuple[str, ...]]:
    """Lines of an address: one a column where several are joined, else parted at line breaks and commas."""

    def lines(values: Values) -> tuple[str, ...]:
        names = column.from_ if column.join else ()
        texts = [values.get(name) or "" for name in names] if names else [get(values)]
        pieces = [piece for text in texts for piece in text.replace("\r", "\n").replace(",", "\n").split("\n")]
        return tuple(piece.strip() for piece in pieces if piece.strip())

    get = raw_text(column)
    return lines


def columns_of(feed: Feed) -> tuple[set[str], list[tuple[str, ...]]]:
    """The columns that a feed's mapping reads; and those without which no row can be read: of each tuple, one."""
    every: set[str] = {*feed.recognised_by, *filter(None, [feed.agency_column])}
    needed: list[tuple[str, ...]] = [(feed.agency_column,)] if feed.agency_column and not feed.agency else []
    mapping = feed.mapping
    if mapping is None:
        return every, needed
    every.update(mapping.row_group)
    needed += [(name,) for name in mapping.row_group]
    for column in (mapping.record, mapping.message_id, mapping.happened):
        if column.is_ is None:
            needed.append(tuple(column.from_))
    things: list[Any] = [mapping, *mapping.people]
    columns = [value for thing in things for _, value in thing if isinstance(value, Column)]
    for column in (*columns, *mapping.fields.values()):
        every.update(column.from_)
    every.update(person.when for person in mapping.people if person.when)
    return every, needed


def named(column: Column) -> str:
    return " or ".join(column.from_) or "constant"
