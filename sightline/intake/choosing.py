"""What somebody chooses on the page, and the feed that it makes. Pure: the same `Feed` that a YAML file declares.

`Choices` is what is kept while the mapping is made:

    agency, title, every, files       texts
    record                            ids of the record types that a row can become: one, or several told by a column
    people                            for each person on a row their role; `*` where a column says it
    grouped                           whether rows with the same number are one record
    columns                           {column: [target, another target]}; a target is `happened`, `p0.born`, `f.reason`, …
    dates                             {column: strptime form}; empty is ISO 8601
    values                            {target: {supplier's value: ours}}; `-` is "leave it empty"
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from pydantic import ValidationError

from sightline.definition.records import code_for
from sightline.definition.types import CodeList, Fault, Feed, Partnership, RecordField, RecordType
from sightline.definition.values import NO, YES
from sightline.intake.mappings import also_recognised, faults_of
from sightline.intake.sampling import Sample
from sightline.intake.suggesting import date_forms, sex_of, suggest, translate
from sightline.intake.trying import PERSON_WORDS, ROW_PARTS

NOTHING, EMPTY, BY_COLUMN = "", "-", "*"
MOST_PEOPLE = 4
EVERY = {
    "1 hour": "every hour",
    "1 day": "every day",
    "7 days": "every week",
    "14 days": "every two weeks",
    "1 month": "every month",
    "3 months": "every school term, or every three months",
    "": "now and then, without a rhythm",
}
ROW_TARGETS = {
    "message_id": "The supplier’s own number of the record",
    "version": "Which version of the record it is",
    "record": "What kind of record it is",
    "happened": "When it happened: the date (and time)",
    "happened_time": "When it happened: the time, where it has a column of its own",
    "until": "Until when",
    "sent": "When it was sent, or last changed",
    "says": "What was said, in their words",
    "place": "The place",
    "place_postcode": "The postcode of the place",
}
PERSON_TARGETS = tuple(part for part in PERSON_WORDS if part != "role")
DATED = ("happened", "until", "sent", "born", "expected")
CODED_PARTS = ("sex", "ethnicity")
JOINED = {"address": ", ", "says": "\n"}


@dataclass(slots=True)
class Choices:
    """See the module."""

    agency: str = ""
    title: str = ""
    every: str = ""
    files: str = ""
    file_name: str = ""
    format: str = "csv"
    record: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    grouped: bool = False
    columns: dict[str, list[str]] = field(default_factory=dict)
    dates: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    looked: list[str] = field(default_factory=list)  # steps that have been gone through

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Choices:
        return cls(**{name: value for name, value in kept.items() if name in cls.__slots__})

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def of(self, target: str) -> list[str]:
        """The columns that become this, in the order of the file."""
        return [name for name, targets in self.columns.items() if target in targets]


@dataclass(frozen=True, slots=True)
class Coded:
    """A column whose values are translated: its target, and ours to choose from."""

    target: str
    column: str
    words: str
    codes: tuple[tuple[str, str], ...]
    open: bool  # an unknown value may stay as it is


def records_of(choices: Choices, partnership: Partnership) -> list[RecordType]:
    return [partnership.record[id] for id in choices.record if id in partnership.record]


def person_titles(choices: Choices, partnership: Partnership) -> list[str]:
    """`Child`, `Parent`, `Person 3 (a column says who)`: numbered where two are alike."""
    records = records_of(choices, partnership)
    titles: list[str] = []
    for n, role in enumerate(choices.people):
        title = next((r.people[role].title for r in records if role in r.people), role)
        if role == BY_COLUMN:
            title = "The person" if len(choices.people) == 1 else f"Person {n + 1}"
        again = sum(one == role for one in choices.people[:n])
        titles.append(f"{title} {again + 1}" if again else title)
    return titles


def targets(choices: Choices, partnership: Partnership) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a column can become, by group, for a select."""
    records = records_of(choices, partnership)
    row = [(t, w) for t, w in ROW_TARGETS.items() if t != "record" or len(records) > 1]
    out = [("The record", row)]
    for n, title in enumerate(person_titles(choices, partnership)):
        parts = [("role", "Who they are on the record")] if choices.people[n] == BY_COLUMN else []
        parts += [(part, PERSON_WORDS[part][:1].upper() + PERSON_WORDS[part][1:]) for part in PERSON_TARGETS]
        out.append((title, [(f"p{n}.{part}", f"{title}: {words}") for part, words in parts]))
    fields: dict[str, str] = {}
    for record in records:
        for id, declared in record.fields.items():
            fields.setdefault(f"f.{id}", declared.title + (" (needed)" if declared.needed else ""))
    if fields:
        label = records[0].title if len(records) == 1 else "Details"
        out.append((label, list(fields.items())))
    return out


