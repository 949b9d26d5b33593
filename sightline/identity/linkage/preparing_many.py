"""Likenesses of very many made ready at once, from the bodies that were sealed: columns in, columns out. Pure.

What `preparing.prepared` says of one likeness this says of a table of them: the same functions, asked once for each name,
date and address that is there instead of once for each person. A test holds both together, row by row.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj
from numpy.typing import NDArray

from sightline.identity.linkage.columns import ID, SCHEMA, TYPES, table_of
from sightline.identity.linkage.preparing import LEAST_NUMBER, _born, _due, _family, _given, _places, prepared
from sightline.identity.linkage.types import MANY, Likeness

BETWEEN = "\x1f"  # stands between the words of a list while it is one text; in no word
WHOLE_KIN = r"(^|\|)[^|]{10}$"  # a member of the family whose birth date is whole
_LIKENESS = pa.schema([(name, pa.list_(pa.string()) if name in MANY else pa.string()) for name in Likeness.__slots__])
_GIVEN = (
    "given",
    "given_words",
    "given_lead",
    "given_roots",
    "given_sound",
    "given_spelt",
    "given_initial",
    "given_known",
)
_FAMILY = ("family", "family_words", "family_roots", "family_sound", "family_spelt")
_BORN = ("born", "born_digits", "born_from", "born_to")
_PLACES = ("postcodes", "sectors", "districts")
Columns = dict[str, Any]


def table_from(bodies: Sequence[bytes]) -> pa.Table:
    """The columns (`SCHEMA`, numbered from 0) of the likenesses whose JSON these are."""
    try:
        return _table(_read(bodies)) if bodies else table_of([])
    except pa.ArrowInvalid:  # a likeness of another shape than today's: each by itself
        return table_of([prepared(Likeness.from_dict(json.loads(body))) for body in bodies])


def _read(bodies: Sequence[bytes]) -> pa.Table:
    text = b"\n".join(bodies)
    found = pj.read_json(
        pa.BufferReader(text),
        read_options=pj.ReadOptions(use_threads=False, block_size=len(text) + 1),
        parse_options=pj.ParseOptions(explicit_schema=_LIKENESS, unexpected_field_behavior="ignore"),
    )
    if found.num_rows != len(bodies):
        raise pa.ArrowInvalid("a body is not one line")
    return found.combine_chunks()


def _table(told: pa.Table) -> pa.Table:
    columns: Columns = {}
    _each(columns, _GIVEN, _joined(told["given"]), lambda text: _given(_apart(text)))
    _each(columns, _FAMILY, _joined(told["family"]), lambda text: _family(_apart(text)))
    born = pc.coalesce(_there(told["born"]), told["about_age"])
    _each(columns, _BORN, pc.fill_null(born, ""), _born)
    _each(columns, ("due",), pc.fill_null(told["expected"], ""), lambda text: (_due(text),))
    columns["due"] = pc.if_else(pc.is_null(columns["born_from"]), columns["due"], pa.scalar(None, pa.int32()))
    _each(columns, _PLACES, _joined(told["postcodes"]), lambda text: _places(_apart(text)))
    columns["earlier"], columns["schools"] = _list(told["other_names"]), _list(told["schools"])
    columns["contacts"] = _after(_list(told["phones"]), _list(told["emails"]))
    for name, of in (("sex", "sex"), ("line", "lines"), ("nhs", "nhs"), ("upn", "upn")):
        columns[name] = _there(told[of])
    numbers, kin = _list(told["numbers"]), _list(told["kin"])
    columns["numbers"] = _kept(numbers, pc.greater_equal(pc.utf8_length(numbers.values), LEAST_NUMBER))
    columns["kin"] = _kept(kin, pc.match_substring_regex(kin.values, WHOLE_KIN))
    columns["self_kin"] = _self_kin(columns, _there(pc.binary_join(_list(told["family"]), " ")))
    ids = pa.array(np.arange(told.num_rows, dtype=np.int32))
    return pa.Table.from_arrays([ids, *(columns[name] for name in TYPES)], schema=SCHEMA)


def _plain(column: Any) -> pa.Array:
    """One array of a column of one chunk, whose lists begin at the array's own start."""
    if isinstance(column, pa.ChunkedArray):
        column = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    return column


def _there(texts: Any) -> pa.Array:
    """Without empty ones."""
    texts = _plain(texts)
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)


def _joined(lists: Any) -> pa.Array:
    return pc.fill_null(pc.binary_join(_plain(lists), BETWEEN), "")


def _apart(text: str) -> tuple[str, ...]:
    return tuple(text.split(BETWEEN)) if text else ()


def _each(into: Columns, names: Sequence[str], texts: Any, said: Callable[[str], Sequence[Any]]) -> None:
    """Columns of what is said of each text: it is asked once for each that is different."""
    encoded = _plain(texts).dictionary_encode()
    found = [said(text) for text in encoded.dictionary.to_pylist()]
    for name, values in zip(names, zip(*found, strict=True), strict=True):
        into[name] = pa.array(values, TYPES[name]).take(encoded.indices)


def _list(lists: Any) -> pa.ListArray:
    """A list a person, empty where nothing was told."""
    plain = _plain(lists)
    counts = pc.fill_null(pc.list_value_length(plain), 0).to_numpy(zero_copy_only=False)
    return _of(plain.flatten(), counts)


def _of(values: pa.Array, counts: NDArray[np.int32]) -> pa.ListArray:
    return pa.ListArray.from_arrays(pa.array(_starts(counts)), values)


def _starts(counts: NDArray[np.int32]) -> NDArray[np.int32]:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)


def _counts(lists: pa.ListArray) -> NDArray[np.int32]:
    return np.diff(lists.offsets.to_numpy())


def _kept(lists: pa.ListArray, kept: pa.Array) -> pa.ListArray:
    """The lists with those of their values that are kept."""
    mask = kept.to_numpy(zero_copy_only=False).astype(bool)
    before = np.concatenate([[0], np.cumsum(mask)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(before[lists.offsets.to_numpy()]), lists.values.filter(pa.array(mask)))


def _after(first: pa.ListArray, second: pa.ListArray) -> pa.ListArray:
    """Of each person the first list, then the second."""
    some, more = _counts(first), _counts(second)
    starts, total = _starts(some + more), len(first.values) + len(second.values)
    order = np.empty(total, dtype=np.int64)
    at = 0
    for lists, counts, place in ((first, some, starts[:-1]), (second, more, starts[:-1] + some)):
        own = lists.offsets.to_numpy()[:-1]
        order[np.repeat(place - own, counts) + np.arange(len(lists.values))] = at + np.arange(len(lists.values))
        at += len(lists.values)
    return pa.ListArray.from_arrays(
        pa.array(starts), pa.concat_arrays([first.values, second.values]).take(pa.array(order))
    )


def _self_kin(columns: Columns, family: pa.Array) -> pa.Array:
    """How each would stand in another's kin; null where somebody of their own does."""
    found = pc.binary_join_element_wise(columns["given"], family, columns["born"], "|")
    kin = columns["kin"]
    whose = np.repeat(np.arange(len(kin)), _counts(kin))
    own = pc.fill_null(pc.equal(kin.values, found.take(pa.array(whose))), False).to_numpy(zero_copy_only=False)
    among = np.zeros(len(kin), dtype=bool)
    among[whose[own]] = True
    return pc.if_else(pa.array(among), pa.scalar(None, pa.string()), found)


assert ID == SCHEMA.names[0]
