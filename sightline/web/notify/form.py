"""A record type as a form, and what is typed into it as a concern. Nothing typed is refused: it is kept as it is typed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sightline.definition.types import Partnership, RecordField, RecordType
from sightline.definition.words import placeholders
from sightline.front_door.concerns import ADULT_DETAILS, CHILD_DETAILS, Concern, Person, said_day
from sightline.front_door.good_enough import VOICE, Asked, Lack, voice_asked
from sightline.web.words import plain, read_date

MOST_CHILDREN, MOST_OTHERS = 12, 12
LONGEST = 20_000
TOLD = "family-told"
FEW = 6  # codes that stand as choices to be seen; more stand in a list
RADIOS, LIST, AREA, LINE, BOXES = "radios", "select", "area", "line", "boxes"
TIME = re.compile(r"^\s*(\d{1,2})[:.h]?(\d\d)?\s*(am|pm)?\s*$", re.I)
ADULT_TITLES = {
    "given": "First name", "family": "Last name", "born": "Date of birth, or age", "phone": "Telephone", "sex": "Sex",
    "language": "Language",
}  # fmt: skip
CHILD_TITLES = {
    "given": "First name", "family": "Last name", "born": "Date of birth, or age", "expected": "Not yet born: expected on",
    "sex": "Sex", "ethnicity": "Ethnicity", "school": "School or nursery", "nhs_number": "NHS number", "upn": "Pupil number (UPN)",
    "language": "Language at home",
}  # fmt: skip
CHILD_HINTS = {
    "given": "Or how the child is called, if that is all you know",
    "born": "4 March 2015, 4/3/2015, 2015, or 10",
    "ethnicity": "Ask, do not guess",
}
Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Input:
    """One question of the form, as a template draws it."""

    name: str
    kind: str
    label: str
    hint: str = ""
    value: str = ""
    options: tuple[tuple[str, str], ...] = ()
    rows: int = 3
    width: int = 0
    more: str = ""  # asked besides, of the same: name
    more_value: str = ""
    more_label: str = ""
    id: str = ""
    autocomplete: str = "off"
    mode: str = ""

    @property
    def ident(self) -> str:
        return self.id or f"i-{self.name}"


@dataclass(frozen=True, slots=True)
class Group:
    """The questions about one person."""

    number: int
    title: str
    inputs: tuple[Input, ...]
    more: tuple[Input, ...] = ()
    voice: Input | None = None
    known: str = ""
    may_remove: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A record type as a form, filled with what was typed."""

    record: RecordType
    first: tuple[Input, ...]  # whether it can wait, and what it is about
    what: tuple[Input, ...]
    family: tuple[Input, ...]
    more: tuple[Input, ...]
    children: tuple[Group, ...]
    others: tuple[Group, ...]
    may_add_others: bool = False
    roles: tuple[tuple[str, str], ...] = field(default=())


def counts(values: Values, record: RecordType) -> tuple[int, int]:
    """How many children and others the form has: at least one child, or those whom the record type has."""

    def number(name: str, least: int, most: int) -> int:
        text = values.get(name, "")
        return max(least, min(most, int(text))) if text.isdigit() else least

    return number("n", 1, MOST_CHILDREN), number("m", 0, MOST_OTHERS)


def other_roles(record: RecordType) -> tuple[tuple[str, str], ...]:
    return tuple((role, declared.title) for role, declared in record.people.items() if not declared.child)


