"""Reading many rows at once: what a query finds, as plain values or as bare rows, column by column.

    taken(Version.objects.filter(identity_id__among=ids), "identity_id", "known_at")    [(UUID, datetime), …]
    rows(SourceIdentity.objects.filter(person__among=persons))                          [SourceIdentity, …]

Django calls a chain of converters for each value of each row, and looks each UUID over as if somebody had typed it; where
a bite of a load reads a thousand rows that was as much as its matching. What is asked is still Django's query.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC
from functools import lru_cache
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models.base import ModelState

from sightline.vault.ids import uuid_of

M = TypeVar("M", bound=models.Model)
Column = Sequence[Any]
Convert = Callable[[Column], Column]


def taken(found: models.QuerySet[Any], *names: str) -> list[tuple[Any, ...]]:
    """The values of these columns (attribute names of the query's own model: `entry_id`; or of what it points to:
    `agency__kind`), in the query's order."""
    try:
        statement, parameters = asked(found, names)
    except EmptyResultSet:
        return []
    return answered(found.model, names, statement, parameters)


def answered(
    model: type[models.Model], names: tuple[str, ...], statement: str, parameters: Sequence[Any]
) -> list[tuple[Any, ...]]:
    """What the database answers to a statement for these columns of a model."""
    database = connections[DEFAULT_DB_ALIAS]
    with database.cursor() as cursor:
        cursor.execute(statement, parameters)
        values: list[tuple[Any, ...]] = cursor.fetchall()
    own = _converters(database.vendor, model, names)
    if not values or not own:
        return values
    columns: list[Column] = list(zip(*values, strict=True))
    for place, how in own:
        columns[place] = how(columns[place])
    return list(zip(*columns, strict=True))


def asked(found: models.QuerySet[Any], names: tuple[str, ...]) -> tuple[str, tuple[Any, ...]]:
    """What is put to the database. Django makes each column anew for each question, which costs more than the rest of it: it is
    asked for the first alone, and the others are put in their place (where it orders by "1", that is still the first)."""
    query = found.query
    if query.combinator or query.values_select:  # whoever put it together has said which columns; `names` are the first of them
        return query.sql_with_params()
    if len(names) > 1 and not _joined(names) and not (query.distinct or query.group_by or query.annotations or query.extra):
        one, every = _columns(connection.vendor, found.model, names)
        statement, parameters = found.values_list(names[0]).query.sql_with_params()
        if statement.startswith(one):
            return every + statement[len(one) :], parameters
    return found.values_list(*names).query.sql_with_params()


@lru_cache(maxsize=500)
def _columns(vendor: str, model: type[models.Model], names: tuple[str, ...]) -> tuple[str, str]:
    """How a question for the first of these columns begins, and one for all of them."""
    rows = model._base_manager.order_by()
    return tuple(rows.values_list(*some).query.sql_with_params()[0] for some in (names[:1], names))  # type: ignore[return-value]


def rows(found: models.QuerySet[M]) -> list[M]:
    """The rows themselves, all their columns, as if Django had made them."""
    names = columns_of(found.model)
    return made_of(found.model, names, taken(found, *names))


def made_of(model: type[M], names: tuple[str, ...], answers: Sequence[tuple[Any, ...]]) -> list[M]:
    """Rows of a model, of their values."""
    made = []
    for values in answers:
        row = model.__new__(model)
        row.__dict__.update(zip(names, values, strict=True))
        row._state = state = ModelState()
        state.db, state.adding = connection.alias, False
        made.append(row)
    return made


@lru_cache(maxsize=100)
def columns_of(model: type[models.Model]) -> tuple[str, ...]:
    """All its own columns, by attribute name."""
    return tuple(field.attname for field in model._meta.concrete_fields)


@lru_cache(maxsize=500)
def _converters(vendor: str, model: type[models.Model], names: tuple[str, ...]) -> tuple[tuple[int, Convert], ...]:
    found = []
    for place, name in enumerate(names):
        field = _field(model, name)
        for kind, how in (_SQLITE if vendor == "sqlite" else _POSTGRESQL).items():
            if isinstance(field, kind):
                found.append((place, how))
    return tuple(found)


def _joined(names: tuple[str, ...]) -> bool:
    return any("__" in name for name in names)


def _field(model: type[models.Model], name: str) -> Any:
    """What a column is declared as: one of the model's own (`agency_id`), or of what it points to (`agency__kind`)."""
    *path, last = name.split("__")
    for step in path:
        model = model._meta.get_field(step).related_model  # type: ignore[assignment]
    field: Any = next(f for f in model._meta.concrete_fields if f.attname == last)
    while field.is_relation:
        field = field.target_field
    return field


def _ids(values: Column) -> Column:
    return [None if v is None else uuid_of(int(v, 16)) for v in values]


def _moments(values: Column) -> Column:
    return [None if v is None else v.replace(tzinfo=UTC) for v in values]


def _jsons(values: Column) -> Column:
    return [None if v is None else json.loads(v) for v in values]


def _truths(values: Column) -> Column:
    return [None if v is None else v != 0 for v in values]


_SQLITE: dict[Any, Convert] = {
    models.UUIDField: _ids,
    models.DateTimeField: _moments,
    models.JSONField: _jsons,
    models.BooleanField: _truths,
}
_POSTGRESQL: dict[Any, Convert] = {models.JSONField: _jsons}
