"""Part of a list, and a mark for what follows: by place, not by number, so that nothing is skipped while rows come in.

A mark is signed and says nothing to whoever sees it in an address; one that was tampered with is the beginning.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core import signing
from django.db.models import Q, QuerySet

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


def seen(
    rows: QuerySet[Any],
    field: str,
    see: Callable[[Sequence[Any]], Sequence[tuple[Any, T]]],
    *,
    after: str = "",
    limit: int,
    last_first: bool = False,
) -> Page[T]:
    """A page of rows in the order of a moment (`field`) and their id, as their reader sees them. `see` passes some of them through
    the gate: it is asked for more until the page is full, so that rows that are not for this reader never push out those that are.
    """
    start, found = place(after) if after else None, []
    sign, beyond = ("-", "lt") if last_first else ("", "gt")
    ordered = rows.order_by(f"{sign}{field}", f"{sign}id")
    while True:
        further = ordered
        if start is not None:
            further = ordered.filter(
                Q(**{f"{field}__{beyond}": start[0]}) | Q(**{field: start[0], f"id__{beyond}": start[1]})
            )
        some = list(further[:limit])
        for row, line in see(some) if some else ():
            if len(found) == limit:
                return Page(tuple(one for _, one in found), mark(getattr(found[-1][0], field), found[-1][0].id))
            found.append((row, line))
        if len(some) < limit:
            return Page(tuple(one for _, one in found), "")
        start = getattr(some[-1], field), some[-1].id
