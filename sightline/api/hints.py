"""What a notification could say more of, and words that could be others: for a sender that asks (`?hints=yes`).

Made of what was sent and of nothing else, so that it says nothing of whether anybody is known. Nothing waits for it.
"""

from __future__ import annotations

from typing import Any

from sightline.definition.types import Partnership
from sightline.front_door.concerns import child_role
from sightline.front_door.good_enough import VOICE, Child, lacks
from sightline.front_door.language import hints_of
from sightline.intake.types import Notification
from sightline.timescales.london import local_day
from sightline.timescales.moment import now

SCHEMA = {
    "type": "object",
    "description": "Only where `hints=yes` was asked: what would help whoever reads, and words that could be others. Never a fault",
    "required": ["could_say", "other_words"],
    "properties": {
        "could_say": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["part", "says"],
                "properties": {"part": {"type": "string"}, "says": {"type": "string"}},
            },
        },
        "other_words": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["phrase", "found", "instead", "why", "start", "end"],
                "properties": {
                    "phrase": {"type": "string"},
                    "found": {"type": "string"},
                    "instead": {"type": "string"},
                    "why": {"type": "string"},
                    "field": {"type": "string"},
                    "start": {"type": "integer"},
                    "end": {"type": "integer"},
                },
            },
        },
    },
}
PARAMETER = {
    "in": "query",
    "name": "hints",
    "required": False,
    "schema": {"enum": ["yes", "no"], "default": "no"},
    "description": "`yes`: each receipt also says what the notification could say more of, and which words could be others",
}


def hints(definition: Partnership, sent: Notification) -> dict[str, Any]:
    """The hints of one notification."""
    record = definition.record[sent.record]
    role, voice = child_role(record), str(sent.fields.get(VOICE, ""))
    children, others = [], {}
    for person in sent.people:
        d = person.details
        if role in person.roles:
            children.append(
                Child(born=d.born, expected=d.expected, ethnicity=d.ethnicity, voice=voice, details=d.as_dict())
            )
        for other in person.roles:
            if other != role:
                others.setdefault(other, []).append(d.as_dict())
    missing = lacks(definition, record, dict(sent.fields), children, on=local_day(now()), others=others)
    names = [" ".join((p.details.given, p.details.family)) for p in sent.people if role in p.roles]
    words = hints_of(definition, record, dict(sent.fields), sent.says, children=names)
    could = dict.fromkeys((one.part, one.says) for one in missing)
    return {
        "could_say": [{"part": part, "says": says} for part, says in could],
        "other_words": [one.as_dict() for one in words],
    }
