"""Pairs of one bite: which two may be one person, judged as details arrive and kept in memory until they are written.

A pair that a person decided is never judged again. One that was joined by itself, or that waits, is judged afresh when
what is told of either side changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from sightline.definition.kinds.matching import CONTRADICTS, NOT_ONE
from sightline.identity.bands import JOINS, NEW, Rules, Verdict
from sightline.identity.linkage.types import Score
from sightline.identity.models import Possible
from sightline.vault.adding import add_objects, change_objects, new
from sightline.vault.ids import Ids

HELD_APART, TOLD_APART, NO_LONGER = "held-apart", "told-apart", "no-longer-agrees"
AGAINST, NEVER_ASKED = frozenset(CONTRADICTS), frozenset(NOT_ONE)
DECIDED = ("same", "different", "sealed")
SOMEBODY = ("unsure", "half")  # somebody has looked at it: what it comes to is theirs to say
WRITTEN = ("state", "agree", "differ", "bits", "parts", "model", "why", "guard")
Two = tuple[UUID, UUID]


def two(one: UUID, other: UUID) -> Two:
    """A pair in the order in which it is kept."""
    return (one, other) if one.hex <= other.hex else (other, one)


def sides(pair: Possible) -> Two:
    """The two of a pair, by id."""
    return pair.one_id, pair.other_id  # type: ignore[attr-defined]


def holds(pair: Possible) -> bool:
    """Whether a pair makes one person of two: a person joined it, or its evidence does, even where a decision holds it apart."""
    return pair.state in ("same", "joined") or pair.state == "waiting" and HELD_APART in pair.why


def against(pair: Possible) -> bool:
    """Whether a pair speaks against two being one.

    A pair that was joined and no longer agrees is kept for a person to look at, also where nobody would ask about those two
    had they come like this at first. Then it speaks against nothing: else who is whom would hang on what was told before.
    """
    if pair.state in ("different", "sealed", *SOMEBODY):
        return True
    return not holds(pair) and NEVER_ASKED.isdisjoint(pair.why) and not AGAINST.isdisjoint(pair.why)


class Turn(NamedTuple):
    """What judging a pair changed: whether it makes one person of two now and did not (or the other way round, or with
    another weight), and the same of whether it speaks against that."""

    pair: Possible | None
    edge: bool = False
    against: bool = False


class Pairs:
    """The pairs around those whose details arrive. `read` before asking `around`; `write` in the caller's transaction."""

    def __init__(self, rules: Rules, model: str, ids: Ids) -> None:
        self.rules, self.model, self.ids = rules, model, ids
        self._around: dict[UUID, dict[Two, Possible]] = defaultdict(dict)
        self._read: set[UUID] = set()
        self._fresh: dict[Two, Possible] = {}
        self._turned: dict[Two, Possible] = {}
        self._gone: set[UUID] = set()

    def read(self, identities: Iterable[UUID]) -> None:
        """Reads what is stored around these, in one query."""
        unread = [identity for identity in dict.fromkeys(identities) if identity not in self._read]
        if not unread:
            return
        self._read.update(unread)
        stored = Possible.objects.filter(Q(one_id__among=unread) | Q(other_id__among=unread)).defer("because")
        for pair in stored:
            at = sides(pair)
            if at not in self._around[at[0]] and pair.id not in self._gone:
                self._around[at[0]][at] = self._around[at[1]][at] = pair

    def new(self, identity: UUID) -> None:
        """Nothing is stored around it: it is new."""
        self._read.add(identity)

    def around(self, identity: UUID) -> dict[UUID, Possible]:
        """Each other of whom a pair with this one stands or waits."""
        self.read([identity])
        return {
            other if one == identity else one: pair for (one, other), pair in self._around.get(identity, {}).items()
        }

    def judge(self, identity: UUID, other: UUID, verdict: Verdict, score: Score, *, guard: str, at: datetime) -> Turn:
        """Takes what a pair comes to now. `guard`: the stricter of the two sides."""
        key = two(identity, other)
        pair = self._around.get(identity, {}).get(key)
        if pair is None:
            if verdict.band == NEW:
                return Turn(None)
            pair = self._make(key, "joined" if verdict.band == JOINS else "waiting", verdict, score, guard, at)
            return Turn(pair, holds(pair), against(pair))
        if pair.state in DECIDED:
            return Turn(pair)
        before, weight = (holds(pair), against(pair)), pair.bits
        if pair.state not in SOMEBODY:
            if verdict.band == NEW and pair.state == "waiting" and not {NO_LONGER, HELD_APART} & set(pair.why):
                self._withdraw(key, pair)
                return Turn(None, *before)
            self._turn(pair, verdict)
        self._weigh(pair, verdict, score, guard)
        if key not in self._fresh:
            self._turned[key] = pair
        # of two pairs that cannot both hold, the weightier does: another weight may be another person
        weighs = holds(pair) and pair.bits != weight
        return Turn(pair, weighs or holds(pair) != before[0], against(pair) != before[1])

    def _turn(self, pair: Possible, verdict: Verdict) -> None:
        """What becomes of a pair that nobody decided."""
        if verdict.band == JOINS:
            apart = HELD_APART in pair.why
            pair.state, pair.why = "waiting" if apart else "joined", [*verdict.why, *([HELD_APART] if apart else [])]
        else:
            joined = holds(pair) or NO_LONGER in pair.why
            pair.state, pair.why = "waiting", [*verdict.why, *([NO_LONGER] if joined else [])]

    def _weigh(self, pair: Possible, verdict: Verdict, score: Score, guard: str) -> None:
        if pair.state in SOMEBODY:
            pair.why = [*verdict.why, *(code for code in pair.why if code in (TOLD_APART, HELD_APART))]
        pair.agree, pair.differ = _sides(score)
        pair.bits, pair.parts, pair.model, pair.guard = score.bits, _parts(score), self.model, guard

    def _make(self, key: Two, state: str, verdict: Verdict, score: Score, guard: str, at: datetime) -> Possible:
        agree, differ = _sides(score)
        pair = new(
            Possible,
            id=self.ids(),
            one_id=key[0],
            other_id=key[1],
            agree=agree,
            differ=differ,
            state=state,
            at=at,
            bits=score.bits,
            parts=_parts(score),
            model=self.model,
            why=list(verdict.why),
            guard=guard,
        )
        self._fresh[key] = self._around[key[0]][key] = self._around[key[1]][key] = pair
        return pair

    def _withdraw(self, key: Two, pair: Possible) -> None:
        for identity in key:
            self._around[identity].pop(key, None)
        if self._fresh.pop(key, None) is None:
            self._turned.pop(key, None)
            self._gone.add(pair.id)

    def write(self) -> None:
        """Writes everything judged so far; what is asked next is read anew."""
        if self._gone:  # first: what was withdrawn may have come again
            Possible.objects.filter(id__among=self._gone, state="waiting").delete()
        add_objects(list(self._fresh.values()))
        change_objects(list(self._turned.values()), WRITTEN)
        self._fresh, self._turned, self._gone = {}, {}, set()
        self._around.clear()
        self._read.clear()


def _sides(score: Score) -> tuple[list[str], list[str]]:
    """Which comparisons speak for one person, and which against."""
    agree = [part.comparison for part in score.parts if part.bits + part.tf_bits > 0]
    return agree, [part.comparison for part in score.parts if part.bits + part.tf_bits < 0]


def _parts(score: Score) -> list[list[object]]:
    """As it is kept: codes and numbers; comparisons of which one side tells nothing are left out."""
    return [
        [part.comparison, part.level, round(part.bits, 3), round(part.tf_bits, 3)]
        for part in score.parts
        if part.level != "null"
    ]
