"""Being away, and who stands in: a worker's own setting. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

DEPUTY, FROM, UNTIL = "deputy", "away-from", "away-until"  # a worker's id; days, ISO 8601


def away(chosen: Mapping[str, object], today: date) -> bool:
    """Whether somebody stands in for a worker today, by what the worker has chosen. Both days count."""
    first, last = _day(chosen.get(FROM)), _day(chosen.get(UNTIL))
    return bool(chosen.get(DEPUTY)) and first is not None and first <= today and (last is None or today <= last)


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None
