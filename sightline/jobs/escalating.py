"""An emergency opening that nobody has reviewed in time: those who answer for it are told."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sightline.agencies.queries import machine, partnership
from sightline.chronology.events import of_people
from sightline.chronology.listing import firsts_of
from sightline.chronology.queries import persons_on
from sightline.messages.actions import send
from sightline.sharing.reading import reading
from sightline.sharing.standing import trusted

REVIEW, CLOCK, UNREVIEWED = "break-glass-review", "break-glass-review", "break-glass-unreviewed"


def reviewed(first: UUID) -> bool:
    """Whether somebody has reviewed this emergency opening."""
    with reading(machine("clock-machine"), "safeguarding", about="look-for-review") as opened:
        found = of_people(opened, persons_on(first), records={REVIEW})
    return any(str(first) in one.on for theirs in found.values() for one in theirs)


@trusted("escalate-emergency")
def escalate(payload: dict[str, Any]) -> None:
    """What is owed when the time for the review is over: those who answer for it are told, unless it was reviewed."""
    first = UUID(payload["entry"])
    if first not in firsts_of([first]) or reviewed(first):
        return
    owner = partnership().clock[CLOCK].owner
    send(
        UNREVIEWED,
        to=[f"role:{owner}", "role:business-manager"],
        says={"agency": payload["agency"], "at": payload["at"]},
        by=machine("clock-machine"),
        because=first,
    )
