"""A supplier's row becomes a notification, as the feed's declared mapping says. Data only: nothing of the file is run.

    mapper = Mapper(partnership, feed)
    mapper.row(values, position, raw)      a Notification, or an Unread with every fault of the row
    mapper.group([row, …])                 several rows that are one record (one incident, three children)

What a row does not fit is told by column, with what was expected; what was found is never told (it may name a child):
it stays in the row, which is kept as received. Whether the fields suit their record is for `jobs.receive`, which
treats every door alike; here only what the mapping itself promises is held: dates in the declared form, codes that mean
something, a known record, role and agency.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple

from sightline.definition.nearest import nearest, one_of
from sightline.definition.types import Column, Fault, Feed, MappedPerson, Partnership, RecordType
from sightline.definition.types import Mapping as Declared
from sightline.intake import dates
from sightline.intake.columns import Getter, Misfit, Values, address_lines, named, raw_text
from sightline.intake.identifiers import CHECKS, TITLES
from sightline.intake.lookups import Lookups
from sightline.intake.notes import Notes
from sightline.intake.types import Details, Named, Notification, Unread

PERSON_PARTS = tuple(name for name in MappedPerson.model_fields if name not in ("role", "when", "address"))


class Row(NamedTuple):
    """One row or object of a file: where it stood, as received, and its values by column."""

    position: str
    raw: bytes
    values: Values


class _Person(NamedTuple):
    when: str
    role: Getter
    parts: tuple[tuple[str, Getter], ...]
    lines: Callable[[Values], tuple[str, ...]] | None


class Mapper:
    """A feed's mapping, made ready to be used on many rows. `columns` are the file's, where it names them once."""

    def __init__(
        self,
        partnership: Partnership,
        feed: Feed,
        *,
        notes: Notes | None = None,
        agencies: Collection[str] | None = None,
        version: str = "",
        typed: bool = False,
    ) -> None:
        if feed.mapping is None:
            raise ValueError(f"feed {feed.id} has no mapping")
        mapping = feed.mapping
        self.partnership, self.feed, self.mapping = partnership, feed, mapping
        self.notes = notes if notes is not None else Notes()
        self.lookups = Lookups(partnership, agencies)
        self.typed = typed  # true dates come in ISO form, whatever form the mapping says that texts have
        self.version_of_file = version if feed.whole_state else ""
        self.agency = self._agency()
        self.record = self._needed(mapping.record, self._text(mapping.record))
        self.message_id = self._needed(mapping.message_id, self._number(mapping))
        self.formerly = self._numbers_before(mapping)
        self.happened = self._needed(mapping.happened, self._date(mapping.happened))
        self.optional: dict[str, Getter] = {}
        for name in ("until", "sent"):
            column = getattr(mapping, name)
            if column is not None:
                self.optional[name] = self._date(column)
        for name in ("says", "version"):
            column = getattr(mapping, name)
            if column is not None:
                self.optional[name] = self._date(column) if column.date else self._text(column)
        self.place = tuple(
            (name, self._text(column))
            for name, column in (("name", mapping.place), ("postcode", mapping.place_postcode))
            if column is not None
        )
        self.people = tuple(self._person(person) for person in mapping.people)
        self.fields: dict[str, dict[str, Getter]] = {}
        self.relations = tuple(_relation(declared) for declared in mapping.relations)
        self.group_columns = mapping.row_group

    # --- rows ---------------------------------------------------------------------------------------------

    def row(self, values: Values, position: str = "", raw: bytes = b"") -> Notification | Unread:
        """One row that is one record."""
        made = self.group([Row(position, raw, values)])
        return made[0]

    def key(self, values: Values) -> tuple[str, ...]:
        """What rows of one record have in common; empty where each row is a record of its own."""
        return tuple([(values.get(name) or "").strip() for name in self.group_columns])

    def group(self, rows: Iterable[Row]) -> list[Notification | Unread]:
        """Rows that are one record. A row that cannot be used is told by itself; the others still make the record."""
        good: list[tuple[Row, dict[str, Any], list[tuple[str, Details]]]] = []
        out: list[Notification | Unread] = []
        for row in rows:
            try:
                good.append((row, self._record(row.values), self._people_on(row.values, row.position)))
            except Misfit as misfit:
                out.append(self._unread(row, misfit))
        if good:
            out.insert(0, self._notification(good))
        return out

    def apart(self) -> tuple[Fault, ...]:
        """The fault of a row that stands too far from the others of its record."""
        expected = "rows of one record near each other: sort the file by this"
        return (Fault(path=", ".join(self.group_columns), expected=expected, code="rows-apart"),)

    def too_many(self, most: int) -> tuple[Fault, ...]:
        """The fault of a row beyond the most that one record can have."""
        expected = f"a record of at most {most} rows: those before it are taken as one"
        return (Fault(path=", ".join(self.group_columns), expected=expected, code="too-many-rows"),)

    def looks_like_row(self, values: Values) -> bool:
        """Whether these values could be a row by themselves: it says when it happened."""
        try:
            return bool(self.happened(values))
        except Misfit:
            return False

    # --- making -------------------------------------------------------------------------------------------

    def _record(self, values: Values) -> dict[str, Any]:
        record = self.record(values)
        declared = self.partnership.record.get(record)
        if declared is None:
            known = self.partnership.record
            raise Misfit("unknown-record", named(self.mapping.record), one_of(known), nearest(record, known))
        made: dict[str, Any] = {"agency": self.agency(values), "record": record, "message_id": self.message_id(values)}
        made["happened"] = self.happened(values)
        for name, get in self.optional.items():
            made[name] = get(values)
        if self.place:
            made["place"] = {name: text for name, get in self.place if (text := get(values))}
        made["fields"] = {name: text for name, get in self._fields(declared).items() if (text := get(values))}
        return made

    def _people_on(self, values: Values, position: str) -> list[tuple[str, Details]]:
        found: list[tuple[str, Details]] = []
        for person in self.people:
            if person.when and not (values.get(person.when) or "").strip():
                continue
            role = person.role(values)
            parts = {name: text for name, get in person.parts if (text := get(values))}
            if person.lines is not None and (lines := person.lines(values)):
                parts["lines"] = lines  # type: ignore[assignment]
            if not role or not parts:
                continue
            for name in TITLES.keys() & parts.keys():
                parts[name], holds = CHECKS[name](parts[name])
                if not holds:
                    self.notes.add(f"{TITLES[name]} whose check digit does not hold: kept, not matched on", position)
            found.append((role, Details(**parts)))  # type: ignore[arg-type]
        return found

    def _notification(self, good: list[tuple[Row, dict[str, Any], list[tuple[str, Details]]]]) -> Notification:
        first, made, people = good[0]
        position, raw = first.position, first.raw
        if len(good) > 1:
            for row, other, more in good[1:]:
                self._fill(made, other, row.position)
                people = people + more
            position = _positions([row.position for row, _, _ in good])
            raw = b"".join(row.raw for row, _, _ in good)
        if self.version_of_file and not made.get("version"):
            made["version"] = self.version_of_file
        named = self._named(people, position)
        relations = self._related(named, position)
        if self.formerly and (formerly := self.formerly(first.values)):
            made["formerly"] = tuple(number for number in formerly if number != made["message_id"])
        return Notification(people=named, relations=relations, position=position, raw=raw, **made)

    def _related(self, named: tuple[Named, ...], position: str) -> tuple[tuple[str, str, str], ...]:
        """Who on a record is told as related to whom."""
        return _related(self.relations, named) if self.relations else ()

    def _fill(self, made: dict[str, Any], other: dict[str, Any], position: str) -> None:
        """What a later row of the record adds. Where it says something else, the first row's word stands."""
        for name, value in other.items():
            if isinstance(value, dict):
                for part, text in value.items():
                    if made[name].setdefault(part, text) != text:
                        self.notes.add(f"rows of one record differ in {part}: the first row's is taken", position)
            elif value and not made.get(name):
                made[name] = value
            elif value and made[name] != value:
                self.notes.add(f"rows of one record differ in {name}: the first row's is taken", position)

    def _named(self, people: list[tuple[str, Details]], position: str) -> tuple[Named, ...]:
        if len(people) == 1:
            return (Named("p1", (people[0][0],), people[0][1]),)
        kept: dict[object, tuple[list[str], Details]] = {}
        for index, (role, details) in enumerate(people):
            key: object = _same(details) or index
            known = kept.get(key)
            if known is None:
                kept[key] = ([role], details)
                continue
            if role not in known[0]:
                known[0].append(role)
            if known[1] != details:
                self.notes.add("one person's details differ in two rows of a record: the first are taken", position)
        return tuple(Named(f"p{n}", tuple(roles), details) for n, (roles, details) in enumerate(kept.values(), 1))

    def _unread(self, row: Row, first: Misfit) -> Unread:
        faults: dict[Fault, None] = {}
        agency = self.feed.agency
        for check in self._checks(row.values):
            try:
                check(row.values)
            except Misfit as misfit:
                faults[misfit.fault] = None
        faults.setdefault(first.fault, None)
        with suppress(Misfit):
            agency = self.agency(row.values)
        return Unread(row.position, row.raw, next(iter(faults)).code, tuple(faults), "", agency)

    def _checks(self, values: Values) -> list[Callable[[Values], Any]]:
        """Everything that may fault a row, each by itself, so that all faults are told at once."""
        checks: list[Callable[[Values], Any]] = [self.agency, self.message_id, self.happened, *self.optional.values()]
        try:
            checks += self._fields(self.partnership.record[self.record(values)]).values()
        except (Misfit, KeyError):
            checks.append(self.record)
        for person in self.people:
            if not person.when or (values.get(person.when) or "").strip():
                checks += [person.role, *(get for _, get in person.parts)]
        return checks

    # --- getters ------------------------------------------------------------------------------------------

    def _text(self, column: Column) -> Getter:
        get = raw_text(column)
        if not column.codes:
            return get
        codes = {theirs.strip().casefold(): ours for theirs, ours in column.codes.items()}
        ours = frozenset(column.codes.values())

        def coded(values: Values) -> str:
            text = get(values)
            found = codes.get(text.casefold())
            if found is not None:
                return found
            if not text or text in ours:
                return text
            raise Misfit("unknown-code", named(column), one_of(column.codes), nearest(text, column.codes))

        return coded

    def _date(self, column: Column, read: dates.DateReader | None = None) -> Getter:
        get, birth, read = self._text(column), read is not None, read or dates.reader(column.date)
        timed = not birth and ("%H" in column.date or not column.date)
        if self.typed and column.date:
            read = dates.typed(read, timed="%H" in column.date)

        def dated(values: Values) -> str:
            text = get(values)
            if not text:
                return ""
            try:
                return read(text)
            except (ValueError, OverflowError):
                pass
            try:
                found = dates.otherwise(text, column.date)
            except (ValueError, OverflowError):
                raise Misfit("not-a-date", named(column), dates.expected(column.date)) from None
            self.notes.add(f"{named(column)} is not written as the feed declares, but can only be one day: read so")
            return found if timed else found[:10]

        return dated

    def _number(self, mapping: Declared) -> Getter:
        """The sender's number of a record. Where it is made of several columns, a day among them is one however it is
        written, and so is the sender: else a sheet and the same as CSV would tell everything twice."""
        column = mapping.message_id
        if len(column.from_) < 2 or not column.join:
            return self._text(column)
        days = {name: self._date(one) for name, one in _days(mapping).items()}

        def part(name: str) -> Getter:
            plain = raw_text(Column.model_validate({"from": name}))
            get = self.agency if name == self.feed.agency_column else days.get(name)

            def as_meant(values: Values) -> str:
                text = plain(values)
                with suppress(Misfit):
                    return get(values) if get is not None and text else text
                return text

            return as_meant

        parts, join = [part(name) for name in column.from_], column.join
        return lambda values: join.join(text for get in parts if (text := get(values)))

    def _numbers_before(self, mapping: Declared) -> Callable[[Values], tuple[str, ...]] | None:
        """The numbers that versions before 23 November 2026 made of a row, with each day as it was written: what came
        then is held under one of them, from this file or from the same as a sheet, where a day is in ISO form."""
        column = mapping.message_id
        if len(column.from_) < 2 or not column.join:
            return None
        days = {
            name: (self._date(one), [form.strip() for form in one.date.split("|")])
            for name, one in _days(mapping).items()
        }
        most = max((len(written) for _, written in days.values()), default=0)
        plain, join = [(name, raw_text(Column.model_validate({"from": name}))) for name in column.from_], column.join

        def numbers(values: Values) -> tuple[str, ...]:
            told = [(name, text) for name, get in plain if (text := get(values))]
            made = [join.join(text for _, text in told)]
            for which in range(most):
                parts = []
                for name, text in told:
                    if name in days:
                        get, written = days[name]
                        with suppress(Misfit, ValueError):
                            text = datetime.fromisoformat(get(values)).strftime(written[min(which, len(written) - 1)])
                    parts.append(text)
                made.append(join.join(parts))
            return tuple(dict.fromkeys(made))

        return numbers

    def _needed(self, column: Column, get: Getter) -> Getter:
        def needed(values: Values) -> str:
            text = get(values)
            if not text:
                raise Misfit("needed", named(column), "a value: it is needed")
            return text

        return needed

    def _agency(self) -> Getter:
        if self.feed.agency or not self.feed.agency_column:
            return lambda values: self.feed.agency
        column, find = self.feed.agency_column, self.lookups.agency

        def agency(values: Values) -> str:
            text = (values.get(column) or "").strip()
            found = find(text)
            if not found:
                raise Misfit("unknown-agency", column, "an agency", self.lookups.nearest_agency(text))
            return found

        return agency

    def _fields(self, record: RecordType) -> dict[str, Getter]:
        """The fields that this record has: a feed that makes several record types declares the fields of all."""
        out = self.fields.get(record.id)
        if out is not None:
            return out
        out = self.fields[record.id] = {}
        for name, column in self.mapping.fields.items():
            declared = record.fields.get(name)
            if declared is None:
                continue
            if column.date:
                out[name] = self._date(column)
            elif declared.kind in ("choice", "yes-no"):
                out[name] = self._choice(column, self.lookups.choice(declared), declared.of or "")
            elif declared.kind == "choices":
                out[name] = self._several(column, declared.of or "")
            else:
                out[name] = self._text(column)
        return out

    def _several(self, column: Column, of: str) -> Getter:
        """Values of a field of several from the list `of`."""
        return self._text(column)

    def _choice(self, column: Column, known: Callable[[str], Fault | None], of: str = "") -> Getter:
        """A value of a field of few; `of` is the list of codes that it is from, where it is from one."""
        coded, plain = self._text(column), raw_text(column)

        def choice(values: Values) -> str:
            try:
                text = coded(values)
            except Misfit:
                text = plain(values)
            fault = known(text)
            if fault is not None:
                expected = one_of(column.codes) if column.codes else fault.expected
                raise Misfit("unknown-code", named(column), expected, fault.nearest)
            return text

        return choice

    def _person(self, person: MappedPerson) -> _Person:
        parts: list[tuple[str, Getter]] = []
        for name in PERSON_PARTS:
            column: Column | None = getattr(person, name)
            if column is None:
                continue
            if name in ("born", "expected"):
                parts.append((name, self._as_far(column, self._date(column, dates.birth(column.date)))))
            elif name in ("sex", "ethnicity"):
                parts.append((name, self._code(column, name)))
            elif name == "school":
                get = self._text(column)
                get = self._as_far(column, get)
                parts.append((name, lambda values, get=get: self.lookups.school(get(values))))  # type: ignore[misc]
            else:
                parts.append((name, self._as_far(column, self._text(column)) if column.codes else self._text(column)))
        role = self._role(person.role)
        return _Person(person.when, role, tuple(parts), address_lines(person.address) if person.address else None)

    def _as_far(self, column: Column, get: Getter) -> Getter:
        """A detail of a person as the mapping reads it, else as it was sent: it never keeps a record waiting, and is used
        as far as it can be (`usable`)."""
        plain = raw_text(column)

        def as_far(values: Values) -> str:
            try:
                return get(values)
            except Misfit as misfit:
                self.notes.add(f"{named(column)} is not {misfit.fault.expected}: kept as received")
                return plain(values)

        return as_far

    def _role(self, column: Column) -> Getter:
        get, record_of, records = self._text(column), self.record, self.partnership.record

        def role(values: Values) -> str:
            text = get(values)
            declared = records.get(record_of(values))
            if text and declared is not None and text not in declared.people:
                roles = declared.people
                raise Misfit("unknown-role", named(column), one_of(roles), nearest(text, roles))
            return text

        return role

    def _code(self, column: Column, name: str) -> Getter:
        """Sex or ethnicity: our code where it is understood, else as it was sent. It never keeps a record waiting."""
        coded, plain, find = self._text(column), raw_text(column), self.lookups.code(name)

        def code(values: Values) -> str:
            try:
                text = coded(values)
            except Misfit:
                text = plain(values)
            found = find(text)
            if text and not found:
                self.notes.add(f"{named(column)} has a code for {name} that is not known: kept as sent")
            return found or text

        return code


