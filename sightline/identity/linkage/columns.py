"""Likenesses as a table: what Splink compares, one row a source identity. Pure; nothing of it is ever written to disk.

`comparing.COLUMNS` says what each column means; here each has its type, in Arrow and in Spark's words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from sightline.identity.linkage.comparing import COLUMNS, Prepared, prepared
from sightline.identity.linkage.types import Likeness

ID = "unique_id"  # of a row within one run: a running number, which says nothing outside it
_TYPES = {"VARCHAR": pa.string(), "VARCHAR[]": pa.list_(pa.string()), "INTEGER": pa.int32()}
TYPES: dict[str, pa.DataType] = {name: _TYPES[said.split(":")[0]] for name, said in COLUMNS.items()}
SCHEMA = pa.schema([(ID, pa.int32()), *TYPES.items()])
if tuple(TYPES) != Prepared._fields:
    raise TypeError("comparing.COLUMNS and comparing.Prepared name different columns")


def row_of(one: Likeness) -> dict[str, Any]:
    """The columns of a likeness, by name."""
    return prepared(one)._asdict()


def table(likenesses: Iterable[Likeness], first: int = 0) -> pa.Table:
    """A table of these likenesses, numbered from `first` on. Columns: `SCHEMA`."""
    return table_of([prepared(one) for one in likenesses], first)


def table_of(rows: Sequence[Prepared], first: int = 0) -> pa.Table:
    """See `table`, of what is prepared already."""
    columns: list[Any] = [pa.array(range(first, first + len(rows)), pa.int32())]
    by_column = zip(*rows, strict=True) if rows else ((),) * len(TYPES)
    for values, kind in zip(by_column, TYPES.values(), strict=True):
        columns.append(pa.array(values, kind))
    return pa.Table.from_arrays(columns, schema=SCHEMA)