def build(definition: Partnership, record: RecordType, values: Values, today: date) -> Form:
    """The form of a record type, with what was typed before."""
    children, others = counts(values, record)
    first: list[Input] = []
    what: list[Input] = []
    family: list[Input] = []
    more: list[Input] = []
    leading = {*(g.part for g in record.good_when), *(name for name, _ in placeholders(record.headline))}
    leading |= record.urgent.names() if record.urgent else set()
    for name, declared in record.fields.items():
        if name == VOICE:
            continue
        made = _input(definition, name, declared, values)
        if record.urgent and name in record.urgent.names():
            first.append(made)
        elif name in (TOLD, "family-view", "agreement", "not-sought-because"):
            family.append(made)
        elif name in leading or declared.kind == "text":
            what.append(made)
        else:
            more.append(made)
    if record.urgent and not {"cannot-wait"} & set(record.fields):
        first, what = [], [*first, *what]
    asks_voice = VOICE in record.fields
    return Form(
        record,
        tuple(first),
        tuple(what),
        tuple(family),
        tuple(more),
        tuple(_child(definition, values, n, children, today, asks_voice) for n in range(children)),
        tuple(_other(definition, record, values, n) for n in range(others)),
        bool(other_roles(record)) and others < MOST_OTHERS,
        other_roles(record),
    )


def _input(definition: Partnership, name: str, declared: RecordField, values: Values) -> Input:
    key, hint = f"f-{name}", declared.hint or declared.note
    value = values.get(key, "")
    if name == TOLD and declared.kind == "text" and TOLD in definition.codes:
        options = tuple((code, one.title) for code, one in definition.codes[TOLD].codes.items())
        label = "How, or why not"
        return Input(
            key,
            RADIOS,
            declared.title,
            "",
            value,
            options,
            more=f"{key}-why",
            more_value=values.get(f"{key}-why", ""),
            more_label=label,
        )
    if declared.kind in ("choice", "choices"):
        codes = definition.codes[declared.of].codes
        options = tuple((code, one.title) for code, one in codes.items())
        kind = BOXES if declared.kind == "choices" else RADIOS if len(options) <= FEW else LIST
        return Input(key, kind, declared.title, hint, value, options)
    if declared.kind == "yes-no":
        return Input(key, RADIOS, declared.title, hint, value, (("yes", "Yes"), ("no", "No")))
    if declared.kind in ("text", "quoted", "words"):
        return Input(key, AREA, declared.title, hint, value, rows=3)
    width, mode = {"date": (10, ""), "datetime": (20, ""), "number": (5, "numeric"), "phone": (20, "tel")}.get(
        declared.kind, (0, "")
    )
    hint = hint or {"date": "4 March 2025 or 4/3/2025", "datetime": "4/3/2025 21:40"}.get(declared.kind, "")
    return Input(key, LINE, declared.title, hint, value, width=width, mode=mode)


def _codes(definition: Partnership, of: str) -> tuple[tuple[str, str], ...]:
    codes = definition.codes.get(of)
    return tuple((code, one.title) for code, one in codes.codes.items()) if codes else ()


def _child(definition: Partnership, values: Values, n: int, of: int, today: date, asks_voice: bool) -> Group:
    def line(name: str, **how: object) -> Input:
        key = f"c{n}-{name}"
        return Input(key, LINE, CHILD_TITLES[name], CHILD_HINTS.get(name, ""), values.get(key, ""), **how)  # type: ignore[arg-type]

    def choice(name: str, of: str) -> Input:
        key = f"c{n}-{name}"
        return Input(
            key, LIST, CHILD_TITLES[name], CHILD_HINTS.get(name, ""), values.get(key, ""), _codes(definition, of)
        )

    main = (
        line("given"),
        line("family"),
        line("born", width=20),
        choice("sex", "sex"),
        choice("ethnicity", "ethnicity"),
    )
    address = Input(f"c{n}-lines", LINE, "Address", "Where the child lives", values.get(f"c{n}-lines", ""))
    postcode = Input(f"c{n}-postcode", LINE, "Postcode", "", values.get(f"c{n}-postcode", ""), width=10)
    more = (
        line("school"),
        address,
        postcode,
        line("expected", width=20),
        line("nhs_number", width=20),
        line("upn", width=20),
        line("language"),
    )
    asked = asked_of(definition, values, n, today)
    voice = (
        Input(f"c{n}-voice", AREA, asked.title, asked.hint, values.get(f"c{n}-voice", ""), rows=3)
        if asks_voice
        else None
    )
    name = child_name(values, n)
    title = f"Child {n + 1}" + (f": {name}" if name else "") if of > 1 else (name or "The child")
    return Group(n, title, main, more, voice, values.get(f"c{n}-known", ""), of > 1)


