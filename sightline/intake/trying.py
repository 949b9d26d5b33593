"""A file tried with a mapping: what each column became, what did not fit, and examples. Pure; nothing is kept.

    tried = try_file(Path("club.csv"), feed, partnership)
    tried.columns[0].became, .filled, .misfits      for each column of the file
    tried.missing, .reasons, .examples

The same readers, mapper and rules as a load uses, so that what is told here is what would happen. What did not fit is
shown with its value, because the one who maps must see it: show it to them alone, and write it to no log.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sightline.definition.nearest import one_of
from sightline.definition.records import clean, missing_parts
from sightline.definition.types import Column, Fault, Feed, MappedPerson, Partnership
from sightline.intake import dates
from sightline.intake.columns import columns_of, raw_text
from sightline.intake.identifiers import CHECKS, TITLES
from sightline.intake.lookups import Lookups
from sightline.intake.mapping import PERSON_PARTS, Mapper, Row
from sightline.intake.notes import Notes
from sightline.intake.readers import apart, delimited, jsonl
from sightline.intake.readers.source import Source, Unreadable, start
from sightline.intake.types import Notification, Unread

EXAMPLES = 10  # rows shown before and after
SHOWN = 5  # examples of what did not fit, a column
MOST_GROUPED = 50_000  # rows held at once where several rows make one record
ROW_PARTS = {
    "record": "what kind of record it is",
    "message_id": "the supplier’s own number of the record",
    "version": "which version of the record it is",
    "happened": "when it happened",
    "until": "until when",
    "sent": "when it was sent",
    "says": "what was said",
    "place": "the place",
    "place_postcode": "the postcode of the place",
}
PERSON_WORDS = {
    "role": "their part in it",
    "local_id": "the supplier’s own number for them",
    "given": "first name",
    "family": "family name",
    "born": "date of birth",
    "expected": "date of birth expected",
    "sex": "sex",
    "ethnicity": "ethnicity",
    "nhs_number": "NHS number",
    "upn": "UPN (pupil number)",
    "address": "address",
    "postcode": "postcode",
    "phone": "phone",
    "email": "e-mail",
    "school": "school",
    "language": "language",
}
REASONS = {
    "needed": "something is missing that every record needs",
    "not-a-date": "a date is not in the form that the mapping says",
    "unknown-code": "a code that the mapping does not translate",
    "unknown-record": "no record type of that name",
    "unknown-role": "nobody stands in that part on this kind of record",
    "unknown-agency": "no agency of that name",
    "no-people": "nobody is on it",
    "invalid": "a value does not fit its field",
    "wrong-columns": "more or fewer columns than the heading has",
    "cut-short": "the file ends within the row",
    "not-text": "it is not text",
    "too-long": "the row is too long",
    "nul-bytes": "it is not text",
    "too-many-rows": "more rows name one record than one record can have",
    "rows-apart": "the rows of one record stand too far apart",
}


@dataclass(frozen=True, slots=True)
class Use:
    """One thing that a column becomes: its path in the mapping (`people.0.born`), and in words."""

    path: str
    words: str


@dataclass(slots=True)
class Told:
    """What came of one column. `odd` are values kept as they were sent, though not understood: they stop nothing."""

    name: str
    became: tuple[Use, ...] = ()
    there: bool = True
    rows: int = 0
    filled: int = 0
    misfits: int = 0
    odd: int = 0
    expected: str = ""
    examples: list[str] = field(default_factory=list)

    @property
    def used(self) -> bool:
        return bool(self.became)


@dataclass(frozen=True, slots=True)
class Example:
    """A record (or a row that is none): as it stands in the file, and as it would become."""

    position: str
    before: tuple[Mapping[str, str], ...]
    after: Notification | None
    faults: tuple[Fault, ...] = ()
    lacks: tuple[str, ...] = ()  # what a fuller record would also say


@dataclass(slots=True)
class Tried:
    feed: str
    columns: list[Told] = field(default_factory=list)
    rows: int = 0
    records: int = 0
    waiting: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    lacks: Counter[str] = field(default_factory=Counter)
    missing: list[str] = field(default_factory=list)  # what every record needs and no column of the file gives
    unreadable: str = ""  # why nothing of the file can be used with this mapping
    examples: list[Example] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    cut: bool = False  # only the first rows were looked at

    @property
    def fits(self) -> bool:
        return not self.waiting and not self.missing and not self.unreadable and self.records > 0

    @property
    def unused(self) -> list[Told]:
        return [one for one in self.columns if not one.used]


def uses(feed: Feed, partnership: Partnership) -> dict[str, list[Use]]:
    """What each column becomes, in the order of the mapping."""
    found: dict[str, list[Use]] = {}

    def add(column: Column | None, path: str, words: str) -> None:
        for name in column.from_ if column is not None else ():
            found.setdefault(name, []).append(Use(path, words))

    if feed.agency_column and not feed.agency:
        found.setdefault(feed.agency_column, []).append(Use("agency", "which agency sent it"))
    mapping = feed.mapping
    if mapping is None:
        return found
    for part, words in ROW_PARTS.items():
        add(getattr(mapping, part), part, words)
    for name in mapping.row_group:
        if all(use.path != "message_id" for use in found.get(name, ())):
            found.setdefault(name, []).append(Use("row_group", "which rows are one record"))
    for n, person in enumerate(mapping.people):
        who = person_words(person, n, len(mapping.people), partnership)
        for part, words in PERSON_WORDS.items():
            add(getattr(person, part), f"people.{n}.{part}", f"{who}: {words}")
        if person.when and person.when not in found:
            found.setdefault(person.when, []).append(Use(f"people.{n}.when", f"{who}: whether they are there"))
    for name, column in mapping.fields.items():
        add(column, f"fields.{name}", field_title(partnership, name, mapping.record))
    return found


def person_words(person: MappedPerson, n: int, many: int, partnership: Partnership) -> str:
    """`Child`, `Parent`, or `Person 2` where a column says who they are."""
    if person.role.is_ and not person.role.from_:
        titles = (r.people[person.role.is_].title for r in partnership.record.values() if person.role.is_ in r.people)
        return next(titles, person.role.is_)
    return f"Person {n + 1}" if many > 1 else "The person"


def field_title(partnership: Partnership, name: str, record: Column) -> str:
    """A field's title on the record types that a row can become."""
    made = [record.is_, *record.codes.values()]
    order = [partnership.record[r] for r in made if r in partnership.record] or list(partnership.record.values())
    return next((r.fields[name].title for r in order if name in r.fields), name)


