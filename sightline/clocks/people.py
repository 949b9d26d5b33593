"""What a clock may ask of the person: how old they were, and where they were taught, when something happened and was known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sightline.chronology.events import MachineEntry
from sightline.clocks.matching import AGED, ATTENDS, QUEUED, events_of
from sightline.definition.types import Partnership
from sightline.identity import births
from sightline.identity.queries import rows_of
from sightline.sharing.queries import Held, held_between
from sightline.sharing.reading import Reading
from sightline.timescales.ages import aged
from sightline.timescales.london import local_day

TIE, AGENCY = "attends", "agency:"
ELSEWHERE, NOWHERE = "elsewhere", "nowhere"  # a place is named that is no agency here; none is known


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of somebody. `born` is None where nobody knows, and where two agencies hold different days."""

    born: date | None = None
    elsewhere: bool = False
    ties: tuple[tuple[Held, str], ...] = ()  # each with the kind of agency

    def facts(self, happened: datetime, known: datetime) -> dict[str, frozenset[str]]:
        """What conditions may ask: `aged` and `attends`, as they were when it had happened and was known."""
        moment = max(happened, known)
        places = {kind for tie, kind in self.ties if tie.at(moment)} or ({ELSEWHERE} if self.elsewhere else {NOWHERE})
        return {AGED: aged(self.born, local_day(moment)), ATTENDS: frozenset(places)}


_ASKED: dict[str, frozenset[str]] = {}


def asked(partnership: Partnership) -> frozenset[str]:
    """The records (and `queued`) of which some clock asks about the person; worked out once a definition."""
    if partnership.hash not in _ASKED:
        found: set[str] = set()
        for clock in partnership.clock.values():
            wheres = [(spec, spec.where) for spec in events_of(clock)]
            wheres += [(clock.starts, limit.when) for limit in clock.limit]
            for spec, where in wheres:
                if where is not None and where.names() & {AGED, ATTENDS}:
                    found |= set(spec.record) or set(partnership.record)
        _ASKED[partnership.hash] = frozenset(found)
    return _ASKED[partnership.hash]


def is_asked(wanted: frozenset[str], entry: MachineEntry) -> bool:
    """Whether a clock asks about the person when such an entry comes."""
    return entry.record in wanted or (entry.queued and QUEUED in wanted)


def people_of(reading: Reading, entries: Mapping[UUID, Sequence[MachineEntry]]) -> dict[UUID, Person]:
    """Those of whom a clock asks something because of these entries, as far as this machine may see their details. Nothing is
    asked where no clock asks."""
    wanted = asked(reading.definition)
    some = {person: [e for e in theirs if is_asked(wanted, e)] for person, theirs in entries.items()} if wanted else {}
    some = {person: theirs for person, theirs in some.items() if theirs}
    if not some:
        return {}
    rows, known = rows_of(some), reading.agencies
    person_of = {row.id: row.person for row in rows}
    moments = [max(e.happened, e.first_told[0]) for theirs in some.values() for e in theirs]
    ties: dict[UUID, list[tuple[Held, str]]] = defaultdict(list)
    for tie in held_between(person_of, min(moments), max(moments)):
        agency = known.get(tie.holder.removeprefix(AGENCY))
        if tie.kind == TIE and agency is not None:
            ties[person_of[tie.subject]].append((tie, agency.kind))
    here = {*known, *(one.title.casefold() for one in known.values())}
    found = {}
    for person, said in births.born(reading, rows).items():
        born = None if "born" in said.differs else said.born
        elsewhere = any(school and school not in here and school.casefold() not in here for school in said.schools)
        found[person] = Person(born, elsewhere, tuple(ties[person]))
    return found
