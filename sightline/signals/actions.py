"""Keeping signals in step with what is known: computed anew for whom a change affects, never patched.

What follows (`Standing`) is replaced; what became of it (`Happened`) is added. Whom to tell is decided here and told by `jobs`,
for messages stand above signals.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from sightline.chronology.events import MachineEntry
from sightline.clocks.rules import working_days
from sightline.definition.kinds.signals import LEVELS
from sightline.definition.types import Partnership, Signal
from sightline.identity.queries import rows_of
from sightline.sharing.reading import Reading
from sightline.signals import same, windows
from sightline.signals.asking import Asked
from sightline.signals.knowing import Known, known, rules_in_force
from sightline.signals.models import Happened, Look, Standing, ToldTo
from sightline.signals.rules import stands, told
from sightline.signals.types import Episode, World
from sightline.signals.whom import TRUSTED, Trusted
from sightline.timescales.london import at
from sightline.timescales.moment import now
from sightline.timescales.working import WorkingDays
from sightline.vault.adding import add_objects, new
from sightline.vault.ids import Ids

log = logging.getLogger(__name__)
HISTORY = timedelta(days=7)  # what could have been seen longer ago than this when it came to us is nobody's to be told
MORNING = time(7)
OVER, WITHDRAWN = "over", "withdrawn"
_NOTHING = World()  # where what is known was worked out already
FOLLOWS = (  # of a row: what is computed
    "version", "identity_id", "level", "since", "begins", "until", "ended_at", "ended_because", "cited", "window", "count",
    "days", "agencies", "kinds",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ToTell:
    """A signal that somebody is to be told of now. `way`: which of the rule's ways of telling. `why`: new (for the first
    time), grew, graver, unanswered. `agencies`: that sent an entry on which it rests."""

    signal: UUID
    rule: str
    way: int
    why: str
    person: UUID | None
    agencies: frozenset[str] = frozenset()
    trusted: Trusted | None = None


class _Episode(NamedTuple):
    """One episode, whose it is, and the newest of the entries on which it rests."""

    rule: Signal
    whose: UUID
    episode: Episode
    identity: UUID


_DAYS: dict[str, WorkingDays] = {}


def days_of(partnership: Partnership) -> WorkingDays:
    """The partnership's working days; read from their texts once a definition."""
    if partnership.hash not in _DAYS:
        _DAYS[partnership.hash] = working_days(partnership)
    return _DAYS[partnership.hash]


class Found(list[ToTell]):
    """What somebody is to be told of. `failed`: the people of whom a rule could not be asked; what it said before stands."""

    failed: list[UUID]


Kept = Standing  # as stages above name it


def kept(signal: UUID) -> Standing:
    """A signal as it is kept, for stages above that tell of it."""
    return Standing.objects.get(id=signal)


@transaction.atomic
def recompute(reading: Reading, persons: Sequence[UUID], entries: Mapping[UUID, Collection[MachineEntry]]) -> Found:
    """Replaces what stands about these people by what their entries say now. Returns what somebody is to be told of.

    `entries`: theirs, as a machine read them through the gate (`knowing.relevant` record types at least).
    """
    definition, moment = reading.definition, now()
    rules, days = rules_in_force(definition), days_of(reading.definition)
    every = rows_of(persons)
    person_of = {row.id: row.person for row in every}
    rows = list(Standing.objects.filter(identity_id__among=list(person_of)))
    about = known(reading, entries, rules, moment, days)
    first_of = {row.person: row.id for row in sorted(every, key=lambda row: (row.made_at, row.id), reverse=True)}
    found, looks, failed = _computed(about, entries, rules, moment, days, first_of)
    # what is switched off rests as it is, and so does what could not be computed
    rows = [row for row in rows if row.rule in rules and (person_of[row.identity_id], row.rule) not in failed]
    step = _Step(moment, rows, found, person_of)
    step.work()
    asked = {person: one.asked for person, one in about.items()}
    telling = _Telling(rules, step.standing(), asked, moment, days, person_of)
    tell = telling.decide()
    step.changed |= telling.changed
    for person, when in telling.looks:
        looks[person] = min(when, looks.get(person, when))
    step.save()
    _look_again(list(person_of), {first_of[person]: when for person, when in looks.items()})
    made = Found(tell)
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