def in_words(choices: Choices, partnership: Partnership) -> dict[str, str]:
    return {target: words for _, those in targets(choices, partnership) for target, words in those}


def prefill(choices: Choices, sample: Sample, partnership: Partnership) -> dict[str, str]:
    """Fills what is suggested for columns that nothing is chosen for yet. Returns why, by column."""
    found = suggest(sample, partnership, records_of(choices, partnership), choices.people)
    known = in_words(choices, partnership)
    for name in sample.columns:
        kept = [t for t in choices.columns.get(name, ()) if t in known]
        guess = found.get(name)
        if name not in choices.columns and guess is not None and guess.target in known:
            kept = [guess.target]
        choices.columns[name] = kept
    return {name: one.why for name, one in found.items() if choices.columns.get(name, [""])[:1] == [one.target]}


def prefill_values(choices: Choices, sample: Sample, partnership: Partnership) -> None:
    """Fills forms of dates and translations that can be read off the sample, where nothing is chosen yet."""
    for name in dated(choices, partnership):
        if name not in choices.dates:
            forms = date_forms(sample.column(name))
            choices.dates[name] = forms[0] if forms else ""
    for coded in codes(choices, sample, partnership):
        chosen = choices.values.setdefault(coded.target, {})
        for text in sample.column(coded.column).values:
            if text not in chosen:
                chosen[text] = guess(coded.target, text, choices, partnership)


def guess(target: str, text: str, choices: Choices, partnership: Partnership) -> str:
    """Ours for a supplier's value, as far as it can be read off."""
    records = records_of(choices, partnership)
    if target == "record":
        return translate(text, None, _list({r.id: r.title for r in records}))
    if target.endswith(".role"):
        return translate(text, None, _list(_roles(records)))
    if target.endswith(".sex"):
        return sex_of(text) or translate(text, None, partnership.codes.get("sex"))
    if target.endswith(".ethnicity"):
        return translate(text, None, partnership.codes.get("ethnicity"))
    declared = _field(target, records)
    return translate(text, declared, partnership.codes.get(declared.of) if declared else None)


def dated(choices: Choices, partnership: Partnership) -> list[str]:
    """The columns that hold dates, by what they become."""
    records, out = records_of(choices, partnership), []
    for name, those in choices.columns.items():
        for target in those:
            declared = _field(target, records)
            is_date = declared is not None and declared.kind in ("date", "datetime")
            if (
                target in DATED or target.rpartition(".")[2] in DATED and target[0] == "p" or is_date
            ) and name not in out:
                out.append(name)
    return out


def codes(choices: Choices, sample: Sample, partnership: Partnership) -> list[Coded]:
    """The columns whose values are to be translated, in the order of the file."""
    records, known, out = records_of(choices, partnership), in_words(choices, partnership), []
    for name, those in choices.columns.items():
        for target in those:
            offered: dict[str, str] = {}
            is_open = False
            declared = _field(target, records)
            if target == "record":
                offered = {record.id: record.title for record in records}
            elif target.endswith(".role"):
                offered = _roles(records)
            elif target.rpartition(".")[2] in CODED_PARTS and target[0] == "p":
                listed = partnership.codes.get(target.rpartition(".")[2])
                offered, is_open = ({id: code.title for id, code in listed.codes.items()} if listed else {}), True
            elif declared is not None and declared.kind == "yes-no":
                offered = {"yes": "Yes", "no": "No"}
            elif declared is not None and declared.kind in ("choice", "choices"):
                listed = partnership.codes.get(declared.of)
                if listed is not None:
                    offered, is_open = {id: code.title for id, code in listed.codes.items()}, listed.open
            if offered and not (is_open and sample.column(name).many):
                out.append(Coded(target, name, known.get(target, target), tuple(offered.items()), is_open))
    return out


