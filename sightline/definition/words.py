"""The words that a record shows: its pointer, and its headline from a template, kindly.

A template is a sentence with names in braces: `{grade} notice about {child.count} children`. The names:

    {FIELD}            a field of the record: codes by their titles, dates in words
    {says} {place} {when}    what the sender said, where, when
    {role}             how the person looked at stands on the record: `Victim`
    {age}              the age of the person looked at
    {ROLE}             the role's title, when somebody stands in it: never a name, for a headline is shown to people
                       who may not see the record
    {ROLE.count}       how many stand in it; `{child.count:child|children}` counts in words

What isn't known leaves no gap. A part between commas, colons, semicolons, dashes or full stops, or in brackets, goes
when nothing in it is known; the first part stays, and whatever stays loses the names that are not known and the
preposition before them. Where nothing at all is known the pointer stands instead. `1 children` becomes `1 child`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from sightline.definition.types import Partnership, RecordType
from sightline.definition.values import code_title

People = Mapping[str, Sequence[Mapping[str, str]]]

PLACEHOLDER = re.compile(r"\{([^{}.:]*)(?:\.([^{}:]*))?(?::([^{}|]*)\|([^{}]*))?\}")
COMMON_NAMES = ("says", "place", "when", "role", "age")
LONGEST = 120
_PARTS = re.compile(r"(\s*[,;:·–—]\s*|\s+-\s+|\.\s+|\.$)")
_WHOLE = re.compile(r"\([^()]*\)|" + PLACEHOLDER.pattern)
_BRACKETS = re.compile(r"\s*\(([^()]*)\)")
_PREPOSITION = re.compile(
    r"(?:\b(?:about|after|against|and|as|at|before|by|for|from|in|near|of|on|since|to|until|with|graded?|aged?)\s+)+$",
    re.IGNORECASE,
)
_ONE = {"children": "child", "people": "person", "adults": "adult", "victims": "victim", "days": "day", "hours": "hour"}
_COUNTED = re.compile(r" (" + "|".join(_ONE) + r")\b")
_MONTHS = "January February March April May June July August September October November December".split()


def pointer(record: RecordType) -> str:
    """What a pointer says: the kind of record, and nothing of what it says."""
    return record.pointer


def headline(
    partnership: Partnership,
    record: RecordType,
    fields: Mapping[str, str],
    *,
    says: str = "",
    people: People | None = None,
    place: str = "",
    when: str = "",
    role: str = "",
    age: str = "",
) -> str:
    """The record in one line. `role` is the id of the role of the person looked at."""
    return (
        render(partnership, record, record.headline, fields, says, people or {}, place, when, role, age)
        or record.pointer
    )


def render(
    partnership: Partnership,
    record: RecordType,
    template: str,
    fields: Mapping[str, str],
    says: str = "",
    people: People | None = None,
    place: str = "",
    when: str = "",
    role: str = "",
    age: str = "",
) -> str:
    """Any template of the record (its headline, the tag of the state that it opens); empty when nothing is known."""
    common = {"says": says, "place": place, "when": when, "age": age}
    return _Told(partnership, record, fields, people or {}, common, role).sentence(template)


def placeholders(template: str) -> list[tuple[str, str]]:
    """The (name, part) of every placeholder: `{child.count}` is ("child", "count")."""
    return [(m.group(1), m.group(2) or "") for m in PLACEHOLDER.finditer(template)]


@lru_cache(maxsize=2048)
def _split(template: str) -> tuple[str, ...]:
    """Parts and what stands between them, in turn: part, mark, part, mark, part."""
    hidden: list[str] = []

    def hide(match: re.Match[str]) -> str:
        hidden.append(match.group())
        return f"\0{len(hidden) - 1}\0"

    pieces = _PARTS.split(_WHOLE.sub(hide, template))
    return tuple(re.sub("\0(\\d+)\0", lambda m: hidden[int(m.group(1))], piece) for piece in pieces)


@dataclass(frozen=True, slots=True)
class _Told:
    """What is known, and a template filled with it."""

    partnership: Partnership
    record: RecordType
    fields: Mapping[str, str]
    people: People
    common: Mapping[str, str]
    role: str

    def value(self, match: re.Match[str]) -> str:
        name, count, one, many = (part or "" for part in match.groups())
        if count:
            number = len(self.people.get(name, ()))
            return f"{number} {one if number == 1 else many}" if number and many else str(number or "")
        if name in self.record.fields:
            text = self.fields.get(name, "")
            return _shortened(_told(code_title(self.partnership, self.record.fields[name], text))) if text else ""
        if name == "role":
            return self.record.people[self.role].title if self.role in self.record.people else ""
        if name in self.record.people:
            return self.record.people[name].title if self.people.get(name) else ""
        return _shortened(self.common.get(name, ""))

    def counts(self, match: re.Match[str]) -> bool:
        declared = self.record.fields.get(match.group(1))
        return bool(match.group(2)) or (declared is not None and declared.kind in ("number", "line"))

    def sentence(self, template: str) -> str:
        if placeholders(template) and not self.known(template):
            return ""
        pieces = _split(template)
        out, colon = self.part(pieces[0]), ""
        for mark, piece in zip(pieces[1::2], pieces[2::2], strict=True):
            part = self.part(piece) if self.known(piece) or not placeholders(piece) else ""
            if part:
                out += ((colon or mark) if out else "") + part
                colon = ""
            elif ":" in mark:
                colon = mark  # `Kind: {gone}; what` is `Kind: what`
        return out[:1].upper() + out[1:]

    def known(self, text: str) -> bool:
        return any(self.value(match) for match in PLACEHOLDER.finditer(text))

    def part(self, text: str) -> str:
        """One part with its names filled in, without those that are not known and the preposition before them.

        Brackets stand or go by themselves.
        """
        text = _BRACKETS.sub(lambda m: m.group() if not placeholders(m.group()) or self.known(m.group()) else "", text)
        out, end = "", 0
        for match in PLACEHOLDER.finditer(text):
            out += text[end : match.start()]
            end = match.end()
            known = self.value(match)
            following = _COUNTED.match(text[end:]) if self.counts(match) else None
            if following and known in ("", "1"):
                end += following.end()
                known = f"1 {_ONE[following.group(1)]}" if known else ""
            out = out + known if known else _PREPOSITION.sub("", out)
        return re.sub(r"\s+", " ", out + text[end:]).strip()


def _told(text: str) -> str:
    """An ISO date or moment in words, `31 March 2025 at 21:40`; any other text as it stands."""
    if len(text) < 10 or text[4:5] != "-" or text[7:8] != "-" or not text[:4].isdigit():
        return text
    try:
        day = date.fromisoformat(text[:10])
        told = f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
        return f"{told} at {datetime.fromisoformat(text):%H:%M}" if len(text) > 10 else told
    except ValueError:
        return text


def _shortened(text: str) -> str:
    text = " ".join(text.split()).rstrip(".") if len(text) <= LONGEST else " ".join(text.split())
    return text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"
