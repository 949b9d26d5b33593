"""What a ledger record's fingerprint covers, and how a chain is formed. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
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
START = "0" * 64


def leaf(values: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical JSON of a record (`at` in UTC, microseconds), with a leaf prefix (RFC 6962)."""
    plain = {
        name: values[name] if isinstance(values[name], int | list | dict) else str(values[name]) for name in COVERED
    }
    canonical = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(b"\x00" + canonical.encode()).hexdigest()


def head_text(streams: Mapping[str, Any]) -> str:
    """What the head's keyed digest covers: every stream with its newest place and chain."""
    return json.dumps({stream: list(head) for stream, head in streams.items()}, sort_keys=True, separators=(",", ":"))


def chained(previous: str, leaf_: str) -> str:
    return hashlib.sha256(b"\x01" + bytes.fromhex(previous) + bytes.fromhex(leaf_)).hexdigest()
