"""A row of a set of tables becomes a record, as the set's declaration says. A `Mapper` that knows other rows too.

What a set adds to a mapping of one file: values of rows that belong to this one (`worker.prof_professional_name`),
people by their key in the people table, JSON in a column, codes and ways of writing dates that a whole set shares.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from sightline.definition.nearest import nearest, one_of
from sightline.definition.types import Added, Becomes, Column, Fault, Feed, OnRow, Partnership
from sightline.definition.types import Mapping as Declared
from sightline.intake import dates
from sightline.intake.columns import Getter, Misfit, Values, named, raw_text
from sightline.intake.identifiers import CHECKS, TITLES
from sightline.intake.mapping import Mapper, Row
from sightline.intake.notes import Notes
from sightline.intake.readers.tables_people import People
from sightline.intake.types import Details, Notification, Unread

MOST_DATES = 60_000
MOST_RELATED = 20  # people under one number: more are a mistake of the register, not a family
_LETTER = re.compile(r"^\s*([a-z]{1,2})\s*[).:]\s*", re.IGNORECASE)
_MIDNIGHT = re.compile(r"[T ]00:00(?::00(?:\.0+)?)?$")
_SET = frozenset(("y", "yes", "true", "t", "1"))
_NOT_SET = frozenset(("", "n", "no", "false", "f", "0", "null", "none"))
Where = Callable[[Values], bool]


class Names:
    """What a table's columns are called in this delivery: capitals and spaces aside, or by an older name."""

    def __init__(self, there: Collection[str], also: Mapping[str, Collection[str]]) -> None:
        folded: dict[str, str] = {}
        for name in there:
            folded.setdefault(fold(name), name)
        self._there, self._also = folded, also

    def find(self, column: str) -> str:
        """The file's own name of a declared column; empty where the file has none."""
        for name in (column, *self._also.get(column, ())):
            if found := self._there.get(fold(name)):
                return found
        return ""

    def own(self, column: Column) -> Column:
        """The column with the names that the file has. Names with a dot are of joined rows, and stay."""
        return column.model_copy(update={"from_": tuple(self.find(name) or name for name in column.from_)})


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
        wanted.append((names.find(column) or column, frozenset(folded) - {f"not {v}" for v in never}, never))

    def holds(values: Values) -> bool:
        for column, those, never in wanted:
            text = (values.get(column) or "").strip().casefold()
            letter = found[1] + ")" if (found := _LETTER.match(text)) else text
            if text in never or letter in never:
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
        plain = _MIDNIGHT.sub("", text)  # a database's day has a midnight that nobody meant
        for read in self._readers:
            for each in (plain, text):
                try:
                    found = _MIDNIGHT.sub("", read(each))
                except (ValueError, OverflowError):
                    continue
                return found[:10] if self._birth else found
        raise ValueError("not a date in a form that the set declares")


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
        return (OnRow(role=role),) if role else ()

    def _on_row(self, one: OnRow, person: tuple[str, ...]) -> Callable[[Values, str], tuple[str, Details] | None]:
        columns = [self.names.find(name) or name for name in (one.key or person)]
        shown, there, role, needed = " or ".join(columns), where(one.where, self.names), one.role, one.needed
        adds = self.adds(one.adds) if one.adds else None
        people = self.persons

        def found(values: Values, position: str) -> tuple[str, Details] | None:
            if not there(values):
                return None
            key = next((text for name in columns if (text := (values.get(name) or "").strip())), "")
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
            name: self.names.own(column) for name in type(added).model_fields if isinstance(column := getattr(added, name), Column)
        }
        own = added.model_copy(update=named_here)
        person = self._person(own)
        parts: list[tuple[str, Callable[[Values], Any]]] = [
            (name, self._checked(name, get) if name in CHECKS else get) for name, get in person.parts
        ]
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
        return made

    def _notification(self, good: list[Any]) -> Notification:
        if not good[0][2] and self.partnership.record[self.becomes.record].people:
            raise Misfit("needed", "person", "somebody whom the row is about")
        made = super()._notification(good)
        if len(made.people) > MOST_RELATED and made.relations:
            self.notes.add(f"{self.table}: more than {MOST_RELATED} people on one record: not told as related", made.position)
            made = replace(made, relations=())
        return made

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
        day = self._reader("", birth=False)

        def part(values: Values, name: str) -> str:
            text = (values.get(name) or "").strip()
            if not text:
                raise Misfit("needed", name, "a value: it tells this row from others")
            if len(text) > 7 and (text[4] == "-" or text[2] == "/"):
                with suppress(ValueError):
                    return day(text)
            return text

        def key(values: Values) -> str:
            own = "/".join(part(values, name) for name in names)
            besides = "".join(f"/{part(values, name)}" for name in added)
            return f"{self.table}|{own}{suffix}{besides}"

        return key

    # --- getters ------------------------------------------------------------------------------------------

    def _text(self, column: Column) -> Getter:
        column = self.names.own(column)
        codes = {**(self.feed.code_sets.get(column.codes_of) or {}), **column.codes}
        if column.json_:
            return _json(column, {theirs.casefold(): ours for theirs, ours in codes.items()})
        get = raw_text(column)
        if self.feed.lettered and column.from_:
            get = _lettered(get, {theirs.casefold(): ours for theirs, ours in codes.items()})
        if not codes:
            return get
        folded = {theirs.strip().casefold(): ours for theirs, ours in codes.items()}
        ours, rest = frozenset(codes.values()), folded.get("*")

        def coded(values: Values) -> str:
            text = get(values)
            found = folded.get(text.casefold())
            if found is not None:
                return found
            if not text or text in ours:
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

    def _choice(self, column: Column, known: Callable[[str], Fault | None]) -> Getter:
        return super()._choice(self.names.own(column), known)

    def _code(self, column: Column, name: str) -> Getter:
        return super()._code(self.names.own(column), name)


