"""Adding many rows to a table at once, or changing one column of many: Django's models say what the
columns are, and nothing is made of them in between.

`bulk_create` compiles an expression for each value of each row; where a load adds ten rows a record, that was a third of
its time. Here a statement is made once a table and each kind of column has one converter. In the caller's transaction.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any, TypeVar

from django.db import connection, models

M = TypeVar("M", bound=models.Model)
Convert = Callable[[Any], Any]


def add(model: type[models.Model], columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Adds rows: `columns` are attribute names (`entry_id`), each row their values in that order."""
    converted = _converted(model, columns, rows)
    if not converted:
        return
    names, statement = _statement(connection.vendor, model, tuple(columns))
    with connection.cursor() as cursor, connection.wrap_database_errors:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {names} FROM STDIN") as copy:
                for row in converted:
                    copy.write_row(row)
        else:
            cursor.executemany(statement, converted)


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
    row.__dict__.update(_defaults(model))
    row.__dict__.update(values)
    return row


def add_objects(objects: Sequence[models.Model]) -> None:
    """Adds what these objects hold; all of one model."""
    if objects:
        model = type(objects[0])
        columns = [f.attname for f in model._meta.concrete_fields if not isinstance(f, models.AutoField)]
        add(model, columns, map(attrgetter(*columns), objects))


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


def _converted(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[tuple[Any, ...]]
) -> list[tuple[Any, ...]]:
    """The rows as the database's driver takes them."""
    own = [(place, how) for place, name in enumerate(columns) if (how := _converter(connection.vendor, model, name))]
    found = []
    for row in rows:
        values = list(row)
        for place, how in own:
            value = values[place]
            if value is not None:
                values[place] = how(value)
        found.append(tuple(values))
    return found


@lru_cache(maxsize=200)
def _statement(vendor: str, model: type[models.Model], columns: tuple[str, ...]) -> tuple[str, str]:
    fields = {f.attname: f.column for f in model._meta.concrete_fields}
    quoted = ", ".join(f'"{fields[name]}"' for name in columns)
    names = f'"{model._meta.db_table}" ({quoted})'
    return names, f"INSERT INTO {names} VALUES ({', '.join(['%s'] * len(columns))})"


@lru_cache(maxsize=1000)
def _converter(vendor: str, model: type[models.Model], name: str) -> Convert | None:
    """What to do with a column's values that are not None; None where they are taken as they are."""
    field = next(f for f in model._meta.concrete_fields if f.attname == name)
    while field.is_relation:
        field = field.target_field
    if isinstance(field, models.JSONField):
        return json.dumps
    if vendor == "sqlite":
        if isinstance(field, models.UUIDField):
            return _hex
        if isinstance(field, models.DateTimeField):
            return _utc
    return None


def _hex(value: Any) -> str:
    return value.hex


@lru_cache(maxsize=1000)  # the rows of one bite share their moments
def _utc(value: datetime) -> str:
    return str(value.astimezone(UTC).replace(tzinfo=None))
