"""What was not right with somebody's details, in a sentence each: nothing was refused, and nobody has to guess. Pure.

    told(details)       (Told("born", "no-such-day", "There is no such day. …", "2010-02-30"), …)

For: pages and stories. What is made of a poor detail when it comes: `intake.usable`.
"""

from __future__ import annotations

from dataclasses import dataclass

from sightline.intake.identifiers import CHECKS
from sightline.intake.types import Details
from sightline.intake.usable import DETAILS, SAYS


@dataclass(frozen=True, slots=True)
class Told:
    """One detail that could not be used as it came."""

    detail: str  # a field of Details
    why: str  # a code of `usable.SAYS`
    sentence: str
    received: str  # as its sender wrote it
    stands: bool = False  # it is still what is held

    @property
    def title(self) -> str:
        return DETAILS.get(self.detail, self.detail.capitalize())


def told(details: Details) -> tuple[Told, ...]:
    """Everything that is to be said of these details, in the order of their fields. What was held before notes were made
    has its check digits looked at now."""
    noted = list(details.noted)
    for name, check in CHECKS.items():
        number: str = getattr(details, name)
        if number and not check(number)[1] and all(detail != name for detail, _, _ in noted):
            noted.append((name, "check-digit", ""))
    found = [
        Told(detail, why, SAYS.get(why, ""), text or _standing(details, detail), not text)
        for detail, why, text in noted
    ]
    order = list(DETAILS)
    return tuple(sorted(found, key=lambda one: order.index(one.detail) if one.detail in order else len(order)))


def _standing(details: Details, detail: str) -> str:
    value = getattr(details, detail, "")
    return ", ".join(value) if isinstance(value, tuple) else str(value)
