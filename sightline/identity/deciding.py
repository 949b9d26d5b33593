"""What a person's decision does to pairs, so that persons follow from what stands and each decision can be undone.

Somebody decides about two *people*, each of whom may be several source identities: *one person* stands for every pair
that is known between the two, *two people* likewise, all as one act (the same moment, the same worker). That keeps what
stands free of contradiction: nobody is held together by one decision and apart by another, so that joining two people
unites exactly those two, and separating them gives back exactly those two. See docs/decisions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sightline.agencies.types import Actor
from sightline.definition.outcomes import Missing
from sightline.identity.bands import stricter
from sightline.identity.clusters import ordered
from sightline.identity.judging import HELD_APART, holds
from sightline.identity.linking import Circle, locked, relink, thought
from sightline.identity.models import Possible, SourceIdentity
from sightline.timescales.moment import now
from sightline.vault.actions import Keyring

MOST_WORDS = 400
SAME, DIFFERENT, HALF = "same", "different", "half"
TOLD_APART = "told-apart"  # somebody had decided that they are two people
CHANGED = ("state", "why", "decided_at", "decided_by", "because", "proposed", "proposed_by", "proposed_at")


@dataclass(frozen=True, slots=True)
class Act:
    """One decision: whose, when, and why in their own words. All pairs that it decides carry the same moment and worker."""

    by: Actor
    at: datetime
    because: str = ""


def act(by: Actor, because: str = "") -> Act:
    return Act(by, now(), because[:MOST_WORDS])


class Two:
    """The people of two source identities, with all that stands about them; nobody else changes it until we are done.

    Raises Missing where one is not there.
    """

    def __init__(self, one: UUID, other: UUID) -> None:
        self.circle: Circle = locked([one, other])
        if one == other or not {one, other} <= self.circle.rows.keys():
            raise Missing
        self.one, self.other = one, other

    @property
    def persons(self) -> tuple[UUID, UUID]:
        rows = self.circle.rows
        return rows[self.one].person, rows[self.other].person

    @property
    def together(self) -> bool:
        return self.persons[0] == self.persons[1]

    @property
    def guard(self) -> str:
        """The strictest guard of anybody who is one of the two."""
        return stricter(*(row.guard for row in self.circle.rows.values() if row.person in self.persons))

    def pair(self) -> Possible:
        """The pair of the two as it stands, or a new one that is not kept yet."""
        first, second = ordered(self.one, self.other)
        for pair in self.circle.pairs.values():
            if (pair.one_id, pair.other_id) == (first, second):
                return pair
        return Possible(one_id=first, other_id=second, at=now(), guard=self.guard)

    def between(self) -> list[Possible]:
        """Every pair that is known between somebody of the one person and somebody of the other."""
        a, b = self.persons
        rows = self.circle.rows
        return [
            pair for pair in self.circle.among() if {rows[pair.one_id].person, rows[pair.other_id].person} == {a, b}
        ]


def sealed_for(pair: Possible, text: str, rows: Iterable[SourceIdentity]) -> bytes | None:
    """Somebody's words about the two, sealed for both of them."""
    keys = [row.key for row in rows]
    keyring = Keyring()
    keyring.fetch(keys)
    held = [key for key in keys if keyring.has(key)]
    return keyring.seal(text.encode(), held, f"possible|{pair.id}") if text and held else None


def unite(two: Two, doing: Act) -> dict[UUID, tuple[UUID, UUID]]:
    """The two are one person: the pair, and whatever else is known between these two people, is decided so."""
    main = two.pair()
    beside = [pair for pair in two.between() if pair.id != main.id] if not two.together else []
    _decide([main, *beside], SAME, two, doing)
    return _relink(two, doing, "decided")


def part(two: Two, doing: Act) -> dict[UUID, tuple[UUID, UUID]]:
    """The two are different people.

    Where they were joined by one decision, all that it decided is turned with it, and everybody else goes where the
    evidence is. Where more holds them together, `other` leaves: whoever hangs on it alone goes with it, the rest stay.
    """
    main = two.pair()
    cut = {pair.id: pair for pair in (_cut(two, main) if two.together else [])}
    _decide([main, *(pair for id_, pair in cut.items() if id_ != main.id)], DIFFERENT, two, doing)
    changed = _relink(two, doing, "separated")
    left = [
        pair for pair in two.between() if pair.state not in (DIFFERENT, SAME)
    ]  # decided once, for all that is known
    _decide(left, DIFFERENT, two, doing)
    return changed