def understood(coded: Coded, text: str, partnership: Partnership, choices: Choices) -> bool:
    """Whether a value that is not translated is understood as it stands."""
    if text in dict(coded.codes):
        return True
    declared = _field(coded.target, records_of(choices, partnership))
    if declared is None:
        listed = partnership.codes.get(coded.target.rpartition(".")[2])
        return coded.open and listed is not None and bool(code_for(listed, text))
    if declared.kind == "yes-no":
        return text.casefold() in YES | NO
    listed = partnership.codes.get(declared.of)
    return listed is not None and bool(code_for(listed, text))


def feed_id(title: str) -> str:
    """`River Watch: weekly log` is `river-watch-weekly-log`."""
    return re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")[:56].strip("-")


# --- the feed ------------------------------------------------------------------------------------------


def to_feed(choices: Choices, partnership: Partnership, *, draft: bool = False) -> tuple[Feed | None, list[Fault]]:
    """The feed that the choices make, and what is missing: each fault's path is the step and what it is about.

    `draft`: title and agency may be missing yet, so that the result can be looked at on the way.
    """
    faults = missing(choices, partnership, draft=draft)
    blocking = [fault for fault in faults if fault.code == "needed"]
    if blocking:
        return None, faults
    body = _body(choices, partnership, draft)
    try:
        feed = Feed.model_validate(body)
    except ValidationError as error:
        return None, [*faults, *(Fault(path="columns", expected=str(one["msg"])) for one in error.errors())]
    faults += [fault.model_copy(update={"path": f"values {fault.path}"}) for fault in faults_of(feed, partnership)]
    return feed, faults


def missing(choices: Choices, partnership: Partnership, *, draft: bool = False) -> list[Fault]:
    """What must be chosen before there is a mapping at all (`needed`), and what would be wise (`better`)."""
    found: list[Fault] = []

    def need(path: str, expected: str, code: str = "needed") -> None:
        found.append(Fault(path=path, expected=expected, code=code))

    records = records_of(choices, partnership)
    if not records:
        need("row record", "Say what one row is: choose at least one kind of record")
    if not choices.people and any(record.people for record in records):
        need("row people", "Say who stands on a row: choose at least one person")
    if len(records) > 1 and not choices.of("record"):
        need("columns", "Choose the column that says what kind of record a row is")
    if not choices.of("message_id"):
        need("columns", "Choose the column with the supplier’s own number of the record: a second file is told by it")
    if not choices.of("happened"):
        need("columns", "Choose the column that says when it happened")
    for n, title in enumerate(person_titles(choices, partnership)):
        if choices.people[n] == BY_COLUMN and not choices.of(f"p{n}.role"):
            need("columns", f"{title}: choose the column that says who they are on the record")
        if not any(choices.of(f"p{n}.{part}") for part in PERSON_TARGETS):
            need("columns", f"{title}: choose at least one column about them, or take them off the row")
        elif not any(choices.of(f"p{n}.{part}") for part in ("local_id", "nhs_number", "upn")):
            better = f"{title}: no number of theirs is mapped. Two rows are then joined by a person, not by themselves"
            need("columns", better, "better")
    for record in records if len(records) == 1 else ():
        for id, declared in record.fields.items():
            if declared.needed and not choices.of(f"f.{id}"):
                need("columns", f"{declared.title}: every {record.title.lower()} should say it", "better")
    if not draft:
        if not choices.agency:
            need("row agency", "Choose the agency that sends it")
        if not feed_id(choices.title):
            need("check title", "Give it a name, such as the supplier and what it is")
    return found


def _body(choices: Choices, partnership: Partnership, draft: bool) -> dict[str, Any]:
    records = records_of(choices, partnership)
    mapping: dict[str, Any] = {
        "record": _coded(choices, "record") if len(records) > 1 else {"is": records[0].id},
        "message-id": {"from": choices.of("message_id")},
        "happened": _happened(choices),
        "people": [_person(choices, n) for n in range(len(choices.people))],
    }
    for part in ("version", "until", "sent", "says", "place", "place_postcode"):
        columns = choices.of(part)
        if columns:
            key = part.replace("_", "-")
            mapping[key] = _date(choices, columns) if part in DATED else _plain(columns, part)
    fields: dict[str, Any] = {}
    for record in records:
        for id, declared in record.fields.items():
            target = f"f.{id}"
            columns = choices.of(target)
            if columns and id not in fields:
                fields[id] = _field_column(choices, target, declared, columns)
    if fields:
        mapping["fields"] = fields
    if choices.grouped:
        mapping["row-group"] = choices.of("message_id")[:1]
    roles = set(choices.people) | set((choices.values.get("p0.role") or {}).values())
    if {"parent", "child"} <= roles:
        mapping["relations"] = [{"subject": "parent", "relation": "parent", "object": "child"}]
    body: dict[str, Any] = {
        "id": feed_id(choices.title) or "a-feed-being-made",
        "title": choices.title.strip() or "A feed being made",
        "source": "local; mapped on the page from a sample of the supplier's file, and approved by a second person",
        "agency": choices.agency or (next(iter(partnership.agency), "") if draft else ""),
        "format": choices.format,
        "recognised-by": _recognised_by(choices),
        "mapping": mapping,
    }
    if choices.every:
        body["every"] = choices.every
    if files := [pattern for pattern in choices.files.replace(",", " ").split() if pattern]:
        body["file-names"] = files
    return body


