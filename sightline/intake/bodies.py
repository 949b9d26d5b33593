"""A notification as JSON, our own way of writing one: what the API takes, and what a person repairs of it.

Every fault is told at once, by the path of the value. What was found is told only where it can be no one's details
(the kind of record, a role, a key's name). A value that is poor is taken; one that cannot be understood keeps the whole
for a person, as received, and the sender is told what was expected: nothing is lost and nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sightline.definition.nearest import nearest, one_of
from sightline.definition.records import clean
from sightline.definition.types import Fault, Partnership, RecordType
from sightline.definition.values import code_for
from sightline.intake import dates
from sightline.intake.identifiers import CHECKS
from sightline.intake.readers.jsonl import Misread, Number, parse
from sightline.intake.types import Details, Named, Notification, Unread
from sightline.timescales.partial import parse_partial

KEYS = (
    "message_id",
    "record",
    "happened",
    "until",
    "sent",
    "version",
    "says",
    "place",
    "people",
    "relations",
    "fields",
)
PLACE = ("name", "postcode")
ADDRESS = ("lines", "postcode")
PERSON_TEXTS = ("local_id", "given", "family", "nhs_number", "upn", "phone", "email", "school", "language")
DETAILS = (*PERSON_TEXTS, "born", "expected", "sex", "ethnicity")
PERSON = ("key", "roles", *DETAILS, "address")
MOST_LINES = 10
LONGEST_DETAIL = 2_000  # kept as received to that length; far beyond it there is no detail of anybody
LONGEST = {"message_id": 200, "version": 40, "says": 20_000}
LONGEST_TEXT = 500
MOST_PEOPLE = 100
MOST_FIELDS = 200
MOST_UNKNOWN = 20
EARLIEST = "1900"  # a year before is a slip, or a system's way of leaving a date empty
A_MOMENT = "a date or moment as text, such as 2025-01-10 or 2025-01-10T21:40"
A_DATE = "a date as text, such as 2010-03-04; or 2010-03, or 2010"


def read(raw: bytes, *, agency: str, partnership: Partnership, position: str = "") -> Notification | Unread:
    """One notification from its JSON text."""
    try:
        value = parse(raw)
    except Misread as error:
        return Unread(position, raw, error.code, (Fault(expected=error.expected, code=error.code),), "", agency)
    return understand(value, raw=raw, agency=agency, partnership=partnership, position=position)


def understand(
    value: Any, *, raw: bytes, agency: str, partnership: Partnership, position: str = ""
) -> Notification | Unread:
    """One notification from parsed JSON (`jsonl.parse`: numbers are `Number`, so that dates are sure to be texts)."""
    body = _Body(partnership)
    made = body.notification(value)
    if made is None or body.faults:
        return Unread(position, raw, body.faults[0].code, tuple(body.faults), "", agency)
    return Notification(agency=agency, position=position, raw=raw, **made)


class _Body:
    def __init__(self, partnership: Partnership) -> None:
        self.partnership, self.faults = partnership, list[Fault]()

    def notification(self, value: Any) -> dict[str, Any] | None:
        if not self.object("", value, KEYS):
            return None
        record = self.record(value)
        made: dict[str, Any] = {
            "record": record.id if record else "",
            "message_id": self.text("message_id", value, needed=True),
            "happened": self.moment("happened", value, needed=True),
            "until": self.moment("until", value),
            "sent": self.moment("sent", value),
            "version": self.text("version", value),
            "says": self.text("says", value),
            "place": self.place(value.get("place")),
        }
        people = self.people(value.get("people"), record)
        made["people"] = people
        made["relations"] = self.relations(value.get("relations"), [one.key for one in people])
        made["fields"] = self.fields(value.get("fields"), record)
        return made

    # --- parts --------------------------------------------------------------------------------------------

    def record(self, value: Mapping[str, Any]) -> RecordType | None:
        name, known = value.get("record"), self.partnership.record
        if isinstance(name, str) and not isinstance(name, Number) and name in known:
            return known[name]
        if name in (None, ""):
            self.fault("record", f"a record type, {one_of(known)}", code="needed")
        else:
            found = str(name)[:60]
            self.fault("record", f"a record type, {one_of(known)}", found, nearest(found, known), "unknown-record")
        return None

    def place(self, value: Any) -> dict[str, str]:
        if value is None or not self.object("place", value, PLACE):
            return {}
        return {name: text for name in PLACE if (text := self.text(f"place.{name}", value))}

    def people(self, value: Any, record: RecordType | None) -> tuple[Named, ...]:
        items = self.list("people", value, MOST_PEOPLE)
        if record is not None and record.people and not items and not record.nobody:
            self.fault("people", "at least one person", code="needed")
        found: list[Named] = []
        for index, item in enumerate(items):
            path = f"people.{index}"
            if not self.object(path, item, PERSON):
                continue
            key = self.text(f"{path}.key", item) or f"p{index + 1}"
            if key in (one.key for one in found):
                self.fault(f"{path}.key", "a key that no other person of this notification has", code="duplicate-key")
            found.append(Named(key, self.roles(path, item, record), self.details(path, item)))
        return tuple(found)

    def roles(self, path: str, item: Mapping[str, Any], record: RecordType | None) -> tuple[str, ...]:
        items = self.list(f"{path}.roles", item.get("roles"), 20)
        known: Collection[str] = record.people if record else ()
        if not items:
            expected = f"at least one role, {one_of(known)}" if known else "at least one role"
            self.fault(f"{path}.roles", expected, code="needed")
        for index, role in enumerate(items):
            if not isinstance(role, str):
                self.fault(f"{path}.roles.{index}", "text")
            elif record is not None and role not in known:
                where = f"{path}.roles.{index}"
                self.fault(where, one_of(known), role[:60], nearest(role, known), "unknown-role")
        return tuple(dict.fromkeys(role for role in items if isinstance(role, str)))

    def details(self, path: str, item: Mapping[str, Any]) -> Details:
        """Somebody's details as they were sent. None is a fault: what cannot be used is noted when it is taken
        (`usable`), for nothing that is told of a child waits because a detail of theirs is poor."""
        found: dict[str, Any] = {name: _as_sent(item.get(name)) for name in DETAILS}
        for name, check in CHECKS.items():
            found[name] = check(found[name])[0] if found[name] else ""
        for name in ("sex", "ethnicity"):
            codes = self.partnership.codes.get(name)
            found[name] = (code_for(codes, found[name]) if codes else "") or found[name]
        address = item.get("address")
        if isinstance(address, dict):
            self.object(f"{path}.address", address, ADDRESS)
            lines = address.get("lines")
            each = lines[:MOST_LINES] if isinstance(lines, list) else [lines]
            found["lines"] = tuple(text for line in each if (text := _as_sent(line)))
            found["postcode"] = _as_sent(address.get("postcode"))
        elif text := _as_sent(address):
            found["lines"] = (text,)
        return Details(**found)

    def relations(self, value: Any, keys: Collection[str]) -> tuple[tuple[str, str, str], ...]:
        found: list[tuple[str, str, str]] = []
        for index, item in enumerate(self.list("relations", value, MOST_PEOPLE * 4)):
            path = f"relations.{index}"
            parts = list(item) if isinstance(item, list) else []
            if isinstance(item, dict) and self.object(path, item, ("subject", "relation", "object")):
                parts = [item.get("subject"), item.get("relation"), item.get("object")]
            if len(parts) != 3 or not all(isinstance(part, str) and part for part in parts):
                self.fault(path, "a subject, a relation and an object, as texts")
            elif parts[0] not in keys or parts[2] not in keys:
                self.fault(path, "subject and object that are keys of people of this notification", code="unknown-key")
            else:
                codes = self.partnership.codes.get("relation")
                found.append((parts[0], (code_for(codes, parts[1]) if codes else "") or parts[1], parts[2]))
        return tuple(found)

    def fields(self, value: Any, record: RecordType | None) -> dict[str, str]:
        if value is None:
            value = {}
        if not isinstance(value, dict):
            self.fault("fields", "an object: {…}")
            return {}
        if record is None:
            return {}
        if len(value) > MOST_FIELDS:
            self.fault("fields", f"at most {MOST_FIELDS} fields", code="too-long")
            return {}
        given: dict[str, Any] = {}
        for name, one in value.items():
            declared = record.fields.get(name)
            path = f"fields.{name[:60]}"
            if isinstance(one, Number) and declared is not None and declared.kind in ("date", "datetime"):
                self.fault(path, A_MOMENT)
            elif isinstance(one, dict) or isinstance(one, list) and any(isinstance(part, dict | list) for part in one):
                self.fault(path, "one value, or a list of texts")
            else:
                given[name] = [str(part) for part in one if part is not None] if isinstance(one, list) else one
        made, faults = clean(self.partnership, record, given)
        for fault in faults:
            if fault.code != "needed":  # a record is never refused because it is poor
                found = fault.found if fault.code == "unknown-field" else ""
                self.fault(f"fields.{fault.path[:60]}", fault.expected, found, fault.nearest, fault.code)
        return made

    # --- values -------------------------------------------------------------------------------------------

    def text(self, path: str, holder: Any, *, needed: bool = False, expected: str = "text") -> str:
        """The text at the last step of the path; anything else is a fault."""
        name = path.rpartition(".")[2]
        value = holder[int(name)] if isinstance(holder, list) else holder.get(name)
        longest = LONGEST.get(path, LONGEST_TEXT)
        if value is None or value == "":
            if needed:
                self.fault(path, f"{expected}: it is needed", code="needed")
        elif not isinstance(value, str) or isinstance(value, Number):
            self.fault(path, expected)
        elif len(value) > longest:
            self.fault(path, f"at most {longest} characters", code="too-long")
        elif value.strip():
            return value.strip()
        elif needed:
            self.fault(path, f"{expected}: it is needed", code="needed")
        return ""

    def moment(self, path: str, holder: Mapping[str, Any], *, needed: bool = False) -> str:
        text = self.text(path, holder, needed=needed, expected=A_MOMENT)
        try:
            if text and not text.isascii() or text[:4] < EARLIEST and text[:4].isdigit():
                raise ValueError("before anybody was born who is told of")
            if text and len(text) in (4, 7):
                return str(parse_partial(text))
            return dates.iso(text) if text else ""
        except (ValueError, OverflowError):
            self.fault(path, A_MOMENT, code="not-a-date")
            return ""

    def object(self, path: str, value: Any, keys: Collection[str]) -> bool:
        """Whether it is an object; keys that are not known are faults, since what they meant would be lost."""
        if not isinstance(value, dict):
            self.fault(path, "an object: {…}", code="not-an-object")
            return False
        for key in [key for key in value if key not in keys][:MOST_UNKNOWN]:
            where, found = f"{path}.{key[:60]}" if path else key[:60], key[:60]
            self.fault(where, one_of(keys, 20), found, nearest(found, keys), "unknown-key")
        return True

    def list(self, path: str, value: Any, most: int) -> list[Any]:
        if value is None:
            return []
        if isinstance(value, list) and len(value) <= most:
            return value
        self.fault(path, f"a list of at most {most}")
        return []

    def fault(self, path: str, expected: str, found: str = "", near: str = "", code: str = "invalid") -> None:
        self.faults.append(Fault(path=path, found=found, expected=expected, nearest=near, code=code))


def _as_sent(value: Any) -> str:
    """A detail of somebody as text, whatever it was sent as: several values stand side by side, true and false in words."""
    if value is None:
        return ""
    if isinstance(value, list):
        return " / ".join(text for one in value if (text := _as_sent(one)))[:LONGEST_DETAIL]
    if isinstance(value, dict):
        return " ".join(text for one in value.values() if (text := _as_sent(one)))[:LONGEST_DETAIL]
    return ("true" if value is True else "false" if value is False else str(value).strip())[:LONGEST_DETAIL]
