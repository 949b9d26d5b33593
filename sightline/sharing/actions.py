"""Writing ties. Each is made by the module in which the fact arises, inside that module's own transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from sightline.sharing.models import Tie
from sightline.timescales.moment import now


def tie(rows: Iterable[tuple[str, str, UUID, datetime, datetime | None, UUID | None]]) -> int:
    """Writes ties (holder, kind, subject, from, until, because) that are not already open. Returns how many are new."""
    wanted = list({(holder, kind, subject): (holder, kind, subject, a, b, c) for holder, kind, subject, a, b, c in rows}.values())
    if not wanted:
        return 0
    moment = now()
    there = set(
        Tie.objects.filter(Q(until=None) | Q(until__gt=moment), subject__in={row[2] for row in wanted})
        .values_list("holder", "kind", "subject")
    )
    new = [
        Tie(holder=holder, kind=kind, subject=subject, from_at=from_at, until=until, because=because)
        for holder, kind, subject, from_at, until, because in wanted
        if (holder, kind, subject) not in there
    ]
    Tie.objects.bulk_create(new)
    return len(new)


def untie(*, kind: str, subjects: Iterable[UUID], holder: str = "", keep: Iterable[str] = ()) -> int:
    """Ends open ties of a kind to these source identities (of one holder, or all but `keep`). Effective at once."""
    rows = Tie.objects.filter(Q(until=None) | Q(until__gt=now()), kind=kind, subject__in=list(subjects))
    if holder:
        rows = rows.filter(holder=holder)
    return rows.exclude(holder__in=list(keep)).update(until=now())
