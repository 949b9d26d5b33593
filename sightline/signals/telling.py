"""Which signals somebody is told of, and when: the same for those about children and about places.

Whom, and by which message, is for `jobs`: messages stand above signals.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Generic, TypeVar, cast
from uuid import UUID

from sightline.definition.kinds.signals import LEVELS
from sightline.definition.types import Signal
from sightline.signals import windows
from sightline.signals.asking import Asked
from sightline.signals.becoming import note
from sightline.signals.models import Look, Standing, ToldTo
from sightline.signals.rules import told
from sightline.signals.types import World
from sightline.signals.whom import TRUSTED, Trusted
from sightline.timescales.london import at
from sightline.timescales.moment import now
from sightline.timescales.working import WorkingDays
from sightline.vault.adding import add, add_objects, change_objects, new
from sightline.vault.ids import Ids

HISTORY = timedelta(days=7)  # what could have been seen longer ago than this when it came to us is nobody's to be told
MORNING = time(7)
Whose = TypeVar("Whose", bound=Hashable)  # a person's id, or a place's digest
_TOLD = ("told_at", "told", "tells_at", "rests_until", "changed_at")
_ANSWERED = ("answered", "answered_at", "answered_by")
_NOTHING = World()  # where what is known was worked out already


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


class Telling(Generic[Whose]):
    """Which of the signals that stand somebody is to be told of now, and when that is asked again.

    Once; then, after the rest, where it has grown or nobody has answered; at once where it has become graver, or stood on a
    list alone and is now rung in. What could have been seen longer than a week ago when it came to us is history, and is
    told to nobody.
    """

    def __init__(
        self,
        rules: Mapping[str, Signal],
        rows: Iterable[Standing],
        asked: Mapping[Whose, Asked],
        moment: datetime,
        days: WorkingDays,
        whose: Callable[[Standing], Whose],
    ) -> None:
        self.rules, self.asked, self.moment, self.days = rules, asked, moment, days
        self.rows, self.whose = list(rows), whose
        self.looks: dict[Whose, datetime] = {}
        self.changed: dict[UUID, Standing] = {}
        self._known: dict[Whose, dict[str, datetime]] = {}

    def decide(self, looks: dict[Whose, datetime]) -> list[ToTell]:
        """What somebody is to be told of now. When it is asked again is added to `looks`, where that is sooner."""
        found, self.looks = [], looks
        for row in self.rows:
            rule = self.rules[row.rule]
            if not rule.tell:
                continue
            whose = self.whose(row)
            why = self._why(row, whose)
            if not why:
                if row.told_at is not None and row.rests_until and row.rests_until > self.moment and self._waits(row):
                    self._look(whose, row.rests_until)
                continue
            way = self._way(rule, whose)
            if way is not None and not self._till_morning(row, rule, way, why, whose):
                found.append(self._to_tell(row, way, why, whose))
        return found

    def _to_tell(self, row: Standing, way: int, why: str, whose: Whose) -> ToTell:
        if row.identity_id is None:
            return ToTell(row.id, row.rule, way, why, None)
        own = [one for one in self.asked[whose].occurrences if one.whose == "child"]
        agencies = frozenset(str(one.facts.get("agency", "")) for one in own if one.first in row.cited)
        trusted = next((one for one in reversed(own) if one.facts.get(TRUSTED)), None)  # the newest that says whom
        says = Trusted(trusted.first, str(trusted.facts.get("agency", ""))) if trusted is not None else None
        return ToTell(row.id, row.rule, way, why, cast(UUID, whose), agencies, says)

    def _look(self, whose: Whose, when: datetime) -> None:
        self.looks[whose] = min(when, self.looks.get(whose, when))

    def _till_morning(self, row: Standing, rule: Signal, way: int, why: str, whose: Whose) -> bool:
        """Whether it is left for the next working morning."""
        if rule.tell[way].how != "morning" or why == "graver":
            return False
        if row.tells_at is None:
            row.tells_at = next_morning(self.moment, self.days)
            if "_state" in row.__dict__:  # else it is new, and added as it is
                self.changed[row.id] = row
        if row.tells_at > self.moment:
            self._look(whose, row.tells_at)
            return True
        return False

    def _why(self, row: Standing, whose: Whose) -> str:
        rested = row.rests_until is None or row.rests_until <= self.moment
        if row.told_at is None:
            return "new" if row.since > self.moment - HISTORY or self._came_lately(row, whose, row.cited) else ""
        grew = [first for first in row.cited if first not in row.told.get("cited", ())]
        before = row.told.get("level", row.level)
        if LEVELS.index(row.level) > LEVELS.index(before):
            return "graver"
        if grew and (rested or self._rings_now(row, whose)) and self._came_lately(row, whose, grew):
            return "grew"
        return "unanswered" if not row.answered and rested else ""

    def _rings_now(self, row: Standing, whose: Whose) -> bool:
        """Whether it stood on a list alone, and is now told otherwise: a list is no rest for a bell."""
        rule = self.rules[row.rule]
        way = self._way(rule, whose) if row.told.get("how") == "list" else None
        return way is not None and rule.tell[way].how != "list"

    def _waits(self, row: Standing) -> bool:
        """Whether the end of its rest changes anything."""
        return not row.answered or any(first not in row.told.get("cited", ()) for first in row.cited)

    def _came_lately(self, row: Standing, whose: Whose, firsts: Iterable[str]) -> bool:
        """Whether any of these was known in the last week, or (of what grew in its rest) since it was told."""
        if whose not in self._known:
            found: dict[str, datetime] = defaultdict(lambda: datetime.min.replace(tzinfo=self.moment.tzinfo))
            for one in self.asked[whose].occurrences:
                found[one.first] = max(found[one.first], one.known)
            self._known[whose] = found
        limit = min(self.moment - HISTORY, row.told_at) if row.told_at is not None else self.moment - HISTORY
        return any(self._known[whose][first] > limit for first in firsts)

    def _way(self, rule: Signal, whose: Whose) -> int | None:
        asked = self.asked[whose]
        return told(rule, _NOTHING, self.moment, rules=self.rules, days=self.days, asked=asked)


def next_morning(moment: datetime, days: WorkingDays) -> datetime:
    """When the next working morning's run begins."""
    day = windows.local_day(moment)
    today = at(day, MORNING)
    return today if days.is_working(day) and today > moment else at(days.add(day, 1), MORNING)


