"""What follows from a feed's declaration: whether its worked examples hold. Pure.

A feed's example, in its definition:

    given:   {INCIDENT: "13250/25", DATE: 10/01/2025 21:40, …}    a row's values by column; several rows as a list
    becomes: {record: police-incident, message-id: "13250/25", happened: 2025-01-10T21:40:00,
              fields: {offence: robbery}, people: [{role: suspect, given: Jaye}]}

What `becomes` does not mention may be anything; a list where several records come of it. `unread: not-a-date` instead
says that the row is kept for a person, and why. For a census the values are elements, nested as they are in the file.
For a set of tables: one row with its `table`, or `{ssd_person: {…}, ssd_contacts: [{…}, {…}]}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from sightline.definition.types import Feed, Partnership, Thing
from sightline.intake.mapping import Mapper, Row
from sightline.intake.readers.cin_census import OF_THE_CHILD
from sightline.intake.readers.cin_census import reread as read_child
from sightline.intake.readers.jsonl import flat
from sightline.intake.readers.tables import of_rows
from sightline.intake.types import Named, Notification, Unread

TEXTS = ("agency", "record", "message_id", "happened", "until", "sent", "version", "says")
KEYS = (*TEXTS, "place", "fields", "people", "relations")


def run_example(partnership: Partnership, thing: Thing, example: Mapping[str, Any]) -> str | None:
    """None when the example holds, else a sentence saying what came instead."""
    if not isinstance(thing, Feed):
        return f"{thing.id} is not a feed"
    if unknown := [key for key in example if key not in ("given", "becomes", "unread", "because")]:
        return f"{', '.join(unknown)} is not understood; an example may say given, becomes, unread, because"
    came = _read(partnership, thing, example.get("given") or {})
    if "unread" in example:
        reasons = [one.reason for one in came if isinstance(one, Unread)]
        held = str(example["unread"]) in reasons
        return None if held else f"unread is {', '.join(reasons) or 'nothing: it was read'}"
    for one in came:
        if isinstance(one, Unread):
            return "it is not read: " + "; ".join(str(fault) for fault in one.faults)
    wanted = example.get("becomes") or {}
    listed = wanted if isinstance(wanted, list) else [wanted]
    if isinstance(wanted, list) and len(came) != len(listed):
        names = ", ".join(one.record for one in came if isinstance(one, Notification))
        return f"{len(came)} records came of it: {names}"
    if not came:
        return "nothing came of it"
    said = [_differs(one, each) for one, each in zip(came, listed, strict=False) if isinstance(one, Notification)]
    return "; ".join(text for text in said if text) or None


def _read(partnership: Partnership, feed: Feed, given: Any) -> list[Notification | Unread]:
    rows = given if isinstance(given, list) else [given]
    if feed.format == "cin-census":
        return [one for row in rows for one in read_child(_child(row), feed, partnership)]
    if feed.format == "tables":
        return _of_tables(partnership, feed, given)
    mapper = Mapper(partnership, feed)
    ready = [Row(f"row {n}", b"", flat(row)) for n, row in enumerate(rows, 1)]
    return mapper.group(ready) if feed.mapping and feed.mapping.row_group else [mapper.row(row.values) for row in ready]


def _of_tables(partnership: Partnership, feed: Feed, given: Any) -> list[Notification | Unread]:
    """One row with its `table`, or rows by table."""
    if "table" in given:
        given = {str(given["table"]): {name: value for name, value in given.items() if name != "table"}}
    listed = {name: rows if isinstance(rows, list) else [rows] for name, rows in given.items()}
    return of_rows(feed, partnership, {name: [flat(row) for row in rows] for name, rows in listed.items()})


def _child(given: Any) -> bytes:
    if isinstance(given, str):
        return given.encode()
    if "CINdetails" in given:
        return f"<Child>{_elements(given)}</Child>".encode()
    who = {name: value for name, value in given.items() if name in OF_THE_CHILD}
    what = {name: value for name, value in given.items() if name not in OF_THE_CHILD}
    return f"<Child>{_elements({'LAchildID': 'EXAMPLE', **who, 'CINdetails': what})}</Child>".encode()


def _elements(values: Mapping[str, Any]) -> str:
    out = ""
    for name, value in values.items():
        for one in value if isinstance(value, list) else [value]:
            out += f"<{name}>{_elements(one) if isinstance(one, Mapping) else escape(str(one))}</{name}>"
    return out


def _differs(came: Notification, wanted: Mapping[str, Any]) -> str:
    said: list[str] = []
    for key, value in wanted.items():
        name = key.replace("-", "_")
        if name not in KEYS:
            said.append(f"{key} is not understood; a record has {', '.join(key.replace('_', '-') for key in KEYS)}")
        elif name in TEXTS:
            if str(value) != getattr(came, name):
                said.append(f"{key} is {getattr(came, name) or 'empty'}")
        elif name == "people":
            said += _people_differ(came.people, value)
        elif name == "relations":
            if [list(one) for one in came.relations] != [list(one) for one in value]:
                said.append(f"relations are {[list(one) for one in came.relations]}")
        else:
            have = getattr(came, name)
            wrong = [part for part, text in value.items() if str(text or "") != have.get(part, "")]
            said += [f"{key}.{part} is {have.get(part) or 'empty'}" for part in wrong]
    return "; ".join(said)


def _people_differ(people: tuple[Named, ...], wanted: list[Mapping[str, Any]]) -> list[str]:
    if len(people) != len(wanted):
        roles = ", ".join(role for one in people for role in one.roles)
        return [f"{len(people)} people are on it, as {roles or 'nothing'}"]
    said: list[str] = []
    for n, (one, each) in enumerate(zip(people, wanted, strict=True), 1):
        have = {**one.details.as_dict(), "role": ", ".join(one.roles), "roles": list(one.roles), "key": one.key}
        for key, value in each.items():
            found = have.get(key.replace("-", "_"), "")
            found = found if isinstance(value, list) or isinstance(found, str) else ", ".join(found)
            if found != (value if isinstance(value, list) else str(value or "")):
                said.append(f"person {n}: {key} is {found or 'empty'}")
    return said
