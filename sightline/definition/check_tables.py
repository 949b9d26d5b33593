"""Whether a set of tables holds together: tables, columns, records, fields, roles and codes that it names, and whether
every column that a table has by its standard is read, or not used for a reason."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from sightline.definition.coverage import columns_read
from sightline.definition.faults import Faults
from sightline.definition.types import Added, Becomes, Column, Feed, FeedTable, RecordType
from sightline.definition.values import NO, YES
from sightline.definition.yaml_lines import Path

WHEN = (("happened", "happened"), ("until", "until"), ("sent", "sent"))
TEXTS = (("says", "says"), ("place", "place"), ("place-postcode", "place_postcode"))


def check_tables(faults: Faults, name: str, feed: Feed) -> None:
    """Every fault of a feed that is a set of tables."""
    if not feed.tables:
        faults.add(name, ("tables",), "", "the set's `tables`")
    for index, source in enumerate(feed.extract):
        table, _, column = source.partition(".")
        if not column:
            faults.refer(name, ("extract", index), source, ("name", "year"), "`name`, `year` or a `table.column`")
        elif _known_table(faults, name, ("extract", index), feed, table):
            for one in column.split("+"):
                _column(faults, name, ("extract", index), feed, feed.tables[table], one)
    _forms(faults, name, ("dates",), feed.dates)
    for id, declared in feed.tables.items():
        _table(faults, name, feed, id, declared)


def _known_table(faults: Faults, name: str, path: Path, feed: Feed, table: str) -> bool:
    faults.refer(name, path, table, feed.tables, "a table of this set")
    return table in feed.tables


def _column(faults: Faults, name: str, path: Path, feed: Feed, table: FeedTable, column: str) -> None:
    """Faults a column that the table (or, as `alias.column`, the one that it leads to) does not have."""
    alias, dot, rest = column.partition(".")
    if dot and alias in table.with_:
        target = feed.tables.get(table.with_[alias].table)
        if target is not None:
            _column(faults, name, path, feed, target, rest)
        return
    if not table.columns:
        return
    known = {*table.columns, *table.older, *table.also}
    faults.refer(name, path, column, known | {f"{a}." for a in table.with_}, "a column of the table")


def _columns(faults: Faults, name: str, path: Path, feed: Feed, table: FeedTable, columns: Iterable[str]) -> None:
    listed = list(columns)
    for index, column in enumerate(listed):
        _column(faults, name, (*path, index) if len(listed) > 1 else path, feed, table, column)


def _read(faults: Faults, name: str, path: Path, feed: Feed, table: FeedTable, column: Column | None) -> None:
    if column is None:
        return
    _columns(faults, name, path, feed, table, column.from_)
    if column.codes_of:
        faults.refer(name, (*path, "codes-of"), column.codes_of, feed.code_sets, "one of the feed's `code-sets`")
    if column.date:
        _forms(faults, name, (*path, "date"), column.date)
    if not column.from_ and column.is_ is None:
        faults.add(name, path, "", "a column, or a constant (`is`)")


def _forms(faults: Faults, name: str, path: Path, forms: str) -> None:
    for form in forms.split(" | ") if forms else ():
        if "%" not in form:
            expected = "a form such as `%d/%m/%Y` or `%d/%m/%Y %H:%M`; several are parted by ` | `"
            faults.add(name, path, form, expected)


def _table(faults: Faults, name: str, feed: Feed, id: str, table: FeedTable) -> None:
    path: Path = ("tables", id)
    for key in ("recognised_by", "key", "person", "row_group", "newest_by", "ended_by"):
        _columns(faults, name, (*path, key.replace("_", "-")), feed, table, getattr(table, key))
    for column in table.taken_back:
        _column(faults, name, (*path, "taken-back", column), feed, table, column)
    if table.becomes and not table.key and not table.row_group:
        faults.add(name, (*path, "key"), "", "`key`: what tells a row, and its newer versions, from others")
    if table.people and len(table.key) != 1:
        faults.add(name, (*path, "key"), ", ".join(table.key), "one column, by which other tables name a person")
    for alias, join in table.with_.items():
        at = (*path, "with", alias)
        _columns(faults, name, (*at, "on"), feed, table, join.on)
        if _known_table(faults, name, (*at, "table"), feed, join.table) and join.key:
            _column(faults, name, (*at, "key"), feed, feed.tables[join.table], join.key)
    for index, added in enumerate(table.adds):
        _added(faults, name, _nth(path, "adds", index, len(table.adds)), feed, table, added)
    suffixes: dict[str, None] = {}
    for index, becomes in enumerate(table.becomes):
        at = _nth(path, "becomes", index, len(table.becomes))
        suffix = becomes.as_ or becomes.record
        if index and becomes.as_ != "row" and suffix in suffixes:
            faults.add(name, (*at, "as"), becomes.as_, "another name for each record of a row", code="duplicate")
        suffixes[suffix] = None
        _becomes(faults, name, at, feed, table, becomes)
    _accounted(faults, name, path, feed, id, table)


def _nth(path: Path, key: str, index: int, many: int) -> Path:
    return (*path, key, index) if many > 1 else (*path, key)


def _accounted(faults: Faults, name: str, path: Path, feed: Feed, id: str, table: FeedTable) -> None:
    """Every column is read, or is not used for a reason; and so is every table."""
    if isinstance(table.not_used, str):
        reasons: Collection[str] = ()
        if table.not_used:
            if table.becomes or table.adds:
                faults.add(name, (*path, "not-used"), table.not_used, "no reason for the whole table: it is used")
            return
    else:
        reasons = table.not_used
        for column, reason in table.not_used.items():
            _column(faults, name, (*path, "not-used", column), feed, table, column)
            if not reason.strip():
                faults.add(name, (*path, "not-used", column), "", "the reason why it is not used", code="empty")
    read = set(columns_read(feed, id))
    if not read and not reasons:
        faults.add(name, path, "", "what its rows become (`becomes`, `adds`), or `not-used: reason`")
    for index, column in enumerate(table.columns):
        if column not in read and column not in reasons:
            expected = "a column that is read somewhere, or a reason under `not-used`"
            faults.add(name, (*path, "columns", index), column, expected, code="unaccounted")
        elif column in read and column in reasons:
            expected = "no reason: the column is read"
            faults.add(name, (*path, "not-used", column), column, expected, code="duplicate")


def _added(faults: Faults, name: str, path: Path, feed: Feed, table: FeedTable, added: Added) -> None:
    _columns(faults, name, (*path, "where"), feed, table, added.where)
    for part, column in _details(added):
        _read(faults, name, (*path, part), feed, table, column)


def _details(added: Added) -> Iterator[tuple[str, Column]]:
    for part, field in type(added).model_fields.items():
        column = getattr(added, part)
        if isinstance(column, Column) and part != "role":
            yield field.alias or part.replace("_", "-"), column


def _becomes(faults: Faults, name: str, path: Path, feed: Feed, table: FeedTable, becomes: Becomes) -> None:
    faults.thing(name, (*path, "record"), becomes.record, "record")
    for column in becomes.where:
        _column(faults, name, (*path, "where", column), feed, table, column)
    _columns(faults, name, (*path, "key"), feed, table, becomes.key)
    for key, attribute in (*WHEN, *TEXTS):
        _read(faults, name, (*path, key), feed, table, getattr(becomes, attribute))
    record = faults.partnership.record.get(becomes.record)
    if record is None:
        return
    roles = set(record.people)
    for index, person in enumerate(becomes.people):
        at = _nth(path, "people", index, max(2, len(becomes.people)))
        faults.refer(name, (*at, "role"), person.role, roles, f"a role on {record.id}")
        _columns(faults, name, (*at, "key"), feed, table, person.key)
        for column in person.where:
            _column(faults, name, (*at, "where", column), feed, table, column)
        if person.adds is not None:
            _added(faults, name, (*at, "adds"), feed, table, person.adds)
    for index, relation in enumerate(becomes.relations):
        for key in ("subject", "object"):
            faults.refer(name, (*path, "relations", index, key), relation.get(key, ""), roles, f"a role on {record.id}")
        faults.code(name, (*path, "relations", index, "relation"), relation.get("relation", ""), "relation")
    for field, source in becomes.fields.items():
        at = (*path, "fields", field)
        faults.refer(name, at, field, record.fields, f"a field of {record.id}")
        _read(faults, name, at, feed, table, source)
        _values(faults, name, at, feed, record, field, source)


def _values(faults: Faults, name: str, path: Path, feed: Feed, record: RecordType, field: str, column: Column) -> None:
    """Values that the declaration writes itself must be ones that the field takes."""
    about = record.fields.get(field)
    if about is None:
        return
    ours = [(ours, (*path, "codes", theirs)) for theirs, ours in column.codes.items()]
    if column.codes_of in feed.code_sets:
        ours += [
            (ours, ("code-sets", column.codes_of, theirs)) for theirs, ours in feed.code_sets[column.codes_of].items()
        ]
    if column.is_ is not None:
        ours.append((column.is_, (*path, "is")))
    for value, at in ours:
        if not value:
            continue  # a supplier's code that means nothing
        if about.kind in ("choice", "choices") and about.of:
            faults.code(name, at, value, about.of)
        elif about.kind == "yes-no":
            faults.refer(name, at, value.lower(), YES | NO, "yes or no")
