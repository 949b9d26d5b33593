"""About whom a possible match waits, as a number: for a queue that must not wait for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from django.db.models import F, Q, QuerySet

from sightline.agencies.rules import may
from sightline.identity.locations.models import SafeContact
from sightline.identity.match_queries import WAITING, shown_to
from sightline.identity.models import Possible
from sightline.sharing.reading import Reading


def waiting_about(reading: Reading, identities: Iterable[UUID]) -> dict[UUID, tuple[int, UUID]]:
    """By source identity: how many possible matches wait for a decision, and the one that waits longest. Nothing for whoever
    may not see that two may be one; sealed ones are nobody's but their holder's. One query."""
    wanted = list(dict.fromkeys(identities))
    if not wanted or not may(reading.actor, "see-matches", reading.definition):
        return {}
    rows = (
        Possible.objects.filter(WAITING & shown_to(reading))
        .filter(Q(one__among=wanted) | Q(other__among=wanted))
        .exclude(one__person=F("other__person"))
        .order_by("at", "id")
        .values_list("id", "one_id", "other_id")
    )
    found: Counter[UUID] = Counter()
    first: dict[UUID, UUID] = {}
    own = set(wanted)
    for pair, one, other in rows:
        for side in {one, other} & own:
            found[side] += 1
            first.setdefault(side, pair)
    return {identity: (count, first[identity]) for identity, count in found.items()}


def waiting_sides() -> tuple[QuerySet, QuerySet]:
    """The source identities on either side of a match that waits, as queries that a stage above may narrow a list with."""
    rows = Possible.objects.filter(WAITING).exclude(one__person=F("other__person"))
    return rows.values("one"), rows.values("other")


def not_safe_to_ring(identities: Iterable[UUID]) -> set[UUID]:
    """Of which of these source identities somebody last said that a way of reaching them is not safe. Ids alone: what was
    said, and by whom, passes the gate where it is shown."""
    latest: dict[tuple[UUID, str], bool] = {}
    rows = SafeContact.objects.filter(identity_id__among=list(identities)).order_by("at", "id")
    for identity, channel, safe in rows.values_list("identity_id", "channel", "safe"):
        latest[identity, channel] = safe
    return {identity for (identity, _), safe in latest.items() if not safe}
