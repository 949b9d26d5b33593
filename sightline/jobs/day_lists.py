"""The day's lists, owed for the morning: for the next sitting, as soon as something arrives that may stand on it, and each
night for those on which nothing does."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from sightline.agencies.queries import machine, partnership
from sightline.agencies.types import Actor
from sightline.chronology.queries import persons_on
from sightline.clocks.rules import working_days
from sightline.front_door import day_list_rules as rules
from sightline.front_door import day_lists
from sightline.jobs.due import owe
from sightline.jobs.models import Due
from sightline.sharing.standing import trusted
from sightline.timescales.moment import now

VERB = "make-day-list"


def plan(records: frozenset[str] | None = None) -> int:
    """Owes the next list of each kind (of those only that such records may stand on). Returns how many were added."""
    definition, added = partnership(), 0
    for declared in definition.daylist.values():
        wanted = {record for takes in declared.takes for record in takes.record}
        if records is not None and not wanted & records:
            continue
        day = rules.next_sitting(declared, now(), working_days(definition))
        moment = rules.built_at(declared, day)
        owed = Due.objects.filter(verb=VERB, done_at=None, run_at=moment).values_list("payload", flat=True)
        if not any(payload.get("list") == declared.id for payload in owed):
            owe(VERB, {"list": declared.id, "day": day.isoformat()}, run_at=moment)
            added += 1
    return added


def make(payload: dict[str, Any]) -> None:
    """What is owed: the list of a day. Nothing where it is there."""
    day_lists.build(day_list=payload["list"], day=date.fromisoformat(payload["day"]), by=machine(day_lists.MACHINE))


@trusted("hear-line")
@transaction.atomic
def hear(*, line: UUID, decision: str = "", because: str = "", version: int | None = None, by: Actor) -> UUID | None:
    """As `day_lists.hear`; the children's clocks follow."""
    made = day_lists.hear(line=line, decision=decision, because=because, version=version, by=by)
    if made is not None:
        owe("clocks", {"persons": [str(one) for one in persons_on(made)]})
    return made
