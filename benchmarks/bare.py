"""The same rows inserted bare: raw SQL, `executemany`, the same tables and indexes, transactions of the same sizes.

The rows are read back from the tables that the product filled. To know which of them came together, a mark is taken
after each transaction: on SQLite the highest rowid of each table, on PostgreSQL the newest transaction that has ended
(`xmin` tells which one wrote a row; a savepoint has a number of its own there, and is no transaction). A row that was
changed later may carry a later mark than one that refers to it: then it moves forward.
"""

from __future__ import annotations

import bisect
import time
from collections import defaultdict
from typing import Any

from config import sqlite

# A table of SQLite that has no row ids: the column that grows as rows come.
WITHOUT_ROWID = {"identity_key": "alike"}  # numbers of `identity_alike`
Slice = dict[str, list[tuple[Any, ...]]]


def tables() -> list[Any]:
    """The product's models, parents before children."""
    from django.apps import apps

    models = [m for m in apps.get_models() if m.__module__.startswith("sightline.")]
    ordered: list[Any] = []
    while models:
        for model in models:
            parents = {f.related_model for f in model._meta.concrete_fields if f.is_relation} - {model}
            if not parents & set(models):
                ordered.append(model)
                models.remove(model)
                break
        else:
            raise AssertionError("tables refer to each other in a circle")
    return ordered


class Marks:
    """Where each table stood after each transaction."""

    def __init__(self, connection: Any) -> None:
        self.connection, self.taken = connection, []
        self.names = [m._meta.db_table for m in tables()]

    def take(self) -> None:
        if self.connection.vendor == "sqlite":
            with self.connection.cursor() as cursor:
                tables = ("identity_alike" if name in WITHOUT_ROWID else name for name in self.names)
                cursor.execute("SELECT " + ", ".join(f'(SELECT max(rowid) FROM "{table}")' for table in tables))
                self.taken.append([mark or 0 for mark in cursor.fetchone()])
        else:
            with self.connection.cursor() as cursor:
                cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1")
                self.taken.append([cursor.fetchone()[0]] * len(self.names))


def rows_of(connection: Any, marks: Marks) -> tuple[int, list[Slice]]:
    """All rows, by the transaction in which they came."""
    of_table: dict[str, list[list[Any]]] = {}
    for number, model in enumerate(tables()):
        of_table[model._meta.db_table] = list(_read(connection, model, [taken[number] for taken in marks.taken]))
    _parents_first(of_table)
    slices: dict[int, Slice] = defaultdict(lambda: defaultdict(list))
    for name, rows in of_table.items():
        for mark, row in rows:
            slices[mark][name].append(row)
    return sum(map(len, of_table.values())), [slices[mark] for mark in sorted(slices)]


def _read(connection: Any, model: Any, highest: list[int]) -> Any:
    columns = ", ".join(f'"{f.column}"' for f in model._meta.concrete_fields)
    name = model._meta.db_table
    own = WITHOUT_ROWID.get(name, "rowid") if connection.vendor == "sqlite" else "xmin::text::bigint"
    connection.ensure_connection()
    for own_mark, *row in connection.connection.execute(f'SELECT {own}, {columns} FROM "{name}" ORDER BY 1').fetchall():
        yield [bisect.bisect_left(highest, own_mark) if highest else own_mark, tuple(row)]


def _parents_first(of_table: dict[str, list[list[Any]]]) -> None:
    """Moves whatever is referred to to the transaction of the first that refers to it. Children before parents."""
    for model in reversed(tables()):
        fields = model._meta.concrete_fields
        for place, field in enumerate(fields):
            if not field.is_relation:
                continue
            first: dict[Any, int] = {}
            for mark, row in of_table[model._meta.db_table]:
                first[row[place]] = min(mark, first.get(row[place], mark))
            parent = field.related_model
            key = next(n for n, f in enumerate(parent._meta.concrete_fields) if f.primary_key)
            for entry in of_table[parent._meta.db_table]:
                entry[0] = min(entry[0], first.get(entry[1][key], entry[0]))


def insert(url: str, slices: list[Slice]) -> float:
    """Seconds that the same rows take bare."""
    order = [m._meta.db_table for m in tables()]
    columns = {m._meta.db_table: [f.column for f in m._meta.concrete_fields] for m in tables()}
    if url.startswith("sqlite:"):
        return _insert_sqlite(url.removeprefix("sqlite:///"), slices, order, columns)
    return _insert_postgresql(url, slices, order, columns)


def _statement(name: str, columns: list[str], mark: str) -> str:
    named = ", ".join(f'"{c}"' for c in columns)
    return f'INSERT INTO "{name}" ({named}) VALUES ({", ".join([mark] * len(columns))})'


def _insert_sqlite(path: str, slices: list[Slice], order: list[str], columns: dict[str, list[str]]) -> float:
    import sqlite3

    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript(str(sqlite.options()["init_command"]))
    began = time.perf_counter()
    for part in slices:
        connection.execute("BEGIN IMMEDIATE")
        for name in order:
            if name in part:
                connection.executemany(_statement(name, columns[name], "?"), part[name])
        connection.execute("COMMIT")
    return time.perf_counter() - began


def _insert_postgresql(url: str, slices: list[Slice], order: list[str], columns: dict[str, list[str]]) -> float:
    import psycopg
    from psycopg.types.json import Json

    plain = [
        {
            name: [tuple(Json(v) if isinstance(v, dict | list) else v for v in row) for row in rows]
            for name, rows in part.items()
        }
        for part in slices
    ]
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        began = time.perf_counter()
        for part in plain:
            for name in order:
                if name in part:
                    cursor.executemany(_statement(name, columns[name], "%s"), part[name])
            connection.commit()
        return time.perf_counter() - began
