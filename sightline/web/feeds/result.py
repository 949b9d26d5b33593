"""What a mapping makes of the sample, in words: the records as they would become, what did not fit, what is missing."""

from __future__ import annotations

from dataclasses import dataclass

from sightline.definition.types import Feed, Partnership
from sightline.intake.choosing import Choices, to_feed
from sightline.intake.sampling import Sample
from sightline.intake.trying import PERSON_WORDS, REASONS, Example, Told, Tried, try_rows
from sightline.intake.types import Details, Notification
from sightline.web.code_words import CodeWords
from sightline.web.words import counted, iso_words, listed

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it would become, or why it would wait; and the row that it comes from."""

    position: str
    title: str
    lines: tuple[tuple[str, str], ...]
    faults: tuple[tuple[str, str], ...]
    before: tuple[tuple[str, str], ...]

    @property
    def waits(self) -> bool:
        return not self.title


@dataclass(frozen=True, slots=True)
class Result:
    """What a page shows of a trial. `needed`: why there is nothing to show yet; `better`: what would be wise."""

    needed: tuple[str, ...] = ()
    better: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    summary: str = ""
    records: tuple[Record, ...] = ()
    misfits: tuple[Told, ...] = ()
    odd: tuple[Told, ...] = ()
    unused: tuple[str, ...] = ()
    reasons: tuple[tuple[str, str], ...] = ()
    fuller: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    fits: bool = False


def result(choices: Choices, sample: Sample | None, partnership: Partnership, agencies: list[str]) -> Result:
    """The choices tried on the sample."""
    feed, faults = to_feed(choices, partnership, draft=True)
    needed = tuple(fault.expected for fault in faults if fault.code == "needed")
    better = tuple(fault.expected for fault in faults if fault.code == "better")
    others = tuple(
        f"{fault.path.rpartition('.')[2]}: {fault.expected}"
        for fault in faults
        if fault.code not in ("needed", "better")
    )
    if feed is None or sample is None:
        return Result(needed, better, others)
    tried = try_rows(sample.names, sample.rows(), feed, partnership, agencies=agencies, examples=SHOWN)
    return in_words(tried, feed, partnership, needed, better, others)


def in_words(
    tried: Tried,
    feed: Feed,
    partnership: Partnership,
    needed: tuple[str, ...] = (),
    better: tuple[str, ...] = (),
    faults: tuple[str, ...] = (),
) -> Result:
    first = f"Of the first {tried.rows:,} rows" if tried.cut else f"Of {counted(tried.rows, 'row')}"
    waits = "none would wait for a person" if not tried.waiting else f"{tried.waiting:,} would wait for a person"
    made = counted(tried.records, "record would be made", "records would be made")
    notes = [*([tried.unreadable] if tried.unreadable else []), *tried.notes]
    return Result(
        needed=(*needed, *tried.missing),
        better=better,
        faults=faults,
        summary=f"{first}: {made}, and {waits}.",
        records=tuple(_record(one, partnership) for one in tried.examples),
        misfits=tuple(one for one in tried.columns if one.misfits),
        odd=tuple(one for one in tried.columns if one.odd),
        unused=tuple(one.name for one in tried.unused),
        reasons=tuple((f"{many:,}", REASONS.get(code, code)) for code, many in tried.reasons.most_common()),
        fuller=tuple((f"{many:,} of {tried.records:,}", says) for says, many in tried.lacks.most_common(6)),
        notes=tuple(notes),
        fits=tried.fits,
    )


def _record(one: Example, partnership: Partnership) -> Record:
    before = tuple((name, value) for row in one.before for name, value in row.items() if value and value.strip())
    if one.after is None:
        faults = tuple((fault.path or "the row", fault.expected) for fault in one.faults)
        return Record(one.position, "", (), faults, before)
    record = partnership.record[one.after.record]
    return Record(one.position, record.title, tuple(_lines(one.after, partnership)), (), before)


def _lines(made: Notification, partnership: Partnership) -> list[tuple[str, str]]:
    record, codes = partnership.record[made.record], CodeWords(partnership)
    out = [("When it happened", _moment(made.happened))]
    for label, value in (("Until", made.until), ("Sent", made.sent)):
        if value:
            out.append((label, _moment(value)))
    for person in made.people:
        titles = [record.people[role].title if role in record.people else role for role in person.roles]
        out.append((listed(titles), _person(person.details, codes)))
    if made.place:
        out.append(("Place", ", ".join(made.place.values())))
    if made.says:
        out.append(("What was said", _cut(made.says)))
    for name, value in made.fields.items():
        declared = record.fields[name]
        words = codes(declared.of, value) if declared.of else {"yes": "Yes", "no": "No"}.get(value, value)
        if declared.kind == "yes-no":
            words = {"1": "Yes", "true": "Yes", "y": "Yes", "0": "No", "false": "No", "n": "No"}.get(
                value.lower(), words
            )
        out.append((declared.title, _cut(_moment(words) if declared.kind in ("date", "datetime") else words)))
    out.append(("The supplier’s number", made.message_id + (f", version {made.version}" if made.version else "")))
    return out


def _person(one: Details, codes: CodeWords) -> str:
    said = [f"{one.given} {one.family}".strip()]
    if one.born:
        said.append(f"born {iso_words(one.born)}")
    if one.expected:
        said.append(f"expected {iso_words(one.expected)}")
    for name in ("sex", "ethnicity"):
        if value := getattr(one, name):
            said.append(codes(name, value))
    for name in ("nhs_number", "upn", "local_id", "school", "phone", "email", "language"):
        if value := getattr(one, name):
            said.append(f"{PERSON_WORDS[name]} {value}")
    if where := ", ".join([*one.lines, *filter(None, [one.postcode])]):
        said.append(where)
    return "; ".join(filter(None, said))


def _moment(text: str) -> str:
    day, _, time = text.partition("T")
    return iso_words(day) + (f" at {time[:5]}" if time else "")


def _cut(text: str) -> str:
    return text if len(text) <= 160 else text[:159] + "…"
