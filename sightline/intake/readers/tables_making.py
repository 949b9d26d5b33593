"""A row of a set of tables becomes a record, as the set's declaration says. A `Mapper` that knows other rows too.

What a set adds to a mapping of one file: values of rows that belong to this one (`worker.prof_professional_name`),
people by their key in the people table, JSON in a column, codes and ways of writing dates that a whole set shares.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from copy import copy
from dataclasses import replace
from datetime import date, timedelta
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from sightline.definition.nearest import nearest, one_of
from sightline.definition.types import Added, Becomes, Column, Fault, Feed, OnRow, Partnership
from sightline.definition.types import Mapping as Declared
from sightline.intake import dates
from sightline.intake.columns import Getter, Misfit, Values, named, raw_text
from sightline.intake.identifiers import CHECKS, TITLES
from sightline.intake.mapping import Mapper, Row
from sightline.intake.notes import Notes
from sightline.intake.readers.tables_json import of_json
from sightline.intake.readers.tables_people import People, number
from sightline.intake.types import Details, Named, Notification, Unread
from sightline.timescales.moment import now

MOST_DATES = 60_000
MOST_GUESSED = 60  # headings that are held against those that are missing: a list has at most 34
DAYS = ("date", "datetime")
NEAR_ENOUGH = 0.85
AS_SENT = "as-sent"  # what `*` may stand for: any other value, as it was sent
MOST_RELATED = 20  # people under one number: more are a mistake of the register, not a family
_FIGURES = re.compile(r"\d+")
_LETTER = re.compile(r"^\s*([a-z]{1,2}(?:\d(?=\s*\)))?)\s*[).:]\s*", re.IGNORECASE)
_CODE_FIRST = re.compile(r"([a-z]{0,4}\d{0,3}[a-z]?)\s*(?:[:\u2013\u2014]|\s-|-\s|$)", re.IGNORECASE)
_CODE_THEN_WORDS = re.compile(r"([a-z]{1,3}\d{1,3}[a-z]?|\d{1,2}[a-z])\s", re.IGNORECASE)  # `C2 Full care order`
_CODE_LAST = re.compile(r"\(([a-z]{0,4}\d{0,3}[a-z]?)\)$", re.IGNORECASE)
_OF_A_DATABASE = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(:\d\d)?(?:\.0+)?")
_WITH_A_MONTH = re.compile(r"\d{1,2}-[a-z]{3}-\d|[a-z]{3} {1,2}\d{1,2} \d{4} ", re.IGNORECASE)
_PARTS_OF_A_SECOND = re.compile(r"(?<=\d[.:]\d\d[.:]\d\d)\.\d{7,9}(?= ?[AP]M$)", re.IGNORECASE)  # Oracle tells nine figures
_MIDNIGHT = re.compile(r"[T ]00:00(?::00(?:\.0+)?)?$")
Where = Callable[[Values], bool]


class Names:
    """What a table's columns are called in this delivery: capitals and spaces aside, or by an older name.

    `near`: every column of the table, where headings are sentences that people change a little: then the nearest
    heading that is no other column's is taken, if it is very near. `guessed` tells which.
    """

    def __init__(self, there: Collection[str], also: Mapping[str, Collection[str]], near: Collection[str] = ()) -> None:
        folded: dict[str, str] = {}
        for name in there:
            folded.setdefault(fold(name), name)
        self._there, self._also = folded, also
        self.guessed: dict[str, str] = {}
        claimed = {fold(name) for column in near for name in (column, *also.get(column, ()))}
        free = [name for name in folded if name not in claimed] if near else []
        if len(free) > MOST_GUESSED:
            free = []
        for column in near:
            if free and not self.find(column):
                wanted = fold(column)
                same = [name for name in free if _FIGURES.findall(name) == _FIGURES.findall(wanted)]
                for name in get_close_matches(wanted, same, 1, NEAR_ENOUGH):
                    folded[wanted] = self.guessed[column] = folded[name]
                    free.remove(name)

    def known_as(self, also: Mapping[str, Collection[str]]) -> Names:
        """The same columns by other older names, without looking through them again."""
        names = copy(self)
        names._also = also
        return names

    def find(self, column: str) -> str:
        """The file's own name of a declared column; empty where the file has none."""
        for name in (column, *self._also.get(column, ())):
            if found := self._there.get(fold(name)):
                return found
        return ""

    def own(self, column: Column) -> Column:
        """The column with the names that the file has. Names with a dot are of joined rows, and stay."""
        return column.model_copy(update={"from_": tuple(self.find(name) or name for name in column.from_)})


