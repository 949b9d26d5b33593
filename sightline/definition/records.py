"""What follows from a record's type: cleaned values, facts for conditions, what is missing, whom it reaches.

Pure functions that every door uses in the same way. Shapes used throughout:

    fields    the record's values as `clean` gives them: {"grade": "amber", "voice-of-child": "I hide."}
    people    who stands on it, by role, each with the details that the sender gave:
              {"child": [{"ethnicity": "MWBC", "given": "Jay"}], "parent": [{}]}
    facts     what conditions are asked of (`Condition.holds`): texts and sets of texts, from `facts`

`headline`, `pointer` and `parts` are in `words.py`, `clean` in `values.py`; both are offered here too.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sightline.definition.in_words import LIST, in_words
from sightline.definition.types import Condition, Partnership, RecordField, RecordType, Thing
from sightline.definition.values import clean, clean_value, code_for, code_title, codes_within
from sightline.definition.words import People, headline, pointer

__all__ = [
    "AGE_BANDS",
    "age_bands",
    "clean",
    "clean_value",
    "code_for",
    "code_title",
    "facts",
    "headline",
    "is_routine",
    "is_urgent",
    "json_schema",
    "missing_parts",
    "pointer",
    "reaches_queue",
    "run_example",
    "says_nothing",
    "guarded",
    "handling_of",
]

AGE_BANDS = ("unborn", "infant", "child", "adult")
COMMON_TERMS = ("role", "age-band", "agency", "agency-kind", "record", "urgent", "in-words")
NOTHING = frozenset(("no", "none", "n/a", "na", "nil", "not applicable"))


def age_bands(born: date | None, on: date, expected: date | None = None) -> frozenset[str]:
    """The bands that somebody is in on a day: unborn; infant (under one) and child; child; adult. Unknown: none.

    Somebody expected is unborn until a birth date is told.
    """
    if born is None:
        return frozenset(("unborn",)) if expected else frozenset()
    if born > on:
        return frozenset(("unborn",))
    age = age_on(born, on)
    if age >= 18:
        return frozenset(("adult",))
    return frozenset(("infant", "child") if age < 1 else ("child",))


def age_on(born: date, on: date) -> int:
    """Whole years; somebody born on 29 February has their birthday on 1 March in other years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def facts(
    partnership: Partnership,
    record: RecordType,
    fields: Mapping[str, str],
    *,
    roles: Iterable[str] = (),
    ages: Iterable[str] = (),
    agency: str = "",
    agency_kind: str = "",
    says: str = "",
) -> dict[str, Any]:
    """What conditions may ask of a record. `ages` are bands (`age_bands`) of those whom it is about, all together; `says`
    is what was said in free words, where whoever asks may read it.

    Every field by its name, plus `role`, `age-band`, `agency`, `agency-kind`, `record`, `urgent` (yes or no) and `in-words`
    (what stands in the sentences, see `in_words`).
    A choice gives its code. Text that an open list doesn't know gives itself and `other`, unless it says that there
    is nothing (`no`, `none`, `n/a`). Empty fields are absent, so that no condition holds of them.
    """
    out: dict[str, Any] = {}
    for name, value in fields.items():
        declared = record.fields.get(name)
        if value and declared is not None:
            out[name] = _fact(partnership, declared, value)
    out |= _only_said(partnership, record, out, says)
    if written := in_words(partnership, record, fields, says):
        out[LIST] = written
    out["record"] = record.id
    out["role"] = frozenset(roles)
    out["age-band"] = frozenset(ages)
    if agency:
        out["agency"] = agency
        known = partnership.agency.get(agency)
        agency_kind = agency_kind or (known.kind if known else "")
    if agency_kind:
        out["agency-kind"] = agency_kind
    out["urgent"] = "yes" if is_urgent(record, out) else "no"
    return out


def _fact(partnership: Partnership, declared: RecordField, value: str) -> Any:
    if declared.kind not in ("choice", "choices"):
        return value
    codes = partnership.codes.get(declared.of)
    known = codes.codes if codes else {}
    found: set[str] = set()
    for part in value.split("; ") if declared.kind == "choices" else (value,):
        found.add(part)
        if part not in known and part.strip().lower() not in NOTHING:
            found.add("other")
            if codes is not None:
                found |= codes_within(codes, part)
    return frozenset(found)


def _only_said(
    partnership: Partnership, record: RecordType, told: Mapping[str, Any], says: str
) -> dict[str, frozenset[str]]:
    """The codes whose words stand in what was said, for fields that ask so, where no choice of the record was made at
    all: whoever wrote a stabbing down in words alone is not to be passed over for want of a code."""
    asks = [name for name, declared in record.fields.items() if declared.or_said]
    if not says or not asks or any(declared.of and name in told for name, declared in record.fields.items()):
        return {}
    lists = {name: partnership.codes.get(record.fields[name].of) for name in asks}
    found = {name: codes_within(codes, says) for name, codes in lists.items() if codes is not None}
    return {name: frozenset(meant) for name, meant in found.items() if meant}


