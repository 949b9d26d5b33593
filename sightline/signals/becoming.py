"""What became of a signal: raised, grew, told, answered, ended. Added, never changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sightline.signals.models import Happened, Standing
from sightline.timescales.moment import now
from sightline.vault.adding import add_objects, new
from sightline.vault.ids import Ids


def happened(id: UUID, row: Standing, what: str, at: datetime, detail: dict[str, Any], by: str = "") -> Happened:
    """What became of a signal, as a row to be added."""
    return new(
        Happened, id=id, signal=row.id, rule=row.rule, version=row.version, what=what, at=at, by=by, detail=detail
    )


def note(row: Standing, what: str, *, detail: dict[str, Any] | None = None, by: str = "") -> None:
    """Adds what became of a signal, in the caller's transaction."""
    add_objects([happened(Ids()(), row, what, now(), detail or {}, by)])
