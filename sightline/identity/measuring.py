"""How well matching does, counted: for everybody, and for each group of people by itself. Pure.

    counted(truth, together, waiting, groups)     who is who in truth, against what matching made of it -> Counted

Four shares, each `(hits, of)`:

right    of pairs that were joined by themselves, those that are one person      precision of *same*
joined   of pairs that are one person, those that were joined by themselves      recall of *same*
worth    of pairs that wait for a person, those that are one person              precision of *possible*
found    of pairs that are one person, those joined or waiting                   recall of *same* and *possible*

A group is never more than a name in these counts: nothing of it is stored on anybody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import Any, NamedTuple, TypeVar

from sightline.definition.kinds.naming import Naming
from sightline.identity.linkage.names import tokens

SHARES = ("right", "joined", "worth", "found")
STOPPING = ("right", "found")  # a gap in one of these stops joining by itself
Z = 1.959964  # of 95 per cent
OTHER, UNTOLD = "other", "not-recorded"
Id = TypeVar("Id", bound=Hashable)
Group = tuple[str, str]  # by what (ethnicity, name-origin), which


class Share(NamedTuple):
    """So many of so many."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        return self.hits / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval of 95 per cent: what the true share may be, given that so few were counted."""
        if not self.of:
            return 0.0, 1.0
        p, n = self.value, self.of
        middle, wide = p + Z * Z / (2 * n), Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
        low, high = ((middle + sign * wide) / (1 + Z * Z / n) for sign in (-1, 1))
        return max(0.0, low), min(1.0, high)


@dataclass(slots=True)
class Tally:
    """The four shares of everybody, or of one group, as they are counted."""

    hits: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SHARES, 0))
    of: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SHARES, 0))

    def add(self, share: str, hit: bool) -> None:
        self.of[share] += 1
        self.hits[share] += hit

    def share(self, name: str) -> Share:
        return Share(self.hits[name], self.of[name])

    def as_dict(self) -> dict[str, list[int]]:
        return {name: [self.hits[name], self.of[name]] for name in SHARES}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Sequence[int]]) -> Tally:
        return cls({s: kept[s][0] for s in SHARES}, {s: kept[s][1] for s in SHARES})


@dataclass(slots=True)
class Counted:
    """What came of it: everybody, and each group. `people`, `identities`: of how many."""

    all: Tally = field(default_factory=Tally)
    groups: dict[Group, Tally] = field(default_factory=dict)
    people: int = 0
    identities: int = 0

    def as_dict(self) -> dict[str, Any]:
        groups = [[by, name, tally.as_dict()] for (by, name), tally in sorted(self.groups.items())]
        return {"all": self.all.as_dict(), "groups": groups, "people": self.people, "identities": self.identities}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Counted:
        groups = {(by, name): Tally.from_dict(tally) for by, name, tally in kept["groups"]}
        return cls(Tally.from_dict(kept["all"]), groups, kept["people"], kept["identities"])


class Gap(NamedTuple):
    """A group for which a share is so many percentage points below everybody's."""

    by: str
    group: str
    share: str
    points: float
    of: int


def counted(
    truth: Mapping[Id, str],
    together: Mapping[Id, Hashable],
    waiting: Iterable[tuple[Id, Id]],
    groups: Mapping[str, Collection[Group]],
) -> Counted:
    """`truth`: who each identity is; `together`: whom it was joined to (identities of one value are one person by
    themselves); `waiting`: pairs that a person is asked about; `groups`: the groups of each person in truth.

    Pairs are counted once a person; a wrong pair in the groups of both. A pair counts as waiting where what both were
    joined to waits: whoever decides it decides all of it at once.
    """
    found = Counted(people=len(set(truth.values())), identities=len(truth))

    def add(persons: Collection[str], share: str, hit: bool) -> None:
        found.all.add(share, hit)
        for group in {group for person in persons for group in groups.get(person, ())}:
            found.groups.setdefault(group, Tally()).add(share, hit)

    asked: set[tuple[Hashable, Hashable]] = set()
    for one, other in waiting:
        if one not in truth or other not in truth:
            continue
        a, b = together.get(one, one), together.get(other, other)
        if a != b:
            if (a, b) not in asked:  # one question, however many pairs ask it
                add({truth[one], truth[other]}, "worth", truth[one] == truth[other])
            asked |= {(a, b), (b, a)}
    people, joined = defaultdict(list), defaultdict(list)
    for identity, person in truth.items():
        people[person].append(identity)
        joined[together.get(identity, identity)].append(person)
    for those in joined.values():
        for at, one_person in enumerate(those):
            for other_person in those[at + 1 :]:
                add({one_person, other_person}, "right", one_person == other_person)
    for person, identities in people.items():
        for at, first in enumerate(identities):
            for second in identities[at + 1 :]:
                a, b = together.get(first, first), together.get(second, second)
                add({person}, "joined", a == b)
                add({person}, "found", a == b or (a, b) in asked)
    return found


def gaps(found: Counted, points: float, least: int, shares: Sequence[str] = STOPPING) -> list[Gap]:
    """Groups that are worse off than everybody by more than so many percentage points, widest first. A group with fewer
    pairs than `least` is not judged: chance alone would make gaps.
    """
    those = []
    for (by, group), tally in found.groups.items():
        for name in shares:
            all_, own = found.all.share(name), tally.share(name)
            if own.of >= least and all_.of:
                gap = round(100 * (all_.value - own.value), 6)  # exactly so many points is not more
                if gap > points:
                    those.append(Gap(by, group, name, round(gap, 2), own.of))
    return sorted(those, key=lambda gap: (-gap.points, gap.by, gap.group, gap.share))


def origins(declared: Mapping[str, Naming], given: str, family: str) -> tuple[str, ...]:
    """The origins that a name is common in: by the family name, else by the given name; `other` where none lists it."""
    families, givens = set(tokens(family)), set(tokens(given))
    found = [id for id, one in sorted(declared.items()) if families & set(one.family)]
    if not found:
        ending = tuple(families)
        found = [
            id
            for id, one in sorted(declared.items())
            if any(w.endswith(e) and len(w) > len(e) + 2 for w in ending for e in one.endings)
        ]
    if not found:
        found = [id for id, one in sorted(declared.items()) if givens & set(one.given)]
    return tuple(found) or (OTHER,)


def groups_of(declared: Mapping[str, Naming], *, ethnicity: str, given: str, family: str) -> tuple[Group, ...]:
    """In which groups somebody is counted, by ethnicity as it was asked, and by name."""
    return (
        ("ethnicity", ethnicity or UNTOLD),
        *(("name-origin", origin) for origin in origins(declared, given, family)),
    )
