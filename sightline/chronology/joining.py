"""What would change if two people were one: who would newly see what. Kinds and counts, never content; nobody is opened.

Only what the reader may see of both, at least as held, is counted: a number must not tell what the gate hides.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sightline.agencies.queries import workers
from sightline.agencies.types import Actor
from sightline.chronology.models import Entry, Part
from sightline.chronology.queries import _since, _standing, is_sealed, label_of, opened_for_each
from sightline.identity.queries import identities_of
from sightline.sharing.holding import ties_to
from sightline.sharing.reading import Reading
from sightline.sharing.rules import Policy, holders
from sightline.sharing.types import Label, Level


@dataclass(frozen=True, slots=True)
class Newly:
    """Some workers, and what they would see that they do not see today."""

    agency: str  # id
    team: str  # id, or empty
    roles: tuple[str, ...]  # ids
    people: int
    kinds: tuple[tuple[str, Level, int], ...]  # (kind of record in words, how much of it, how many), most first

    @property
    def count(self) -> int:
        return sum(number for _, _, number in self.kinds)


@dataclass(frozen=True, slots=True)
class Effect:
    """What joining two people would do, as far as one reader may know of it."""

    newly: tuple[Newly, ...]
    entries: tuple[int, int]  # how many stand on each page, at least as held
    opened: int  # routine records that a concern about the other would open


@dataclass(frozen=True, slots=True)
class _Kind:
    """Entries that the gate cannot tell apart, on one side: before, and as they would be."""

    side: int
    before: Label
    after: Label


def effect(reading: Reading, one: UUID, other: UUID) -> Effect:
    """What would change if these two people were one."""
    sides = [[row.id for row in identities_of(person)] for person in (one, other)]
    both = [*sides[0], *sides[1]]
    known, opened = reading.agencies, opened_for_each(both, None)
    together = _since(opened, both)
    reading.learn_ties(both)
    kinds: Counter[_Kind] = Counter()
    there, newly_open = [0, 0], 0
    for side, own in enumerate(sides):
        apart = _since(opened, own)
        for found in _standing(own, None):
            kind = _kind(found.entry, side, apart, together, known)
            if not reading.see(kind.before, also=own):
                if kind.before.sealed and not kind.after.sealed and reading.see(kind.after, also=both):
                    newly_open += 1
                else:
                    continue  # not for this reader to know of
            else:
                there[side] += 1
            kinds[kind] += 1
    reading.about_person(one)
    reading.about_person(other)
    return Effect(tuple(_newly(reading, sides, kinds)), (there[0], there[1]), newly_open)


def entries_about(identities: Iterable[UUID]) -> set[UUID]:
    """Every version of every entry about these source identities, by id alone: for following who was shown one."""
    return set(Part.objects.filter(identity_id__among=list(identities)).values_list("entry_id", flat=True))


def _kind(entry: Entry, side: int, apart: dict[str, datetime], together: dict[str, datetime], known: dict) -> _Kind:
    kind = known[entry.agency].kind if entry.agency in known else ""
    before, after = (label_of(entry, kind, (), sealed=is_sealed(entry, opened)) for opened in (apart, together))
    return _Kind(side, before, after)


def _newly(reading: Reading, sides: list[list[UUID]], kinds: Counter[_Kind]) -> Iterable[Newly]:
    ties = [ties_to(own) for own in sides]
    tied = set(ties[0]) | set(ties[1])
    groups: Counter[Actor] = Counter()
    for worker in workers():
        agency = reading.agencies.get(worker.agency)
        own = worker.id if f"worker:{worker.id}" in tied else ""  # who has a tie of their own stands alone
        actor = Actor(own, "", worker.agency, agency.kind if agency else "", worker.team, worker.role)
        if worker.active and not tied.isdisjoint(holders(actor)):
            groups[actor] += 1
    told: dict[tuple[str, str, tuple[tuple[str, Level, int], ...]], list[tuple[str, int]]] = defaultdict(list)
    for actor, people in groups.items():
        if gained := _gains(reading, actor, ties, kinds):
            told[actor.agency, actor.team, gained].append((actor.role, people))
    found = [
        Newly(agency, team, tuple(dict.fromkeys(role for role, _ in those)), sum(n for _, n in those), gained)
        for (agency, team, gained), those in told.items()
    ]
    return sorted(found, key=lambda one: (-one.count, one.agency, one.team))


def _gains(
    reading: Reading, actor: Actor, ties: list[dict[str, frozenset[str]]], kinds: Counter[_Kind]
) -> tuple[tuple[str, Level, int], ...]:
    policy = Policy(reading.definition, actor, reading.purpose)
    own = [frozenset(kind for name in holders(actor) for kind in side.get(name, ())) for side in ties]
    gained: Counter[tuple[str, Level]] = Counter()
    for kind, number in kinds.items():
        after = policy.decide(kind.after, own[0] | own[1]).level
        if after > policy.decide(kind.before, own[kind.side]).level:
            record = reading.definition.record.get(kind.before.record)
            gained[record.pointer if record else kind.before.record, after] += number
    return tuple(sorted(((what, level, n) for (what, level), n in gained.items()), key=lambda g: (-g[2], g[0])))
