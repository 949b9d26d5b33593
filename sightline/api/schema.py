"""The API's contract, made from the definition: each record type has its body; one declared today has it today."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sightline.api import hints
from sightline.definition.records import json_schema
from sightline.definition.types import CodeList, Partnership, RecordType
from sightline.intake import bodies
from sightline.intake.usable import SAYS as SAYS_OF_DETAILS

MOST_IN_BATCH = 500
STATES = ("received", "already-held", "kept-for-a-person")
DAY = {"type": "string", "description": bodies.A_DATE, "examples": ["2010-03-04", "2010-03", "2010"]}
MOMENT = {
    "type": "string",
    "description": "A date or moment as text, as far as it is known; without a zone it is London's",
    "pattern": r"^(19|[2-9][0-9])[0-9]{2}(-[0-9]{2}(-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?"
    r"( ?(Z|[+-][0-9]{2}:?[0-9]{2}))?)?)?)?$",
    "examples": ["2025-01-10T21:40:00+00:00", "2025-01-10 21:40", "2025-01-10"],
}
SAYS = {
    "message_id": "The sender's own id: the same id and content again are nothing new",
    "version": "Grows with the sender's corrections: a newer version supersedes",
    "says": "What happened, in words",
}
AFTER = {
    "in": "query",
    "name": "after",
    "required": False,
    "schema": {"type": "string"},
    "description": "`next` of the answer before: what is older",
}
RECEIPT = {
    "type": "object",
    "description": "That it is held. Whether anybody was known is not said: the shape is always this.",
    "required": ["id", "received_at", "state"],
    "properties": {
        "id": {"type": "string"},
        "received_at": {"type": "string", "format": "date-time"},
        "state": {"enum": list(STATES)},
        "faults": {
            "type": "array",
            "description": "Why it waits for a person, when it does: every fault at once",
            "items": {"$ref": "#/components/schemas/Fault"},
        },
        "noted": {
            "type": "array",
            "description": "Details of people that could not be used as they came. All was taken, and kept as received.",
            "items": {"$ref": "#/components/schemas/Noted"},
        },
        "hints": hints.SCHEMA,
    },
}
NOTED = {
    "type": "object",
    "required": ["path", "says", "code"],
    "properties": {
        "path": {"type": "string", "examples": ["people.0.born"]},
        "says": {"type": "string", "examples": [SAYS_OF_DETAILS["no-such-day"]]},
        "code": {"enum": list(SAYS_OF_DETAILS)},
    },
}
FAULT = {
    "type": "object",
    "required": ["path", "expected", "nearest", "code"],
    "properties": {
        "path": {"type": "string", "examples": ["people.0.born"]},
        "found": {"type": "string", "description": "Only for records, roles and keys; never anybody's details"},
        "expected": {"type": "string"},
        "nearest": {"type": "string", "description": "The likeliest valid name"},
        "code": {"type": "string"},
    },
}
PROBLEM = {
    "type": "object",
    "required": ["code"],
    "properties": {"code": {"type": "string"}, "says": {"type": "string"}},
}


@lru_cache(maxsize=4)
def _schemas(holder: _Held) -> dict[str, Any]:
    partnership = holder.partnership
    names = {record.id: _name(record) for record in partnership.record.values()}
    schemas = {names[record.id]: notification(partnership, record) for record in partnership.record.values()}
    schemas["Notification"] = {
        "oneOf": [_ref(name) for name in names.values()],
        "discriminator": {
            "propertyName": "record",
            "mapping": {id: f"#/components/schemas/{name}" for id, name in names.items()},
        },
    }
    schemas["Batch"] = {
        "type": "object",
        "required": ["notifications"],
        "additionalProperties": False,
        "properties": {
            "notifications": {
                "type": "array",
                "items": _ref("Notification"),
                "minItems": 1,
                "maxItems": MOST_IN_BATCH,
            }
        },
    }
    receipts = {"type": "array", "items": _ref("Receipt"), "description": "In the order in which they were sent"}
    schemas["Receipts"] = {"type": "object", "required": ["receipts"], "properties": {"receipts": receipts}}
    return schemas | {
        "Person": person(partnership),
        "Receipt": RECEIPT,
        "Fault": FAULT,
        "Noted": NOTED,
        "Problem": PROBLEM,
    }


class _Held:
    """A partnership as a key: the same definition is the same hash."""

    def __init__(self, partnership: Partnership) -> None:
        self.partnership = partnership

    def __hash__(self) -> int:
        return hash(self.partnership.hash)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and other.partnership.hash == self.partnership.hash


def schemas(partnership: Partnership) -> dict[str, Any]:
    """Every schema of the contract, by name (JSON Schema 2020-12, as in OpenAPI 3.1)."""
    return _schemas(_Held(partnership))


def notification(partnership: Partnership, record: RecordType) -> dict[str, Any]:
    """The body of one record type."""
    fields = json_schema(partnership, record)
    needed = ["message_id", "record", "happened", *(["people"] if record.people else [])]
    if fields.get("required"):
        needed.append("fields")
    texts: dict[str, dict[str, Any]] = {
        name: {"type": "string", "maxLength": most, "description": SAYS[name]} for name, most in bodies.LONGEST.items()
    }
    texts["message_id"]["minLength"] = 1
    return {
        "type": "object",
        "title": record.title,
        **({"description": record.note} if record.note else {}),
        "required": needed,
        "additionalProperties": False,
        "properties": {
            "message_id": texts["message_id"],
            "record": {"const": record.id},
            "happened": MOMENT,
            "until": MOMENT,
            "sent": MOMENT,
            "version": texts["version"],
            "says": texts["says"],
            "place": _object({name: _text() for name in bodies.PLACE}),
            "people": _people(record),
            "relations": {
                "type": "array",
                "description": "Who is what to whom, by the keys of people: [subject, relation, object]",
                "items": {"type": "array", "items": {"type": "string"}, "minItems": 3, "maxItems": 3},
            },
            "fields": fields,
        },
    }


def person(partnership: Partnership) -> dict[str, Any]:
    """A person as the sender holds them. Everything may be left out."""
    address = _object({"lines": {"type": "array", "items": _text(), "maxItems": 10}, "postcode": _text()})
    made = {name: _text() for name in bodies.PERSON_TEXTS}
    made["key"] = _text("Tells the people of one notification apart; default p1, p2, …")
    made["local_id"] = _text("The sender's own number for the person")
    made["nhs_number"] = _text("One whose check digit does not hold is kept, and not used for matching")
    made |= {"born": DAY, "expected": {**DAY, "description": "For an unborn child: when the birth is expected"}}
    made |= {name: _codes(partnership.codes.get(name)) for name in ("sex", "ethnicity")}
    return {"type": "object", "properties": {**made, "address": address}}


def request_body() -> dict[str, Any]:
    """What may be posted: one notification, or several."""
    return {
        "required": True,
        "content": {"application/json": {"schema": {"anyOf": [_ref("Notification"), _ref("Batch")]}}},
    }


def answers(**by_status: tuple[str, str]) -> dict[str, Any]:
    """Responses by status (`s201=("Receipt", "Held")`) for OpenAPI."""
    return {
        status[1:]: {"description": says, "content": {"application/json": {"schema": _ref(name)}}}
        for status, (name, says) in by_status.items()
    }


def _people(record: RecordType) -> dict[str, Any]:
    role = {"enum": list(record.people)} if record.people else {"type": "string"}
    roles = {"type": "array", "minItems": 1, "maxItems": 20, "items": role}
    described = {"allOf": [_ref("Person")], "required": ["roles"], "properties": {"roles": roles}}
    return {
        "type": "array",
        "minItems": 1 if record.people else 0,
        "maxItems": bodies.MOST_PEOPLE,
        "items": {"type": "object", **described, "unevaluatedProperties": False},
    }


def _codes(codes: CodeList | None) -> dict[str, Any]:
    if codes is None:
        return _text()
    old = [code for each in codes.codes.values() for code in each.old]
    says = "A code of the list" + (f"; also understood: {', '.join(old[:30])}" if old else "")
    return {"type": "string", "description": says, "examples": list(codes.codes)[:30]}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _text(says: str = "") -> dict[str, Any]:
    return {"type": "string", "maxLength": bodies.LONGEST_TEXT, **({"description": says} if says else {})}


def _name(record: RecordType) -> str:
    return "".join(part.capitalize() for part in record.id.split("-")) + "Notification"


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}