def _look_again(identities: Collection[UUID], looks: Mapping[UUID, datetime]) -> None:
    """One moment a person, on one of their source identities."""
    there = dict(Look.objects.filter(identity_id__among=list(identities)).values_list("identity_id", "at"))
    if there == looks:
        return
    if there:
        Look.objects.filter(identity_id__among=list(there)).delete()
    ids = Ids()
    add_objects([new(Look, id=ids(), identity_id=identity, at=at) for identity, at in looks.items()])


# --- what stands ----------------------------------------------------------------------------------------------------


class _Step:
    """What was kept about some people, and what is computed of them now."""

    def __init__(
        self, moment: datetime, rows: Sequence[Standing], found: Sequence[_Episode], person_of: Mapping[UUID, UUID]
    ) -> None:
        self.moment, self.rows, self.found = moment, {row.id: row for row in rows}, found
        self.person_of = person_of
        self.made: list[Standing] = []
        self.changed: dict[UUID, Standing] = {}
        self.happened: list[Happened] = []
        self.ids = Ids()

    def work(self) -> None:
        kept = [self._kept(row) for row in self.rows.values()]
        found = [
            same.Found(one.rule.id, one.whose, frozenset(one.episode.citing), one.episode.begins) for one in self.found
        ]
        chosen = same.same(kept, found)
        for place, one in enumerate(self.found):
            if place in chosen:
                self._goes_on(self.rows[chosen[place]], one)
            else:
                self._begins(one)
        gone = [one for one in kept if one.key not in chosen.values()]
        now_kept = [self._kept(row) for row in (*self.rows.values(), *self.made) if row.id not in {g.key for g in gone}]
        for one in gone:
            self._withdrawn(self.rows[one.key], same.into(one, now_kept))

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
        detail = {"into": str(into)} if into is not None else {}
        self._note(row, "moved" if into is not None else "withdrawn", self.moment, detail)

    def _note(self, row: Standing, what: str, at: datetime, detail: dict[str, Any]) -> None:
        self.happened.append(_happened(self.ids(), row, what, at, detail))

    def standing(self) -> list[Standing]:
        """Those that stand now."""
        return [row for row in (*self.rows.values(), *self.made) if not row.ended_because]

    def save(self) -> None:
        add_objects(self.made)
        for row in self.changed.values():
            row.save()
        add_objects(self.happened)


def _happened(id: UUID, row: Standing, what: str, at: datetime, detail: dict[str, Any], by: str = "") -> Happened:
    return new(
        Happened, id=id, signal=row.id, rule=row.rule, version=row.version, what=what, at=at, by=by, detail=detail
    )


def note(row: Standing, what: str, *, detail: dict[str, Any] | None = None, by: str = "") -> None:
    """Adds what became of a signal, in the caller's transaction."""
    add_objects([_happened(Ids()(), row, what, now(), detail or {}, by)])


# --- whom to tell, and when -----------------------------------------------------------------------------------------


