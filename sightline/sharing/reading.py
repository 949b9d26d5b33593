"""A reading: one response's passage through the gate, and its one record in the ledger.

A query that shows anything takes a `Reading`. What it hands out it notes; when the response is about to leave,
the reading is closed, which writes the record. If that fails, nothing leaves (fail closed).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from uuid import UUID

from django.db.models import Q

from sightline.agencies import queries as who
from sightline.agencies.types import Actor, AgencyInfo
from sightline.ledger.actions import write
from sightline.sharing.models import Tie
from sightline.sharing.rules import Policy, holders
from sightline.sharing.types import Label, Level, Sight
from sightline.timescales.moment import now
from sightline.vault.actions import Keyring


class Reading:
    """Made only by `reading()`; remembers what was shown, at which level, by which rule."""

    def __init__(self, actor: Actor, purpose: str, *, recorded: bool = True) -> None:
        self.actor, self.purpose = actor, purpose
        self.definition = who.partnership()
        self.policy = Policy(self.definition, actor, purpose)
        self.keyring = Keyring()
        self.about = ""  # what kind of response this is, for the record
        self.detail: dict[str, object] = {}
        self._recorded = recorded
        self._ties: dict[UUID, frozenset[str]] = {}
        self._held: dict[tuple[UUID, ...], frozenset[str]] = {}
        self._sights: dict[tuple[object, ...], Sight] = {}
        self._shown: dict[str, None] = {}
        self._levels: dict[str, int] = defaultdict(int)
        self._rules: dict[str, None] = {}
        self._basis: dict[str, None] = {}
        self.closed = False

    @cached_property
    def agencies(self) -> dict[str, AgencyInfo]:
        """All agencies by id: one query a response."""
        return who.agencies()

    def learn_ties(self, subjects: Collection[UUID]) -> None:
        """Reads the actor's current ties to these source identities in one query."""
        unknown = [s for s in subjects if s not in self._ties]
        if not unknown:
            return
        moment = now()
        found: dict[UUID, set[str]] = {s: set() for s in unknown}
        rows = Tie.objects.filter(
            Q(until=None) | Q(until__gt=moment),
            subject__among=unknown,
            holder__in=holders(self.actor),
            from_at__lte=moment,
        ).values_list("subject", "kind")
        for subject, kind in rows:
            found[subject].add(kind)
        self._ties.update({s: frozenset(kinds) for s, kinds in found.items()})

    def ties(self, subjects: Iterable[UUID]) -> frozenset[str]:
        return frozenset(kind for s in subjects for kind in self._ties.get(s, ()))

    def see(self, label: Label, *, also: Iterable[UUID] = ()) -> Sight:
        """The gate. `also`: further source identities of the same person, whose ties count too."""
        subjects = (*label.subjects, *also)
        if subjects not in self._held:  # a page asks five hundred times about the same child
            self.learn_ties(subjects)
            self._held[subjects] = self.ties(subjects)
        ties = self._held[subjects]
        asked = (label.record, label.agency, label.handling, label.sealed, label.pointer_only, ties)
        if asked not in self._sights:
            self._sights[asked] = self.policy.decide(label, ties)
        return self._sights[asked]

    def note(self, object_id: object, sight: Sight) -> None:
        """Records that this object was handed out at this level, under this rule."""
        if sight.level is Level.HIDDEN:
            return
        if str(object_id) not in self._shown:
            self._levels[sight.level.word] += 1
        self._shown[str(object_id)] = None
        self._rules[sight.decision.reason_code] = None
        self._basis.update(dict.fromkeys(sight.basis))

    def about_person(self, person: UUID) -> None:
        """Records whose page this is: a long list of entries is kept as a count and a digest, the child never."""
        persons = self.detail.setdefault("persons", [])
        assert isinstance(persons, list)
        if str(person) not in persons:
            persons.append(str(person))

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
