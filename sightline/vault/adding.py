"""Adding many rows to a table at once, or changing columns of many: Django's models say what the
columns are, and nothing is made of them in between.

`bulk_create` compiles an expression for each value of each row; where a load adds ten rows a record, that was a third of
its time. Here a statement is made once a table and each kind of column has one converter. In the caller's transaction.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any, TypeVar

from django.db import connection, models

from sightline.vault.among import given_as

M = TypeVar("M", bound=models.Model)
FEW = 2  # rows: so many are inserted one by one, for a COPY goes to and fro more often than an INSERT
Column = Sequence[Any]
Convert = Callable[[Column], Column]  # a whole column at once: a call for each value would cost more than what it does


def add(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[tuple[Any, ...]], *, unless_there: bool = False
) -> None:
    """Adds rows: `columns` are attribute names (`entry_id`), each row their values in that order. `unless_there`: not those
    that another row stands in the way of."""
    rows = list(rows)
    copied = connection.vendor == "postgresql" and len(rows) > FEW and not unless_there
    converted = _converted(model, columns, rows, vendor=COPY if copied else "")
    if not converted:
        return
    names, statement = _statement(connection.vendor, model, tuple(columns))
    with connection.cursor() as cursor, connection.wrap_database_errors:
        if copied:
            with cursor.copy(f"COPY {names} FROM STDIN") as copy:
                copy.write("".join(["\t".join(row) + "\n" for row in converted]))
        else:
            cursor.executemany(statement + " ON CONFLICT DO NOTHING" if unless_there else statement, converted)


def remove(model: type[models.Model], column: str, values: Iterable[Any]) -> None:
    """Removes the rows that have one of these values in a column (attribute name). Of tables on which nothing else hangs."""
    many = list(values)
    if not many:
        return
    field: Any = next(f for f in model._meta.concrete_fields if f.attname == column)
    among = "IN (SELECT value FROM json_each(%s))"
    if connection.vendor == "postgresql":
        among = f"= ANY(%s::{(field.target_field if field.is_relation else field).db_type(connection)}[])"
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.execute(
            f'DELETE FROM "{model._meta.db_table}" WHERE "{field.column}" {among}', [given_as(connection.vendor, many)]
        )


@lru_cache(maxsize=200)
def _defaults(model: type[models.Model]) -> dict[str, Any]:
    """What a row holds where nothing is said of a column: plain values only, never made anew for each row."""
    found: dict[str, Any] = {}
    for f in model._meta.concrete_fields:
        if f.has_default():
            if not callable(f.default):
                found[f.attname] = f.default
        elif f.null:
            found[f.attname] = None
        elif f.blank and f.empty_strings_allowed:
            found[f.attname] = ""
    return found


def new(model: type[M], /, **values: Any) -> M:
    """A row that is only to be added: its columns by attribute name (`entry_id`), and nothing of what a model's own
    constructor does, which costs more than sealing the row. Not to be saved in any other way.
    """
    row = model.__new__(model)
    row.__dict__.update(_defaults(model), **values)
    return row


def add_objects(objects: Sequence[models.Model]) -> None:
    """Adds what these objects hold; all of one model."""
    if objects:
        model = type(objects[0])
        columns = _own(model)
        add(model, columns, map(attrgetter(*columns), objects))


@lru_cache(maxsize=200)
def _own(model: type[models.Model]) -> tuple[str, ...]:
    """The columns of a row that the database does not number."""
    return tuple(f.attname for f in model._meta.concrete_fields if not isinstance(f, models.AutoField))


def change(model: type[models.Model], column: str, rows: Iterable[tuple[Any, Any]]) -> None:
    """Gives each of these rows (by primary key) its own new value in one column."""
    key, table = model._meta.pk, model._meta.db_table
    field = next(f for f in model._meta.concrete_fields if f.attname == column)
    converted = _converted(model, (key.attname, column), rows)
    if not converted:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # one statement, for a client's round trips are what costs
            arrays = ", ".join(f"%s::{f.db_type(connection)}[]" for f in (key, field))
            cursor.execute(
                f'UPDATE "{table}" SET "{field.column}" = given.value FROM unnest({arrays}) AS given(id, value) '
                f'WHERE "{table}"."{key.column}" = given.id',
                [[pk for pk, _ in converted], [value for _, value in converted]],
            )
        else:
            statement = f'UPDATE "{table}" SET "{field.column}" = %s WHERE "{key.column}" = %s'
            cursor.executemany(statement, [(value, pk) for pk, value in converted])


def change_objects(objects: Sequence[models.Model], columns: Sequence[str]) -> None:
    """Writes what these objects hold in these columns (attribute names); all of one model. `bulk_update` compiles an expression
    for each value of each row; this is one statement, given row by row."""
    if not objects:
        return
    model = type(objects[0])
    key, fields = model._meta.pk, {f.attname: f.column for f in model._meta.concrete_fields}
    asked = (*columns, key.attname)
    sets = ", ".join(f'"{fields[name]}" = %s' for name in columns)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.executemany(
            f'UPDATE "{model._meta.db_table}" SET {sets} WHERE "{key.column}" = %s',
            _converted(model, asked, map(attrgetter(*asked), objects)),
        )


def _converted(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[tuple[Any, ...]], *, vendor: str = ""
) -> list[tuple[Any, ...]]:
    """The rows as the database's driver takes them; for PostgreSQL's COPY as texts, escaped."""
    found = list(rows)
    own = _converters(vendor or connection.vendor, model, tuple(columns))
    if not found or not own:
        return found
    turned: list[Column] = list(zip(*found, strict=True))
    for place, how in own:
        turned[place] = how(turned[place])
    return list(zip(*turned, strict=True))


@lru_cache(maxsize=200)
def _statement(vendor: str, model: type[models.Model], columns: tuple[str, ...]) -> tuple[str, str]:
    fields = {f.attname: f.column for f in model._meta.concrete_fields}
    quoted = ", ".join(f'"{fields[name]}"' for name in columns)
    names = f'"{model._meta.db_table}" ({quoted})'
    return names, f"INSERT INTO {names} VALUES ({', '.join(['%s'] * len(columns))})"


@lru_cache(maxsize=1000)
def _converters(vendor: str, model: type[models.Model], columns: tuple[str, ...]) -> tuple[tuple[int, Convert], ...]:
    """What to do with which columns; those that are not named are taken as they are."""
    kinds = [_kind(model, name) for name in columns]
    found = [(place, _converter(vendor, kind)) for place, kind in enumerate(kinds)]
    return tuple((place, how) for place, how in found if how is not None)


def _kind(model: type[models.Model], name: str) -> type[models.Field[Any, Any]]:
    field = next(f for f in model._meta.concrete_fields if f.attname == name)
    while field.is_relation:
        field = field.target_field
    return type(field)


def _converter(vendor: str, kind: type[models.Field[Any, Any]]) -> Convert | None:
    for known, how in (_COPIED if vendor == COPY else _TAKEN if vendor == "sqlite" else _GIVEN).items():
        if issubclass(kind, known):
            return how
    return _texts if vendor == COPY else None


def _hexes(values: Column) -> Column:
    return [None if v is None else f"{v.int:032x}" for v in values]


def _jsons(values: Column) -> Column:
    return [None if v is None else json.dumps(v) for v in values]


def _utcs(values: Column) -> Column:
    """As Django writes them to SQLite: in UTC, without saying so."""
    return [None if v is None else _utc(v) for v in values]


@lru_cache(maxsize=5000)  # the rows of one bite share their moments
def _utc(value: datetime) -> str:
    return str(value.astimezone(UTC).replace(tzinfo=None))


# --- as texts for COPY: https://www.postgresql.org/docs/current/sql-copy.html, "Text Format"

COPY = "copy"
NULL = r"\N"
_SPECIAL = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_has_special = re.compile(r"[\\\t\n\r]").search


def _texts(values: Column) -> Column:
    return [
        NULL if v is None else v if v.__class__ is str and not _has_special(v) else str(v).translate(_SPECIAL)
        for v in values
    ]


def _plain(values: Column) -> Column:
    """Numbers, days and moments: `str` says them as PostgreSQL reads them."""
    return [NULL if v is None else str(v) for v in values]


def _copied_ids(values: Column) -> Column:
    return [NULL if v is None else f"{v.int:032x}" for v in values]


def _copied_bytes(values: Column) -> Column:
    return [NULL if v is None else r"\\x" + bytes(v).hex() for v in values]


def _copied_truths(values: Column) -> Column:
    return [NULL if v is None else "t" if v else "f" for v in values]


def _copied_jsons(values: Column) -> Column:
    return _texts(_jsons(values))


_TAKEN: dict[Any, Convert] = {models.UUIDField: _hexes, models.DateTimeField: _utcs, models.JSONField: _jsons}
_GIVEN: dict[Any, Convert] = {models.JSONField: _jsons}
_COPIED: dict[Any, Convert] = {
    models.UUIDField: _copied_ids,
    models.DateField: _plain,  # and moments
    models.IntegerField: _plain,
    models.FloatField: _plain,
    models.BooleanField: _copied_truths,
    models.BinaryField: _copied_bytes,
    models.JSONField: _copied_jsons,
}
