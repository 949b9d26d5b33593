"""What is known about each child, as rules see it: entries, births, and what stands beside the child.

Made of entries that a machine has read through the gate already, so that clocks and signals read them once. What costs
something to learn (births, who stands beside whom) is learnt only of those about whom a rule may stand for want of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sightline.chronology.events import MachineEntry
from sightline.contexts import queries as contexts
from sightline.contexts.types import Beside
from sightline.definition.types import Partnership, Signal
from sightline.identity import births
from sightline.identity.births import Born
from sightline.identity.queries import rows_of
from sightline.sharing.reading import Reading
from sightline.signals import governing
from sightline.signals.asking import Asked
from sightline.signals.needs import SEVERAL, needs_of
from sightline.signals.seeing import occurrence
from sightline.signals.types import Occurrence, World
from sightline.timescales.working import WorkingDays

NEVER_RESTS_ON = frozenset({"sealed", "legally-privileged"})  # handling of entries on which no pattern rests


@dataclass(frozen=True, slots=True)
class Known:
    """A child's world at a moment, and the rules that may stand about it: all others do not."""

    world: World
    asked: Asked
    rules: tuple[Signal, ...]


def rules_in_force(definition: Partnership, moment: datetime | None = None) -> dict[str, Signal]:
    """Every rule that is in force (default: now): declared, approved, and not switched off. One query."""
    return dict(governing.in_force(definition, moment))


def relevant(partnership: Partnership) -> frozenset[str]:
    """Record types on which any rule of a definition may rest, whether it is in force or not."""
    return needs_of(partnership, partnership.signal).records


def seen(definition: Partnership, entry: MachineEntry, said: Born | None = None) -> Occurrence:
    """An entry as a rule sees it."""
    return occurrence(
        definition.record[entry.record],
        entry.facts | {"lacks": frozenset(entry.lacks)},
        first=str(entry.first),
        happened=entry.happened,
        known=entry.known_at,
        born=said.born if said is not None else None,
        until=entry.until,
        queued=entry.queued,
    )


def known(
    reading: Reading,
    entries: Mapping[UUID, Collection[MachineEntry]],
    rules: Mapping[str, Signal],
    moment: datetime,
    days: WorkingDays,
    *,
    known_on: datetime | None = None,
) -> dict[UUID, Known]:
    """Of these people those about whom some rule may stand at a moment. `entries`: as `of_people` read them, of all record
    types that a rule reads (`Needs.records`)."""
    definition = reading.definition
    need = needs_of(definition, rules)
    counted = {
        person: [e for e in theirs if e.record in need.records and e.handling not in NEVER_RESTS_ON]
        for person, theirs in entries.items()
    }
    may = {person: need.rules_for(kinds) for person, kinds in _kinds(counted, entries).items()}
    may = {person: some for person, some in may.items() if some}
    said = _births(reading, [p for p, some in may.items() if any(r.id in need.born for r in some)], known_on)
    found = _worlds(definition, counted, may, said, rules, moment, days)
    beside = [p for p, some in may.items() if any(r.id in need.beside for r in some)]
    if beside:
        found |= _with_network(reading, beside, counted, may, said, rules, moment, days, known_on)
    found = {person: one for person, one in found.items() if any(one.asked.possible(r.when) for r in one.rules)}
    late = [person for person in found if person not in said]  # somebody grown up is no child, whatever happens to them
    if late:
        said = {**said, **_births(reading, late, known_on)}
        for person in late:
            if person in said and said[person].born is not None:
                world = replace(found[person].world, born=said[person].born)
                found[person] = Known(world, Asked(world, moment, rules, days), found[person].rules)
    return found


def _kinds(
    counted: Mapping[UUID, Collection[MachineEntry]], entries: Mapping[UUID, Collection[MachineEntry]]
) -> dict[UUID, set[str]]:
    """What kinds of entries there are of each; and whether they come under several of the person's source identities."""
    found = {person: {entry.record for entry in theirs} for person, theirs in counted.items()}
    for person, theirs in entries.items():
        if len({entry.identity for entry in theirs}) > 1:
            found[person].add(SEVERAL)
    return found


def _births(reading: Reading, persons: Iterable[UUID], known_on: datetime | None) -> dict[UUID, Born]:
    wanted = list(persons)
    return births.born(reading, rows_of(wanted), known_on=known_on) if wanted else {}


def _worlds(
    definition: Partnership,
    entries: Mapping[UUID, Collection[MachineEntry]],
    may: Mapping[UUID, tuple[Signal, ...]],
    said: Mapping[UUID, Born],
    rules: Mapping[str, Signal],
    moment: datetime,
    days: WorkingDays,
) -> dict[UUID, Known]:
    found = {}
    for person, some in may.items():
        one = said.get(person)
        world = World(
            tuple(seen(definition, entry, one) for entry in entries[person]),
            one.born if one is not None else None,
            dict(one.differs) if one is not None else {},
        )
        found[person] = Known(world, Asked(world, moment, rules, days), some)
    return found


def _with_network(
    reading: Reading,
    persons: Collection[UUID],
    entries: Mapping[UUID, Collection[MachineEntry]],
    may: Mapping[UUID, tuple[Signal, ...]],
    said: Mapping[UUID, Born],
    rules: Mapping[str, Signal],
    moment: datetime,
    days: WorkingDays,
    known_on: datetime | None,
) -> dict[UUID, Known]:
    """The same, with entries of brothers and sisters, of children who were there, of parents and adults at home."""
    said = {**said, **_births(reading, [person for person in persons if person not in said], known_on)}
    own = {person: entries[person] for person in persons}
    born = {person: said[person].born if person in said else None for person in persons}
    found = {}
    for person, beside in contexts.network(reading, persons, own, born, known_on=known_on).items():
        if not beside or person not in said:
            continue
        world = World(
            (
                *(seen(reading.definition, entry, said.get(person)) for entry in entries[person]),
                *(_beside(reading.definition, one) for one in beside),
            ),
            said[person].born,
            dict(said[person].differs),
        )
        found[person] = Known(world, Asked(world, moment, rules, days), may[person])
    return found


def _beside(definition: Partnership, one: Beside) -> Occurrence:
    """An entry of somebody beside the child. Of an adult at home it is so from when until when they are said to live there."""
    found = seen(definition, one.entry, Born(one.born))
    made = replace(found, known=one.known, whose=one.whose, who=one.who, through=tuple(map(str, one.through)))
    return replace(made, since=one.since, until=one.until) if one.whose == "adult-at-home" else made
