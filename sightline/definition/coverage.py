"""What becomes of every table and column of a set of tables: for the reference page, the web page, and a test that
compares it with the standard's own list. Pure, and only from the declaration.

    objects(partnership.feed["ssd"])      every table with its columns and what each becomes, in the order declared
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from sightline.definition.types import Added, Column, Feed, FeedTable, OnRow

DETAILS = {
    "given": "first names", "family": "family name", "born": "date of birth", "expected": "expected date of birth",
    "sex": "sex", "ethnicity": "ethnicity", "nhs_number": "NHS number", "upn": "unique pupil number", "address": "address",
    "postcode": "postcode", "phone": "telephone", "email": "e-mail", "school": "school", "language": "language",
    "local_id": "own number with the sender",
}  # fmt: skip


@dataclass(frozen=True)
class FieldUse:
    """One column of a table, and what it becomes, in words. `reason` says why it is not used."""

    name: str
    becomes: tuple[str, ...] = ()
    reason: str = ""

    @property
    def used(self) -> bool:
        return bool(self.becomes)


@dataclass(frozen=True)
class ObjectUse:
    """One table of a set. `records` are the ids of record types; `reason` says why the whole is not used."""

    name: str
    says: str
    records: tuple[str, ...]
    fields: tuple[FieldUse, ...]
    reason: str = ""


def objects(feed: Feed) -> list[ObjectUse]:
    """Every table of a set, in the order declared, each with every column that the declaration mentions."""
    return [_object(feed, name, table) for name, table in feed.tables.items()]


def _object(feed: Feed, name: str, table: FeedTable) -> ObjectUse:
    whole = table.not_used if isinstance(table.not_used, str) else ""
    uses: dict[str, dict[str, None]] = {}
    for column, use in _uses(feed, name):
        uses.setdefault(column, {})[use] = None
    reasons = table.not_used if isinstance(table.not_used, dict) else {}
    fields = [FieldUse(column, tuple(those)) for column, those in uses.items()]
    fields += [FieldUse(column, (), reason) for column, reason in reasons.items() if column not in uses]
    if whole:
        fields += [FieldUse(column, (), whole) for column in table.columns if column not in uses]
    records = tuple(dict.fromkeys(one.record for one in table.becomes))
    return ObjectUse(name, table.says, records, tuple(fields), whole)


def columns_read(feed: Feed, name: str, *, joined: bool = False) -> tuple[str, ...]:
    """Every column of the table that the declaration reads, here or from another table; with `joined`, also those of
    rows that belong to it, as `worker.prof_professional_name`. A column that only has its name is not read."""
    return _read(_Same(feed), name, joined)


class _Same:
    """A feed by identity: frozen, but holding mappings, it has no hash of its own."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed

    def __hash__(self) -> int:
        return id(self.feed)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.feed is self.feed


@lru_cache(maxsize=4096)
def _read(same: _Same, name: str, joined: bool) -> tuple[str, ...]:
    if joined:
        return tuple(dict.fromkeys(column for column, _ in _own(same.feed.tables[name])))
    return tuple(dict.fromkeys(column for column, _ in _uses(same.feed, name)))


def _uses(feed: Feed, name: str) -> Iterator[tuple[str, str]]:
    """Each column of a table with what it becomes: from its own declaration, and from those of tables that join it."""
    table = feed.tables[name]
    for column, use in _own(table):
        if "." not in column:
            yield column, use
    for other, declared in feed.tables.items():
        for alias, join in declared.with_.items():
            if join.table != name:
                continue
            key = join.key or (table.key[0] if table.key else "")
            yield key, f"tells which row belongs to one of {other}"
            for column, use in _own(declared):
                if column.startswith(f"{alias}."):
                    yield column.partition(".")[2], use
    for source in feed.extract:
        if source.startswith(f"{name}."):
            for column in source.partition(".")[2].split("+"):
                yield column, "the day of the extract"


def _own(table: FeedTable) -> Iterator[tuple[str, str]]:
    for column in table.key:
        yield column, "the key: tells a row, and its newer versions, from others"
    for column in table.row_group:
        yield column, "the key: rows that have it in common are one record"
    for column in table.person:
        yield column, "whom the row is about"
    for added in table.adds:
        yield from _added(added)
    for column in (*table.newest_by, *table.ended_by):
        yield column, "which of several rows tells what holds now"
    for column in table.taken_back:
        yield column, "whether the sender takes the row back"
    for join in table.with_.values():
        for column in join.on:
            yield column, f"leads to its row of {join.table}"
    for one in table.becomes:
        for column in one.key:
            yield column, f"`{one.record}`: tells it from others"
        for column in one.where:
            yield column, f"whether the row is a record `{one.record}`"
        for key in ("happened", "until", "sent", "says", "place", "place_postcode"):
            yield from _columns(getattr(one, key), f"`{one.record}`: {WORDS[key]}")
        for person in one.people:
            yield from _on_row(person, one.record)
        for field, source in one.fields.items():
            yield from _columns(source, f"`{one.record}`: `{field}`")


WORDS = {
    "happened": "when it happened", "until": "when it ended", "sent": "when it was sent", "says": "words",
    "place": "place", "place_postcode": "postcode of the place",
}  # fmt: skip


def _on_row(person: OnRow, record: str) -> Iterator[tuple[str, str]]:
    for column in person.key:
        yield column, f"`{record}`: who is its {person.role}"
    for column in person.where:
        yield column, f"`{record}`: whether there is a {person.role}"
    if person.adds is not None:
        yield from _added(person.adds)


def _added(added: Added) -> Iterator[tuple[str, str]]:
    for column in added.where:
        yield column, "which detail of the person the row tells"
    for name, words in DETAILS.items():
        yield from _columns(getattr(added, name), f"the person's {words}")


def _columns(column: Column | None, use: str) -> Iterator[tuple[str, str]]:
    for name in column.from_ if column is not None else ():
        yield name, use
