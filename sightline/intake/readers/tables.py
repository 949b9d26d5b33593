"""A set of tables that together tell of children: the Standard Safeguarding Dataset, SSDA903, Annex A.

The feed's declaration says everything: which tables there are and how each is recognised, which one names the people,
which add details to them, which belong to rows of others, and what a row becomes. This follows it, in two passes:
first small indexes (`tables_people`), then each table once, row by row (`tables_making`).

    holds(path, partnership)                    the set that a folder, zip or workbook is, or None
    read(path, feed, partnership, notes)        a Notification or an Unread for every row that becomes something

Nothing is lost: a row whose person nobody names, a second row with the same key, a table without its key: each is kept
for a person with its table and line. Tables and columns that are missing, or that nobody asked for, are noted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch

from sightline.definition.coverage import columns_read
from sightline.definition.types import Becomes, Fault, Feed, FeedTable, Join, Partnership
from sightline.intake.columns import Values
from sightline.intake.mapping import Row
from sightline.intake.notes import Notes
from sightline.intake.readers.nested import OUTER
from sightline.intake.readers.source import Source, Unreadable, named
from sightline.intake.readers.tables_making import Dates, Names, TableMapper, fold, kept, where
from sightline.intake.readers.tables_people import People, Rows, gathered, once
from sightline.intake.readers.tabular import Table, open_set
from sightline.intake.types import Notification, Unread
from sightline.timescales.moment import now

Read = Iterator[Notification | Unread]
_DAY = re.compile(r"(?<!\d)(20\d{2})[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")
_YEAR = re.compile(r"(?<!\d)(?:20\d{2}[-_/ ](?:20)?(\d{2})|20(\d{2}))(?!\d)")  # `2024-25`, `2025`: it ends on 31 March
LISTED = 12
WIDE_ENOUGH = 4  # columns, from which one filled cell alone is a remark
TAKEN_BACK = "a row that stands: the sender takes this one back. Ask them why; once it is settled, set it aside"
A_WHOLE_ROW = "a row of the table: only one cell is filled, with words. If it is a remark, set it aside"


@dataclass
class Found:
    """A declared table that this delivery has, once or in several files."""

    id: str
    declared: FeedTable
    table: Table
    names: Names
    joins: list[tuple[Join, list[str], Rows, list[str], str]] = field(default_factory=list)

    def own(self, columns: Iterable[str]) -> list[str]:
        return [self.names.find(name) or name for name in columns]


# --- which set ----------------------------------------------------------------------------------------


def holds(path: Source, partnership: Partnership) -> Feed | None:
    """The declared set that this is; None where it is none. Of several the one that knows most of its tables."""
    feeds = [feed for feed in partnership.feed.values() if feed.format == "tables"]
    if not feeds:
        return None
    with open_set(path, Notes(), wanted=_wanted(feeds), objects=_objects(feeds)) as tables:
        return which(tables, feeds)


def which(tables: Sequence[Table], feeds: Iterable[Feed]) -> Feed | None:
    scored = [(sum(1 for _ in matched(feed, tables)), feed) for feed in feeds]
    scored = [(score, feed) for score, feed in scored if score and 2 * score >= len(tables)]
    return max(scored, key=lambda one: one[0])[1] if scored else None


def matched(feed: Feed, tables: Sequence[Table]) -> Iterator[tuple[str, Table, Names]]:
    """Each table that the set declares, with the declaration's name for it: by its own name and key, else by what
    columns it has."""
    for table in tables:
        best, most, own = "", 0, Names(table.columns, {})
        for id, declared in feed.tables.items():
            names = own.known_as(declared.also)
            there = [column for column in _recognised(declared) if names.find(column)]
            called = _called(id, declared, table.name)
            if len(there) < len(_recognised(declared)) and not (called and there):
                continue
            known = sum(1 for column in columns_read(feed, id) if names.find(column))
            score = known + (1000 if called else 0)
            sure = called or declared.recognised_by or (known and 2 * known >= len(table.columns))
            if sure and score + 1 > most:
                best, most = id, score + 1
        if best:
            declared = feed.tables[best]
            yield best, table, Names(table.columns, declared.also, declared.columns if feed.lettered else ())


def _recognised(declared: FeedTable) -> list[str]:
    return list(declared.recognised_by or dict.fromkeys([*declared.key, *declared.person[:1]]))


def _called(id: str, declared: FeedTable, name: str) -> bool:
    plain, wanted = fold(name), fold(id)
    if re.sub(r"[_\d.]+$", "", plain) in (wanted, f"{wanted}s") or plain in (wanted, f"{wanted}s"):
        return True
    if re.fullmatch(rf"(?:.*[_.])?{re.escape(wanted)}s?(?:_v?[\d_.]*)?", plain) and len(wanted) > 4:
        return True
    return any(fnmatch(name.casefold(), pattern.casefold()) for pattern in declared.files)


def _named_exactly(feed: Feed, table: Table) -> str:
    """The declared table whose own name this file has, though none of its columns: its heading was lost on the way."""
    plain = fold(table.name)
    used = (id for id, one in feed.tables.items() if not one.not_used or isinstance(one.not_used, dict))
    return next((id for id in used if fold(id) == plain), "")


def _wanted(feeds: Iterable[Feed]) -> set[str]:
    return {column for feed in feeds for id in feed.tables for column in columns_read(feed, id)}


def _objects(feeds: Iterable[Feed]) -> set[str]:
    return {id for feed in feeds for id in feed.tables}


# --- reading ------------------------------------------------------------------------------------------


def read(
    path: Source,
    feed: Feed,
    partnership: Partnership,
    notes: Notes,
    *,
    agencies: Collection[str] | None = None,
    name: str = "",
) -> Read:
    """Everything in the set, table by table in the order of the declaration. Raises Unreadable, at the first step."""
    if not feed.agency:
        raise Unreadable(
            f"the feed {feed.id} does not say whose it is; give it an `agency` in the partnership's own file"
        )
    with open_set(path, notes, wanted=_wanted([feed]), objects=_objects([feed]), encoding=feed.encoding) as tables:
        whole = Set(feed, partnership, notes, tables, agencies=agencies, name=name or named(path))
        yield from whole.read()


class Set:
    """One delivery of a set of tables."""

    def __init__(
        self,
        feed: Feed,
        partnership: Partnership,
        notes: Notes,
        tables: Sequence[Table],
        *,
        agencies: Collection[str] | None = None,
        name: str = "",
    ) -> None:
        self.feed, self.partnership, self.notes, self.agencies = feed, partnership, notes, agencies
        self.people, self.dated = People(), dict[str, Dates]()
        self.found: dict[str, list[Found]] = {id: [] for id in feed.tables}
        there = set()
        self.headless: list[tuple[str, Table]] = []
        for id, table, names in matched(feed, tables):
            there.add(table.name)
            self.found[id].append(Found(id, feed.tables[id], table, names))
            self._note_columns(id, table, names)
            notes.kinds.update(one.record for one in feed.tables[id].becomes)
        for table in tables:
            if table.name in there:
                continue
            if id := _named_exactly(feed, table):
                self.headless.append((id, table))
            else:
                notes.add(f"{table.name} is none of the tables of {feed.id}: passed over")
        if not there:
            listed = ", ".join(list(feed.tables)[:LISTED])
            raise Unreadable(f"none of the tables of {feed.id} is there; expected tables such as {listed}")
        left = [id for id, found in self.found.items() if not found]
        missing = [id for id in left if not isinstance(feed.tables[id].not_used, str)]
        missing += [id for id in left if feed.tables[id].not_used == ""]
        if missing:
            more = f" and {len(missing) - LISTED} more" if len(missing) > LISTED else ""
            notes.add(f"the set lacks tables that it may have: {', '.join(missing[:LISTED])}{more}")
        self.version = self._extract(name, tables)
        self.extract = self.version or now().date().isoformat()

    def _note_columns(self, id: str, table: Table, names: Names) -> None:
        declared = self.feed.tables[id]
        every = columns_read(self.feed, id)
        for column, actual in names.guessed.items():
            self.notes.add(f"{table.name}: the column {actual} is read as {column}")
        absent = [column for column in every if not names.find(column) and column not in declared.older]
        if absent and every:
            more = f" and {len(absent) - LISTED} more" if len(absent) > LISTED else ""
            self.notes.add(f"{table.name} lacks columns that the set can tell: {', '.join(absent[:LISTED])}{more}")
        left = declared.not_used if isinstance(declared.not_used, dict) else {}
        known = {names.find(column) for column in (*every, *left)}
        if isinstance(declared.not_used, str) and declared.not_used:
            return
        if strange := [column for column in table.columns if column not in known and not column.startswith(OUTER)]:
            more = f" and {len(strange) - LISTED} more" if len(strange) > LISTED else ""
            self.notes.add(f"{table.name} has columns that are not read: {', '.join(strange[:LISTED])}{more}")

    # --- the day of the extract ---------------------------------------------------------------------------

    def _extract(self, name: str, tables: Sequence[Table]) -> str:
        """The first that tells it: a date in the names of the set or its tables, or the newest in a column."""
        for source in self.feed.extract:
            table, _, column = source.partition(".")
            if source == "year":
                years = [
                    f"20{match[1] or match[2]}"
                    for text in (name, *(t.name for t in tables))
                    if (match := _YEAR.search(text))
                ]
                if years:
                    return f"{max(years)}-03-31"
            elif not column:
                days = {
                    "-".join(match.groups())
                    for text in (name, *(t.name for t in tables))
                    if (match := _DAY.search(text))
                }
                if days:
                    return max(days)
            elif (newest := self._newest(table, column)) is not None:
                return newest
        self.notes.add(
            "nothing tells the day of the extract: changed rows cannot replace older ones, and wait for a person"
        )
        return ""

    def _newest(self, table: str, columns: str) -> str | None:
        """The newest day, not after today, in these columns (`DECOM+DEC`) of the table."""
        read, newest, today = Dates(self.feed.dates), "", now().date().isoformat()
        for found in self.found.get(table, ()):
            actual = [name for column in columns.split("+") if (name := found.names.find(column))]
            for row in found.table.rows() if actual else ():
                for day in _days(read, row.values, actual) if isinstance(row, Row) else ():
                    newest = max(newest, day) if day <= today else newest
        return newest or None

    # --- first pass: people, and rows that belong to others -------------------------------------------------

    def _learn(self) -> None:
        for found in self._in_order(lambda declared: declared.people):
            self.people.closed = True
            self._learn_people(found)
        every = [found for those in self.found.values() for found in those]
        for found in every:
            self._join(found)
        if any(declared.people for declared in self.feed.tables.values()):
            if not self.people.closed:
                self.notes.add("the table of people is missing: children are known by their number only")
            for found in self._in_order(lambda declared: bool(declared.adds) and not declared.people):
                self._learn_more(found)
        self.people.settle()

    def _in_order(self, wanted: Callable[[FeedTable], bool]) -> list[Found]:
        return [f for those in self.found.values() for f in those if wanted(f.declared)]

    def _mapper(self, found: Found) -> TableMapper:
        """A mapper for the details that a table adds; what its rows become does not matter to it."""
        becomes = found.declared.becomes[0] if found.declared.becomes else self._any_becomes()
        return self._making(found, becomes, main=True)

    def _any_becomes(self) -> Becomes:
        return next(b.model_copy(update={"people": ()}) for t in self.feed.tables.values() for b in t.becomes)

    def _making(self, found: Found, becomes: Becomes, *, main: bool) -> TableMapper:
        return TableMapper(
            self.partnership, self.feed, found.id, becomes, names=found.names, people=self.people, notes=self.notes,
            extract=self.extract, version=self.version, main=main, agencies=self.agencies, dated=self.dated,
        )  # fmt: skip

    def _learn_people(self, found: Found) -> None:
        mapper, (key, *_) = self._mapper(found), found.own(found.declared.key)
        added = [(where(one.where, found.names), mapper.adds(one)) for one in found.declared.adds]
        for row in found.table.rows():
            if not isinstance(row, Row):
                continue  # told when the table's turn comes
            id = (row.values.get(key) or "").strip()
            parts: dict[str, object] = {}
            for holds_, getters in added:
                if holds_(row.values):
                    parts |= gathered(getters, row.values)[0]
            if id:
                self.people.first(id, parts)

    def _learn_more(self, found: Found) -> None:
        mapper, declared = self._mapper(found), found.declared
        added = [(where(one.where, found.names), mapper.adds(one)) for one in declared.adds]
        began, ended, day = found.own(declared.newest_by), found.own(declared.ended_by), Dates(self.feed.dates)
        person = found.own(declared.person)
        for row in found.table.rows():
            if not isinstance(row, Row):
                continue
            values = self._with(found, row)
            id = next((text for name in person if (text := (values.get(name) or "").strip())), "")
            if not id:
                continue
            until = _day(day, values, ended)
            rank = (not until or until > self.extract, _day(day, values, began))
            for holds_, getters in added:
                if holds_(values):
                    parts, misfits = gathered(getters, values)
                    for misfit in misfits:
                        self.notes.add(
                            f"{found.table.name}: {misfit.fault.path} is not understood: left out", row.position
                        )
                    if parts:
                        self.people.add(id, parts, rank, found.id)

    # --- rows that belong to others -------------------------------------------------------------------------

    def _join(self, found: Found) -> None:
        """Indexes the tables whose rows this one's need, as far as it needs their columns. In the order declared: a
        join may start from a column of the one before."""
        for alias, join in found.declared.with_.items():
            wanted = [
                c.partition(".")[2] for c in columns_read(self.feed, found.id, joined=True) if c.startswith(f"{alias}.")
            ]
            target = self.feed.tables.get(join.table)
            key = join.key or (target.key[0] if target and target.key else "")
            rows = Rows(dict.fromkeys(wanted), join.every)
            for other in self.found.get(join.table, ()):
                actual, names = other.names.find(key), other.own(rows.columns)
                for row in other.table.rows() if actual else ():
                    if isinstance(row, Row):
                        rows.add(
                            (row.values.get(actual) or "").strip(), [(row.values.get(n) or "").strip() for n in names]
                        )
            found.joins.append((join, found.own(join.on), rows, [f"{alias}.{c}" for c in rows.columns], join.table))

    def _with(self, found: Found, row: Row) -> Values:
        """The row's values, and those of the rows that belong to it."""
        if not found.joins:
            return row.values
        values = dict(row.values)
        for join, on, rows, names, table in found.joins:
            there = None
            key = ""
            for name in on:
                if key := (values.get(name) or "").strip():
                    if (there := rows.get(key)) is not None:
                        break
            if there is None and key and self.found.get(table) and not join.every:
                self.notes.add(f"{found.table.name}: {' or '.join(join.on)} names no row of {table}", row.position)
            values.update(zip(names, there if there is not None else rows.empty, strict=True))
        return values

    # --- second pass ----------------------------------------------------------------------------------------

    def read(self) -> Read:
        self._learn()
        for id, table in self.headless:
            yield self._without(table, _recognised(self.feed.tables[id]))
        for id, those in self.found.items():
            declared = self.feed.tables[id]
            seen: dict[int, int] = {}
            for found in those:
                if declared.becomes:
                    yield from self._rows(found, seen)
                elif not declared.not_used or declared.people or declared.adds:
                    yield from self._broken(found)

    def _broken(self, found: Found) -> Read:
        """A table that is only looked up: what of it could not be read is still told."""
        for row in found.table.rows():
            if isinstance(row, Unread):
                yield self._signed(row)

    def _signed(self, unread: Unread) -> Unread:
        return replace(unread, agency=self.feed.agency)

    def _rows(self, found: Found, seen: dict[int, int]) -> Read:
        declared = found.declared
        keys = [column for column in (declared.row_group or declared.key) if not found.names.find(column)]
        if keys:
            yield self._without(found.table, keys)
            return
        makers = [self._making(found, one, main=n == 0) for n, one in enumerate(declared.becomes)]
        if declared.row_group:
            yield from self._grouped(found, makers)
            return
        key = found.own(declared.key)
        takes_back = [where({column: those}, found.names) for column, those in declared.taken_back.items()]
        table, notes, none = found.table, self.notes, f"{found.table.name}: a row that becomes nothing"
        for row in table.rows():
            if not isinstance(row, Row):
                yield self._signed(row)
                continue
            if _is_a_remark(row.values):
                yield self._unread(found, row, row.values, "wrong-columns", table.name, A_WHOLE_ROW)
                continue
            values = self._with(found, row)
            told = once(seen, tuple((values.get(name) or "").strip() for name in key), row.raw)
            if told == "same":
                notes.add(f"{table.name}: the same row twice: once is enough", row.position)
                continue
            if told == "other":
                yield self._unread(
                    found, row, values, "duplicate-key", ", ".join(key), "a key that no other row of the table has"
                )
                continue
            if any(one(values) for one in takes_back):
                yield self._unread(found, row, values, "taken-back", table.name, TAKEN_BACK)
                continue
            any_ = False
            for maker in makers:
                if maker.holds(values):
                    any_ = True
                    made = maker.row(values, row.position, row.raw)
                    yield made
                    if isinstance(made, Unread):
                        break  # kept whole, once: repaired, it becomes all that it should
            if not any_:
                notes.add(none, row.position)

    def _without(self, table: Table, keys: Sequence[str]) -> Unread:
        expected = f"the column {' and '.join(keys)}: without it nothing of the table can be used"
        fault = Fault(path=table.name, expected=expected, code="wrong-columns")
        raw = ",".join(table.columns).encode()
        return Unread(f"{table.name}:1"[:40], raw, fault.code, (fault,), "", self.feed.agency)

    def _grouped(self, found: Found, makers: list[TableMapper]) -> Read:
        """Rows that are one record together, wherever they stand: a family's members. Only small tables are so."""
        groups: dict[tuple[str, ...], list[Row]] = {}
        columns = found.own(found.declared.row_group)
        for row in found.table.rows():
            if not isinstance(row, Row):
                yield self._signed(row)
                continue
            values = self._with(found, row)
            key = tuple((values.get(name) or "").strip() for name in columns)
            groups.setdefault(key, []).append(row._replace(values=values))
        while groups:
            rows = groups.pop(next(iter(groups)))
            for maker in makers:
                if holding := [row for row in rows if maker.holds(row.values)]:
                    yield from maker.group(holding)

    def _unread(self, found: Found, row: Row, values: Values, reason: str, path: str, expected: str) -> Unread:
        fault = Fault(path=path, expected=expected, code=reason)
        return Unread(row.position, kept(found.id, values), reason, (fault,), "", self.feed.agency)


