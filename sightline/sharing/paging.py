"""Part of a list, and a mark for what follows: by place, not by number, so that nothing is skipped while rows come in.

A mark is signed and says nothing to whoever sees it in an address; one that was tampered with is the beginning.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from django.core import signing

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Part of a list, and an opaque mark for what follows (empty at the end)."""

    items: tuple[T, ...]
    next: str


def mark(moment: datetime, row_id: UUID) -> str:
    return signing.dumps([moment.isoformat(), str(row_id)], salt="page")


def place(marked: str) -> tuple[datetime, UUID] | None:
    """Where a page goes on: after this moment and id. None: at the beginning."""
    try:
        moment, row_id = signing.loads(marked, salt="page")
    except signing.BadSignature:
        return None
    return datetime.fromisoformat(moment), UUID(row_id)
