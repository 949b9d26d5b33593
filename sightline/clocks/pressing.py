"""About whom something waits for somebody, by ids alone: what else waits about them should be done first."""

from __future__ import annotations

from django.db.models import QuerySet

from sightline.chronology.pressing import by_urgent_entry
from sightline.clocks.models import Running


def pressing() -> dict[str, QuerySet]:
    """The source identities on whom a clock runs that nobody has stopped: `urgent` where what started it cannot wait,
    `open` where it can. Ids, as queries that a stage above may narrow a list of its own with."""
    running = Running.objects.filter(stopped_at=None, history=False)
    return {
        "urgent": running.filter(by_urgent_entry("started_by")).values("identity"),
        "open": running.values("identity"),
    }
