"""Keeping signals in step with what is known: computed anew for whom a change affects, never patched.

What follows (`Standing`) is replaced; what became of it (`Happened`) is added. Whom to tell is decided here and told by `jobs`,
for messages stand above signals.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from sightline.chronology.events import MachineEntry
from sightline.clocks.rules import working_days
from sightline.definition.kinds.signals import LEVELS
from sightline.definition.types import Signal
from sightline.identity.queries import rows_of
from sightline.sharing.reading import Reading
from sightline.signals import same
from sightline.signals.becoming import happened
from sightline.signals.knowing import Known, known, rules_in_force
from sightline.signals.models import Happened, Look, Standing
from sightline.signals.rules import stands
from sightline.signals.telling import Telling, ToTell
from sightline.signals.types import Episode
from sightline.timescales.moment import now
from sightline.timescales.working import WorkingDays
from sightline.vault.adding import add_objects, change_objects, new, remove
from sightline.vault.asking import Question
from sightline.vault.ids import Ids
from sightline.vault.taking import columns_of

log = logging.getLogger(__name__)
OVER, WITHDRAWN = "over", "withdrawn"
FOLLOWS = (  # of a row: what is computed
    "version", "identity_id", "level", "since", "begins", "until", "ended_at", "ended_because", "cited", "window", "count",
    "days", "agencies", "kinds",
)  # fmt: skip

OPENS = ("cited", "identity_id", "ended_because")  # of these: by what those who were told see what it rests on


class _Episode(NamedTuple):
    """One episode, whose it is, and the newest of the entries on which it rests."""

    rule: Signal
    whose: UUID
    episode: Episode
    identity: UUID


class Found(list[ToTell]):
    """What somebody is to be told of. `failed`: the people of whom a rule could not be asked; what it said before stands.
    `moved`: signals of which somebody was told that rest on other records now, or are about another source identity: who
    was told sees other records for it."""

    def __init__(self, found: Iterable[ToTell] = (), moved: Iterable[UUID] = ()) -> None:
        super().__init__(found)
        self.failed: list[UUID] = []
        self.moved = list(moved)


COLUMNS = tuple(name for name in columns_of(Standing) if name != "id")
# locked, in one order, until what is found is written: an answer given meanwhile must not be written over
_STANDING = Question(
    lambda identities: Standing.objects.select_for_update().filter(identity_id__among=identities).order_by("id")
)
_LOOKS = Question(lambda identities: Look.objects.filter(identity_id__among=identities), "id", "identity_id", "at")
_SEVERAL = Question(lambda signals: Standing.objects.select_for_update().filter(id__among=signals).order_by("id"))
_ONE = Question(lambda signal: Standing.objects.filter(id=signal))
_UNANSWERED = Question(
    lambda identities: (
        Standing.objects.select_for_update()
        .filter(identity_id__among=identities, ended_at=None, answered="", told_at__isnull=False)
        .exclude(sort="data")
        .order_by("id")
    )
)
Kept = Standing  # as stages above name it


def kept(signal: UUID) -> Standing:
    """A signal as it is kept, for stages above that tell of it."""
    for row in _ONE.rows(signal):
        return row
    raise Standing.DoesNotExist


def kept_of(signals: Iterable[UUID]) -> dict[UUID, Standing]:
    """Several, by id, locked until the caller's transaction ends: telling of them writes them. One query."""
    return {row.id: row for row in _SEVERAL.rows(set(signals))}


def unanswered(persons: Collection[UUID]) -> list[Standing]:
    """What stands about these people, somebody was told of and nobody has answered: locked until the caller's transaction
    ends. Two queries."""
    return list(_UNANSWERED.rows([row.id for row in rows_of(persons)]))


