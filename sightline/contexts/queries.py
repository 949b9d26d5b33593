"""What stands beside a child: entries of brothers and sisters, of children who were there, of parents and adults at home.

Read through the gate by a declared machine (`reading`). What follows for a child from somebody else's entry is a prompt about
this child; it is never written on either's chronology.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from sightline.chronology.events import MachineEntry, of_people
from sightline.contexts import linking, rules
from sightline.contexts.types import Beside, Tie
from sightline.definition.types import Partnership
from sightline.identity import births
from sightline.identity.queries import rows_of
from sightline.sharing.reading import Reading

ONE_EVENT, NOTHING = timedelta(hours=12), timedelta()
GROWN = ("parent", "adult-at-home")  # whose entries matter in whatever role they stand on them


def linked(reading: Reading, persons: Iterable[UUID], *, known_on: datetime | None = None) -> dict[UUID, list[Tie]]:
    """Who is beside each of these people. Peers are there whatever their age: see `network`."""
    return linking.linked(reading.definition, persons, known_on=known_on)


def relevant(definition: Partnership) -> frozenset[str]:
    """Record types that may matter to others than those who stand on them."""
    asked = rules.asked_of_others(definition)
    return frozenset().union(rules.makes_links(definition), *asked.values()) if asked else frozenset()


def affected(reading: Reading, persons: Iterable[UUID]) -> set[UUID]:
    """Whose patterns may change when something about these people does; themselves among them."""
    wanted = set(persons)
    return linking.affected(reading.definition, wanted) if rules.asked_of_others(reading.definition) else wanted


def network(
    reading: Reading,
    persons: Iterable[UUID],
    own: Mapping[UUID, Collection[MachineEntry]],
    born: Mapping[UUID, date | None],
    *,
    known_on: datetime | None = None,
) -> dict[UUID, list[Beside]]:
    """Entries of those who stand beside each of these people, of the record types that some rule asks of them.

    `own`: these people's own entries, which they are not told again as somebody else's; `born`: when these people were.
    """
    asked = rules.asked_of_others(reading.definition)
    if not asked:
        return {}
    ties = {
        person: [tie for tie in theirs if tie.whose in asked]
        for person, theirs in linked(reading, persons, known_on=known_on).items()
    }
    others = {tie.person for theirs in ties.values() for tie in theirs}
    if not others:
        return {}
    births_of = births.born(reading, rows_of(others - born.keys()), known_on=known_on)
    known = {**{person: one.born for person, one in births_of.items()}, **born}
    entries = _entries_of(reading, ties, asked, known_on)
    found: dict[UUID, list[Beside]] = {}
    for person, theirs in ties.items():
        mine = {entry.first for entry in own.get(person, ())}
        beside = [
            one
            for tie in _of_an_age(reading, person, theirs, known)
            for entry in entries[tie.whose in GROWN].get(tie.person, ())
            if entry.record in asked[tie.whose] and entry.first not in mine
            if not _as_a_child(reading.definition.link[tie.whose].over, known.get(tie.person), entry)
            if (one := _beside(tie, entry, known.get(tie.person))) is not None
        ]
        found[person] = _nearest(beside)
    return found


def _entries_of(
    reading: Reading, ties: Mapping[UUID, Iterable[Tie]], asked: Mapping[str, frozenset[str]], known_on: datetime | None
) -> dict[bool, dict[UUID, list[MachineEntry]]]:
    """Entries of those beside them: of adults in any role, of children those on their own chronology."""
    found: dict[bool, dict[UUID, list[MachineEntry]]] = {False: {}, True: {}}
    for grown in (False, True):
        whose = {w for w in asked if (w in GROWN) is grown}
        wanted = {tie.person for theirs in ties.values() for tie in theirs if tie.whose in whose}
        records = {record for w in whose for record in asked[w]}
        if wanted and records:
            found[grown] = of_people(reading, wanted, known_on=known_on, records=records, in_any_role=grown)
    return found


def _of_an_age(reading: Reading, person: UUID, ties: Iterable[Tie], born: Mapping[UUID, date | None]) -> Iterable[Tie]:
    """Without those that only two children make, where one of them was none, or nobody knows."""
    for tie in ties:
        under = reading.definition.link[tie.whose].both_under
        if not under or all(rules.is_under(born.get(one), under, tie.since) for one in (person, tie.person)):
            yield tie


def _as_a_child(over: str, born: date | None, entry: MachineEntry) -> bool:
    """Whether the other was known to be too young then for it to count."""
    return bool(over) and rules.is_under(born, over, entry.happened)


def _beside(tie: Tie, entry: MachineEntry, born: date | None) -> Beside | None:
    """None where a link that fades did not hold when it happened, or where it is of the event that made the link: two
    agencies tell one fight. Of adults at home what they did before counts: that is what it is about."""
    fades = tie.whose not in GROWN and tie.until is not None
    if fades and not (tie.since + (ONE_EVENT if tie.through else NOTHING) < entry.happened <= tie.until):  # type: ignore[operator]
        return None
    known = max(entry.known_at, tie.known)
    return Beside(entry, tie.whose, str(tie.person), born, known, tie.since, tie.until, tie.through)


def _nearest(beside: Iterable[Beside]) -> list[Beside]:
    """Of one entry beside a child by several records: as it was known first; of adults at home, each stretch of time that
    they are said to be there, records that follow each other being one."""
    every: dict[tuple[UUID, str, str], list[Beside]] = defaultdict(list)
    for one in beside:
        every[one.entry.first, one.whose, one.who].append(one)
    found = []
    for ways in every.values():
        if ways[0].whose in GROWN:
            found += _stretches(ways)
        else:
            found.append(min(ways, key=lambda one: (one.known, one.since, one.through)))
    return sorted(found, key=lambda one: (one.entry.happened, one.entry.first.int, one.whose, one.who, one.since))


def _stretches(ways: Iterable[Beside]) -> list[Beside]:
    found: list[Beside] = []
    for one in sorted(ways, key=lambda way: (way.since, way.known, way.through)):
        last = found[-1] if found else None
        if last is not None and (last.until is None or one.since <= last.until):
            until = None if last.until is None or one.until is None else max(last.until, one.until)
            through = tuple(dict.fromkeys((*last.through, *one.through)))
            found[-1] = last._replace(until=until, known=min(last.known, one.known), through=through)
        else:
            found.append(one)
    return found
