"""Who stands beside a child, and what happened at a place, from the records that were sent: the replay's own short form of what
`contexts` keeps, by the same declared links and the same words for places.

Of those beside a child only such are followed of whom there is an entry that some rule asks of somebody beside a child.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sightline.contexts import rules
from sightline.definition.types import Condition, Partnership, Signal
from sightline.signals.backtest.types import Arrival, Somebody
from sightline.signals.types import Occurrence

ONE_EVENT = timedelta(hours=12)
GROWN = ("parent", "adult-at-home")  # whose entries matter in whatever role they stand on them, whenever they were
PEER, HOME = "peer", "home"
FEWEST, MOST = 2, 1000  # records that name a place


class Placed(NamedTuple):
    """Somebody on a record: who, in which role, whether that is a child's."""

    who: str
    role: str
    child: bool


@dataclass(slots=True)
class OnRecord:
    """Who stands on one record that may link people, as first sent."""

    record: str
    first: str
    happened: datetime
    known: datetime
    people: tuple[Placed, ...]


class Tie(NamedTuple):
    other: str
    whose: str
    since: datetime
    until: datetime | None
    known: datetime
    first: str  # of the record that says so; empty where a sender told of the family


class Told(NamedTuple):
    """A sender says that `subject` is `relation` of `other`."""

    subject: str
    relation: str
    other: str
    known: datetime


def asked_of(signals: Iterable[Signal]) -> dict[str, list[Condition]]:
    """What rules ask of those beside a child, by whose."""
    found: dict[str, list[Condition]] = defaultdict(list)
    for rule in signals:
        for _, pattern in rule.patterns():
            for whose in pattern.whose:
                if rule.about == "child" and whose != "child":
                    found[whose] += pattern.conditions.values()
    return dict(found)


class Circle:
    """Ties of everybody to those whose entries rules ask for."""

    def __init__(
        self,
        definition: Partnership,
        wanted: Mapping[str, list[Condition]],
        people: Mapping[str, Somebody],
        records: Sequence[OnRecord],
        told: Sequence[Told],
        entries: Mapping[bool, Mapping[str, Sequence[Arrival]]],
    ) -> None:
        self.definition, self.links, self.people = definition, definition.link, people
        self.entries = {
            whose: {
                who: found
                for who, arrivals in entries[whose in GROWN].items()
                if (found := [a for a in arrivals if any(c.holds(a.seen.facts) for c in conditions)])
            }
            for whose, conditions in wanted.items()
            if whose in definition.link
        }
        self.ties: dict[str, list[Tie]] = defaultdict(list)
        self.parents: dict[str, list[Tie]] = defaultdict(list)  # of a child
        self.children: dict[str, list[tuple[str, Tie]]] = defaultdict(list)  # of a parent
        for one in records:
            self._by_record(one)
        for relation in told:
            self._by_relation(relation)
        self._through()

    def arrivals(self) -> Iterator[tuple[str, list[Arrival]]]:
        """What each child is told of those beside them."""
        for child, ties in self.ties.items():
            family = {tie.other for tie in ties if tie.whose != PEER}
            found: dict[tuple[str, str, str, datetime], Arrival] = {}
            for tie in ties:
                if (tie.whose == PEER and tie.other in family) or not self._of_an_age(child, tie):
                    continue
                for arrival in self.entries[tie.whose].get(tie.other, ()):
                    one = self._beside(tie, arrival)
                    key = arrival.seen.first, tie.whose, tie.other, arrival.known
                    if one is not None and (key not in found or one.known < found[key].known):
                        found[key] = one
            if found:
                yield child, list(found.values())

    def _by_record(self, one: OnRecord) -> None:
        record = self.definition.record[one.record]
        roles: dict[str, list[Placed]] = defaultdict(list)
        for placed in one.people:
            roles[placed.who].append(placed)
        if len(roles) < 2:
            return
        for child, own in roles.items():
            if not any(p.child for p in own):
                continue
            for other, theirs in roles.items():
                if other == child:
                    continue
                made = rules.linked(self.links, record, [p.role for p in own], [p.role for p in theirs])
                for whose in made:
                    until = rules.ends(self.links[whose].lasts, one.happened)
                    self._tie(child, Tie(other, whose, one.happened, until, one.known, one.first))

    def _by_relation(self, told: Told) -> None:
        for child, other, inverse in ((told.other, told.subject, False), (told.subject, told.other, True)):
            for whose in rules.told(self.links, told.relation, inverse=inverse):
                until = rules.ends(self.links[whose].lasts, told.known)
                self._tie(child, Tie(other, whose, told.known, until, told.known, ""))

    def _tie(self, child: str, tie: Tie) -> None:
        if tie.whose == "parent":
            self.parents[child].append(tie)
            self.children[tie.other].append((child, tie))
        if tie.other in self.entries.get(tie.whose, ()):
            self.ties[child].append(tie)

    def _through(self) -> None:
        """Children of one parent."""
        for link in self.links.values():
            if not link.through or link.id not in self.entries:
                continue
            for sibling in self.entries[link.id]:
                for above in self.parents.get(sibling, ()):
                    for child, own in self.children[above.other]:
                        if child != sibling:
                            since, known = max(own.since, above.since), max(own.known, above.known)
                            self.ties[child].append(Tie(sibling, link.id, since, None, known, ""))

    def _of_an_age(self, child: str, tie: Tie) -> bool:
        under = self.links[tie.whose].both_under
        return not under or all(rules.is_under(self._born(one), under, tie.since) for one in (child, tie.other))

    def _born(self, who: str) -> date | None:
        return self.people[who].born if who in self.people else None

    def _beside(self, tie: Tie, arrival: Arrival) -> Arrival | None:
        """None where a link that fades did not hold when it happened, or where it is of the event that made the link."""
        seen = arrival.seen
        if tie.whose not in GROWN and tie.until is not None:
            if not tie.since + (ONE_EVENT if tie.first else timedelta()) < seen.happened <= tie.until:
                return None
        known = max(arrival.known, tie.known)
        made = replace(seen, known=known, whose=tie.whose, who=tie.other)
        if tie.whose == "adult-at-home":
            made = replace(made, since=tie.since, until=tie.until)
        return Arrival(known, made, arrival.story)


# --- places -------------------------------------------------------------------------------------------------------------


def places(
    definition: Partnership,
    named: Mapping[str, Sequence[tuple[str, Arrival]]],
    people: Mapping[str, Somebody],
    homes: frozenset[str],
) -> dict[str, list[Arrival]]:
    """What happened at each place that so many records name. `named`: by place, each child's arrival there; `homes`: places at
    which somebody lives. A family counts once."""
    made: dict[str, list[Arrival]] = {}
    for place, there in named.items():
        if not FEWEST <= len({arrival.seen.first for _, arrival in there}) <= MOST:
            continue
        kinds: set[str] = {HOME} if place in homes else set()
        for _, arrival in there:
            said = arrival.seen.facts.get("location-type", "")
            kinds |= rules.kinds_of_place(definition, place, *([said] if isinstance(said, str) else said))
        found = []
        for who, arrival in there:
            family = people[who].family if who in people else who
            seen: Occurrence = arrival.seen
            facts = {**seen.facts, "place": place, "place-kind": frozenset(kinds)}
            found.append(Arrival(arrival.known, replace(seen, facts=facts, who=family), arrival.story))
        made[place] = sorted(found, key=lambda one: (one.known, one.seen.happened))
    return made
