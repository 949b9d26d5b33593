"""What the rules are held against: each agency alone, and "three incidents in 90 days". Replayed by the same engine.

Each is given the best of several settings at no more alerts than the rules had: longer and shorter windows, two events or
more. Where a setting would tell more often than the rules did, only so many of its alerts are looked at, drawn fairly.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sightline.definition.types import Signal

# What an agency calls an incident or a concern: whatever the front door must decide about, and harm, absence, accusation.
INCIDENT: dict[str, Any] = {
    "all": [
        {"any": [{"queued": "yes"}, {"counts-as": ["harmed", "missing", "accused"]}]},
        {"none": [{"record": ["contact", "referral"]}]},
    ]
}
QUIET = "90 days"
DESK = "duty-social-worker"
SETTINGS = ((3, "90 days"), (2, "28 days"), (2, "90 days"), (3, "28 days"), (3, "180 days"), (4, "90 days"))


def counting(at_least: int, within: str) -> Signal:
    """The rule "so many incidents in so long": told at once, again when it grew after four weeks, over when it is quiet."""
    return Signal.model_validate(
        {
            "id": f"{at_least}-in-{within.replace(' ', '-')}",
            "title": f"{at_least} incidents in {within}",
            "source": "a baseline",
            "may-mean": "-",
            "does-not-mean": "-",
            "when": {"count": INCIDENT, "at-least": at_least, "within": within},
            "says": "{count} incidents in {days} days",
            "tell": [{"whom": [DESK], "how": "now"}],
            "rest": "28 days",
            "ends": {"none": INCIDENT, "for": QUIET},
            "owner": DESK,
        }
    )


def settings() -> Iterator[Signal]:
    """Three in 90 days first, then the others."""
    for at_least, within in SETTINGS:
        yield counting(at_least, within)