def undecided(two: Two, doing: Act) -> dict[UUID, tuple[UUID, UUID]]:
    """Nobody can tell yet: the pair goes on waiting, and joins nobody meanwhile."""
    _decide([two.pair()], "unsure", two, doing)
    return _relink(two, doing, "decided")


def _relink(two: Two, doing: Act, reason: str) -> dict[UUID, tuple[UUID, UUID]]:
    evidence = ["a-person-decided"]
    return relink((), by=doing.by.id, at=doing.at, reason=reason, evidence=evidence, within=two.circle)


def propose(two: Two, doing: Act) -> Possible:
    """The first of two workers says that they are one: kept, seen by whoever may decide, and nothing else yet."""
    pair = two.pair()
    if pair.state == DIFFERENT and TOLD_APART not in pair.why:
        pair.why = [*pair.why, TOLD_APART]
    if two.guard and two.guard not in pair.why:
        pair.why = [*pair.why, two.guard]
    pair.state, pair.guard = HALF, stricter(pair.guard, two.guard)
    pair.proposed, pair.proposed_by, pair.proposed_at = SAME, doing.by.id, doing.at
    pair.because = sealed_for(pair, doing.because, _sides(two, pair))
    pair.save()
    return pair


def withdraw(pair: Possible) -> None:
    """What the first worker said is taken back; what stood before it stands again."""
    apart = TOLD_APART in pair.why
    pair.state = DIFFERENT if apart else "waiting"
    pair.why = [code for code in pair.why if code != TOLD_APART]
    pair.proposed, pair.proposed_by, pair.proposed_at, pair.because = "", "", None, None
    pair.save(update_fields=["state", "why", "proposed", "proposed_by", "proposed_at", "because"])


def _sides(two: Two, pair: Possible) -> list[SourceIdentity]:
    return [two.circle.rows[pair.one_id], two.circle.rows[pair.other_id]]


def _decide(pairs: Collection[Possible], state: str, two: Two, doing: Act) -> None:
    for pair in pairs:
        pair.state, pair.decided_at, pair.decided_by = state, doing.at, doing.by.id
        pair.proposed, pair.proposed_by, pair.proposed_at = "", "", None
        pair.why = [code for code in pair.why if code not in (TOLD_APART, HELD_APART)]
        pair.because = sealed_for(pair, doing.because, _sides(two, pair))
    there = [pair for pair in pairs if not pair._state.adding]
    for pair in pairs:
        if pair._state.adding:
            pair.save()
            two.circle.pairs[pair.id] = pair
    if there:
        Possible.objects.bulk_update(there, CHANGED)


# --- where to cut -------------------------------------------------------------------------------------


def _cut(two: Two, main: Possible) -> list[Possible]:
    """Pairs that hold the two together and are turned: those of the act that joined them, else `other`'s own."""
    edges = [pair for pair in two.circle.among() if holds(pair)]
    decided = [pair for pair in edges if pair.state == SAME]
    if main.state == SAME:
        of_act = [pair for pair in decided if (pair.decided_at, pair.decided_by) == (main.decided_at, main.decided_by)]
        others = [pair for pair in decided if pair not in of_act]
        reach = _reach(two.one, others)
        if two.other not in reach:
            elsewhere = {pair.id for pair in of_act if pair.other_id in _reach(pair.one_id, others)}
            return [pair for pair in of_act if pair.id not in elsewhere]
    without = [pair for pair in edges if two.other not in (pair.one_id, pair.other_id)]
    staying = _reach(two.one, without)
    own = [pair for pair in edges if pair not in without]
    return [pair for pair in own if (pair.other_id if pair.one_id == two.other else pair.one_id) in staying]


def _reach(start: UUID, edges: Iterable[Possible]) -> set[UUID]:
    """Everybody whom these pairs hold together with one."""
    beside: dict[UUID, set[UUID]] = defaultdict(set)
    for pair in edges:
        beside[pair.one_id].add(pair.other_id)
        beside[pair.other_id].add(pair.one_id)
    found, edge = {start}, [start]
    while edge:
        new = beside[edge.pop()] - found
        found |= new
        edge += new
    return found


__all__ = ["Act", "Two", "act", "part", "propose", "thought", "undecided", "unite", "withdraw"]