def _is_a_remark(values: Values) -> bool:
    """Whether a row is somebody's words under a table (`Note: one child is left out`, `Total: 12`) and not about anybody:
    one cell of several is filled, and it holds words. Taken for a row, the words would be a child's number."""
    if len(values) < WIDE_ENOUGH:
        return False
    filled = [text for text in values.values() if text.strip()]
    return len(filled) == 1 and " " in filled[0].strip()


def _day(read: Dates, values: Values, columns: Sequence[str]) -> str:
    return next(_days(read, values, columns), "")


def _days(read: Dates, values: Values, columns: Sequence[str]) -> Iterator[str]:
    """The days in these columns, as far as they can be read."""
    for name in columns:
        if text := (values.get(name) or "").strip():
            with suppress(ValueError):
                yield read(text)[:10]


# --- one row by itself ----------------------------------------------------------------------------------


def reread(raw: bytes, feed: Feed, partnership: Partnership) -> list[Notification | Unread]:
    """A row that was kept (JSON, with its `table`) and that a person has repaired, or that an example gives. Its
    person is known by number; what was looked up for it stands in it."""
    try:
        values = json.loads(raw)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict) or values.get("table") not in feed.tables:
        fault = Fault(path="table", expected="JSON with `table` and the row's columns", code="not-json")
        return [Unread("row", raw, "not-json", (fault,), "", feed.agency)]
    table = str(values.pop("table"))
    return of_rows(feed, partnership, {table: [{str(k): str(v if v is not None else "") for k, v in values.items()}]})


def of_rows(
    feed: Feed, partnership: Partnership, given: Mapping[str, Sequence[Mapping[str, str]]]
) -> list[Notification | Unread]:
    """What rows given by table become: a small set that is no file."""

    def table(name: str, rows: Sequence[Mapping[str, str]]) -> Table:
        columns = tuple(dict.fromkeys(column for row in rows for column in row))
        made = [Row(f"{name}:{n}", json.dumps(dict(row)).encode(), row) for n, row in enumerate(rows, 2)]
        return Table(name, columns, lambda: iter(made))

    whole = Set(feed, partnership, Notes(), [table(name, rows) for name, rows in given.items()])
    return list(whole.read())