@lru_cache(maxsize=20_000)  # a set's headings are looked at for each table that it may be
def fold(name: str) -> str:
    return re.sub(r"[^a-z0-9.]+", "_", name.casefold()).strip("_")


def where(declared: Mapping[str, Collection[str]], names: Names) -> Where:
    """Whether a row is one of those meant: each column has one of its values; capitals and spaces aside."""
    if not declared:
        return lambda values: True
    wanted = []
    for column, those in declared.items():
        folded = [value.casefold().strip() for value in those]
        never = frozenset(value[4:] for value in folded if value.startswith("not "))
        begins = tuple(value[:-1] for value in never if value.endswith("*"))
        wanted.append((names.find(column) or column, frozenset(folded) - {f"not {v}" for v in never}, never, begins))

    def holds(values: Values) -> bool:
        for column, those, never, begins in wanted:
            text = (values.get(column) or "").strip().casefold()
            letter = found[1] + ")" if (found := _LETTER.match(text)) else text
            if text in never or letter in never or (begins and text.startswith(begins)):
                return False
            if those and not {text, letter, "filled" if text else "empty"} & those:
                return False
        return True

    return holds


class Dates:
    """Reads dates as the set writes them: ISO 8601 always, then the forms declared. Each text is read once."""

    def __init__(self, forms: str, *, birth: bool = False) -> None:
        self._forms, self._birth = forms, birth
        read = dates.birth if birth else dates.reader
        self._readers = [dates.birth() if birth and not forms else dates.iso, *([read(forms)] if forms else [])]
        self._known: dict[str, str] = {"": ""}
        self.expected = dates.expected(forms) if forms else dates.expected("")

    def __call__(self, text: str) -> str:
        found = self._known.get(text)
        if found is None:
            found = self._read(text)
            if len(self._known) > MOST_DATES:
                self._known.clear()
            self._known[text] = found
        return found

    def _read(self, text: str) -> str:
        text = _PARTS_OF_A_SECOND.sub("", text)
        plain = _MIDNIGHT.sub("", text)  # a database's day has a midnight that nobody meant
        for read in self._readers:
            for each in dict.fromkeys((plain, text)):
                try:
                    found = _MIDNIGHT.sub("", read(each))
                except (ValueError, OverflowError):
                    continue
                if moment := _OF_A_DATABASE.fullmatch(found):  # one moment, however its tool wrote it
                    found = f"{moment[1]}T{moment[2]}{moment[3] or ':00'}"
                return found[:10] if self._birth else found
        if not (found := dates.serial(plain)):  # a sheet's date that lost its form on the way
            found = dates.otherwise(text)
        return found[:10] if self._birth else found


