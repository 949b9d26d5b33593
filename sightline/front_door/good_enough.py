"""What a concern could say more of, for whoever writes it: said kindly, and never in the way. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sightline.definition.records import age_on, missing_parts, says_nothing
from sightline.definition.types import Partnership, RecordType

VOICE, VOICES, UNBORN = "voice-of-child", "voice-by-age", "unborn"
TITLES = {
    VOICE: "The child’s voice",
    "ethnicity": "Ethnicity",
    "reason": "Why",
    "family-told": "Whether the family knows",
}


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that would help whoever reads: which part, in kind words, and of whom where it is one of several."""

    part: str
    says: str
    child: int | None = None  # the place of the child on the form


@dataclass(frozen=True, slots=True)
class Asked:
    """How the child's voice is asked for at this age."""

    code: str
    title: str
    hint: str


@dataclass(frozen=True, slots=True)
class Child:
    """A child as a form has them, as far as quality asks: never more than what was typed."""

    name: str = ""
    born: str = ""
    expected: str = ""
    ethnicity: str = ""
    voice: str = ""
    details: Mapping[str, str] | None = None


def voice_asked(definition: Partnership, born: str, expected: str, on: date) -> Asked:
    """The question for a child of this age; where the age is not known, the one for a child who speaks."""
    codes = definition.codes[VOICES].codes
    numbers = sorted((int(code) for code in codes if code.isdigit()), reverse=True)
    age = _age(born, on)
    if (age is None and expected and not born) or (age is not None and age < 0):
        chosen = UNBORN
    else:
        known = 5 if age is None else age
        chosen = str(next((number for number in numbers if number <= known), numbers[-1]))
    return Asked(chosen, codes[chosen].title, codes[chosen].note)


def _age(born: str, on: date) -> int | None:
    if born.isdigit() and len(born) <= 2:
        return int(born)  # an age, as people say it
    parts = [int(part) for part in born.split("-") if part.isdigit()][:3]
    if not parts or not re.match(r"\d{4}(-|$)", born):
        return None
    try:
        day = date(parts[0], parts[1] if len(parts) > 1 else 7, parts[2] if len(parts) > 2 else 1)
    except ValueError:
        return None
    return -1 if day > on else age_on(day, on)


def lacks(
    definition: Partnership,
    record: RecordType,
    fields: Mapping[str, str],
    children: Sequence[Child],
    *,
    on: date,
    others: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
) -> list[Lack]:
    """What a concern could say more of, in the order in which it is asked for: each child's voice, then the rest."""
    found: list[Lack] = []
    role = next((name for name, declared in record.people.items() if declared.child), "")
    poor = {" ".join(one.casefold().split()) for g in record.good_when if g.part == VOICE for one in g.not_enough}
    if VOICE in record.fields and any(g.part == VOICE for g in record.good_when):
        for place, child in enumerate(children):
            if says_nothing(child.voice, poor):
                asked = voice_asked(definition, child.born, child.expected, on)
                whom = f"{child.name}: " if child.name else ""
                found.append(Lack(VOICE, whom + _lower(asked.title, bool(whom)), place))
    people = {role: [dict(child.details or {}) for child in children], **(others or {})}
    for part, says in missing_parts(record, fields, people):
        if part == VOICE:
            continue
        wanted = next(g for g in record.good_when if g.part == part and g.says == says)
        if wanted.of != role:
            found.append(Lack(part, says))
            continue
        for place, child in enumerate(children):
            if says_nothing(str((child.details or {}).get(part) or ""), {one.casefold() for one in wanted.not_enough}):
                found.append(Lack(part, f"{child.name}: {_lower(says, True)}" if child.name else says, place))
    return found


def _lower(text: str, needed: bool) -> str:
    return text[:1].lower() + text[1:] if needed else text


def part_title(record: RecordType, part: str) -> str:
    """What a part is called in totals."""
    return TITLES.get(part) or (record.fields[part].title if part in record.fields else part.capitalize())
