"""Who holds ties to whom, by names of holders alone: for stages above that work out what a change would let them see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from sightline.sharing.models import Tie
from sightline.timescales.moment import now


def ties_to(subjects: Iterable[UUID]) -> dict[str, frozenset[str]]:
    """The kinds of tie that each holder (`worker:…`, `team:…`, `agency:…`) has now to any of these source identities."""
    moment, found = now(), defaultdict(set)
    rows = Tie.objects.filter(Q(until=None) | Q(until__gt=moment), subject__among=list(subjects), from_at__lte=moment)
    for holder, kind in rows.values_list("holder", "kind"):
        found[holder].add(kind)
    return {holder: frozenset(kinds) for holder, kinds in found.items()}
