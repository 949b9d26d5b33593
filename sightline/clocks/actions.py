"""Keeping clocks in step with entries: recomputed for whom a change affects, never patched."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction

from sightline.agencies.queries import machine
from sightline.chronology.events import MachineEntry, of_people
from sightline.chronology.rules import history_before
from sightline.clocks.matching import events_of
from sightline.clocks.models import Running
from sightline.clocks.people import Person, asked, is_asked, people_of
from sightline.clocks.rules import follow, school_days, working_days
from sightline.clocks.types import ClockState, Event
from sightline.definition.types import Partnership
from sightline.identity.queries import ids_of
from sightline.sharing.reading import Reading, reading
from sightline.timescales.moment import now
from sightline.timescales.school import SchoolDays
from sightline.timescales.working import WorkingDays
from sightline.vault.adding import add_objects, new, remove
from sightline.vault.ids import Ids

TOLD_IN_TIME = timedelta(days=7)  # what was over longer than this when it was told to us is history, and nobody's to do

RECOMPUTING = 20_451  # the class of PostgreSQL's locks under which one process recomputes what hangs on an identity
TOGETHER = 100  # people in one transaction: well under a tenth of a second


def relevant(partnership: Partnership) -> frozenset[str]:
    """Record types (and `queued`) that start, stop, pause or resume any clock."""
    found: set[str] = set()
    for clock in partnership.clock.values():
        for event in events_of(clock):
            if event is not None:
                found |= set(event.record) or set(partnership.record)
    return frozenset(found)


_SCHOOL: dict[str, SchoolDays] = {}


def _days(partnership: Partnership) -> tuple[WorkingDays, SchoolDays]:
    """The partnership's days; a school's are read from their texts once a definition."""
    if partnership.hash not in _SCHOOL:
        _SCHOOL[partnership.hash] = school_days(partnership)
    return working_days(partnership), _SCHOOL[partnership.hash]


NOBODY = Person()


def _event(entry: MachineEntry, partnership: Partnership, whose: Person) -> Event:
    known, stated, recorded = entry.first_told
    facts = whose.facts(entry.happened, known) if is_asked(asked(partnership), entry) else {}
    return Event(
        id=str(entry.first),
        record=entry.record,
        happened=entry.happened,
        known=known,
        fields={**entry.facts, **facts} if facts else entry.facts,
        queued=entry.queued,
        urgent=entry.urgent,
        decision=entry.record == "decision",
        on=frozenset(entry.on),
        identities=frozenset((str(entry.identity),)),
        whole_day=entry.precision != "minute",
        stated=stated and known < history_before(partnership, recorded),
    )


def states_of(
    partnership: Partnership, person: UUID, entries: list[MachineEntry], whose: Person = NOBODY
) -> list[tuple[ClockState, MachineEntry]]:
    """Every run of every clock on one person's entries, now. Pure but for the present moment. `whose`: see `people_of`."""
    days, school = _days(partnership)
    events = [_event(e, partnership, whose) for e in entries]
    by_first = {str(e.first): e for e in entries}
    kinds = {e.record for e in entries} | ({"queued"} if any(e.queued for e in entries) else set())
    return [
        (state, by_first[state.started_by])
        for clock in partnership.clock.values()
        if not clock.starts.record or not kinds.isdisjoint(clock.starts.record)  # else nothing here starts it
        for state in follow(clock, events, now=now(), days=days, school=school, child=str(person))
    ]


def _alone(identities: Iterable[UUID]) -> None:
    """One process at a time recomputes what hangs on these source identities, until its transaction ends. Else whoever read
    before another's entry was there, and writes after the other has, would put back what stood before it. SQLite has one
    writer anyhow."""
    if connection.vendor == "postgresql":
        keys = sorted({identity.int % 2**31 for identity in identities})  # in one order: nobody waits in a circle
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, one) FROM unnest(%s::int[]) AS one", [RECOMPUTING, keys])


Then = Callable[[Reading, list[UUID], Mapping[UUID, list[MachineEntry]]], object]


def recompute(persons: Iterable[UUID], *, besides: Collection[str] = (), then: Then | None = None) -> int:
    """Replaces the stored clocks of these people by what their entries say now. Returns how many clocks stand.

    `besides`, `then`: entries of these record types are read too, and what was read is handed on in the same transaction:
    for a stage above that follows from entries as clocks do, so that they are read once.
    """
    wanted = list(dict.fromkeys(persons))
    count = 0
    for start in range(0, len(wanted), TOGETHER):
        with (
            transaction.atomic(),
            reading(machine("clock-machine"), "safeguarding", about="recompute-clocks") as opened,
        ):
            some = wanted[start : start + TOGETHER]
            own = relevant(opened.definition)
            identities = ids_of(some)
            _alone(identities)
            entries = of_people(opened, some, records=own | frozenset(besides))
            people = people_of(opened, entries)
            rows, ids = [], Ids()
            for person, theirs in entries.items():
                counted = [e for e in theirs if e.record in own or (e.queued and "queued" in own)] if besides else theirs
                for state, started in states_of(opened.definition, person, counted, people.get(person, NOBODY)):
                    rows.append(
                        new(
                            Running,
                            id=ids(),
                            clock=state.clock,
                            agency=started.agency,
                            first=started.first,
                            identity_id=started.identity,
                            started_at=state.started_at,
                            started_by=started.id,
                            due_at=state.due_at,
                            paused_at=state.paused[-1].since
                            if state.paused and state.paused[-1].until is None
                            else None,
                            stopped_at=state.stopped_at,
                            stopped_by=UUID(state.stopped_by) if state.stopped_by else None,
                            why=state.why,
                            history=started.stated and state.due_at < started.recorded_at - TOLD_IN_TIME,
                        )
                    )
            remove(Running, "identity_id", identities)
            add_objects(rows)
            count += len(rows)
            if then is not None:
                then(opened, some, entries)
    return count
