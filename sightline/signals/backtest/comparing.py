"""The rules against others at equal load: how many days of warning a storyline gives, when no more is told than by the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sightline.signals.backtest import intervals
from sightline.signals.backtest.measuring import Seen, every, told_of
from sightline.signals.backtest.types import Alert, Arm, City


@dataclass(frozen=True, slots=True)
class Thinned:
    """One way of looking of which only a share of the alerts is looked at, drawn fairly: what is to be expected."""

    name: str
    title: str
    told: int
    looked_at: float  # share
    days: tuple[float, ...]  # of warning, for each storyline: nought where it is not seen
    seen: tuple[float, ...]  # the chance that it is seen


def thinned(city: City, arm: Arm, limit: int) -> Thinned:
    """A way of looking at no more than so many alerts."""
    told = told_of(city, arm.alerts)
    part = min(1.0, limit / told) if told else 1.0
    found = every(city, arm)
    return Thinned(
        arm.name,
        arm.title,
        told,
        part,
        tuple(_days(one, part) for one in found),
        tuple(_chance(one, part) for one in found),
    )


def _days(one: Seen, part: float) -> float:
    """Expected days of warning: the first alert that is looked at counts."""
    total, left = 0.0, 1.0
    for lead in one.any:
        total += left * part * lead
        left *= 1 - part
    return total


def _chance(one: Seen, part: float) -> float:
    return 1 - (1 - part) ** len(one.any)


def split(arm: Arm, names: Mapping[str, str]) -> list[Arm]:
    """Several ways of looking that were replayed together, one a rule."""
    of: dict[str, list[Alert]] = {name: [] for name in names}
    for alert in arm.alerts:
        if alert.rule in of:
            of[alert.rule].append(alert)
    return [Arm(f"{arm.name}/{name}", title, of[name]) for name, title in names.items()]


def compared(city: City, ours: Arm, others: Mapping[str, Sequence[Arm]]) -> dict[str, Any]:
    """Ours beside each baseline: as it is, and its best setting at our load. Differences are of the same storylines, with
    intervals by resampling them."""
    limit = told_of(city, ours.alerts)
    own = thinned(city, ours, limit)
    out: dict[str, Any] = {"ours": _figures(own), "against": []}
    for title, arms in others.items():
        tried = [thinned(city, arm, limit) for arm in arms]
        best = max(tried, key=lambda one: (intervals.mean(one.days), intervals.mean(one.seen)), default=None)
        if best is None:
            continue
        pairs = [(a, b) for a, b in zip(own.days, best.days, strict=True)]
        difference = [a - b for a, b in pairs]
        out["against"].append(
            {
                "baseline": title,
                "as-it-is": _figures(tried[0]),
                "best-at-equal-load": _figures(best),
                "tried": [_figures(one) for one in tried],
                "more-days": intervals.mean(difference),
                "more-days-interval": intervals.resampled(difference, intervals.mean, seed=title),
                "more-seen": intervals.mean(own.seen) - intervals.mean(best.seen),
            }
        )
    return out


def _figures(one: Thinned) -> dict[str, Any]:
    return {
        "setting": one.title,
        "told": one.told,
        "looked-at": one.looked_at,
        "seen": intervals.mean(one.seen),
        "days-of-warning-mean": intervals.mean(one.days),
        "days-of-warning-median": intervals.middle(one.days),
    }
