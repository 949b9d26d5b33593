"""What a signal rests on, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One entry as a rule sees it: its first version's id, when it happened and was known, and its facts."""

    first: str
    happened: datetime
    known: datetime
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RaisedSignal:
    """A pattern that is complete: since when it could be known, on which entries it rests, in words."""

    signal: str
    title: str
    says: str
    may_mean: str
    does_not_mean: str
    since: datetime
    citing: tuple[str, ...]
    source: str
