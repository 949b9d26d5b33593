"""About whom a possible match waits, as a number: for a queue that must not wait for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet

from sightline.agencies.rules import may
from sightline.identity.locations.models import SafeContact
from sightline.identity.match_queries import WAITING, holds_sealed, shown_to
from sightline.identity.models import Possible
from sightline.sharing.reading import Reading
from sightline.vault.asking import Question


def waiting_about(reading: Reading, identities: Iterable[UUID]) -> dict[UUID, tuple[int, UUID]]:
    """By source identity: how many possible matches wait for a decision, and the one that waits longest. Nothing for whoever
    may not see that two may be one; sealed ones are nobody's but their holder's. One query."""
    wanted = list(dict.fromkeys(identities))
    if not wanted or not may(reading.actor, "see-matches", reading.definition):
        return {}
    found: Counter[UUID] = Counter()
    first: dict[UUID, UUID] = {}
    own = set(wanted)
    for pair, one, other in (_WAITING_ALL if holds_sealed(reading) else _WAITING_OPEN)(wanted):
        for side in {one, other} & own:
            found[side] += 1
            first.setdefault(side, pair)
    return {identity: (count, first[identity]) for identity, count in found.items()}


def _waiting(shown: Q) -> Question[Possible]:
    return Question(
        lambda wanted: Possible.objects.filter(WAITING & shown, Q(one__among=wanted) | Q(other__among=wanted))
        .exclude(one__person=F("other__person"))
        .order_by("at", "id"),
        *("id", "one_id", "other_id"),
    )


_WAITING_ALL, _WAITING_OPEN = _waiting(Q()), _waiting(shown_to(None))


MOST_TOLD = 1000  # what one message counts: more than anybody decides in a day
_APART = (WAITING & shown_to(None)) & ~Q(one__person=F("other__person"))
_PAIR = ("id", "one_id", "other_id", "guard")
_OPEN_ABOUT = Question(
    lambda wanted: Possible.objects.filter(_APART, Q(one__among=wanted) | Q(other__among=wanted)).order_by("at", "id")[
        :MOST_TOLD
    ],
    *_PAIR,
)
_OPEN_SINCE = Question(
    lambda since: Possible.objects.filter(_APART, at__gte=since).order_by("at", "id")[:MOST_TOLD], *_PAIR
)


def open_about(identities: Iterable[UUID]) -> list[tuple[UUID, UUID, UUID, str]]:
    """The matches that wait about these source identities, none that is sealed: (id, one, other, how it is guarded)."""
    return list(_OPEN_ABOUT(list(identities)))


def open_since(since: datetime) -> list[tuple[UUID, UUID, UUID, str]]:
    """As `open_about`, of all that began to wait since then."""
    return list(_OPEN_SINCE(since))


def waiting_sides() -> tuple[QuerySet, QuerySet]:
    """The source identities on either side of a match that waits, as queries that a stage above may narrow a list with."""
    rows = Possible.objects.filter(WAITING).exclude(one__person=F("other__person"))
    return rows.values("one"), rows.values("other")


_SAID = Question(
    lambda identities: SafeContact.objects.filter(identity_id__among=identities).order_by("at", "id"),
    *("identity_id", "channel", "safe"),
)


def not_safe_to_ring(identities: Iterable[UUID]) -> set[UUID]:
    """Of which of these source identities somebody last said that a way of reaching them is not safe. Ids alone: what was
    said, and by whom, passes the gate where it is shown."""
    latest: dict[tuple[UUID, str], bool] = {}
    for identity, channel, safe in _SAID(identities):
        latest[identity, channel] = safe
    return {identity for (identity, _), safe in latest.items() if not safe}