def counted(record: RecordType, told: Mapping[str, Any], roles: Iterable[str]) -> frozenset[str]:
    """What those in these roles count as (`harmed`, `missing`, `accused`, …), given the record's own facts."""
    if record.never_counts is not None and record.never_counts.holds(dict(told)):
        return frozenset()
    there = (record.people[role].counts_as for role in roles if role in record.people)
    return frozenset(one for one in there if one)


def guarded(record: RecordType, facts: Mapping[str, Any]) -> tuple[str, frozenset[str]]:
    """What the record makes of identities (`protected`, `sealed` or nothing), and of those in which roles."""
    guards = record.guards
    if guards is None or (guards.when is not None and not guards.when.holds(dict(facts))):
        return "", frozenset()
    return guards.as_, frozenset(guards.of or (role for role, person in record.people.items() if person.child))


def handling_of(record: RecordType, facts: Mapping[str, Any]) -> str:
    """The handling code of a record of this type whose fields are so."""
    return next((other.as_ for other in record.handled if other.when.holds(dict(facts))), record.handling)


def reaches_queue(record: RecordType, facts: Mapping[str, Any]) -> bool:
    """Whether the record reaches the front door's queue."""
    return record.queue.holds(dict(facts)) if isinstance(record.queue, Condition) else record.queue


def is_urgent(record: RecordType, facts: Mapping[str, Any]) -> bool:
    """Whether the record cannot wait."""
    return record.urgent is not None and record.urgent.holds(dict(facts))


def is_routine(record: RecordType, facts: Mapping[str, Any]) -> bool:
    """Whether the record is about every child, and so sealed until a concern opens."""
    return record.routine and not (record.unless is not None and record.unless.holds(dict(facts)))


def missing_parts(record: RecordType, fields: Mapping[str, str], people: People) -> list[tuple[str, str]]:
    """What a good record of this type would say and this one doesn't, as (part, sentence), in the order declared.

    A part is missing when it is empty or says no more than `not-enough` (capitals and a full stop aside). A part of a
    role's people is missing when any of them lacks it; with nobody in the role it is not. A part that is asked only
    `when` the record's fields are so is not missing from another; what is asked for each of somebody's role is asked all the same
    where somebody stands in it.
    """
    found: list[tuple[str, str]] = []
    for wanted in record.good_when:
        each = record.fields[wanted.part].for_each if wanted.part in record.fields else ""
        if wanted.when is not None and not wanted.when.holds(dict(fields)) and not people.get(each):
            continue
        poor = _all_folded(wanted.not_enough)
        if wanted.of:
            texts = [str(person.get(wanted.part) or "") for person in people.get(wanted.of, ())]
        else:
            texts = [str(fields.get(wanted.part) or "")]
        if any(says_nothing(text, poor) for text in texts):
            found.append((wanted.part, wanted.says))
    return found


PIECES = re.compile(r"\s[-–—]\s|[,;:()]|\.\s")


def says_nothing(text: str, poor: Collection[str]) -> bool:
    """Whether a text is empty, or no piece of it says more than what is not enough: `N/A - too young`."""
    if _folded(text) in poor:
        return True
    return all(_folded(piece) in poor for piece in PIECES.split(text) if piece.strip(" .!-–"))


def _folded(text: str) -> str:
    return " ".join(text.casefold().strip(" .!").split())


@lru_cache(maxsize=1000)
def _all_folded(texts: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(_folded, texts))


# --- for the API --------------------------------------------------------------------------------------


def json_schema(partnership: Partnership, record: RecordType) -> dict[str, Any]:
    """JSON Schema (2020-12, as in OpenAPI 3.1) of the record's `fields` object."""
    schema: dict[str, Any] = {
        "type": "object",
        "title": record.title,
        "additionalProperties": False,
        "properties": {name: _property(partnership, declared) for name, declared in record.fields.items()},
    }
    needed = [name for name, declared in record.fields.items() if declared.needed]
    if needed:
        schema["required"] = needed
    return schema


def _property(partnership: Partnership, declared: RecordField) -> dict[str, Any]:
    about = {"title": declared.title}
    words = " ".join(text for text in (declared.hint, declared.note) if text)
    if words:
        about["description"] = words
    return {**about, **_kind_schema(partnership, declared)}


def _kind_schema(partnership: Partnership, declared: RecordField) -> dict[str, Any]:
    if declared.kind in ("choice", "choices"):
        one = _codes_schema(partnership, declared.of)
        return one if declared.kind == "choice" else {"type": "array", "items": one, "uniqueItems": True}
    if declared.kind == "yes-no":
        return {"enum": ["yes", "no", True, False]}
    if declared.kind == "date":
        return {"type": "string", "format": "date", "examples": ["2025-03-31"]}
    if declared.kind == "datetime":
        # no `format: date-time`: a moment without a zone is taken as Europe/London
        return {"type": "string", "examples": ["2025-03-31T21:40:00+01:00", "2025-03-31 21:40"]}
    if declared.kind == "number":
        return {"type": ["number", "string"]}
    return {"type": "string"}


def _codes_schema(partnership: Partnership, of: str) -> dict[str, Any]:
    codes = partnership.codes.get(of)
    if codes is None:
        return {"type": "string"}
    known = list(codes.codes)
    if codes.open:
        return {"type": "string", "examples": known[:20]}
    return {"type": "string", "enum": known}


