"""Writing ties. Each is made by the module in which the fact arises, inside that module's own transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import OuterRef, Q, Subquery

from sightline.sharing.models import Tie
from sightline.timescales.moment import now
from sightline.vault.adding import add, change
from sightline.vault.asking import Question
from sightline.vault.ids import Ids

Row = tuple[str, str, UUID, datetime, datetime | None, UUID | None]  # holder, kind, subject, from, until, because
# each ends with the entry (or the sign) that made it, whatever others say
OWN = frozenset({"allocated", "network", "lead-professional", "asked-to-look", "sign-rests-on"})


_OPEN = Question(
    lambda subjects, moment: Tie.objects.filter(Q(until=None) | Q(until__gt=moment), subject__among=subjects),
    *("id", "holder", "kind", "subject", "because", "until"),
)


def _key(holder: str, kind: str, subject: UUID, because: UUID | None) -> tuple[str, str, UUID, UUID | None]:
    return holder, kind, subject, because if kind in OWN else None


def tie(rows: Iterable[Row]) -> int:
    """Writes ties that are not open already; an open one that would end sooner lasts longer now. Returns how many are new.

    A tie that is over already (history that is loaded) opens nothing, and is not written.
    """
    moment = now()
    wanted: dict[tuple[str, str, UUID, UUID | None], Row] = {}
    for row in rows:
        holder, kind, subject, _, until, because = row
        key = _key(holder, kind, subject, because)
        if (until is None or until > moment) and (key not in wanted or _longer(until, wanted[key][4])):
            wanted[key] = row
    if not wanted:
        return 0
    there: dict[tuple[str, str, UUID, UUID | None], tuple[UUID, datetime | None]] = {}
    for id_, holder, kind, subject, because, until in _OPEN({key[2] for key in wanted}, moment):
        key = _key(holder, kind, subject, because)
        if key not in there or _longer(until, there[key][1]):
            there[key] = id_, until
    ids = Ids()
    new = [(ids(), *row) for key, row in wanted.items() if key not in there]
    add(Tie, ("id", "holder", "kind", "subject", "from_at", "until", "because"), new)
    change(
        Tie,
        "until",
        [(there[key][0], row[4]) for key, row in wanted.items() if key in there and _longer(row[4], there[key][1])],
    )
    return len(new)


def _longer(until: datetime | None, than: datetime | None) -> bool:
    return than is not None and (until is None or until > than)


def end_ties(*, because: Iterable[UUID], until: datetime, subjects: Iterable[UUID] | None = None) -> int:
    """Ends the ties that these entries made (to some of those whom they are about), when what they said turned out to be over by
    then."""
    rows = Tie.objects.filter(Q(until=None) | Q(until__gt=until), because__among=list(because))
    if subjects is not None:
        rows = rows.filter(subject__among=list(subjects))
    return rows.update(until=until)


def end_ties_to(*, kind: str, holder: str, subjects: Iterable[UUID], said_by: datetime, until: datetime) -> int:
    """Ends, at a moment, a holder's open ties of a kind to these that had begun by a day. What began after that day goes on."""
    rows = Tie.objects.filter(Q(until=None) | Q(until__gt=until), from_at__lt=said_by + timedelta(days=1))
    return rows.filter(kind=kind, holder=holder, subject__among=list(subjects)).update(until=until)


def over_by(kind: str, holders: Iterable[str], subjects: Iterable[UUID]) -> dict[tuple[str, UUID], datetime]:
    """Until when these holders had a tie of a kind to each of these that was ended: {(holder, subject): the latest}. One query."""
    found: dict[tuple[str, UUID], datetime] = {}
    rows = Tie.objects.filter(kind=kind, holder__in=list(holders), subject__among=list(subjects)).exclude(until=None)
    for holder, subject, until in rows.values_list("holder", "subject", "until"):
        found[holder, subject] = max(until, found.get((holder, subject), until))
    return found


def give_way(ties: Iterable[UUID], because: UUID | None) -> None:
    """Ends open ties, now, because of what something newer tells (`because`): so that it can be taken back where that was about
    somebody else (`given_way`)."""
    Tie.objects.filter(id__among=list(ties)).update(until=now(), because=because)


def given_way(kind: str, subjects: Iterable[UUID]) -> list[tuple[UUID, UUID, UUID]]:
    """The ended ties of a kind to these that gave way to a tie to another of them: (the tie, its subject, that other subject). One
    query."""
    newer = Tie.objects.filter(kind=kind, subject__among=list(subjects), because=OuterRef("because")).exclude(
        subject=OuterRef("subject")
    )
    ended = Tie.objects.filter(kind=kind, subject__among=list(subjects), until__lte=now()).exclude(because=None)
    rows = ended.annotate(to=Subquery(newer.values("subject")[:1])).exclude(to=None)
    return list(rows.values_list("id", "subject", "to"))


def again(ties: Iterable[UUID]) -> None:
    """Opens ties that gave way to what was about somebody else."""
    Tie.objects.filter(id__among=list(ties)).update(until=None)


def untie(*, kind: str, subjects: Iterable[UUID], holder: str = "", keep: Iterable[str] = ()) -> int:
    """Ends open ties of a kind to these source identities (of one holder, or all but `keep`). Effective at once."""
    rows = Tie.objects.filter(Q(until=None) | Q(until__gt=now()), kind=kind, subject__among=list(subjects))
    if holder:
        rows = rows.filter(holder=holder)
    return rows.exclude(holder__in=list(keep)).update(until=now())
