"""Whether a feed's mapping can make the records that it says it makes."""

from __future__ import annotations

from collections.abc import Collection

from sightline.definition.check_tables import check_tables
from sightline.definition.faults import Faults
from sightline.definition.kinds.feeds import ENCODINGS
from sightline.definition.types import Column, Feed, Mapping, RecordType
from sightline.definition.values import NO, YES
from sightline.definition.yaml_lines import Path
from sightline.timescales.spans import parse_span

MAPPED_FORMATS = ("csv", "xlsx", "jsonl", "istv")
MOMENTS = ("happened", "until", "sent")


def check_feed(faults: Faults, name: str, feed: Feed, formats: Collection[str]) -> None:
    """Every fault of one feed. `formats` are those for which a reader exists."""
    faults.refer(name, ("format",), feed.format, formats, "a format that a reader exists for")
    if feed.every:
        try:
            parse_span(feed.every)
        except ValueError as error:
            faults.add(name, ("every",), feed.every, str(error))
    if feed.encoding:
        faults.refer(name, ("encoding",), feed.encoding.lower(), set(ENCODINGS) - {""}, "an encoding that is read")
    if len(feed.delimiter) > 1:
        faults.add(name, ("delimiter",), feed.delimiter, 'one character, such as `;`; a tab is `"\\t"`')
    if feed.agency:
        faults.thing(name, ("agency",), feed.agency, "agency")
    elif not feed.agency_column and feed.format in MAPPED_FORMATS:
        faults.add(name, ("agency",), "", "`agency`, or `agency-column` where the file names the sender")
    elif feed.format == "tables" and faults.partnership.agency:
        own = f"{faults.partnership.id}/feeds/{feed.id}.yaml"
        faults.add(name, ("agency",), "", f"`agency`: whose the set is here; {own} says so, over the base's file")
    if feed.format == "tables":
        check_tables(faults, name, feed)
    if feed.format in MAPPED_FORMATS and feed.mapping is None:
        faults.add(name, ("mapping",), "", f"a `mapping`: {feed.format} says nothing of itself")
    if feed.mapping is not None:
        _mapping(faults, name, feed.mapping)


def _mapping(faults: Faults, name: str, mapping: Mapping) -> None:
    path: Path = ("mapping",)
    for value, at in _constants(mapping.record, (*path, "record")):
        faults.thing(name, at, value, "record")
    made = _made(faults, mapping.record)
    for key, column in (("happened", mapping.happened), ("until", mapping.until), ("sent", mapping.sent)):
        if column is not None:
            _dates(faults, name, (*path, key), column)
    if not mapping.people and (not made or any(record.people for record in made)):
        faults.add(name, (*path, "people"), "", "at least one person: whom a row is about")
    roles = {role for record in made for role in record.people}
    for index, person in enumerate(mapping.people):
        for value, at in _constants(person.role, (*path, "people", index, "role")):
            if made:
                faults.refer(name, at, value, roles, "a role on the records that a row can make")
        for key, details in (("born", person.born), ("expected", person.expected)):
            if details is not None:
                _dates(faults, name, (*path, "people", index, key), details)
    known = {field for record in made for field in record.fields}
    for field, column in mapping.fields.items():
        at = (*path, "fields", field)
        if made:
            faults.refer(name, at, field, known, "a field of the records that a row can make")
        _codes(faults, name, at, field, column, made)
        _dates(faults, name, at, column)


def _made(faults: Faults, column: Column) -> list[RecordType]:
    """The record types that a row can become; all, where the file itself names them."""
    known = faults.partnership.record
    values = [value for value, _ in _constants(column, ())]
    return [known[v] for v in values if v in known] if values else list(known.values())


def _constants(column: Column, path: Path) -> list[tuple[str, Path]]:
    """What a column can become, as far as the mapping says it: the constant, and ours for the supplier's codes."""
    found: list[tuple[str, Path]] = [(column.is_, (*path, "is"))] if column.is_ is not None else []
    return found + [(ours, (*path, "codes", theirs)) for theirs, ours in column.codes.items()]


def _codes(faults: Faults, name: str, path: Path, field: str, column: Column, made: list[RecordType]) -> None:
    """Values that the mapping writes itself must be ones that the field takes."""
    declared = [record.fields[field] for record in made if field in record.fields]
    for value, at in _constants(column, path):
        if not value:
            continue  # a supplier's code that means nothing
        for about in declared:
            if about.kind == "choice" and about.of:
                faults.code(name, at, value, about.of)
            elif about.kind == "yes-no":
                faults.refer(name, at, value.lower(), YES | NO, "yes or no")


def _dates(faults: Faults, name: str, path: Path, column: Column) -> None:
    for form in column.date.split(" | ") if column.date else ():
        if "%" not in form:
            expected = "a form such as `%d/%m/%Y` or `%d/%m/%Y %H:%M`; several are parted by ` | `"
            faults.add(name, (*path, "date"), form, expected)