def mark_told(
    row: Standing,
    *,
    to: Sequence[str],
    way: int,
    how: str,
    why: str,
    rule: Signal,
    by: str = "",
    opens: Sequence[str] = (),
) -> None:
    """Keeps who was told of a signal, in the caller's transaction: it rests from now on. What was answered before is asked
    anew, where it has grown or become graver. `opens`: to whom of them it opens what it rests on."""
    moment = now()
    asks_anew = bool(row.answered) and why in ("grew", "graver")
    row.told_at = moment
    row.told = {"to": list(to), "way": way, "how": how, "level": row.level, "cited": row.cited}
    row.told["opens"] = list(opens)
    row.tells_at = None
    row.rests_until = windows.after(rule.rest, moment)
    written = _TOLD
    if asks_anew:
        row.answered, row.answered_at, row.answered_by = "", None, ""
        written = *_TOLD, *_ANSWERED
        note(row, "rose-again", detail={"after": "answered", "why": why})
    row.changed_at = moment
    change_objects([row], written)
    look_at_rests_end(row)
    told_besides(row, to)
    note(row, "escalated" if why == "unanswered" else "told", detail={"to": list(to), "how": how, "why": why}, by=by)


def mark_handed_on(row: Standing, *, to: Sequence[str], opens: Sequence[str]) -> None:
    """Keeps who was told besides, since they are there now for whoever was told before: it rests no longer for that."""
    row.told = {**row.told, "to": [*row.told.get("to", ()), *to]}
    row.changed_at = now()
    change_objects([row], ("told", "changed_at"))
    opens_besides(row, opens)
    told_besides(row, to)
    note(row, "told", detail={"to": list(to), "how": row.told.get("how", ""), "why": "handed-on"})


def opens_besides(row: Standing, to: Sequence[str]) -> None:
    """To these too it opens what it rests on."""
    row.told = {**row.told, "opens": list(dict.fromkeys((*row.told.get("opens", ()), *to)))}
    change_objects([row], ("told",))


def look_at_rests_end(row: Standing) -> None:
    """When the rest is over it is asked whether somebody is told again."""
    if row.rests_until is not None and row.sort != "data":
        add_objects([new(Look, id=Ids()(), identity_id=row.identity_id, place=row.place, at=row.rests_until)])


def told_besides(row: Standing, to: Iterable[str]) -> None:
    """These inboxes find the signal among what they were told."""
    ids = Ids()
    add(ToldTo, ("id", "signal_id", "holder"), [(ids(), row.id, one) for one in dict.fromkeys(to)], unless_there=True)