def try_file(
    source: Source,
    feed: Feed,
    partnership: Partnership,
    *,
    agencies: Collection[str] | None = None,
    examples: int = EXAMPLES,
    most: int | None = None,
) -> Tried:
    """Reads the source with the feed's mapping and tells what came of it. `most`: rows to look at, at the most.

    A file that cannot be used at all is told too (`unreadable`), as far as it could be looked at.
    """
    notes = Notes()
    try:
        if feed.mapping is None:
            raise Unreadable(f"{feed.format} says itself what it holds: it has no mapping to try")
        names, rows = _opened(source, feed, partnership, notes, most)
        return try_rows(names, rows, feed, partnership, agencies=agencies, examples=examples, most=most, notes=notes)
    except Unreadable as error:
        return Tried(feed.id, unreadable=error.sentence)


def try_rows(
    names: Sequence[str],
    rows: Iterable[Row | Unread],
    feed: Feed,
    partnership: Partnership,
    *,
    agencies: Collection[str] | None = None,
    examples: int = EXAMPLES,
    most: int | None = None,
    notes: Notes | None = None,
) -> Tried:
    """As `try_file`, of rows that are there already. `names`: the columns; none where each row names its own."""
    tried, notes = Tried(feed.id), notes if notes is not None else Notes()
    looked = _Looked(tried, feed, partnership, Mapper(partnership, feed, notes=notes, agencies=agencies), agencies)
    looked.columns_of(names)
    try:
        looked.look(rows, examples, most)
    except Unreadable as error:  # found only on the way
        tried.unreadable = error.sentence
    tried.notes = [note for note in notes.sentences() if not note.startswith("heading: ")]
    return tried