def _positions(positions: list[str]) -> str:
    numbers = [position.rpartition(" ")[2] for position in positions]
    text = f"lines {', '.join(numbers)}"
    return text if len(text) <= 40 else f"lines {numbers[0]} … {numbers[-1]}"[:40]


def _same(details: Details) -> object | None:
    """What makes two mentions on one record the same person: the sender's own number, or all that is told, if that is
    enough to tell people apart."""
    if details.local_id:
        return details.local_id
    whole = details.nhs_number or details.upn or (details.given and details.family and details.born)
    return details if whole else None


def _days(mapping: Declared) -> dict[str, Column]:
    """The columns that hold a day by themselves, by their names in the file."""
    told = (mapping.happened, mapping.until, mapping.sent, *mapping.fields.values())
    return {one.from_[0]: one for one in told if one is not None and one.date and len(one.from_) == 1}


def _relation(declared: Mapping[str, str]) -> tuple[str, str, str]:
    return declared.get("subject", ""), declared.get("relation", ""), declared.get("object", "")


def _related(relations: Iterable[tuple[str, str, str]], people: tuple[Named, ...]) -> tuple[tuple[str, str, str], ...]:
    """`{subject: parent, relation: parent, object: child}`: everybody in the one role to everybody in the other."""
    return tuple(
        (one.key, relation, other.key)
        for subject, relation, object_ in relations
        for one in people
        if subject in one.roles
        for other in people
        if object_ in other.roles and other.key != one.key
    )