def child_name(values: Values, n: int) -> str:
    return " ".join(
        part for part in (values.get(f"c{n}-given", "").strip(), values.get(f"c{n}-family", "").strip()) if part
    )


def asked_of(definition: Partnership, values: Values, n: int, today: date) -> Asked:
    """How this child's voice is asked for, by what is known of their age."""
    born, expected = born_of(values, n, today), values.get(f"c{n}-expected", "").strip()
    return voice_asked(definition, born, read_date(expected) or expected, today)


def born_of(values: Values, n: int, today: date) -> str:
    """A birth date as typed, as ISO or part of it; of an age, the year that it means."""
    text = values.get(f"c{n}-born", "").strip()
    if text.isdigit() and len(text) <= 2:
        return f"{today.year - int(text)}"
    return read_date(text)


def _other(definition: Partnership, record: RecordType, values: Values, n: int) -> Group:
    roles = other_roles(record)
    role = Input(
        f"a{n}-role", RADIOS if len(roles) <= 4 else LIST, "Who is this?", "", values.get(f"a{n}-role", ""), roles
    )
    relation = Input(
        f"a{n}-relation", LIST, "To the children", "", values.get(f"a{n}-relation", ""), _codes(definition, "relation")
    )
    lines = [
        Input(
            f"a{n}-{name}",
            LINE,
            ADULT_TITLES[name],
            "",
            values.get(f"a{n}-{name}", ""),
            width=20 if name in ("born", "phone") else 0,
        )
        for name in ("given", "family", "born", "phone", "language")
    ]
    name = " ".join(
        part for part in (values.get(f"a{n}-given", "").strip(), values.get(f"a{n}-family", "").strip()) if part
    )
    return Group(n, name or f"Somebody else, {n + 1}", (role, relation, *lines), may_remove=True)


# --- what was typed ---------------------------------------------------------------------------------------------------


