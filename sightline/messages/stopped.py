"""A release that was stopped is told to people, in the transaction of the stop."""

from __future__ import annotations

from sightline.agencies.types import Actor
from sightline.identity.release import Recipient, Stopped
from sightline.messages.actions import send

KIND = "release-stopped"


def tell(stopped: Stopped, recipient: Recipient, by: Actor) -> None:
    """Whoever was about to release it, those who answer for stopped releases at their agency, and information governance."""
    to = [] if by.machine else [f"worker:{by.id}"]
    to += [f"agency:{by.agency}"] if by.agency else []
    send(KIND, to=[*to, "role:information-governance"], says={"count": len(stopped.hits)}, by=by, because=stopped.id)
