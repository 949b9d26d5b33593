"""People as numbers: each value of a column is a code, so that millions of pairs are compared without touching text. Pure.

Columns whose values are held against each other (a given name among family names, somebody among another's kin) share one
vocabulary. -1 stands for a value that is not there. A list is a range of codes (`Lists`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sightline.identity.linkage.columns import ID

Numbers = NDArray[np.int32]
Rows = NDArray[np.intp]  # positions of people
Truth = NDArray[np.bool_]
NONE = -1

# Columns that share a vocabulary, by its name. Of those in `KEPT` the text itself is asked for later.
VOCABULARIES: dict[str, tuple[str, ...]] = {
    "word": ("given", "given_words", "given_lead", "family_words", "earlier"),
    "given_root": ("given_roots",),
    "given_sound": ("given_sound",),
    "given_spelt": ("given_spelt",),
    "given_initial": ("given_initial",),
    "family": ("family",),
    "family_root": ("family_roots",),
    "family_sound": ("family_sound",),
    "family_spelt": ("family_spelt",),
    "born_digits": ("born_digits",),
    "sex": ("sex",),
    "postcode": ("postcodes",),
    "sector": ("sectors",),
    "district": ("districts",),
    "line": ("line",),
    "contact": ("contacts",),
    "kin": ("kin", "self_kin"),
    "school": ("schools",),
    "nhs": ("nhs",),
    "upn": ("upn",),
    "number": ("numbers",),
}
KEPT = frozenset(("word", "given_spelt", "family", "family_spelt", "born_digits", "nhs", "upn"))
PLAIN = ("given_known", "born_from", "born_to", "due")  # numbers already
NO_DAY = -(2**31)  # where one of PLAIN is null


@dataclass(frozen=True, slots=True)
class Lists:
    """A list a person; of person `p`, the codes `values[starts[p]:starts[p] + counts[p]]`."""

    starts: Numbers
    counts: Numbers
    values: Numbers


@dataclass(frozen=True, slots=True)
class Coded:
    """Everybody's columns: each array has an element a person, at their `unique_id`."""

    single: dict[str, Numbers]
    many: dict[str, Lists]
    texts: dict[str, NDArray[np.object_]]  # by vocabulary: code -> text
    one_letter: Truth  # whose given name is an initial


def coded(asked: Callable[[Sequence[str]], pa.Table]) -> Coded:
    """Everybody as numbers. `asked(columns)` gives these columns of everybody, in any order; it is called once a vocabulary,
    so that no more text than one vocabulary's lies beside the numbers.
    """
    single: dict[str, Numbers] = {}
    many: dict[str, Lists] = {}
    texts: dict[str, NDArray[np.object_]] = {}
    plain = asked((ID, *PLAIN))
    ids = plain[ID].to_numpy()
    size = int(ids.max()) + 1 if len(ids) else 0
    for name in PLAIN:
        days = plain[name].fill_null(NO_DAY).to_numpy()
        single[name] = _placed(days.astype(np.int32, copy=False), ids, size, NO_DAY)
    del plain
    for vocabulary, columns in VOCABULARIES.items():
        table = asked((ID, *columns))
        words = _encode(table, columns, size, single, many)
        if vocabulary in KEPT:
            texts[vocabulary] = words.to_numpy(zero_copy_only=False)
    letters = np.fromiter((len(text) == 1 for text in texts["word"]), bool, len(texts["word"]))
    given = single["given"]
    one_letter = (given != NONE) & letters[given] if len(letters) else np.zeros(size, dtype=bool)
    return Coded(single, many, texts, one_letter)


def _placed(values: Numbers, ids: Rows, size: int, otherwise: int) -> Numbers:
    found = np.full(size, otherwise, dtype=np.int32)
    found[ids] = values
    return found


def _encode(
    table: pa.Table, columns: Sequence[str], size: int, single: dict[str, Numbers], many: dict[str, Lists]
) -> pa.Array:
    """Puts the codes of these columns into `single` and `many`; returns their vocabulary."""
    flat: list[Any] = []
    sizes: list[int] = []
    ids = table[ID].to_numpy()
    for name in columns:
        chunks = [chunk.flatten() if pa.types.is_list(chunk.type) else chunk for chunk in table[name].chunks]
        flat += chunks
        sizes.append(sum(map(len, chunks)))
    encoded = pa.chunked_array(flat, pa.string()).dictionary_encode()
    codes = np.concatenate([_indices(chunk) for chunk in encoded.chunks] or [np.empty(0, np.int32)])
    words = encoded.chunk(0).dictionary if encoded.num_chunks else pa.array([], pa.string())
    start = 0
    for name, length in zip(columns, sizes, strict=True):
        values, start = codes[start : start + length], start + length
        if not pa.types.is_list(table.schema.field(name).type):
            single[name] = _placed(values, ids, size, NONE)
            continue
        counts = pc.fill_null(pc.list_value_length(table[name]), 0).to_numpy().astype(np.int32, copy=False)
        starts = (np.cumsum(counts, dtype=np.int64) - counts).astype(np.int32)
        many[name] = Lists(_placed(starts, ids, size, 0), _placed(counts, ids, size, 0), values)
    return words


def _indices(chunk: pa.DictionaryArray) -> Numbers:
    found: Numbers = chunk.indices.fill_null(NONE).to_numpy(zero_copy_only=False).astype(np.int32, copy=False)
    return found


# --- what is asked of lists --------------------------------------------------------------------------------------


def meet(some: Lists, one: Rows, others: Lists, other: Rows) -> Truth:
    """Pair by pair, whether the list of `one` and that of `other` have a value in common."""
    found = np.zeros(len(one), dtype=bool)
    have = np.flatnonzero((some.counts[one] > 0) & (others.counts[other] > 0))
    a, b = some.starts[one[have]], others.starts[other[have]]
    a_left, b_count = some.counts[one[have]], others.counts[other[have]]
    while len(have):
        values, hit = some.values[a], np.zeros(len(have), dtype=bool)
        within = np.arange(len(have))  # those whose other list is as long as that
        for step in range(int(b_count.max())):
            if step:
                within = within[b_count[within] > step]
            hit[within] |= values[within] == others.values[b[within] + step]
        found[have[hit]] = True
        on = ~hit & (a_left > 1)
        have, a, b, a_left, b_count = have[on], a[on] + 1, b[on], a_left[on] - 1, b_count[on]
    return found


def holds(lists: Lists, of: Rows, values: Numbers) -> Truth:
    """Pair by pair, whether the list of `of` has this value. NONE stands in no list."""
    found = np.zeros(len(of), dtype=bool)
    have = np.flatnonzero((lists.counts[of] > 0) & (values != NONE))
    starts, counts, wanted = lists.starts[of[have]], lists.counts[of[have]], values[have]
    step = 0
    while len(have):
        hit = lists.values[starts + step] == wanted
        found[have[hit]] = True
        step += 1
        on = ~hit & (counts > step)
        have, starts, counts, wanted = have[on], starts[on], counts[on], wanted[on]
    return found
