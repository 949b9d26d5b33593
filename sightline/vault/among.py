"""`field__among=values`: one of many values, asked for with one parameter however many there are.

Django's `__in` makes a placeholder and an expression for each value, which costs more than the question itself where a
load asks for hundreds of digests a tenth of a second, and stops at the database's limit of parameters. Here the
values go as one list: as JSON to SQLite, as an array to PostgreSQL. Registered where the lowest tables are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db.models import Field, ForeignKey, Lookup


class Among(Lookup):
    """`Key.objects.filter(id__among=ids)`; for a foreign key by its column: `identity_id__among` or `identity__among`."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        many = list(self.rhs)
        if not many:
            raise EmptyResultSet  # as for `__in`: Django leaves out what cannot be, or does not ask at all
        column, parameters = self.process_lhs(compiler, connection)
        given = [*parameters, given_as(connection.vendor, many)]
        if connection.vendor == "postgresql":
            field = self.lhs.output_field
            while field.is_relation:
                field = field.target_field
            return f"{column} = ANY(%s::{field.db_type(connection)}[])", given
        return f"{column} IN (SELECT value FROM json_each(%s))", given


def given_as(vendor: str, values: Iterable[Any]) -> Any:
    """Many values as the one parameter."""
    many = list(values)
    if vendor != "postgresql":
        return json.dumps([value.hex if isinstance(value, UUID) else value for value in many])
    if many and all(value.__class__ is UUID for value in many):
        # as PostgreSQL writes a list: in a fifth of the time that the driver takes
        return "{" + ",".join([f"{value.int:032x}" for value in many]) + "}"
    return many


for kind in (Field, ForeignKey):  # a foreign key does not look at what is registered for fields
    kind.register_lookup(Among)