def _opened(
    source: Source, feed: Feed, partnership: Partnership, notes: Notes, most: int | None
) -> tuple[Sequence[str], Iterable[Row | Unread]]:
    """The names of the columns, and the rows. A workbook is read in a process of its own. Raises Unreadable."""
    every, _ = columns_of(feed)
    if start(source, 4).startswith(b"PK"):
        tables, told = apart.look(source, partnership, rows=most or MOST_GROUPED)
        if not tables:
            raise Unreadable("there is no table in it with a line of column names")
        best = max(tables, key=lambda table: len(every.intersection(table.columns)))
        for sentence in told.sentences():
            notes.add(sentence)
        rows = (dict(zip(best.columns, row, strict=True)) for row in best.rows)
        return best.columns, [Row(f"row {n}", b"", values) for n, values in enumerate(rows, start=1)]
    if feed.format == "jsonl":
        return (), jsonl.rows(source, notes)
    if feed.format not in ("csv", "xlsx"):
        raise Unreadable(f"a mapping is tried on tables and JSON lines; this feed's format is {feed.format}")
    header = delimited.find_header(source, every, encoding=feed.encoding, delimiter=feed.delimiter)
    looks = Mapper(partnership, feed).looks_like_row
    return header.names, delimited.rows(source, header, notes, encoding=feed.encoding, looks_like_row=looks)


