"""What a supplier's column is likely to be, and why: from its name and from the shape of its values. Pure.

Only ever a suggestion, with its reason beside it: a person decides, and a second person approves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from rapidfuzz import fuzz

from sightline.definition.records import code_for
from sightline.definition.types import CodeList, Partnership, RecordField, RecordType
from sightline.definition.values import NO, YES
from sightline.intake import dates
from sightline.intake.identifiers import nhs_number, pupil_number
from sightline.intake.sampling import Sample, SampleColumn

POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}", re.IGNORECASE)
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", re.IGNORECASE)
PHONE = re.compile(r"(?:\+44|0)[\d ()-]{8,14}")
TIME = re.compile(r"([01]?\d|2[0-3])[:.][0-5]\d(?::[0-5]\d)?")
SEX_WORDS = {
    "male": {"m", "male", "boy", "man", "1", "b", "lad"},
    "female": {"f", "female", "girl", "woman", "2", "g", "w", "lass"},
    "unknown": {"u", "unknown", "not known", "0", "9", "x"},
}
FORMS = (
    "",  # ISO 8601
    "%d/%m/%Y",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%d.%m.%Y",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d-%m-%Y",
    "%d-%m-%Y %H:%M",
    "%d %m %Y",
    "%d %B %Y",
    "%d %b %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%d %b %Y %H:%M",
    "%d-%b-%Y %H:%M",
    "%d/%m/%y",
    "%d.%m.%y",
    "%Y%m%d",
    "%Y/%m/%d",
    "%Y%m%d%H%M",
    "%Y/%m/%d %H:%M",
    "%m/%d/%Y",
    "%m/%d/%Y %H:%M",
    "%m-%d-%Y",
)
ENOUGH, OF_FEW, FEW = 0.9, 0.7, 10  # share of values that must have a shape; where there are fewer than ten
YEARS = 3  # how much older birth dates are than when things happened
NAMES: dict[str, tuple[str, ...]] = {  # what suppliers call things
    "message_id": (
        "record id",
        "reference",
        "ref",
        "case number",
        "log no",
        "id",
        "number",
        "incident number",
        "report no",
    ),
    "version": ("version", "revision", "rev"),
    "happened": (
        "date",
        "when",
        "date of incident",
        "date seen",
        "occurred",
        "event date",
        "date of contact",
        "day",
        "seen on",
    ),
    "happened_time": ("time", "at", "hour", "time of incident"),
    "sent": ("sent", "exported", "extract date", "date sent", "created"),
    "until": ("until", "end", "ended", "to date"),
    "says": ("notes", "summary", "description", "details", "story", "what happened", "comments", "narrative"),
    "place": ("place", "location", "where", "venue", "site"),
    "place_postcode": ("location postcode", "place postcode"),
    "record": ("type", "record type", "kind", "category of record"),
    "given": (
        "name",
        "first name",
        "forename",
        "given name",
        "christian name",
        "forenames",
        "child first name",
        "known as",
    ),
    "family": ("surname", "family", "last name", "family name", "child last name", "second name"),
    "born": ("date of birth", "dob", "born", "birthday", "birth date", "birthdate"),
    "sex": ("sex", "gender", "m f", "boy or girl"),
    "ethnicity": ("ethnicity", "ethnic group", "ethnic origin", "heritage"),
    "nhs_number": ("nhs number", "nhs no", "nhs"),
    "upn": ("upn", "unique pupil number", "pupil number"),
    "address": ("address", "home address", "street", "lives at", "address 1"),
    "postcode": ("postcode", "post code", "home postcode", "zip"),
    "phone": ("phone", "telephone", "mobile", "contact number"),
    "email": ("email", "e mail", "email address"),
    "school": ("school", "school name", "education setting", "college"),
    "language": ("language", "first language", "mother tongue"),
    "local_id": (
        "member no",
        "client id",
        "person id",
        "patient number",
        "young person id",
        "child id",
        "client number",
    ),
    "role": ("role", "involvement", "part"),
}
PERSON_PARTS = (
    "given family born sex ethnicity nhs_number upn address postcode phone email school language local_id role".split()
)
ADULT = re.compile(r"\b(?:mum|mother|dad|father|parent|carer|guardian|grown up|adult|next of kin)s?\b")


class Suggestion(NamedTuple):
    """`target` as on the page (`p0.born`, `f.reason`), and why, in words."""

    target: str
    why: str
    score: float = 0.0


def suggest(
    sample: Sample, partnership: Partnership, records: Sequence[RecordType], people: Sequence[str]
) -> dict[str, Suggestion]:
    """For each column the likeliest target, each target at most once. Columns that nothing fits are left out."""
    found: list[tuple[float, str, Suggestion]] = []
    for name, column in sample.columns.items():
        for one in _candidates(name, column, sample, partnership, records, people):
            found.append((one.score, name, one))
    found.sort(key=lambda item: -item[0])
    taken: set[str] = set()
    out: dict[str, Suggestion] = {}
    for _, name, one in found:
        if name not in out and one.target not in taken:
            out[name] = one
            taken.add(one.target)
    return out


def _candidates(
    name: str,
    column: SampleColumn,
    sample: Sample,
    partnership: Partnership,
    records: Sequence[RecordType],
    people: Sequence[str],
) -> Iterable[Suggestion]:
    plain = words(name)
    adult = bool(ADULT.search(plain))
    stripped = ADULT.sub("", plain).strip() if adult else plain
    person = next((n for n, role in enumerate(people) if adult and role not in ("child", "*")), 0)
    shapes = shape_of(column)
    for target, (score, why) in shapes.items():
        at = f"p{person}.{target}" if target in PERSON_PARTS else target
        if target in ("dated", "sentences"):
            continue
        yield Suggestion(at, why, score)
    for target, known in NAMES.items():
        near = max((_near(stripped, other) for other in known), default=0)
        if near < 0.74:
            continue
        if target in ("happened", "born", "sent", "until") and "dated" not in shapes:
            continue
        if target == "message_id" and name in sample.repeats and near < 0.9:
            continue
        if target == "local_id" and not _share(column, _numbered):
            continue
        if target == "happened_time" and not _share(column, TIME.fullmatch):
            continue
        if target == "role" and "*" not in people:
            continue
        at = f"p{person}.{target}" if target in PERSON_PARTS else target
        bonus = 0.1 if target == "message_id" and name not in sample.repeats and column.filled else 0.0
        yield Suggestion(at, f"it is called “{name}”", near + bonus + (0.12 if target in shapes else 0.0))
    if name not in sample.repeats and column.filled == sample.size > 1 and _share(column, _numbered):
        if not shapes or set(shapes) == {"phone"}:
            yield Suggestion("message_id", "each row has another value, and it looks like a number", 0.62)
    if "dated" in shapes and not adult:
        latest = max((newest_year(other) for other in sample.columns.values()), default=0)
        if latest - newest_year(column) >= YEARS:
            yield Suggestion(f"p{person}.born", "its dates are years older than the others, as birth dates are", 0.6)
        else:
            yield Suggestion("happened", "its values are dates", 0.52)
    if _share(column, TIME.fullmatch):
        yield Suggestion("happened_time", "its values are times of day", 0.6)
    if "sentences" in shapes:
        yield Suggestion("says", "its values are sentences", 0.4)
    for record in records:
        for id, declared in record.fields.items():
            if (
                "sentences" in shapes
                and declared.kind in ("text", "quoted")
                and id in ("reason", "what-happened", "risk-detail")
            ):
                yield Suggestion(f"f.{id}", "its values are sentences", 0.5)
            near = max(fuzz.token_sort_ratio(plain, other) / 100 for other in (words(declared.title), words(id)))
            share, why = _fits(column, declared, partnership)
            if near >= 0.72:
                yield Suggestion(
                    f"f.{id}", f"it is called “{name}”, near to “{declared.title}”", near + 0.08 + share / 10
                )
            elif share >= ENOUGH and near >= 0.4 and why:
                yield Suggestion(f"f.{id}", why, 0.6 + near / 4)


def shape_of(column: SampleColumn) -> dict[str, tuple[float, str]]:
    """What the values themselves look like: {part: (score, why)}."""
    found: dict[str, tuple[float, str]] = {}
    if _share(column, lambda text: nhs_number(text)[1]):
        found["nhs_number"] = (1.2, "all its check digits hold as NHS numbers")
    if _share(column, lambda text: pupil_number(text)[1]):
        found["upn"] = (1.2, "its check letters hold as pupil numbers")
    if _share(column, POSTCODE.fullmatch):
        found["postcode"] = (0.85, "its values look like postcodes")
    if _share(column, EMAIL.fullmatch):
        found["email"] = (0.9, "its values look like e-mail addresses")
    if _share(column, PHONE.fullmatch):
        found["phone"] = (0.8, "its values look like telephone numbers")
    if not column.many and 2 <= len(column.counts) <= 4 and _share(column, lambda text: bool(sex_of(text))):
        if any(not text.isdigit() for text in column.counts):
            found["sex"] = (0.95, "its values read as sex: " + ", ".join(column.some(4)))
    if _share(column, lambda text: text.count(" ") >= 3):
        found["sentences"] = (0.4, "its values are sentences")
    if date_forms(column):
        found["dated"] = (0.5, "its values are dates")
    return found


def enough(many: int) -> float:
    """How many of so many values must have a shape before it is told."""
    return (ENOUGH if many >= FEW else OF_FEW) * many


def newest_year(column: SampleColumn) -> int:
    """The latest year of a column of dates; 0 where it is none."""
    forms = date_forms(column)
    years = [int(read[:4]) for text in column.counts if forms and (read := _read(forms[0], text))]
    return max(years, default=0)


def date_forms(column: SampleColumn) -> list[str]:
    """Forms that read nearly all of a column's values, best first; British order before American."""
    texts = list(column.counts)
    if not texts or not any(ch.isdigit() for ch in texts[0]):
        return []
    scored = []
    for order, form in enumerate(FORMS):
        hits = sum(bool(_read(form, text)) for text in texts)
        if hits >= enough(len(texts)):
            scored.append((-hits, order, form))
    return [form for _, _, form in sorted(scored)]