class TableMapper(Mapper):
    """Makes one kind of record (`becomes`) of the rows of one table."""

    def __init__(
        self,
        partnership: Partnership,
        feed: Feed,
        table: str,
        becomes: Becomes,
        *,
        names: Names,
        people: People,
        notes: Notes,
        extract: str,
        version: str,
        main: bool = True,
        agencies: Collection[str] | None = None,
        dated: dict[str, Dates] | None = None,
    ) -> None:
        self.table, self.becomes, self.names, self.persons = table, becomes, names, people
        self._dates = dated if dated is not None else {}
        self.extract, self.eve = extract, (date.fromisoformat(extract) - timedelta(days=1)).isoformat()
        self.today = now().date().isoformat()
        kinds = partnership.record[becomes.record].fields
        self._days = [name for name in becomes.fields if name in kinds and kinds[name].kind in DAYS]
        declared = feed.tables[table]
        mapping = Declared(
            record=Column(is_=becomes.record),  # type: ignore[call-arg]
            message_id=Column(is_=table),  # type: ignore[call-arg]
            happened=becomes.happened or Column(is_=extract),  # type: ignore[call-arg]
            until=becomes.until,
            sent=becomes.sent,
            says=becomes.says,
            place=becomes.place,
            place_postcode=becomes.place_postcode,
            people=(),
            relations=becomes.relations,
            fields=_dated(partnership, becomes),
            row_group=tuple(names.find(name) or name for name in declared.row_group),
        )
        whole = feed.model_copy(update={"mapping": mapping, "whole_state": True})
        super().__init__(partnership, whole, notes=notes, agencies=agencies, version=version)
        suffix = "" if main or becomes.as_ == "row" else f"|{becomes.as_ or becomes.record}"
        self.message_id = self._key(declared.row_group or declared.key, suffix, becomes.key)
        self.holds = where(becomes.where, names)
        self.on_row = [self._on_row(one, declared.person) for one in self._people_declared(declared.adds)]

    # --- who is on a row ----------------------------------------------------------------------------------

    def _people_declared(self, adds: tuple[Added, ...]) -> tuple[OnRow, ...]:
        if self.becomes.people:
            return self.becomes.people
        roles = self.partnership.record[self.becomes.record].people
        role = next((r for r, declared in roles.items() if declared.child), next(iter(roles), ""))
        return (OnRow.model_validate({"role": role}),) if role else ()

    def _on_row(self, one: OnRow, person: tuple[str, ...]) -> Callable[[Values, str], tuple[str, Details] | None]:
        columns = [self.names.find(name) or name for name in (one.key or person)]
        shown, there, role, needed = " or ".join(columns), where(one.where, self.names), one.role, one.needed
        adds = self.adds(one.adds) if one.adds else None
        people = self.persons

        def found(values: Values, position: str) -> tuple[str, Details] | None:
            if not there(values):
                return None
            key = next((number(text) for name in columns if (text := (values.get(name) or "").strip())), "")
            if not key and columns and needed:
                raise Misfit("needed", shown, "the key of a person: it is needed")
            if not key and columns and adds is None:
                return None
            details = people.get(key) if key else Details()
            if details is None:
                if needed:
                    raise Misfit("unknown-person", shown, "a person whom the set's people table names")
                self.notes.add(f"{shown} names nobody in the people table: known by number only", position)
                details = Details(local_id=key)
            if adds is not None:
                for name, get in adds:
                    text = get(values)
                    if text and not getattr(details, name):
                        details = replace(details, **{name: text})
            return None if details == Details() else (role, details)

        return found

    def adds(self, added: Added) -> tuple[tuple[str, Callable[[Values], Any]], ...]:
        """What a row tells of a person: by the names of `Details`, each with how it is read."""
        named_here: dict[str, Any] = {
            name: self.names.own(column)
            for name in type(added).model_fields
            if isinstance(column := getattr(added, name), Column)
        }
        own = added.model_copy(update=named_here)
        person = self._person(own)
        parts: list[tuple[str, Callable[[Values], Any]]] = [
            (name, self._checked(name, get) if name in CHECKS else get) for name, get in person.parts
        ]
        parts = [(name, _numbered(get) if name == "local_id" else get) for name, get in parts]
        if own.address is not None:
            get = self._text(own.address.model_copy(update={"join": own.address.join or ", "}))
            parts.append(("lines", lambda values: _lines(get(values))))
        return tuple(parts)

    def _checked(self, name: str, get: Getter) -> Getter:
        check, title = CHECKS[name], TITLES[name]

        def checked(values: Values) -> str:
            text = get(values)
            if text:
                text, holds = check(text)
                if not holds:
                    self.notes.add(f"{self.table}: {title} whose check digit does not hold: kept, not matched on")
            return text

        return checked

    def _people_on(self, values: Values, position: str) -> list[tuple[str, Details]]:
        return [one for found in self.on_row if (one := found(values, position)) is not None]

    # --- records ------------------------------------------------------------------------------------------

    def _record(self, values: Values) -> dict[str, Any]:
        made = super()._record(values)
        if self.becomes.happened is None:
            made["undated"] = True
        if not made.get("sent"):
            made["sent"] = self._known(made)
        return made

    def _known(self, made: Mapping[str, Any]) -> str:
        """Since when the sender has known what a row says: the newest day that it tells of. A set restates everything,
        so its own day would make years of history look as if they were new; on the day before it, it is news."""
        if self.becomes.happened is None:
            return self.extract
        days = [made["happened"], made.get("until") or "", *(made["fields"].get(name, "") for name in self._days)]
        newest = max((day for day in days if day and day[:10] <= self.extract), default=self.extract)
        if newest < made["happened"] and made["happened"][:10] <= self.today:
            return made["happened"]  # where only another table's newest day tells that of the extract
        return self.extract if newest[:10] >= self.eve else newest

    def _notification(self, good: list[Any]) -> Notification:
        if not good[0][2] and self.partnership.record[self.becomes.record].people:
            raise Misfit("needed", "person", "somebody whom the row is about")
        return super()._notification(good)

    def _related(self, named: tuple[Named, ...], position: str) -> tuple[tuple[str, str, str], ...]:
        if self.relations and len(named) > MOST_RELATED:
            self.notes.add(f"{self.table}: more than {MOST_RELATED} people on one record: not told as related", position)
            return ()
        return super()._related(named, position)

    def group(self, rows: Any) -> list[Notification | Unread]:
        listed = list(rows)
        try:
            return super().group(listed)
        except Misfit as misfit:
            return [self._unread(row, misfit) for row in listed]

    def _unread(self, row: Row, first: Misfit) -> Unread:
        """Kept with its table, its columns and what was looked up for it: whoever repairs it sees what is meant."""
        unread = super()._unread(row, first)
        return replace(unread, raw=kept(self.table, row.values))

    def _key(self, columns: tuple[str, ...], suffix: str, more: tuple[str, ...]) -> Getter:
        names, added = ([self.names.find(name) or name for name in those] for those in (columns, more))
        day, days = self._reader("", birth=False), self._of_days()

        def part(values: Values, name: str) -> str:
            text = (values.get(name) or "").strip()
            if not text:
                raise Misfit("needed", name, "a value: it tells this row from others")
            if name in days or len(text) > 7 and (text[4] == "-" or text[2] == "/" or _WITH_A_MONTH.match(text)):
                with suppress(ValueError):
                    return day(text)
            return number(text)

        def key(values: Values) -> str:
            own = "/".join(part(values, name) for name in names)
            besides = "".join(f"/{part(values, name)}" for name in added)
            return f"{self.table}|{own}{suffix}{besides}"

        return key

    def _of_days(self) -> frozenset[str]:
        """The columns that hold a day, by the file's own names: however it is written, one day is one key."""
        found: set[str] = set()
        for one in self.feed.tables[self.table].becomes:
            kinds = self.partnership.record[one.record].fields
            told = [column for name, column in one.fields.items() if name in kinds and kinds[name].kind in DAYS]
            for column in (one.happened, one.until, *told):
                found.update(self.names.find(name) or name for name in (column.from_ if column else ()))
        return frozenset(found)

    # --- getters ------------------------------------------------------------------------------------------

    def _text(self, column: Column) -> Getter:
        column = self.names.own(column)
        codes = {**(self.feed.code_sets.get(column.codes_of) or {}), **column.codes}
        if column.json_:
            return of_json(column, {theirs.casefold(): ours for theirs, ours in codes.items()})
        get = raw_text(column)
        if self.feed.lettered and column.from_:
            get = _lettered(get, {theirs.casefold(): ours for theirs, ours in codes.items()})
        if not codes:
            return get
        folded = {theirs.strip().casefold(): ours for theirs, ours in codes.items()}
        ours, rest = frozenset(codes.values()), folded.get("*")
        as_sent = rest == AS_SENT

        def coded(values: Values) -> str:
            text = get(values)
            found = folded.get(text.casefold())
            if found is not None:
                return found
            if not text or text in ours or as_sent:
                return text
            if rest is not None:
                return rest
            raise Misfit("unknown-code", named(column), one_of(codes), nearest(text, codes))

        return coded

    def _date(self, column: Column, read: dates.DateReader | None = None) -> Getter:
        column = self.names.own(column)
        if column.is_ is not None and not column.from_:
            return lambda values: column.is_ or ""
        get = self._text(column.model_copy(update={"date": ""}))
        form = "" if column.date == "set" else column.date
        day = self._reader(form, birth=read is not None)

        def dated(values: Values) -> str:
            text = get(values)
            if not text:
                return ""
            try:
                return day(text)
            except (ValueError, OverflowError):
                raise Misfit("not-a-date", named(column), day.expected) from None

        return dated

    def _reader(self, form: str, *, birth: bool) -> Dates:
        form = form or self.feed.dates
        key = f"{form}|{birth}"
        if key not in self._dates:
            self._dates[key] = Dates(form, birth=birth)
        return self._dates[key]

    def _choice(self, column: Column, known: Callable[[str], Fault | None], of: str = "") -> Getter:
        own = self.names.own(column)
        get = super()._choice(own, known, of)
        return self._meant(own, of, get) if of else get

    def _several(self, column: Column, of: str) -> Getter:
        return self._meant(self.names.own(column), of, super()._several(column, of))

    def _code(self, column: Column, name: str) -> Getter:
        """Sex or ethnicity: as in a file."""
        own = self.names.own(column)
        return self._meant(own, name, super()._code(own, name))

    def _meant(self, column: Column, of: str, get: Getter) -> Getter:
        """In a set whose values begin with a letter: what the value says wins over its letter, for a letter means what its
        template's edition says. `e) WROM` is WROM and `c) Died` is a death, wherever e and c stand for something else."""
        if not self.feed.lettered or not column.from_ or column.json_ or (codes := self.partnership.codes.get(of)) is None:
            return get
        plain, find = raw_text(column), self.lookups.code(of)
        known = {code.casefold(): code for code in codes.codes}
        said: dict[str, str] = {}

        def meant(values: Values) -> str:
            text = plain(values)
            found = said.get(text)
            if found is None:
                letter = _LETTER.match(text)
                rest = text[letter.end() :].strip() if letter else text.strip()
                found = _code_in(text.strip(), known) if len(text) > 1 else ""  # `B: With relatives`, where B is a code
                if not found and len(rest) > 1:
                    found = _code_in(rest, known) or find(rest)
                if len(said) < MOST_DATES:
                    said[text] = found
            return found or get(values)

        return meant