class _Looked:
    def __init__(
        self, tried: Tried, feed: Feed, partnership: Partnership, mapper: Mapper, agencies: Collection[str] | None
    ) -> None:
        self.tried, self.feed, self.partnership, self.mapper = tried, feed, partnership, mapper
        self.uses = uses(feed, partnership)
        self.by_name: dict[str, Told] = {}
        self.lookups = Lookups(partnership, agencies)
        self.odd = list(self._oddities())

    def columns_of(self, names: Sequence[str]) -> None:
        """The file's columns, and what the mapping reads that is not there."""
        for name in names:
            self._column(name)
        if not names:
            return
        for name, found in self.uses.items():
            if name not in self.by_name:
                self.by_name[name] = Told(name, tuple(found), there=False)
                self.tried.columns.append(self.by_name[name])
        _, needed = columns_of(self.feed)
        for group in needed:
            if not set(group) & set(names):
                words = [use.words for name in group for use in self.uses.get(name, ())]
                self.tried.missing.append(f"{' or '.join(group)}: {words[0] if words else 'it is needed'}")

    def look(self, rows: Iterable[Row | Unread], examples: int, most: int | None) -> None:
        groups: dict[object, list[Row]] = {}
        grouped = bool(self.feed.mapping and self.feed.mapping.row_group)
        for n, row in enumerate(rows):
            if most is not None and n >= most:
                self.tried.cut = True
                break
            self.tried.rows += 1
            if not isinstance(row, Row):
                self._unread(row, ({"the row": row.raw.decode("utf-8", "replace")[:400]},), examples)
                continue
            self._count(row.values)
            if not grouped:
                self._record([row], examples)
                continue
            key = self.mapper.key(row.values)
            groups.setdefault(key if any(key) else n, []).append(row)
            if n > MOST_GROUPED:
                self.tried.cut = True
                break
        for several in groups.values():
            self._record(several, examples)

    def _column(self, name: str) -> Told:
        told = self.by_name.get(name)
        if told is None:
            told = self.by_name[name] = Told(name, tuple(self.uses.get(name, ())))
            self.tried.columns.append(told)
        return told

    def _count(self, values: Mapping[str, str]) -> None:
        for name, value in values.items():
            told = self._column(name)
            told.rows += 1
            told.filled += bool(value and value.strip())
        for names, strange, expected in self.odd:
            shown = strange(values)
            if shown:
                for name in names:
                    told = self._column(name)
                    told.odd += 1
                    told.expected = told.expected or expected
                    _show(told, shown)

    def _record(self, rows: list[Row], examples: int) -> None:
        by_position = {row.position: row for row in rows}
        for made in self.mapper.group(rows):
            if isinstance(made, Unread):
                row = by_position.get(made.position, rows[0])
                self._misfits(made.faults, [row])
                self._unread(made, (row.values,), examples)
                continue
            code, faults, lacks = self._settled(made)
            if code:
                self._misfits(faults, rows)
                unread = Unread(made.position, b"", code, tuple(faults))
                self._unread(unread, tuple(row.values for row in rows), examples)
                continue
            self.tried.records += 1
            self.tried.kinds[made.record] += 1
            self.tried.lacks.update(lacks)
            if len(self.tried.examples) < examples:
                before = tuple(row.values for row in rows)
                self.tried.examples.append(Example(made.position, before, made, lacks=tuple(lacks)))

    def _settled(self, made: Notification) -> tuple[str, list[Fault], list[str]]:
        """What `jobs.receive` would find wrong with it: (reason, faults, what a fuller record would say)."""
        if not made.agency or made.agency not in self.lookups.agencies:
            return "unknown-agency", [Fault(path="agency", expected="an agency", code="unknown-agency")], []
        record = self.partnership.record[made.record]
        if wrong := [role for one in made.people for role in one.roles if role not in record.people]:
            return "unknown-role", [Fault(path="people", found=wrong[0], expected=one_of(record.people))], []
        if record.people and not made.people and not record.nobody:
            return "no-people", [Fault(path="people", expected="at least one person", code="no-people")], []
        fields, faults = clean(self.partnership, record, made.fields)
        if faults := [fault for fault in faults if fault.code != "needed"]:
            return "invalid", [fault.model_copy(update={"path": self._source_of(fault.path)}) for fault in faults], []
        by_role: dict[str, list[dict[str, Any]]] = {}
        for one in made.people:
            for role in one.roles:
                by_role.setdefault(role, []).append(one.details.as_dict())
        lacks = [says for _, says in missing_parts(record, fields, by_role)]
        lacks += [f"{d.title}: it is needed" for name, d in record.fields.items() if d.needed and name not in fields]
        return "", [], lacks

    def _source_of(self, name: str) -> str:
        column = self.feed.mapping.fields.get(name) if self.feed.mapping else None
        return " or ".join(column.from_) if column and column.from_ else name

    def _unread(self, one: Unread, before: tuple[Mapping[str, str], ...], examples: int) -> None:
        self.tried.waiting += 1
        self.tried.reasons[one.reason] += 1
        bad = sum(example.after is None for example in self.tried.examples)
        if len(self.tried.examples) < examples and bad < (examples + 1) // 2:
            self.tried.examples.append(Example(one.position, before, None, one.faults))

    def _misfits(self, faults: Iterable[Fault], rows: list[Row]) -> None:
        for fault in faults:
            names = [name for name in fault.path.split(" or ") if name in self.by_name]
            for name in names[:1] if fault.code == "needed" else names:
                told = self.by_name[name]
                values = [value for row in rows if (value := (row.values.get(name) or "").strip())]
                if values or len(names) == 1:
                    told.misfits += 1
                    told.expected = fault.expected
                    _show(told, values[0] if values else "(empty)")

    def _oddities(self) -> Iterator[tuple[tuple[str, ...], Callable[[Mapping[str, str]], str], str]]:
        """What is kept as sent though it is not understood: check digits that do not hold, unknown codes, birth dates in
        another form."""
        mapping = self.feed.mapping
        for person in mapping.people if mapping else ():
            for part in PERSON_PARTS:
                column: Column | None = getattr(person, part)
                if column is None or not column.from_:
                    continue
                get = raw_text(column)
                if part in CHECKS:
                    yield column.from_, _unheld(get, part), f"a {TITLES[part]} whose check digit holds; kept as sent"
                elif part in ("born", "expected"):
                    yield column.from_, _undated(get, column), f"{dates.expected(column.date)}; kept as sent"
                elif part in ("sex", "ethnicity"):
                    codes = {theirs.casefold(): ours for theirs, ours in column.codes.items()}
                    find = self.lookups.code(part)
                    yield column.from_, _unknown(get, codes, find), f"a known code for {part}; kept as sent"


def _unheld(get: Callable[[Mapping[str, str]], str], part: str) -> Callable[[Mapping[str, str]], str]:
    def strange(values: Mapping[str, str]) -> str:
        text = get(values)
        return text if text and not CHECKS[part](text)[1] else ""

    return strange


def _undated(get: Callable[[Mapping[str, str]], str], column: Column) -> Callable[[Mapping[str, str]], str]:
    read = dates.birth(column.date)

    def strange(values: Mapping[str, str]) -> str:
        text = get(values)
        try:
            return "" if not text or read(text) else text
        except (ValueError, OverflowError):
            return text

    return strange


def _unknown(
    get: Callable[[Mapping[str, str]], str], codes: Mapping[str, str], find: Callable[[str], str]
) -> Callable[[Mapping[str, str]], str]:
    def strange(values: Mapping[str, str]) -> str:
        text = get(values)
        return text if text and not find(codes.get(text.casefold(), text)) else ""

    return strange


def _show(told: Told, value: str) -> None:
    shown = value if len(value) <= 60 else value[:59] + "…"
    if shown not in told.examples and len(told.examples) < SHOWN:
        told.examples.append(shown)
