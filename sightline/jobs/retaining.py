"""Each night: whose record has had its time, by the schedules of the definition. Brought up for people; nothing is erased.

Nobody is opened who cannot be due: ids and days say for most that they are not, whenever they were born.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sightline.agencies.queries import machine, partnership
from sightline.chronology import expiry
from sightline.definition.retaining import due_on, earliest, shortest, years_on
from sightline.definition.types import Partnership
from sightline.identity.erasing import birth_days
from sightline.identity.queries import rows_of
from sightline.jobs.models import Due
from sightline.retention import queries
from sightline.retention.actions import bring_up
from sightline.retention.types import ROUTINE, SCHEDULED
from sightline.timescales.london import local_day
from sightline.timescales.moment import now
from sightline.vault.expiring import gone

MOST = 5000  # people looked at a night, those longest quiet first
TOGETHER = 200
A_TURN = 5000  # routine records in one piece of owed work

Row = tuple[str, Sequence[UUID], str, date, Mapping[str, Any]]


def bring_up_due() -> int:
    """Brings up whoever's record has had its time, and routine records that have. Returns how many are new."""
    definition = partnership()
    return bring_up([*_routine(definition), *_people(definition)], by=machine("expiry-machine"))


def _routine(definition: Partnership) -> list[Row]:
    today = local_day(now())
    found = expiry.due(definition)
    return [(ROUTINE, (), record, today, {"records": count}) for record, count in found.items() if count]


def _people(definition: Partnership) -> list[Row]:
    today, schedules = local_day(now()), definition.retention
    if not schedules:
        return []
    quiet = expiry.quiet_since(years_on(today, -shortest(schedules.values())), most=MOST)
    found: list[Row] = []
    for start in range(0, len(quiet), TOGETHER):
        some = {one.person: one for one in quiet[start : start + TOGETHER]}
        identities: dict[UUID, list[UUID]] = {}
        keys: dict[UUID, UUID] = {}
        for row in rows_of(some):
            identities.setdefault(row.person, []).append(row.id)
            keys[row.id] = row.key
        erased = gone(list(keys.values()))
        types: dict[UUID, Counter[str]] = {}
        possible = []
        for person, days in some.items():
            if all(keys[one] in erased for one in identities[person]):
                continue
            records = types[person] = Counter(record for record, _ in expiry.about(identities[person]).values())
            at_least = earliest(schedules, first=days.first, last=days.last, records=records)
            if at_least is not None and at_least <= today:
                possible.append(person)
        born = birth_days(possible)
        for person in possible:
            days = some[person]
            due = due_on(schedules, born=born[person], first=days.first, last=days.last, records=types[person])
            if due is not None and due.on <= today:
                counts = {"records": sum(types[person].values()), "types": dict(types[person])}
                found.append((SCHEDULED, sorted(identities[person], key=str), due.schedule, due.on, counts))
    return found


def expire_agreed(payload: Mapping[str, Any]) -> None:
    """What two people agreed on for a type of routine record is erased: some thousands a turn, until nothing is left."""
    if not payload.get("agreed"):
        return  # owed by an older version, before two people had to agree
    done = expiry.expire(
        definition=partnership(),
        by=machine("expiry-machine"),
        records=[str(payload["record"])],
        spared=queries.spared(),
        agreed=str(payload["agreed"]),
        most=A_TURN,
    )
    if done:
        Due.objects.create(verb="expire-routine", payload=dict(payload), run_at=now())
