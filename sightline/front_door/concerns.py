"""A concern as somebody tells it here, in the same words and with the same checks as a notification of an agency's system.

A form, the API and a file lead to one body (`intake.bodies`). What a person typed is never refused for its form: what a
field cannot hold (`in spring`, where a day is asked) goes with the words, named, and nothing is lost. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sightline.definition.records import clean
from sightline.definition.types import Partnership, RecordType
from sightline.front_door.good_enough import VOICE, Child

CHILD_DETAILS = ("given", "family", "born", "expected", "sex", "ethnicity", "school", "nhs_number", "upn", "language")
ADULT_DETAILS = ("given", "family", "born", "sex", "phone", "language")
CONTACT = "contact"  # what fits no other type


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on a concern. `voice`: what a child said or showed. `same_home`: at the first child's address."""

    role: str
    details: Mapping[str, str] = field(default_factory=dict)
    lines: tuple[str, ...] = ()
    postcode: str = ""
    voice: str = ""
    relation: str = ""  # what an adult is to the children

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.details.get("given", ""), self.details.get("family", "")) if part)


@dataclass(frozen=True, slots=True)
class Concern:
    """What somebody tells: about whom, what happened, when, and the fields of its record type as typed."""

    record: str
    children: tuple[Person, ...] = ()
    others: tuple[Person, ...] = ()
    says: str = ""
    happened: str = ""  # ISO; empty: not said
    as_written: str = ""  # when it happened, where that is no day
    place: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)


def sendable(definition: Partnership, agency_kind: str) -> list[RecordType]:
    """What an agency of this kind tells the front door, its own kinds first; what anybody may tell comes last."""
    found = [r for r in definition.record.values() if r.queue and not r.routine and not r.pointer_only]
    own = [r for r in found if agency_kind in r.sent_by]
    anybody = [r for r in found if "any" in r.sent_by]
    first = sorted(
        own, key=lambda r: (VOICE not in r.fields, r.sent_by[0] != agency_kind, len(r.sent_by), r.queue is not True, r.title)
    )
    return [*first, *sorted(anybody, key=lambda r: (r.id != CONTACT, r.title))]


def child_role(record: RecordType) -> str:
    """The role in which children stand on a record."""
    return next((role for role, declared in record.people.items() if declared.child), "child")


def spoken(children: Sequence[Person]) -> str:
    """What the children said, in one field: each by name where they are several."""
    said = [
        (child.name or f"Child {n}", child.voice.strip()) for n, child in enumerate(children, 1) if child.voice.strip()
    ]
    if len(children) < 2:
        return said[0][1] if said else ""
    return "\n".join(f"{name}: {words}" for name, words in said)


def as_child(person: Person) -> Child:
    """A child as quality asks about them."""
    d = person.details
    return Child(person.name, d.get("born", ""), d.get("expected", ""), d.get("ethnicity", ""), person.voice, d)


def body(definition: Partnership, concern: Concern, *, message_id: str, version: int, today: date) -> dict[str, Any]:
    """The notification's body, as the API would take it."""
    record = definition.record[concern.record]
    given = {name: value for name, value in concern.fields.items() if value not in ("", None, [])}
    if VOICE in record.fields and (words := spoken(concern.children)):
        given[VOICE] = words
    fields, beside = usable(definition, record, given)
    if concern.as_written:
        beside.insert(0, ("When", concern.as_written))
    says = "\n".join(part for part in (concern.says.strip(), *(f"{title}: {value}" for title, value in beside)) if part)
    people, relations = _people(record, concern)
    made: dict[str, Any] = {
        "message_id": message_id,
        "record": record.id,
        "happened": concern.happened or today.isoformat(),
        "version": str(version),
        "people": people,
        "fields": fields,
    }
    for name, value in (("says", says), ("place", dict(concern.place)), ("relations", relations)):
        if value:
            made[name] = value
    return made


def usable(
    definition: Partnership, record: RecordType, given: Mapping[str, Any]
) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The fields that can be taken as they were typed, and the others with their titles: those go with the words."""
    _, faults = clean(definition, record, dict(given))
    wrong = {fault.path.partition(".")[0] for fault in faults if fault.code != "needed"}
    kept = {name: value for name, value in given.items() if name not in wrong}
    fields, still = clean(definition, record, kept)
    beside = [
        (record.fields[name].title if name in record.fields else name, str(given[name]))
        for name in given
        if name in wrong
    ]
    assert not [fault for fault in still if fault.code != "needed"]
    return fields, beside


def _people(record: RecordType, concern: Concern) -> tuple[list[dict[str, Any]], list[list[str]]]:
    people, relations = [], []
    children = [f"c{n}" for n, _ in enumerate(concern.children, 1)]
    for key, child in zip(children, concern.children, strict=True):
        people.append(_person(key, child, child_role(record)))
    for n, other in enumerate(concern.others, 1):
        people.append(_person(f"a{n}", other, other.role))
        if other.relation:
            relations += [[f"a{n}", other.relation, child] for child in children]
    return people or [{"key": "c1", "roles": [child_role(record)]}], relations


def _person(key: str, person: Person, role: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "key": key,
        "roles": [role],
        **{name: value for name, value in person.details.items() if value},
    }
    if person.lines or person.postcode:
        made["address"] = {"lines": list(person.lines), "postcode": person.postcode}
    return made


def said_day(text: str, read: Any, today: date) -> str:
    """A day as people say it: `today`, `yesterday`, or as `read` understands; empty where it is none, or still to come."""
    plain = text.strip().lower()
    day = {"today": today, "now": today, "yesterday": today - timedelta(days=1)}.get(plain)
    found = day.isoformat() if day else str(read(text))
    return found if found[:10] <= today.isoformat() else ""