# --- examples -----------------------------------------------------------------------------------------

EXAMPLE_KEYS = ("given", "missing", "queue", "urgent", "routine", "headline", "guards", "handling", "faults", "because")
GIVEN_BESIDES_FIELDS = ("people", "says", "place", "agency", "agency-kind")


def run_example(partnership: Partnership, thing: Thing, example: Mapping[str, Any]) -> str | None:
    """None when the example holds, else a sentence saying what came instead.

    `given:` holds field values, and beside them `people`, `says`, `place`, `agency`, `agency-kind`. People stand by
    role: `{child: [{ethnicity: MWBC, age: 0}]}`, one as a mapping, several without details as a number; without
    `people` there is one person without details in each needed role and each role that `good-when` asks about.
    Expected, each only when given: `missing` (parts), `queue`, `urgent`, `routine` (yes or no), `headline`,
    `guards` (protected, sealed or no), `handling` (its code), `faults`
    (fields whose values cannot be understood). `because` explains and is not run.
    """
    if not isinstance(thing, RecordType):
        return f"{thing.id} is not a record"
    unknown = [key for key in example if key not in EXAMPLE_KEYS]
    if unknown or not isinstance(example.get("given", {}), Mapping):
        return f"{', '.join(unknown) or 'given'} is not understood; an example may say {', '.join(EXAMPLE_KEYS)}"
    given = dict(example.get("given") or {})
    about = {key: given.pop(key) for key in GIVEN_BESIDES_FIELDS if key in given and key not in thing.fields}
    people = _people(thing, about.get("people"))
    strange = [role for role in people if role not in thing.people]
    if strange:
        return f"nobody stands on {thing.id} as {', '.join(strange)}; the roles are {', '.join(thing.people)}"
    values, faults = clean(partnership, thing, given)
    wrong = sorted({fault.path for fault in faults if fault.code != "needed"})
    expected_wrong = sorted(_texts(example.get("faults")))
    if wrong != expected_wrong:
        shown = "; ".join(f"{f.path}: {f}" for f in faults if f.code != "needed") or "no faults"
        return f"these fields cannot be understood: {shown}" if wrong else "every field was understood"
    what = facts(
        partnership,
        thing,
        values,
        roles=people,
        ages={band for those in people.values() for person in those for band in _bands(person)},
        agency=str(about.get("agency") or ""),
        agency_kind=str(about.get("agency-kind") or ""),
        says=str(about.get("says") or ""),
    )
    came: list[str] = []
    if "missing" in example:
        missing = sorted({part for part, _ in missing_parts(thing, values, people)})
        if missing != sorted(_texts(example["missing"])):
            came.append(f"missing is {', '.join(missing) or 'nothing'}")
    answers = {"queue": reaches_queue, "urgent": is_urgent, "routine": is_routine}
    for name, answer in answers.items():
        got = "yes" if answer(thing, what) else "no"
        if name in example and str(example[name]).strip().lower() != got:
            came.append(f"{name} is {got}")
    if "guards" in example and (made := guarded(thing, what)[0] or "no") != str(example["guards"]):
        came.append(f"guards is {made}")
    if "handling" in example and (code := handling_of(thing, what)) != str(example["handling"]):
        came.append(f"handling is {code}")
    if "headline" in example:
        line = headline(
            partnership,
            thing,
            values,
            says=str(about.get("says") or ""),
            people=people,
            place=_place(about.get("place")),
        )
        if line != example["headline"]:
            came.append(f"the headline is {line!r}")
    return "; ".join(came) or None


def _people(record: RecordType, given: Any) -> dict[str, Sequence[Mapping[str, str]]]:
    if given is None:
        roles = [role for role, declared in record.people.items() if declared.needed]
        roles += [wanted.of for wanted in record.good_when if wanted.of]
        return {role: [{}] for role in roles}
    if isinstance(given, (str, list)):
        return {str(role): [{}] for role in _texts(given)}
    people: dict[str, Sequence[Mapping[str, str]]] = {}
    for role, those in given.items():
        if isinstance(those, list):
            people[role] = [person if isinstance(person, Mapping) else {} for person in those]
        elif isinstance(those, Mapping):
            people[role] = [those]
        else:
            people[role] = [{}] * (int(those) if str(those or "").isdigit() else 1)
    return people


def _bands(person: Mapping[str, Any]) -> frozenset[str]:
    if person.get("age-band"):
        return frozenset(_texts(person["age-band"]))
    age = str(person.get("age") or "")
    if age.isdigit():
        return (
            frozenset(("adult",)) if int(age) >= 18 else frozenset(("child", "infant") if int(age) < 1 else ("child",))
        )
    return frozenset(("unborn",)) if person.get("expected") else frozenset()


def _texts(value: Any) -> list[str]:
    if value is None or value == "nothing":
        return []
    return [value] if isinstance(value, str) else [str(item) for item in value]


def _place(value: Any) -> str:
    return str(value.get("name") or "") if isinstance(value, Mapping) else str(value or "")