def typed(post: Mapping[str, str], record: RecordType, several: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """What the form holds, as far as it is the form's. `several`: fields of which several may be chosen."""
    n, m = counts(post, record)
    names = ["says", "happened-day", "happened-time", "place-name", "place-postcode", "n", "m"]
    names += [f"f-{name}" for name in record.fields] + [f"f-{TOLD}-why"]
    for k in range(n):
        names += [f"c{k}-{one}" for one in (*CHILD_DETAILS, "lines", "postcode", "voice", "known")]
    for k in range(m):
        names += [f"a{k}-{one}" for one in (*ADULT_DETAILS, "role", "relation")]
    found = {name: str(post.get(name, ""))[:LONGEST] for name in names if str(post.get(name, "")).strip()}
    for name, chosen in several.items():
        found[name] = "; ".join(chosen)
    return {**found, "n": str(n), "m": str(m)}


def without(values: Values, letter: str, gone: int) -> dict[str, str]:
    """What was typed, without one of the children (`c`) or the others (`a`): those after move up."""
    found: dict[str, str] = {}
    for name, value in values.items():
        match = re.match(rf"^{letter}(\d+)-(.+)$", name)
        if not match:
            found[name] = value
        elif int(match[1]) != gone:
            found[f"{letter}{int(match[1]) - (int(match[1]) > gone)}-{match[2]}"] = value
    count = {"c": "n", "a": "m"}[letter]
    found[count] = str(max(1 if letter == "c" else 0, int(values.get(count, "1") or 1) - 1))
    return found


def concern(definition: Partnership, record: RecordType, values: Values, today: date) -> Concern:
    """What was typed, as a concern."""
    children, others = counts(values, record)
    day_text = values.get("happened-day", "").strip()
    day = said_day(day_text, read_date, today)
    time = clock(values.get("happened-time", ""))
    as_written = " ".join(part for part in (day_text, values.get("happened-time", "").strip()) if part)
    roles = [role for role, _ in other_roles(record)]
    return Concern(
        record=record.id,
        children=_without_empty(tuple(_child_told(values, n, today) for n in range(children))),
        others=tuple(one for n in range(others) if (one := _other_told(values, n, roles)) is not None),
        says=values.get("says", ""),
        happened=(f"{day} {time}" if time and len(day) == 10 else day) if day else "",
        as_written="" if day or not as_written else as_written,
        place={k: v for k in ("name", "postcode") if (v := values.get(f"place-{k}", "").strip()[:500])},
        fields=_fields(definition, record, values),
    )


def _without_empty(children: tuple[Person, ...]) -> tuple[Person, ...]:
    """Without places at the end into which nothing was typed; one stays, for a child of whom nothing is known."""
    while len(children) > 1 and children[-1] == Person("child"):
        children = children[:-1]
    return children


def clock(text: str) -> str:
    """A time of the day as people write it (`9.40pm`, `21:40`, `9pm`), as `21:40`; empty where it is none."""
    match = TIME.match(plain(text))
    if not match:
        return ""
    hour, minute, half = int(match[1]), int(match[2] or 0), (match[3] or "").lower()
    if half == "pm" and hour < 12:
        hour += 12
    if half == "am" and hour == 12:
        hour = 0
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else ""


def _fields(definition: Partnership, record: RecordType, values: Values) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, declared in record.fields.items():
        text = values.get(f"f-{name}", "").strip()
        if not text:
            continue
        if declared.kind == "date":
            text = read_date(text) or text
        if declared.kind == "choices":
            found[name] = text.split("; ")
            continue
        found[name] = text
    if why := values.get(f"f-{TOLD}-why", "").strip():
        codes = definition.codes.get(TOLD)
        code = str(found.get(TOLD, ""))
        title = codes.codes[code].title if codes and code in codes.codes else ""
        found[TOLD] = f"{title}: {why}" if title else why
    elif (code := str(found.get(TOLD, ""))) and TOLD in definition.codes and record.fields[TOLD].kind == "text":
        found[TOLD] = definition.codes[TOLD].codes[code].title if code in definition.codes[TOLD].codes else code
    return found


def _child_told(values: Values, n: int, today: date) -> Person:
    details = {name: text for name in CHILD_DETAILS if (text := values.get(f"c{n}-{name}", "").strip()[:500])}
    for name in ("born", "expected"):
        if name in details:
            details[name] = read_date(details[name]) or details[name]
    line = values.get(f"c{n}-lines", "").strip()[:500]
    return Person(
        "child",
        details,
        (line,) if line else (),
        values.get(f"c{n}-postcode", "").strip()[:40],
        values.get(f"c{n}-voice", ""),
    )


def _other_told(values: Values, n: int, roles: Sequence[str]) -> Person | None:
    details = {name: text for name in ADULT_DETAILS if (text := values.get(f"a{n}-{name}", "").strip()[:500])}
    if "born" in details:
        details["born"] = read_date(details["born"]) or details["born"]
    role = values.get(f"a{n}-role", "")
    if not details and not role:
        return None
    role = role if role in roles else roles[0]
    relation = values.get(f"a{n}-relation", "") or ("parent" if role == "parent" else "")
    return Person(role, details, relation=relation)


def target(lack: Lack, record: RecordType) -> str:
    """The id of the question that a lack leads to."""
    if lack.child is not None:
        return f"i-c{lack.child}-{'voice' if lack.part == VOICE else lack.part}"
    return f"i-f-{lack.part}" if lack.part in record.fields else f"i-c0-{lack.part}"
