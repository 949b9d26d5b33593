"""Who is beside whom, worked out from records and from what senders told of families. Ids alone: for stages above, which
pass the gate for whatever they read of these people.

Nothing of it is kept. What is sealed, held about everybody (routine) or intelligence makes no link, and whoever is sealed
as an identity has none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sightline.chronology.placing import Placed, of_identities, on_entries
from sightline.contexts import rules
from sightline.contexts.types import Tie
from sightline.definition.types import Partnership
from sightline.identity.kinship import Told, told_of
from sightline.identity.queries import ids_of, persons_of, rows_of

PEER = "peer"


class Circle:
    """Some people, those who stand beside them, and by what. Made in a handful of queries, whoever they are."""

    def __init__(self, definition: Partnership, persons: Iterable[UUID], known_on: datetime | None = None) -> None:
        self.definition, self.links, self.known_on = definition, definition.link, known_on
        self.persons = list(dict.fromkeys(persons))
        self.person_of: dict[UUID, UUID] = {}
        self._learn(self.persons)
        own = set(self.person_of)
        self.placed = self._placed(own)
        self.relations = told_of(own, known_on)
        self._name({p.identity for p in self.placed} | {i for r in self.relations for i in (r.subject, r.object)})
        self.ties = self._ties()

    def _learn(self, persons: Collection[UUID]) -> None:
        """Whose source identities these are; whoever is sealed is left out."""
        self.person_of.update({row.id: row.person for row in rows_of(persons) if row.guard != "sealed"})

    def _name(self, identities: Collection[UUID]) -> None:
        unknown = [i for i in identities if i not in self.person_of]
        if unknown:
            self._learn(set(persons_of(unknown).values()))

    def _placed(self, identities: Collection[UUID]) -> list[Placed]:
        """Everybody's places on the records that these people stand on, as those stand."""
        records = rules.makes_links(self.definition)
        theirs = of_identities(identities, records, self.known_on)
        return on_entries({p.entry: p for p in theirs})

    def _ties(self) -> dict[UUID, list[Tie]]:
        found: dict[UUID, list[Tie]] = defaultdict(list)
        wanted = set(self.persons)
        for first, there in _by_record(self.placed).items():
            people = self._people(there)
            for person in wanted & people.keys():
                own = [p.role for p in people[person]]
                if not any(p.child for p in people[person]):
                    continue
                for other, theirs in people.items():
                    if other != person:
                        made = rules.linked(
                            self.links, self.definition.record[there[0].record], own, [p.role for p in theirs]
                        )
                        found[person] += [self._by_record(other, whose, first, there[0]) for whose in sorted(made)]
        for person, tie in self._by_relation(wanted):
            found[person].append(tie)
        found = {person: _first_told(ties) for person, ties in found.items()}
        for person, tie in self._through(wanted, found):
            found[person].append(tie)
        found = {person: _first_told(ties) for person, ties in found.items()}
        return {person: _family_first(ties) for person, ties in found.items()}

    def _people(self, there: Iterable[Placed]) -> dict[UUID, list[Placed]]:
        people: dict[UUID, list[Placed]] = defaultdict(list)
        for one in there:
            if one.identity in self.person_of:
                people[self.person_of[one.identity]].append(one)
        return people

    def _by_record(self, other: UUID, whose: str, first: UUID, one: Placed) -> Tie:
        return Tie(other, whose, one.happened, rules.ends(self.links[whose].lasts, one.happened), one.known, (first,))

    def _by_relation(self, wanted: Collection[UUID]) -> Iterable[tuple[UUID, Tie]]:
        for relation in self.relations:
            subject, other = self.person_of.get(relation.subject), self.person_of.get(relation.object)
            if subject is None or other is None or subject == other:
                continue
            for person, beside, inverse in ((other, subject, False), (subject, other, True)):
                if person in wanted:
                    for whose in sorted(rules.told(self.links, relation.relation, inverse=inverse)):
                        yield person, self._told(beside, whose, relation)

    def _told(self, other: UUID, whose: str, relation: Told) -> Tie:
        lasts = self.links[whose].lasts
        return Tie(other, whose, relation.known, rules.ends(lasts, relation.known), relation.known)

    def _through(self, wanted: Collection[UUID], found: Mapping[UUID, list[Tie]]) -> Iterable[tuple[UUID, Tie]]:
        """Children of one parent. A second round of the same questions, asked of the parents."""
        for link in self.links.values():
            if not link.through:
                continue
            above: dict[UUID, list[tuple[UUID, Tie]]] = defaultdict(list)
            for person in wanted:
                for tie in found.get(person, ()):
                    if tie.whose == link.through:
                        above[tie.person].append((person, tie))
            if not above:
                continue
            below: dict[tuple[UUID, UUID], Tie] = {}
            for parent, child, tie in self._below(set(above), link.through):
                known_first = below.get((parent, child))
                below[parent, child] = tie if known_first is None else min(known_first, tie, key=_told_when)
            for (parent, child), tie in below.items():
                for person, own in above[parent]:
                    if child != person:
                        known = max(own.known, tie.known)
                        through = tuple(dict.fromkeys((*own.through, *tie.through)))
                        yield person, Tie(child, link.id, max(own.since, tie.since), None, known, through)

    def _below(self, parents: Collection[UUID], whose: str) -> Iterable[tuple[UUID, UUID, Tie]]:
        """Of whom these people are (`parent`), as records and senders say: (parent, child, tie)."""
        ids = {i for i, person in self.person_of.items() if person in parents}
        placed, relations = self._placed(ids), told_of(ids, self.known_on)
        self._name({p.identity for p in placed} | {i for r in relations for i in (r.subject, r.object)})
        for first, there in _by_record(placed).items():
            people = self._people(there)
            record = self.definition.record[there[0].record]
            for parent in parents & people.keys():
                roles = [p.role for p in people[parent]]
                for child, theirs in people.items():
                    own = [p.role for p in theirs if p.child]
                    if child != parent and own and whose in rules.linked(self.links, record, own, roles):
                        yield parent, child, self._by_record(parent, whose, first, there[0])
        for relation in relations:
            subject, other = self.person_of.get(relation.subject), self.person_of.get(relation.object)
            if subject is None or other is None:
                continue
            for child, parent, inverse in ((other, subject, False), (subject, other, True)):
                if parent in parents and whose in rules.told(self.links, relation.relation, inverse=inverse):
                    yield parent, child, self._told(parent, whose, relation)


