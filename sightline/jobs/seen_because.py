"""Who saw what because two people were taken for one: told to whoever parts them, so that it can be put right.

Reading it is itself recorded, as reading the ledger about somebody is.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sightline.agencies.rules import may
from sightline.chronology.joining import entries_about
from sightline.definition.outcomes import Missing, Refused
from sightline.identity import tracing
from sightline.identity.queries import rows_by_id, seen
from sightline.identity.tracing import Seen
from sightline.sharing.paging import Page, mark, place
from sightline.sharing.reading import Reading

MAY = ("separate-identities", "review-ledger")


def seen_because(
    reading: Reading,
    one: Iterable[UUID],
    other: Iterable[UUID],
    since: datetime | None = None,
    until: datetime | None = None,
    *,
    after: str = "",
    limit: int = 100,
) -> Page[Seen]:
    """As `identity.tracing.seen_because`, with every entry of both sides, a page at a time.

    `one`, `other`: source identities that are now two people. Raises Refused for whoever may neither separate people nor
    review the ledger, and Missing where a side is not there, or for whoever separates and may see nothing of it.
    """
    decisions = [may(reading.actor, permission, reading.definition) for permission in MAY]
    if not any(decisions):
        raise Refused(decisions[0])
    sides = list(one), list(other)
    rows = [rows_by_id(side) for side in sides]
    if not all(rows):
        raise Missing
    if not decisions[1] and not all(seen(reading, list(side.values())) for side in rows):
        raise Missing
    found = tracing.seen_because(
        *sides,
        since,
        until,
        of_one=entries_about(sides[0]),
        of_other=entries_about(sides[1]),
        after=place(after) if after else None,
        limit=limit + 1,
    )
    reading.about = reading.about or "view-seen-because"
    reading.detail["about"] = sorted(str(identity) for side in sides for identity in side)[:20]
    more = mark(found[limit - 1].at, found[limit - 1].record) if len(found) > limit else ""
    return Page(tuple(found[:limit]), more)
