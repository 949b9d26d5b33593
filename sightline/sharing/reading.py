"""A reading: one response's passage through the gate, and its one record in the ledger.

A query that shows anything takes a `Reading`. What it hands out it notes; when the response is about to leave,
the reading is closed, which writes the record. If that fails, nothing leaves (fail closed).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, Value

from sightline.agencies import queries as who
from sightline.agencies.types import Actor, AgencyInfo
from sightline.ledger.actions import write
from sightline.sharing.models import Restriction, Tie
from sightline.sharing.own import Own, own_of
from sightline.sharing.rules import NAMED, OF_RECORDS, Policy, explained, holders
from sightline.sharing.standing import read_as
from sightline.sharing.types import Explained, Label, Level, Sight
from sightline.timescales.moment import now
from sightline.vault.actions import Keyring
from sightline.vault.asking import Question

_KEPT = ""  # in place of a kind of tie: that somebody is kept to named people, and who answers for it


def _ties(subjects: Collection[UUID], holders: Collection[str], moment: datetime) -> QuerySet[Any]:
    open_ = Q(until=None) | Q(until__gt=moment)
    return Tie.objects.filter(open_, subject__among=subjects, holder__among=holders, from_at__lte=moment)


def _ties_and_kept(subjects: Collection[UUID], holders: Collection[str], moment: datetime) -> QuerySet[Any]:
    open_ = Q(until=None) | Q(until__gt=moment)
    kept = Restriction.objects.filter(open_, subject__among=subjects, from_at__lte=moment).order_by()
    kept = kept.annotate(what=Value(_KEPT)).values_list("subject", "what", "from_at", "holder")
    return _ties(subjects, holders, moment).values_list(*_TIE).union(kept, all=True)


_TIE = "subject", "kind", "from_at", "holder"
_TIES, _TIES_AND_KEPT = Question(_ties, *_TIE), Question(_ties_and_kept, *_TIE)


class Reading:
    """Made only by `reading()`; remembers what was shown, at which level, by which rule."""

    def __init__(self, actor: Actor, purpose: str, *, recorded: bool = True) -> None:
        self.actor, self.purpose = actor, purpose
        self.definition = who.partnership()
        self.policy = Policy(self.definition, actor, purpose, now())
        read_as(
            actor, purpose, holders(actor), now()
        )  # in a request: the database shows no more than this reader may see
        self.keyring = Keyring()
        self.about = ""  # what kind of response this is, for the record
        self.detail: dict[str, object] = {}
        self._recorded = recorded
        self._ties: dict[UUID, frozenset[str]] = {}
        self.since: dict[str, datetime] = {}  # the longest that a tie of each kind has stood, to anybody looked up
        self._kept: dict[UUID, tuple[str, ...]] = {}  # what is kept to named people, and who answers for it
        self._held: dict[tuple[UUID, ...], frozenset[str]] = {}
        self._sights: dict[tuple[object, ...], Sight] = {}
        self._shown: dict[str, Level] = {}
        self._levels: dict[str, int] = defaultdict(int)
        self._rules: dict[str, None] = {}
        self.reasons: dict[str, Counter[str]] = defaultdict(Counter)  # rule: how much it gave (level), how often
        self.missing: dict[str, None] = {}  # what would show more of what was handed out, in words
        self._basis: dict[str, None] = {}
        self.kept_back: dict[str, None] = {}  # whom to ring for what was asked for and is kept to named people
        self.once: dict[object, Any] = {}  # what stages above ask twice for one response
        self.closed = False

    @cached_property
    def agencies(self) -> dict[str, AgencyInfo]:
        """All agencies by id: one query a response."""
        return who.agencies()

    def learn_ties(self, subjects: Collection[UUID]) -> None:
        """Reads the actor's current ties to these source identities (or records), and which are kept to named people.
        One query."""
        unknown = [s for s in dict.fromkeys(subjects) if s not in self._ties]
        if not unknown:
            return
        moment = now()
        found: dict[UUID, set[str]] = {s: set() for s in unknown}
        asked = _TIES_AND_KEPT if self.policy.asks_restricted else _TIES
        told = asked(unknown, holders(self.actor), moment)
        for subject, kind, since, holder in sorted(told, key=lambda row: row[2]):
            if kind == _KEPT:
                self._kept[subject] = (*self._kept.get(subject, ()), holder)
            else:
                found[subject].add(kind)
                self.since[kind] = min(since, self.since.get(kind, since))
        self._ties.update({s: frozenset(kinds) for s, kinds in found.items()})

    @cached_property
    def own(self) -> Own:
        """To whom this reader has ties at all, and what is kept from them: for lists. Two queries a response."""
        return own_of(self.policy)

    @cached_property
    def restrictions(self) -> bool:
        """Whether anything at all is kept to named people, and that can matter to this actor."""
        return self.policy.asks_restricted and Restriction.objects.exists()

    def ties(self, subjects: Iterable[UUID]) -> frozenset[str]:
        return frozenset(kind for s in subjects for kind in self._ties.get(s, ()))

    def see(self, label: Label, *, also: Iterable[UUID] = ()) -> Sight:
        """The gate. `also`: further source identities of the same person, whose ties count too."""
        subjects = (*label.subjects, *also)
        if subjects not in self._held:  # a page asks five hundred times about the same child
            self.learn_ties(subjects)
            self._held[subjects] = self.ties(subjects)
        ties = self._held[subjects]
        restricted = label.restricted
        holders_: tuple[str, ...] = ()
        if label.first is not None and self.policy.asks_records:
            if label.first not in self._ties:
                self.learn_ties((label.first,))
            ties |= self._ties[label.first] & OF_RECORDS
        if self._kept:
            kept = [s for s in (*subjects, label.first) if s in self._kept]
            shut = [s for s in kept if NAMED not in self._ties[s]]  # named on one thing is not named on another
            restricted = restricted or bool(kept)
            ties = ties - {NAMED} if shut else ties
            holders_ = tuple(dict.fromkeys(h for s in shut for h in self._kept[s]))
        asked = (
            label.record,
            label.agency,
            label.handling,
            label.sealed,
            label.pointer_only,
            label.happened if self._by_age else None,
            restricted,
            ties,
        )
        if asked not in self._sights:
            decided = label if restricted == label.restricted else replace(label, restricted=restricted)
            self._sights[asked] = self.policy.decide(decided, ties)
        sight = self._sights[asked]
        return replace(sight, holders=holders_) if holders_ and sight else sight

    @cached_property
    def _by_age(self) -> bool:
        every = (*self.policy.branches, *self.policy.restrictions)
        return any(b.rule.age.within or b.rule.age.over for b in every)

    def explain(self, sight: Sight) -> Explained:
        """Why this reader sees what they see, in words."""
        return explained(self.definition, self.purpose, sight)

    def note(self, object_id: object, sight: Sight) -> None:
        """Records that this object was handed out at this level, under this rule."""
        if sight.level is Level.HIDDEN:
            return
        shown = str(object_id)
        if shown not in self._shown:
            self._levels[sight.level.word] += 1
            self.reasons[sight.decision.reason_code][sight.level.word] += 1
            if sight.missing:
                self.missing[sight.missing] = None
        self._shown[shown] = max(sight.level, self._shown.get(shown, sight.level))
        self._rules[sight.decision.reason_code] = None
        self._basis.update(dict.fromkeys(sight.basis))

    def shown(self, object_id: object) -> Level:
        """At which level this object was handed out so far, at best."""
        return self._shown.get(str(object_id), Level.HIDDEN)

    def about_person(self, person: UUID) -> None:
        """Records whose page this is: a long list of entries is kept as a count and a digest, the child never."""
        persons = self.detail.setdefault("persons", [])
        assert isinstance(persons, list)
        if str(person) not in persons:
            persons.append(str(person))

    @property
    def subjects(self) -> tuple[UUID, ...]:
        """Everybody (and every record) to whom this reader's ties were looked up for this response."""
        return tuple(self._ties)

    @property
    def noted(self) -> int:
        return len(self._shown)

    def close(self) -> None:
        """Writes the one ledger record of this response, if anything passed the gate or was asked for."""
        if self.closed:
            return
        self.closed = True
        if not self._recorded or not (self._shown or self.about):
            return
        write(
            kind="read",
            verb=self.about or "read",
            actor=self.actor.id,
            acting_for=self.actor.agency,
            purpose=self.purpose,
            basis=",".join(self._basis)[:120],
            rule=",".join(self._rules),
            policy=self.policy.hash,
            outcome="allowed" if self._shown else "nothing",
            ids=self._shown,
            detail={**self.detail, "levels": dict(self._levels)},
        )


@contextmanager
def reading(actor: Actor, purpose: str, *, about: str = "", recorded: bool = True) -> Iterator[Reading]:
    """A reading for the length of a block. `recorded=False` is for a story's own questions alone."""
    opened = Reading(actor, purpose, recorded=recorded)
    opened.about = about
    yield opened
    opened.close()