def kept(table: str, values: Values) -> bytes:
    """A row as it is kept for a person: JSON, its table first, columns by name, empty ones left out."""
    there = {name: text for name, text in values.items() if text}
    return json.dumps({"table": table, **there}, ensure_ascii=False, indent=1).encode()


def _dated(partnership: Partnership, becomes: Becomes) -> dict[str, Column]:
    """The fields' columns; those that hold a day or moment are read as the set writes them."""
    declared = partnership.record[becomes.record].fields
    return {
        name: column.model_copy(update={"date": column.date or "set"})
        if name in declared and declared[name].kind in DAYS
        else column
        for name, column in becomes.fields.items()
    }


def _numbered(get: Getter) -> Getter:
    return lambda values: number(get(values))


def _lines(text: str) -> tuple[str, ...]:
    pieces = text.replace("\r", "\n").replace(",", "\n").split("\n")
    return tuple(piece.strip() for piece in pieces if piece.strip())


def _code_in(text: str, known: Mapping[str, str]) -> str:
    """The code with which a value begins or ends: `C1: ICO`, `N1 - Abuse or neglect`, `C2 Full care order`, `Full care
    order (C2)`. Empty where it has none that the list knows (`known`: in small letters)."""
    for form in (_CODE_FIRST.match(text), _CODE_THEN_WORDS.match(text), _CODE_LAST.search(text)):
        if form and (found := known.get(form[1].casefold())):
            return found
    return ""


def _lettered(get: Getter, codes: Mapping[str, str]) -> Getter:
    """`b) Female` is `b` where the codes know that letter, else `Female`."""

    def text_of(values: Values) -> str:
        text = get(values)
        found = _LETTER.match(text)
        if found is None:
            return text
        letter, rest = found[1].casefold(), text[found.end() :].strip()
        return letter if letter in codes else rest or text

    return text_of
