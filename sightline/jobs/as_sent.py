"""Moments, days, births and family as a sender told them, and how exactly. Pure."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from functools import lru_cache

from sightline.identity.linkage.likeness import kin_of
from sightline.intake.types import Notification
from sightline.timescales.london import local_day, parse_moment
from sightline.timescales.partial import parse_partial


def precision_of(text: str) -> str:
    return {4: "year", 7: "month", 10: "day"}.get(len(text.strip()), "minute")


@lru_cache(maxsize=2048)
def moment_of(text: str) -> datetime:
    """A moment, a day or a part of a date as sent. Raises ValueError."""
    plain = text.strip()
    return parse_moment({4: f"{plain}-01-01", 7: f"{plain}-01"}.get(len(plain), plain))


@lru_cache(maxsize=2048)
def day_of(text: str) -> date | None:
    """The day of a moment as sent; None where that is none."""
    with suppress(ValueError, OverflowError):
        return local_day(moment_of(text)) if text else None
    return None


def kin_told(n: Notification) -> dict[str, tuple[str, ...]]:
    """The family that is told with each person of a notification, by the person's key."""
    if not n.relations:
        return {}
    told = {p.key: found for p in n.people if (found := kin_of(p.details))}
    kin: dict[str, dict[str, None]] = {}
    for subject, _, other in n.relations:
        for key, relative in ((subject, other), (other, subject)):
            if relative in told:
                kin.setdefault(key, {})[told[relative]] = None
    return {key: tuple(found) for key, found in kin.items()}


def births_of(text: str, on: date) -> tuple[date | None, ...]:
    """The first and the last day on which somebody may be born: a baby of "8 weeks" is as pressing as one whose day is told."""
    if not text or exact_day(text) is not None:
        return (exact_day(text),)
    try:
        told = parse_partial(text)
    except (ValueError, OverflowError):
        return (None,)
    return told.earliest, max(told.earliest, min(told.latest, on))


def exact_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