def _by_record(placed: Iterable[Placed]) -> dict[UUID, list[Placed]]:
    found: dict[UUID, list[Placed]] = defaultdict(list)
    for one in placed:
        found[one.first].append(one)
    return found


def _told_when(tie: Tie) -> tuple[datetime, datetime, tuple[UUID, ...]]:
    return tie.known, tie.since, tie.through


def _first_told(ties: Iterable[Tie]) -> list[Tie]:
    """Of what does not fade, what was known first says it all: a mother who stands on a hundred records is a mother once."""
    lasting: dict[tuple[UUID, str], Tie] = {}
    found = []
    for tie in ties:
        if tie.until is not None:
            found.append(tie)
            continue
        known_first = lasting.get((tie.person, tie.whose))
        lasting[tie.person, tie.whose] = tie if known_first is None else min(known_first, tie, key=_told_when)
    return [*lasting.values(), *found]


def _family_first(ties: Iterable[Tie]) -> list[Tie]:
    """Whoever is of the family, or lives there, is nobody's peer for having been there too."""
    every = list(dict.fromkeys(ties))
    family = {tie.person for tie in every if tie.whose != PEER}
    return [tie for tie in every if tie.whose != PEER or tie.person not in family]


def linked(
    definition: Partnership, persons: Iterable[UUID], *, known_on: datetime | None = None
) -> dict[UUID, list[Tie]]:
    """Who is beside each of these people, and by what. Whether two are of an age to be peers is asked later, when their
    births have been read."""
    return Circle(definition, persons, known_on).ties


class _Met(NamedTuple):
    identities: set[UUID]
    persons: set[UUID]


def affected(definition: Partnership, persons: Iterable[UUID]) -> set[UUID]:
    """Whose patterns may change when something about these people does: themselves, whoever ever stood on a record with
    them or was told to be of their family, and children of the same parents. Rather too many than one too few."""
    wanted = set(persons)
    first = _met(definition, wanted)
    parents = _met(definition, first.persons - wanted, relations_only=True).persons if first.persons - wanted else set()
    return wanted | first.persons | parents


def _met(definition: Partnership, persons: Collection[UUID], *, relations_only: bool = False) -> _Met:
    ids = set(ids_of(persons))
    others = {i for r in told_of(ids) for i in (r.subject, r.object)}
    records, roles = rules.makes_links(definition), None
    if relations_only:  # of those beside them: whose parent they are, by records too, and nothing else
        records, roles = rules.names_parents(definition)
    theirs = of_identities(ids, records, None, every_version=True, roles=roles)
    others |= {p.identity for p in on_entries({p.entry: p for p in theirs})}
    return _Met(others, set(persons_of(others - ids).values()))
