"""What a step's form says, put into the choices. Unknown names and values are passed over: the form offers what there is."""

from __future__ import annotations

from collections.abc import Mapping

from sightline.definition.types import Partnership
from sightline.intake.choosing import (
    BY_COLUMN,
    EMPTY,
    EVERY,
    MOST_PEOPLE,
    Choices,
    codes,
    dated,
    in_words,
    records_of,
)
from sightline.intake.sampling import Sample
from sightline.intake.suggesting import FORMS

MOST_KINDS = 4
Form = Mapping[str, str]


def read_row(form: Form, choices: Choices, partnership: Partnership, agencies: Mapping[str, object]) -> None:
    kinds = [form.get(f"record-{n}", "") for n in range(MOST_KINDS)]
    choices.record = list(dict.fromkeys(id for id in kinds if id in partnership.record))
    if form.get("agency", "") in agencies:
        choices.agency = form["agency"]
    roles = {role for record in records_of(choices, partnership) for role in record.people}
    choices.people = [role for role in choices.people if role in roles or role == BY_COLUMN]


def read_people(form: Form, choices: Choices, partnership: Partnership) -> None:
    roles = {role for record in records_of(choices, partnership) for role in record.people} | {BY_COLUMN}
    before = list(choices.people)
    chosen = [form.get(f"person-{n}", "") for n in range(MOST_PEOPLE)]
    choices.people = [role for role in chosen if role in roles]
    choices.grouped = form.get("grouped") == "yes"
    if before != choices.people and before:  # what was chosen for people who are no longer there means nothing
        for name, those in choices.columns.items():
            choices.columns[name] = [t for t in those if t[0] != "p" or _same_person(t, before, choices.people)]


def _same_person(target: str, before: list[str], after: list[str]) -> bool:
    if not target[1:2].isdigit():
        return True
    n = int(target[1])
    return n < len(after) and n < len(before) and before[n] == after[n]


def read_columns(form: Form, choices: Choices, sample: Sample, partnership: Partnership) -> None:
    known = in_words(choices, partnership)
    for n, name in enumerate(sample.columns):
        if f"column-{n}" in form:
            asked = [form.get(f"column-{n}", ""), form.get(f"also-{n}", "")]
            choices.columns[name] = list(dict.fromkeys(target for target in asked if target in known))


def read_values(form: Form, choices: Choices, sample: Sample, partnership: Partnership) -> None:
    for n, name in enumerate(dated(choices, partnership)):
        if form.get(f"form-{n}", "?") in FORMS:
            choices.dates[name] = form[f"form-{n}"]
    for n, coded in enumerate(codes(choices, sample, partnership)):
        offered = {"", EMPTY, *dict(coded.codes)}
        chosen = choices.values.setdefault(coded.target, {})
        for m, text in enumerate(sample.column(coded.column).values):
            ours = form.get(f"value-{n}-{m}")
            if ours in offered:
                chosen[text] = ours


def read_check(form: Form, choices: Choices) -> None:
    choices.title = form.get("title", choices.title).strip()[:120]
    choices.files = form.get("files", choices.files).strip()[:200]
    if form.get("every", "?") in EVERY:
        choices.every = form["every"]
