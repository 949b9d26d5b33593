"""Writing ties. Each is made by the module in which the fact arises, inside that module's own transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from sightline.ledger.adding import add_objects
from sightline.sharing.models import Tie
from sightline.timescales.moment import now


def tie(rows: Iterable[tuple[str, str, UUID, datetime, datetime | None, UUID | None]]) -> int:
    """Writes ties (holder, kind, subject, from, until, because) that last longer than what is open. Returns how many are new."""
    wanted: dict[tuple[str, str, UUID], Tie] = {}
    for holder, kind, subject, from_at, until, because in rows:
        one = Tie(holder=holder, kind=kind, subject=subject, from_at=from_at, until=until, because=because)
        before = wanted.get((holder, kind, subject))
        if before is None or _longer(until, before.until):
            wanted[holder, kind, subject] = one
    if not wanted:
        return 0
    there: dict[tuple[str, str, UUID], datetime | None] = {}
    open_ = Tie.objects.filter(Q(until=None) | Q(until__gt=now()), subject__in={key[2] for key in wanted})
    for holder, kind, subject, until in open_.values_list("holder", "kind", "subject", "until"):
        if (holder, kind, subject) not in there or _longer(until, there[holder, kind, subject]):
            there[holder, kind, subject] = until
    new = [one for key, one in wanted.items() if key not in there or _longer(one.until, there[key])]
    add_objects(new)
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
