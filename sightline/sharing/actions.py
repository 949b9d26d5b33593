"""Writing ties. Each is made by the module in which the fact arises, inside that module's own transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from django.db.models import Q

from sightline.ledger.adding import add
from sightline.sharing.models import Tie
from sightline.timescales.moment import now


Row = tuple[str, str, UUID, datetime, datetime | None, UUID | None]  # holder, kind, subject, from, until, because


def tie(rows: Iterable[Row]) -> int:
    """Writes ties (holder, kind, subject, from, until, because) that last longer than what is open. Returns how many are new.

    A tie that is over already (history that is loaded) opens nothing, and is not written.
    """
    moment = now()
    wanted: dict[tuple[str, str, UUID], Row] = {}
    for row in rows:
        before = wanted.get(row[:3])
        over = row[4] is not None and row[4] <= moment
        if not over and (before is None or _longer(row[4], before[4])):
            wanted[row[:3]] = row
    if not wanted:
        return 0
    there: dict[tuple[str, str, UUID], datetime | None] = {}
    open_ = Tie.objects.filter(Q(until=None) | Q(until__gt=moment), subject__in={key[2] for key in wanted})
    for holder, kind, subject, until in open_.values_list("holder", "kind", "subject", "until"):
        if (holder, kind, subject) not in there or _longer(until, there[holder, kind, subject]):
            there[holder, kind, subject] = until
    new = [(uuid4(), *row) for key, row in wanted.items() if key not in there or _longer(row[4], there[key])]
    add(Tie, ("id", "holder", "kind", "subject", "from_at", "until", "because"), new)
    return len(new)


def _longer(until: datetime | None, than: datetime | None) -> bool:
    return than is not None and (until is None or until > than)


def end_ties(*, because: Iterable[UUID], until: datetime) -> int:
    """Ends the ties that these entries made, when what they said turned out to be over by then."""
    rows = Tie.objects.filter(Q(until=None) | Q(until__gt=until), because__in=list(because))
    return rows.update(until=until)


def untie(*, kind: str, subjects: Iterable[UUID], holder: str = "", keep: Iterable[str] = ()) -> int:
    """Ends open ties of a kind to these source identities (of one holder, or all but `keep`). Effective at once."""
    rows = Tie.objects.filter(Q(until=None) | Q(until__gt=now()), kind=kind, subject__in=list(subjects))
    if holder:
        rows = rows.filter(holder=holder)
    return rows.exclude(holder__in=list(keep)).update(until=now())