@transaction.atomic
def recompute(reading: Reading, persons: Sequence[UUID], entries: Mapping[UUID, Collection[MachineEntry]]) -> Found:
    """Replaces what stands about these people by what their entries say now. Returns what somebody is to be told of.

    `entries`: theirs, as a machine read them through the gate (`knowing.relevant` record types at least).
    """
    definition, moment = reading.definition, now()
    rules, days = rules_in_force(definition), working_days(definition)
    every = rows_of(persons)
    person_of = {row.id: row.person for row in every}
    rows = _STANDING.rows(list(person_of))
    about = known(reading, entries, rules, moment, days)
    first_of = {row.person: row.id for row in sorted(every, key=lambda row: (row.made_at, row.id), reverse=True)}
    found, looks, failed = _computed(about, entries, rules, moment, days, first_of)
    # what is switched off rests as it is, and so does what could not be computed
    rows = [row for row in rows if row.rule in rules and (person_of[row.identity_id], row.rule) not in failed]
    step = _Step(moment, rows, found, person_of)
    step.work()
    asked = {person: one.asked for person, one in about.items()}
    telling = Telling(rules, step.standing(), asked, moment, days, lambda row: person_of[row.identity_id])
    made = Found(telling.decide(looks), step.moved)
    step.changed |= telling.changed
    step.save()
    look_again(_LOOKS(list(person_of)), "identity_id", {first_of[person]: when for person, when in looks.items()})
    made.failed = list(dict.fromkeys(person for person, _ in failed))
    return made


def _computed(
    about: Mapping[UUID, Known],
    entries: Mapping[UUID, Collection[MachineEntry]],
    rules: Mapping[str, Signal],
    moment: datetime,
    days: WorkingDays,
    first_of: Mapping[UUID, UUID],
) -> tuple[list[_Episode], dict[UUID, datetime], set[tuple[UUID, str]]]:
    """Every episode about each of these people; when time alone changes anything next; and which rule could not be asked of
    whom: a rule that fails takes no other with it."""
    found: list[_Episode] = []
    failed: set[tuple[UUID, str]] = set()
    looks: dict[UUID, datetime] = {}
    for person, one in about.items():
        identity_of = {str(entry.first): entry.identity for entry in entries.get(person, ())}
        for rule in one.rules:
            try:
                answer = stands(rule, one.world, moment, rules=rules, days=days, asked=one.asked)
            except Exception as error:
                log.warning("a rule failed", extra={"rule": rule.id, "error": type(error).__name__}, exc_info=True)
                failed.add((person, rule.id))
                continue
            for episode in answer.episodes:
                own = [identity_of[first] for first in episode.citing if first in identity_of]
                found.append(_Episode(rule, person, episode, own[-1] if own else first_of[person]))
            if answer.looks_again is not None:
                looks[person] = min(answer.looks_again, looks.get(person, answer.looks_again))
    return found, looks, failed


def look_again(there: Sequence[tuple[Any, ...]], of: str, looks: Mapping[Any, datetime]) -> None:
    """One moment for each of those in `looks`, in place of what is `there`: (id, of whom, when). `of`: `identity_id` or
    `place`."""
    if sorted(row[1:] for row in there) == sorted(looks.items()):
        return
    remove(Look, "id", [id for id, _, _ in there])
    ids = Ids()
    add_objects([new(Look, id=ids(), at=at, **{"identity_id": None, of: key}) for key, at in looks.items()])


# --- what stands ----------------------------------------------------------------------------------------------------