class _Telling:
    """Which of the signals that stand somebody is to be told of now, and when that is asked again.

    Once; then, after the rest, where it has grown or nobody has answered; at once where it has become graver, or stood on a
    list alone and is now rung in. What could have been seen longer than a week ago when it came to us is history, and is
    told to nobody.
    """

    def __init__(
        self,
        rules: Mapping[str, Signal],
        rows: Iterable[Standing],
        asked: Mapping[UUID, Asked],
        moment: datetime,
        days: WorkingDays,
        person_of: Mapping[UUID, UUID],
    ) -> None:
        self.rules, self.asked, self.moment, self.days = rules, asked, moment, days
        self.rows, self.person_of = list(rows), person_of
        self.looks: list[tuple[UUID, datetime]] = []
        self.changed: dict[UUID, Standing] = {}
        self._known: dict[UUID, dict[str, datetime]] = {}

    def decide(self) -> list[ToTell]:
        found = []
        for row in self.rows:
            rule = self.rules[row.rule]
            if not rule.tell or row.identity_id is None:
                continue
            person = self.person_of[row.identity_id]
            why = self._why(row, person)
            if not why:
                if row.told_at is not None and row.rests_until and row.rests_until > self.moment and self._waits(row):
                    self.looks.append((person, row.rests_until))
                continue
            way = self._way(rule, person)
            if way is not None and not self._till_morning(row, rule, way, why, person):
                agencies = frozenset(
                    str(one.facts.get("agency", ""))
                    for one in self.asked[person].occurrences
                    if one.first in row.cited and one.whose == "child"
                )
                found.append(ToTell(row.id, row.rule, way, why, person, agencies, self._trusted(person)))
        return found

    def _trusted(self, person: UUID) -> Trusted | None:
        """The newest record that says whom the child trusts."""
        for one in reversed(self.asked[person].occurrences):
            if one.whose == "child" and one.facts.get(TRUSTED):
                return Trusted(one.first, str(one.facts.get("agency", "")))
        return None

    def _till_morning(self, row: Standing, rule: Signal, way: int, why: str, person: UUID) -> bool:
        """Whether it is left for the next working morning."""
        if rule.tell[way].how != "morning" or why == "graver":
            return False
        if row.tells_at is None:
            row.tells_at = next_morning(self.moment, self.days)
            if "_state" in row.__dict__:  # else it is new, and added as it is
                self.changed[row.id] = row
        if row.tells_at > self.moment:
            self.looks.append((person, row.tells_at))
            return True
        return False

    def _why(self, row: Standing, person: UUID) -> str:
        rested = row.rests_until is None or row.rests_until <= self.moment
        if row.told_at is None:
            return "new" if row.since > self.moment - HISTORY or self._came_lately(row, person, row.cited) else ""
        grew = [first for first in row.cited if first not in row.told.get("cited", ())]
        before = row.told.get("level", row.level)
        if LEVELS.index(row.level) > LEVELS.index(before):
            return "graver"
        if grew and (rested or self._rings_now(row, person)) and self._came_lately(row, person, grew):
            return "grew"
        return "unanswered" if not row.answered and rested else ""

    def _rings_now(self, row: Standing, person: UUID) -> bool:
        """Whether it stood on a list alone, and is now told otherwise: a list is no rest for a bell."""
        rule = self.rules[row.rule]
        way = self._way(rule, person) if row.told.get("how") == "list" else None
        return way is not None and rule.tell[way].how != "list"

    def _waits(self, row: Standing) -> bool:
        """Whether the end of its rest changes anything."""
        return not row.answered or any(first not in row.told.get("cited", ()) for first in row.cited)

    def _came_lately(self, row: Standing, person: UUID, firsts: Iterable[str]) -> bool:
        """Whether any of these was known in the last week, or (of what grew in its rest) since it was told."""
        if person not in self._known:
            found: dict[str, datetime] = defaultdict(lambda: datetime.min.replace(tzinfo=self.moment.tzinfo))
            for one in self.asked[person].occurrences:
                found[one.first] = max(found[one.first], one.known)
            self._known[person] = found
        limit = min(self.moment - HISTORY, row.told_at) if row.told_at is not None else self.moment - HISTORY
        return any(self._known[person][first] > limit for first in firsts)

    def _way(self, rule: Signal, person: UUID) -> int | None:
        asked = self.asked[person]
        return told(rule, _NOTHING, self.moment, rules=self.rules, days=self.days, asked=asked)


def next_morning(moment: datetime, days: WorkingDays) -> datetime:
    """When the next working morning's run begins."""
    day = windows.local_day(moment)
    today = at(day, MORNING)
    return today if days.is_working(day) and today > moment else at(days.add(day, 1), MORNING)


def mark_told(row: Standing, *, to: Sequence[str], way: int, how: str, why: str, rule: Signal, by: str = "") -> None:
    """Keeps who was told of a signal, in the caller's transaction: it rests from now on. What was answered before is asked
    anew, where it has grown or become graver."""
    moment = now()
    asks_anew = bool(row.answered) and why in ("grew", "graver")
    row.told_at = moment
    row.told = {"to": list(to), "way": way, "how": how, "level": row.level, "cited": row.cited}
    row.tells_at = None
    row.rests_until = windows.after(rule.rest, moment)
    if asks_anew:
        row.answered, row.answered_at, row.answered_by = "", None, ""
        note(row, "rose-again", detail={"after": "answered", "why": why})
    row.changed_at = moment
    row.save()
    look_at_rests_end(row)
    told_besides(row, to)
    note(row, "escalated" if why == "unanswered" else "told", detail={"to": list(to), "how": how, "why": why}, by=by)


def look_at_rests_end(row: Standing) -> None:
    """When the rest is over it is asked whether somebody is told again."""
    if row.rests_until is not None and row.sort != "data":
        add_objects([new(Look, id=Ids()(), identity_id=row.identity_id, place=row.place, at=row.rests_until)])


def told_besides(row: Standing, to: Iterable[str]) -> None:
    """These inboxes find the signal among what they were told."""
    ToldTo.objects.bulk_create([ToldTo(signal=row, holder=one) for one in dict.fromkeys(to)], ignore_conflicts=True)
