"""What a ledger record's fingerprint covers, and what the head's seal does. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

COVERED = (
    "id",
    "stream",
    "at",
    "kind",
    "verb",
    "actor",
    "acting_for",
    "purpose",
    "basis",
    "rule",
    "policy",
    "outcome",
    "ids",
    "count",
    "detail",
)
TEXTS = tuple(sorted(set(COVERED) - {"count", "ids", "detail"}))
START = "0" * 64  # of a chain
TREE = "*"  # the tree, where a chain of before has its agency; no agency can have this id
STORED = 4  # subtrees of this level and above are kept: one row for sixteen records, about
_CANONICAL = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False
).encode  # made once: a fifth less time
_quoted = json.encoder.encode_basestring  # a text in JSON, as it is where `ensure_ascii` is off


def leaf(values: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical JSON of a record (`at` in UTC, microseconds), with a leaf prefix (RFC 6962)."""
    return hashlib.sha256(b"\x00" + canonical(values).encode()).hexdigest()


def fits(row: Sequence[str], count: int, ids: str, detail: str, leaf_: str) -> bool:
    """Whether a record, as its table has it, has this fingerprint. `row` is its texts in the order of `TEXTS`; `ids` and
    `detail` are JSON, however the database spaces and orders it. A million records are checked this way in a third of
    the time that making dicts of them takes. Raises ValueError where it is no longer JSON.
    """
    if _leaf_of(row, count, _unspaced(ids), _unspaced(detail)) == leaf_:
        return True
    return leaf_of_row(row, count, ids, detail) == leaf_


def leaf_of_row(row: Sequence[str], count: int, ids: str, detail: str) -> str:
    """The same as `leaf`, of a record as its table has it."""
    return _leaf_of(row, count, _CANONICAL(json.loads(ids)), _CANONICAL(json.loads(detail)))


def _leaf_of(row: Sequence[str], count: int, ids: str, detail: str) -> str:
    acting_for, actor, at, basis, id_, kind, outcome, policy, purpose, rule, stream, verb = map(_quoted, row)
    canonical = (
        f'{{"acting_for":{acting_for},"actor":{actor},"at":{at},"basis":{basis},"count":{count},"detail":{detail},'
        f'"id":{id_},"ids":{ids},"kind":{kind},"outcome":{outcome},"policy":{policy},"purpose":{purpose},'
        f'"rule":{rule},"stream":{stream},"verb":{verb}}}'
    )
    return hashlib.sha256(b"\x00" + canonical.encode()).hexdigest()


def _unspaced(text: str) -> str:
    """JSON without the spaces between its values, where it is plain that they are not within a text: most of it then is
    as `leaf` writes it."""
    if " " not in text or "\\" in text or " " in "".join(text.split('"')[1::2]):
        return text
    return text.replace(", ", ",").replace(": ", ":")


def canonical(values: Mapping[str, Any]) -> str:
    """The text that a record's fingerprint covers: JSON with sorted names and no spaces, `at` in UTC."""
    return _CANONICAL(
        {name: values[name] if isinstance(values[name], int | list | dict) else str(values[name]) for name in COVERED}
    )


def head_text(streams: Mapping[str, Any]) -> str:
    """What the head's keyed digest covers: how far the ledger had got."""
    return json.dumps({stream: list(head) for stream, head in streams.items()}, sort_keys=True, separators=(",", ":"))


def chained(previous: str, leaf_: str) -> str:
    """A link of a chain, as it was kept before there was the tree."""
    return hashlib.sha256(b"\x01" + bytes.fromhex(previous) + bytes.fromhex(leaf_)).hexdigest()