def _recognised_by(choices: Choices) -> list[str]:
    """The columns without which it would be another file: what every row needs, and who it is about. A supplier may
    leave out the others one day and is still known."""
    telling = ["message_id", "happened", "happened_time", "record", "p0.role", "p0.local_id", "p0.given", "p0.family"]
    telling += ["p0.born"]
    found = list(dict.fromkeys(name for target in telling for name in choices.of(target)))
    others = [name for name, those in choices.columns.items() if those and name not in found]
    return found + others[: max(0, 4 - len(found))]


def _happened(choices: Choices) -> dict[str, Any]:
    columns = choices.of("happened")
    times = choices.of("happened_time")
    if not times:
        return _date(choices, columns)
    form = choices.dates.get(columns[0], "")
    day = form or "%Y-%m-%d"
    both = " | ".join((f"{day} %H:%M", f"{day} %H:%M:%S", f"{day} %H.%M", day))
    return {"from": [columns[0], times[0]], "join": " ", "date": both}


def _date(choices: Choices, columns: list[str]) -> dict[str, Any]:
    forms = list(dict.fromkeys(form for name in columns if (form := choices.dates.get(name, ""))))
    return {"from": columns} | ({"date": " | ".join(forms)} if forms else {})


def _plain(columns: list[str], part: str) -> dict[str, Any]:
    return {"from": columns} | ({"join": JOINED[part]} if part in JOINED and len(columns) > 1 else {})


def _coded(choices: Choices, target: str) -> dict[str, Any]:
    chosen = choices.values.get(target) or {}
    codes = {theirs: "" if ours == EMPTY else ours for theirs, ours in chosen.items() if ours not in (NOTHING, theirs)}
    return {"from": choices.of(target)} | ({"codes": codes} if codes else {})


def _person(choices: Choices, n: int) -> dict[str, Any]:
    role = choices.people[n]
    made: dict[str, Any] = {"role": _coded(choices, f"p{n}.role") if role == BY_COLUMN else {"is": role}}
    for part in PERSON_TARGETS:
        target = f"p{n}.{part}"
        columns = choices.of(target)
        if not columns:
            continue
        if part in DATED:
            column = _date(choices, columns)
        elif part in CODED_PARTS:
            column = _coded(choices, target)
        else:
            column = _plain(columns, part)
        made[part.replace("_", "-")] = column
    return made


def _field_column(choices: Choices, target: str, declared: RecordField, columns: list[str]) -> dict[str, Any]:
    if declared.kind in ("date", "datetime"):
        return _date(choices, columns)
    if declared.kind in ("choice", "choices", "yes-no"):
        return _coded(choices, target)
    return {"from": columns}


def _field(target: str, records: Iterable[RecordType]) -> RecordField | None:
    name = target[2:] if target.startswith("f.") else ""
    return next((record.fields[name] for record in records if name in record.fields), None)


def _roles(records: Iterable[RecordType]) -> dict[str, str]:
    return {id: role.title for record in records for id, role in record.people.items()}


def _list(titles: Mapping[str, str]) -> CodeList:
    return CodeList.model_validate({"id": "these", "title": "these", "source": "local", "codes": dict(titles)})


def clashes(feed: Feed, partnership: Partnership) -> list[Fault]:
    """Feeds that would claim the supplier's files as well."""
    titles = [partnership.feed[id].title for id in also_recognised(feed, partnership.feed)]
    says = "A file of other columns: “{}” is recognised by the same ones. Name the files, or map more columns"
    return [] if feed.file_names else [Fault(path="check files", expected=says.format(title)) for title in titles]


__all__ = ["Choices", "Coded", "ROW_PARTS", "to_feed"]