def likely_forms(column: SampleColumn) -> list[str]:
    """Every form that reads at least one value: what a page offers where no one form reads them all."""
    return [form for form in FORMS if any(_read(form, text) for text in column.counts)]


def _read(form: str, text: str) -> str:
    with suppress(ValueError, OverflowError):
        return dates.reader(form)(text)
    return ""


def sex_of(text: str) -> str:
    folded = text.strip().casefold()
    return next((code for code, known in SEX_WORDS.items() if folded in known), "")


def translate(text: str, declared: RecordField | None, codes: CodeList | None) -> str:
    """Ours for a supplier's value, as far as it can be guessed: by code, old code, title or a near word; else empty."""
    if declared is not None and declared.kind == "yes-no":
        folded = text.strip().casefold()
        return "yes" if folded in YES else "no" if folded in NO else ""
    if codes is None:
        return ""
    if found := code_for(codes, text):
        return found
    plain = words(text)
    scored = [(fuzz.token_sort_ratio(plain, words(code.title)), id) for id, code in codes.codes.items()]
    scored += [(fuzz.token_sort_ratio(plain, words(id)), id) for id in codes.codes]
    best = max(scored, default=(0, ""))
    return best[1] if best[0] >= 80 else ""


def words(name: str) -> str:
    """A name as plain words: `childFirst_Name` is `child first name`."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return " ".join(re.sub(r"[^a-z0-9]+", " ", parted.casefold()).split())


def _fits(column: SampleColumn, declared: RecordField, partnership: Partnership) -> tuple[float, str]:
    """Which share of a column's values the field understands, and in words."""
    texts = column.some(40)
    if not texts or column.many:
        return 0.0, ""
    if declared.kind not in ("choice", "yes-no"):
        return 0.0, ""
    codes: Mapping[str, CodeList] = partnership.codes
    known = sum(bool(translate(text, declared, codes.get(declared.of))) for text in texts)
    return known / len(texts), f"its values read as {declared.title.lower()}: {', '.join(texts[:3])}"


def _numbered(text: str) -> bool:
    return any(ch.isdigit() for ch in text) and " " not in text.strip()


def _near(name: str, known: str) -> float:
    """Likeness of two names, from 0 to 1: all words alike, or the whole of what we know within what they say."""
    whole = fuzz.token_sort_ratio(name, known) / 100
    if len(known) > 3 and set(known.split()) <= set(name.split()):
        return max(whole, 0.8)
    return whole


def _share(column: SampleColumn, holds: Callable[[str], object]) -> bool:
    texts = list(column.counts)
    return bool(texts) and sum(bool(holds(text)) for text in texts) >= enough(len(texts))
