"""What stands about whom, so that two ways to the same world can be compared: all that is computed, nothing of what was told."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from uuid import UUID

from sightline.identity.queries import rows_of
from sightline.signals.models import Standing
from sightline.vault.taking import taken

COMPUTED = (
    "rule", "version", "level", "sort", "since", "begins", "until", "ended_because", "cited", "window", "count", "days",
    "agencies", "kinds",
)  # fmt: skip
WITHDRAWN = "withdrawn"  # what followed once, from what was known then: history, and no part of what follows now
Stood = dict[object, "Counter[object]"]


def stands_about(persons: Collection[UUID]) -> Stood:
    """Of each of these people, the episodes that follow from what is known; how often each (always once)."""
    person_of = {row.id: row.person for row in rows_of(persons)}
    rows = Standing.objects.filter(identity_id__among=list(person_of)).exclude(ended_because=WITHDRAWN)
    found: Stood = defaultdict(Counter)
    for identity, *values in taken(rows.order_by(), "identity_id", *COMPUTED):
        found[person_of[identity]][repr(values)] += 1
    return dict(found)


def stands_at(places: Collection[str]) -> Stood:
    """The same, of these places."""
    rows = Standing.objects.filter(place__in=list(places)).exclude(ended_because=WITHDRAWN)
    found: Stood = defaultdict(Counter)
    for place, *values in taken(rows.order_by(), "place", *COMPUTED):
        found[place][repr(values)] += 1
    return dict(found)
