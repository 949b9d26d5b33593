"""Who is away, who came back, and whether somebody spoke with them: the last absence of each child, kept in step with entries.

A projection, made anew wherever a child's clocks are: it can be thrown away. It puts the page of missing children in its order
without opening anything; what the page shows is read through the gate.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Case, F, IntegerField, Q, Value, When

from sightline.chronology.events import MachineEntry
from sightline.front_door import missing_rules as rules
from sightline.front_door.missing_rules import IN_TIME, Absence, Interview, Report
from sightline.front_door.told_models import Away
from sightline.identity.queries import ids_of
from sightline.vault.adding import add_objects, new, remove
from sightline.vault.asking import Question
from sightline.vault.ids import Ids

EPISODE, INTERVIEW, INFORMAL = "missing-episode", "return-home-interview", "missing-informal"
RECORDS = frozenset((EPISODE, INTERVIEW, INFORMAL))
AWAY_BACK = timedelta(days=730)  # how long somebody who is still away stays on the list

_STANDS = Question(lambda identities: Away.objects.filter(identity_id__among=identities), "identity_id")


class Told(NamedTuple):
    """A record of `RECORDS`: what absences are made of."""

    first: UUID
    record: str
    agency: str
    happened: datetime
    said: Mapping[str, Any]


def absences_of(told: Iterable[Told]) -> list[Absence]:
    """The absences that these records of one child tell of, the first first."""
    reports, interviews = [], []
    for first, record, agency, happened, said in told:
        if record == EPISODE:
            since = rules.moment_of(said.get("missing-from")) or happened
            until, place = rules.moment_of(said.get("returned-at")), str(said.get("found-place", ""))
            reports.append(Report(first, agency, since, until, str(said.get("risk", "")), place))
        elif record == INTERVIEW:
            offered, held = rules.moment_of(said.get("offered-at")), rules.moment_of(said.get("held-at"))
            interviews.append(Interview(first, happened, frozenset(), offered, held, said.get("declined") == "yes"))
    return rules.absences(reports, interviews)


def follow(persons: Collection[UUID], entries: Mapping[UUID, Sequence[MachineEntry]]) -> None:
    """Makes anew what is kept of these people, from all their entries of `RECORDS`, in the caller's transaction. One question,
    where nobody among them was ever missing."""
    rows, ids = [], Ids()
    for every in entries.values():
        theirs = [one for one in every if one.record in RECORDS]
        reported = [one for one in theirs if one.record != INTERVIEW]
        if not reported:
            continue
        absences = absences_of(Told(one.first, one.record, one.agency, one.happened, one.facts) for one in theirs)
        last, latest = absences[-1] if absences else None, max(reported, key=lambda one: one.happened)
        rows.append(
            new(
                Away,
                id=ids(),
                identity_id=latest.identity,
                latest=latest.happened,
                since=last.since if last else None,
                until=last.until if last else None,
                held_at=last.held_at if last else None,
                offered_at=last.offered_at if last else None,
                declined=last.declined if last else False,
            )
        )
    if there := [identity for (identity,) in _STANDS(ids_of(persons))]:
        remove(Away, "identity_id", there)
    add_objects(rows)


def in_order(moment: datetime, back: timedelta, start: int, end: int) -> list[UUID]:
    """The people on the list from one place up to another: who is away, however long; who came back and was not spoken with in
    time, or yet; then the rest; within each, the last first. Nobody is left out before it is known who is away: three hundred
    who are back would push out the one who is not. Ids alone: who they are passes the gate afterwards."""
    away = Q(since__isnull=False, until=None)
    place = Case(
        When(since=None, then=Value(5)),
        When(until=None, then=Value(0)),
        When(Q(declined=True) | Q(held_at__isnull=False), then=Value(4)),
        When(until__lt=moment - IN_TIME, then=Value(1)),
        When(offered_at=None, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    rows = Away.objects.filter(Q(latest__gte=moment - back) | (away & Q(latest__gte=moment - AWAY_BACK)))
    rows = rows.annotate(place=place).order_by("place", F("since").desc(nulls_last=True), "id")
    return list(dict.fromkeys(rows.values_list("identity__person", flat=True)[start:end]))
