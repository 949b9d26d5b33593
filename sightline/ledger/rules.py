"""What a ledger record's fingerprint covers, and how a chain is formed. Pure."""

from __future__ import annotations

import hashlib
import json
import re
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
START = "0" * 64
_CANONICAL = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False
).encode  # made once: a fifth less time
_PLAIN = re.compile(r'\{\}|\[(?:"[0-9a-f-]*"(?:, ?"[0-9a-f-]*")*)?\]')
_quoted = json.encoder.encode_basestring  # a text in JSON, as it is where `ensure_ascii` is off


def leaf(values: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical JSON of a record (`at` in UTC, microseconds), with a leaf prefix (RFC 6962)."""
    plain = {
        name: values[name] if isinstance(values[name], int | list | dict) else str(values[name]) for name in COVERED
    }
    return hashlib.sha256(b"\x00" + _CANONICAL(plain).encode()).hexdigest()


def leaf_of_row(row: Sequence[str], count: int, ids: str, detail: str) -> str:
    """The same, of a record as its table has it: `row` is its texts in the order of `TEXTS`, `ids` and `detail` are JSON.
    A million records are checked this way in half the time that making dicts of them takes.
    """
    acting_for, actor, at, basis, id_, kind, outcome, policy, purpose, rule, stream, verb = map(_quoted, row)
    canonical = (
        f'{{"acting_for":{acting_for},"actor":{actor},"at":{at},"basis":{basis},"count":{count},"detail":{_canonical(detail)},'
        f'"id":{id_},"ids":{_canonical(ids)},"kind":{kind},"outcome":{outcome},"policy":{policy},"purpose":{purpose},'
        f'"rule":{rule},"stream":{stream},"verb":{verb}}}'
    )
    return hashlib.sha256(b"\x00" + canonical.encode()).hexdigest()


def _canonical(text: str) -> str:
    """JSON as `leaf` writes it. Most is a list of ids, or nothing, and needs only to lose its spaces."""
    return text.replace(" ", "") if _PLAIN.fullmatch(text) else _CANONICAL(json.loads(text))


def head_text(streams: Mapping[str, Any]) -> str:
    """What the head's keyed digest covers: every stream with its newest place and chain."""
    return json.dumps({stream: list(head) for stream, head in streams.items()}, sort_keys=True, separators=(",", ":"))


def chained(previous: str, leaf_: str) -> str:
    return hashlib.sha256(b"\x01" + bytes.fromhex(previous) + bytes.fromhex(leaf_)).hexdigest()
