"""What a reader holds now, asked once before a list is: to whom they are tied, and what is kept from them.

A list then asks of each row whether it is among these, and the database may begin with those few; else it would ask of every
row that there is whether a tie leads to it. Of very many (a front door's whole city, a school's pupils) only the kinds are told:
there most rows pass, and each is asked for itself.

Never kept for longer than a response: a change of allocation holds from the next request on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connections, router
from django.db.models import Exists, OuterRef, Q, QuerySet

from sightline.sharing.models import Restriction, Tie
from sightline.sharing.rules import NAMED, Policy, holders
from sightline.timescales.moment import now
from sightline.vault.asking import Question

if TYPE_CHECKING:
    from sightline.agencies.types import Actor

FEW = 1500  # from about here on it is quicker to begin with what is newest (measured at 1,000,000 entries about 100,000 people)
USUAL = 200  # read at the first attempt


@dataclass(frozen=True, slots=True)
class Own:
    """`to`: to whom the reader has ties now, by kind; None where they are too many to say. `absent`: then, kinds of which
    there is none. `kept`: what is kept to named people of whom the reader is none; None where that is too many to say."""

    actor: Actor
    moment: datetime
    to: Mapping[str, frozenset[UUID]] | None
    absent: frozenset[str]
    kept: frozenset[UUID] | None

    def among(self, kinds: Collection[str]) -> frozenset[UUID] | None:
        """To whom the reader has a tie of one of these kinds; None where that is too many to say."""
        if self.to is None:
            return frozenset() if self.absent.issuperset(kinds) else None
        return frozenset[UUID]().union(*(self.to[kind] for kind in kinds if kind in self.to))

    def ties(self) -> QuerySet[Tie]:
        """The rows themselves."""
        return _open_ties(Q(holder__in=holders(self.actor)), self.moment)

    def kept_rows(self) -> QuerySet[Restriction]:
        """What is kept to named people of whom the reader is none, as rows."""
        return _kept(Q(holder__in=holders(self.actor)), self.moment)


def own_of(policy: Policy, *, few: int = FEW) -> Own:
    """What this policy's actor holds now. Two queries; four where the ties are more than few."""
    moment, actor = now(), policy.actor
    usual = min(few, USUAL)
    rows = _OPEN(holders(actor), moment, usual + 1)
    # the database alone goes through so many, to tell whether there is one more
    several = len(rows) > usual and (usual == few or _open_ties(Q(holder__in=holders(actor)), moment)[few : few + 1].exists())
    if len(rows) > usual:
        rows = [] if several else _OPEN(holders(actor), moment, few)
    to: dict[str, set[UUID]] = defaultdict(set)
    for kind, subject in rows:
        to[kind].add(subject)
    kept: list[UUID] = []
    if policy.asks_restricted:
        kept = [subject for (subject,) in _KEPT(holders(actor), moment, few + 1)]
    return Own(
        actor,
        moment,
        None if several else {kind: frozenset(subjects) for kind, subjects in to.items()},
        _absent(policy, moment) if several else frozenset(),
        None if len(kept) > few else frozenset(kept),
    )


def _open_ties(of: Q, moment: datetime) -> QuerySet[Tie]:
    """`of`: whose. Inside a list's own question by their names one by one, for of these a database knows how many there are."""
    rows = Tie.objects.filter(of, from_at__lte=moment)
    return rows.filter(Q(until=None) | Q(until__gt=moment))


def _kept(of: Q, moment: datetime) -> QuerySet[Restriction]:
    named = _open_ties(of, moment).filter(subject=OuterRef("subject"), kind=NAMED)
    rows = Restriction.objects.filter(Q(until=None) | Q(until__gt=moment), from_at__lte=moment)
    return rows.filter(~Exists(named))


_OPEN = Question(lambda of, moment, most: _open_ties(Q(holder__among=of), moment)[:most], "kind", "subject")
_KEPT = Question(lambda of, moment, most: _kept(Q(holder__among=of), moment)[:most], "subject")


def _absent(policy: Policy, moment: datetime) -> frozenset[str]:
    """Of the kinds that are declared, those of which the reader has no tie. One query, by the index: the ties are many."""
    declared = policy.partnership.codes.get("tie")
    wanted = sorted({*(declared.codes if declared else ()), *policy.ties_asked})
    connection = connections[router.db_for_read(Tie)]
    at, own = connection.ops.adapt_datetimefield_value(moment), holders(policy.actor)
    one = (
        "SELECT %s WHERE NOT EXISTS (SELECT 1 FROM sharing_tie WHERE kind = %s AND from_at <= %s"
        f" AND (until IS NULL OR until > %s) AND holder IN ({', '.join(['%s'] * len(own))}))"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join([one] * len(wanted)), [x for kind in wanted for x in (kind, kind, at, at, *own)]
        )
        return frozenset(kind for (kind,) in cursor.fetchall())
