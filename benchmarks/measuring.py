"""Figures in words, and targets."""

from __future__ import annotations

import resource
from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]


def peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Report:
    """Prints each figure beside its target; `missed` is the exit code."""

    def __init__(self) -> None:
        self.missed = 0

    def say(self, name: str, figure: str) -> None:
        print(f"  {name:<44} {figure:>16}", flush=True)

    def most(self, name: str, value: float, target: float, unit: str = "") -> None:
        self._held(name, value, value <= target, f"at most {target:g}{unit}", unit)

    def least(self, name: str, value: float, target: float, unit: str = "") -> None:
        self._held(name, value, value >= target, f"at least {target:g}{unit}", unit)

    def _held(self, name: str, value: float, held: bool, target: str, unit: str) -> None:
        self.missed |= not held
        shown = f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:,.2f}"
        print(f"  {name:<44} {shown + unit:>16}   {target}{'' if held else '   MISSED'}", flush=True)