class _Step:
    """What was kept about some people, and what is computed of them now."""

    moves = True  # from one to another, as people are joined and told apart

    def __init__(
        self, moment: datetime, rows: Sequence[Standing], found: Sequence[_Episode], person_of: Mapping[UUID, UUID]
    ) -> None:
        self.moment, self.rows, self.found = moment, {row.id: row for row in rows}, found
        self.person_of = person_of
        self.made: list[Standing] = []
        self.changed: dict[UUID, Standing] = {}
        self.happened: list[Happened] = []
        self.moved: list[UUID] = []
        self.ids = Ids()

    def work(self) -> None:
        kept = [self._kept(row) for row in self.rows.values()]
        found = [
            same.Found(one.rule.id, one.whose, frozenset(one.episode.citing), one.episode.begins) for one in self.found
        ]
        chosen = same.same(kept, found, moves=self.moves)
        for place, one in enumerate(self.found):
            if place in chosen:
                self._goes_on(self.rows[chosen[place]], one)
            else:
                self._begins(one)
        gone = [one for one in kept if one.key not in chosen.values()]
        now_kept = [self._kept(row) for row in (*self.rows.values(), *self.made) if row.id not in {g.key for g in gone}]
        for one in gone:
            self._withdrawn(self.rows[one.key], same.into(one, now_kept, moves=self.moves))

    def _kept(self, row: Standing) -> same.Kept:
        weight = 2 * bool(row.answered) + bool(row.told_at)
        whose = self.person_of.get(row.identity_id) if row.identity_id else None
        return same.Kept(
            row.id, row.rule, whose, frozenset(row.cited), row.begins, row.ended_because == WITHDRAWN, weight
        )

    def _values(self, one: _Episode) -> dict[str, Any]:
        episode = one.episode
        over = episode.ends is not None and episode.ends <= self.moment
        return {
            "version": one.rule.version,
            "identity_id": one.identity,
            "level": episode.level,
            "since": episode.since,
            "begins": episode.begins,
            "until": episode.ends,
            "ended_at": episode.ends if over else None,
            "ended_because": OVER if over else "",
            "cited": list(episode.citing),
            "window": list(episode.window),
            "count": episode.count,
            "days": episode.days,
            "agencies": episode.agencies,
            "kinds": [list(kind) for kind in episode.kinds],
        }

    def _begins(self, one: _Episode) -> None:
        row = new(
            Standing,
            id=self.ids(),
            rule=one.rule.id,
            sort=one.rule.sort,
            told={},
            changed_at=self.moment,
            **self._values(one),
        )
        self.made.append(row)
        if not row.ended_because:  # else it was over before anybody here knew of it
            self._note(row, "raised", self.moment, {"cited": len(row.cited), "level": row.level})

    def _goes_on(self, row: Standing, one: _Episode) -> None:
        before = {name: getattr(row, name) for name in FOLLOWS}
        values = self._values(one)
        if before == values and row.sort == one.rule.sort:
            return
        row.__dict__.update(values, sort=one.rule.sort, changed_at=self.moment)
        self.changed[row.id] = row
        if row.told_at is not None and any(getattr(row, name) != before[name] for name in OPENS):
            self.moved.append(row.id)
        stood, stands_now = not before["ended_because"], not row.ended_because
        grew = [first for first in row.cited if first not in before["cited"]]
        if not stood and stands_now:
            self._note(row, "rose-again", self.moment, {"after": before["ended_because"], "by": grew})
        elif stood and not stands_now:
            self._note(row, "ended", row.ended_at or self.moment, {})
        elif before["ended_because"] == WITHDRAWN:
            self._note(row, "ended", self.moment, {"after": WITHDRAWN})
        elif stood and grew:
            self._note(row, "grew", self.moment, {"by": grew})
        if stood and stands_now and LEVELS.index(row.level) > LEVELS.index(before["level"]):
            self._note(row, "graver", self.moment, {"level": row.level})

    def _withdrawn(self, row: Standing, into: UUID | None) -> None:
        if row.ended_because == WITHDRAWN:
            return
        row.ended_at, row.ended_because, row.changed_at = self.moment, WITHDRAWN, self.moment
        row.tells_at = None
        self.changed[row.id] = row
        if row.told_at is not None:
            self.moved.append(row.id)
        detail = {"into": str(into)} if into is not None else {}
        self._note(row, "moved" if into is not None else "withdrawn", self.moment, detail)

    def _note(self, row: Standing, what: str, at: datetime, detail: dict[str, Any]) -> None:
        self.happened.append(happened(self.ids(), row, what, at, detail))

    def standing(self) -> list[Standing]:
        """Those that stand now."""
        return [row for row in (*self.rows.values(), *self.made) if not row.ended_because]

    def save(self) -> None:
        add_objects(self.made)
        change_objects(list(self.changed.values()), COLUMNS)
        add_objects(self.happened)