def kept(table: str, values: Values) -> bytes:
    """A row as it is kept for a person: JSON, its table first, columns by name, empty ones left out."""
    there = {name: text for name, text in values.items() if text}
    return json.dumps({"table": table, **there}, ensure_ascii=False, indent=1).encode()


def _dated(partnership: Partnership, becomes: Becomes) -> dict[str, Column]:
    """The fields' columns; those that hold a day or moment are read as the set writes them."""
    declared = partnership.record[becomes.record].fields
    return {
        name: column.model_copy(update={"date": column.date or "set"})
        if name in declared and declared[name].kind in ("date", "datetime")
        else column
        for name, column in becomes.fields.items()
    }


def _lines(text: str) -> tuple[str, ...]:
    pieces = text.replace("\r", "\n").replace(",", "\n").split("\n")
    return tuple(piece.strip() for piece in pieces if piece.strip())


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


# --- JSON in a column -----------------------------------------------------------------------------------


def _json(column: Column, codes: Mapping[str, str]) -> Getter:
    get, kind, keys = raw_text(column), column.json_, tuple(key.casefold() for key in column.keys)
    known: dict[str, str] = {}

    def read(values: Values) -> str:
        text = get(values)
        if not text:
            return ""
        found = known.get(text)
        if found is None:
            found = _of_json(text, kind, keys, column.join or ", ", codes)
            if len(known) > 4096:
                known.clear()
            known[text] = found
        return found

    return read


def _of_json(text: str, kind: str, keys: tuple[str, ...], join: str, codes: Mapping[str, str]) -> str:
    """What is meant by JSON in a column; text that is no JSON is taken as it stands."""
    pairs = _pairs(text)
    if kind == "values":
        if pairs is None:
            return text
        chosen = [pairs.get(key, "") for key in keys] if keys else list(pairs.values())
        return join.join(piece for piece in chosen if piece)
    if pairs is None:
        pairs = dict.fromkeys((piece.strip().casefold() for piece in re.split(r"[;,]", text) if piece.strip()), "yes")
    wanted = {key: value for key, value in pairs.items() if not keys or key in keys}
    if kind == "flags":
        found = [codes.get(key, codes.get("*", key.upper())) for key, value in wanted.items() if _is_set(value)]
        return "; ".join(dict.fromkeys(code for code in found if code))
    said = [
        codes.get(key, key.replace("_flag", "").replace("_", " ").capitalize()) + ("" if _is_set(value) else f": {value}")
        for key, value in wanted.items()
        if value.casefold() not in _NOT_SET
    ]
    return "; ".join(said)


def _is_set(value: str) -> bool:
    return value.casefold() in _SET


def _pairs(text: str) -> dict[str, str] | None:
    """JSON's names and values, lower-case names; a list's items are names that are set. None where it is no JSON."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    whole = text if not text.count("]; [") and not text.count("}; {") else f"[{text.replace('; ', ', ')}]"
    try:
        value = json.loads(whole)
    except (ValueError, RecursionError):
        return None
    out: dict[str, str] = {}
    stack = [value]
    while stack:
        each = stack.pop(0)
        if isinstance(each, dict):
            for key, item in each.items():
                if isinstance(item, dict | list):
                    stack.append(item)
                else:
                    out[str(key).casefold()] = _plain(item)
        elif isinstance(each, list):
            stack[:0] = each
        elif each is not None:
            out[str(each).strip().casefold()] = "yes"
    return out


def _plain(item: Any) -> str:
    if isinstance(item, bool):
        return "yes" if item else "no"
    return "" if item is None else str(item).strip()
