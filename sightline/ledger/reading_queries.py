"""The ledger's records of what was shown, in the order in which they took their places: for whoever follows them.

Ids and codes only. Whoever shows them says by what right, and records that they did.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sightline.ledger.models import Place, Record, Unplaced

_COLUMNS = (
    *(
        "id",
        "at",
        "kind",
        "actor",
        "acting_for",
        "verb",
        "purpose",
        "basis",
        "rule",
        "outcome",
        "ids",
        "count",
        "detail",
    ),
)


NONE = -1  # the place of what has none: places begin at 0


@dataclass(frozen=True, slots=True)
class Response:
    """One response that showed something. `place` is below 0 while it has none."""

    id: UUID
    at: datetime
    actor: str
    agency: str
    verb: str
    purpose: str
    basis: tuple[str, ...]
    rules: tuple[str, ...]
    ids: tuple[
        UUID, ...
    ]  # what it showed; empty where there was too much to name: then `persons` says whose page it was
    persons: tuple[UUID, ...]
    levels: dict[str, int] = field(default_factory=dict)
    place: int = NONE


def placed_after(place: int, limit: int = 1000) -> tuple[list[Response], int]:
    """What was shown, of the next `limit` records after a place; and the place of the last of them.

    Places are given one after the other by one sequencer, after a record is committed: none turns up later at an
    earlier place.
    """
    rows = Place.objects.filter(n__gt=place).order_by("n")[:limit]
    found, last = [], place
    for n, *values in rows.values_list("n", *(f"record__{name}" for name in _COLUMNS)):
        last = n
        if response := _response(dict(zip(_COLUMNS, values, strict=True)), n):
            found.append(response)
    return found, last


def without_place(limit: int = 1000) -> list[Response]:
    """What was shown within the last second or so, and has no place yet."""
    rows = Unplaced.objects.order_by("id")[:limit].values_list(*(f"record__{name}" for name in _COLUMNS))
    return [r for values in rows if (r := _response(dict(zip(_COLUMNS, values, strict=True)), NONE))]


def responses(ids: Iterable[UUID]) -> dict[UUID, Response]:
    """These records, by id."""
    rows = Record.objects.filter(id__among=list(ids)).values_list(*_COLUMNS)
    found = (_response(dict(zip(_COLUMNS, values, strict=True)), NONE) for values in rows)
    return {response.id: response for response in found if response}


def _response(row: dict[str, Any], place: int) -> Response | None:
    if row["kind"] != "read" or row["outcome"] != "allowed":
        return None
    detail: dict[str, Any] = row["detail"] or {}
    return Response(
        row["id"],
        row["at"],
        row["actor"],
        row["acting_for"],
        row["verb"],
        row["purpose"],
        tuple(part for part in row["basis"].split(",") if part),
        tuple(part for part in row["rule"].split(",") if part),
        tuple(_ids(row["ids"])),
        tuple(_ids(detail.get("persons", ()))),
        {str(level): int(n) for level, n in detail.get("levels", {}).items()},
        place,
    )


def _ids(texts: Iterable[object]) -> Iterable[UUID]:
    for text in texts:
        try:
            yield UUID(str(text))
        except ValueError:  # an agency's or a feed's name
            continue
