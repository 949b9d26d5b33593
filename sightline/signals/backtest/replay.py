"""Asks the rules again, arrival by arrival, as the live system would: what was known then, and nothing that came later.

A rule is asked anew when something arrives that it may rest on, and when time alone may change its answer. What was told is
kept as the live system keeps it: once when a signal is raised; again when it grew, once its rest is over; at once when it is
graver. Pure: nothing is looked up, and the same city gives the same alerts.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sightline.definition.kinds.signals import LEVELS, Told
from sightline.definition.types import Condition, Signal
from sightline.signals import windows
from sightline.signals.asking import Asked
from sightline.signals.backtest.telling import Staff, next_morning
from sightline.signals.backtest.types import Alert, Arm, Arrival, City
from sightline.signals.rules import stands
from sightline.signals.rules import told as way_of
from sightline.signals.types import Episode, Occurrence, World
from sightline.timescales.working import WorkingDays

Rules = Mapping[str, Signal]
HISTORY = timedelta(days=7)  # what could have been seen longer ago than this when it came is told to nobody
MANY = 2000  # children between two words of progress


def facts_of(rules: Iterable[Signal]) -> frozenset[str]:
    """Every fact that rules, and the replay itself, ask of an entry."""
    found = {"record", "role", "agency", "agency-kind", "counts-as", "team", "worker-role", "place", "from", "to"}
    for rule in rules:
        for _, pattern in rule.patterns():
            found |= {str(name) for name in (pattern.at, *_texts(pattern.came), *pattern.different) if name}
            for condition in pattern.conditions.values():
                found |= condition.names()
        if rule.ends is not None:
            for ending in (rule.ends.none, rule.ends.with_):
                found |= ending.names() if ending is not None else set()
    return frozenset(found)


def _texts(value: str | Iterable[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


class Relevance:
    """Which rules an entry may matter to: by its record type first, then by what each rule asks. `telling`: what they ask
    when somebody is told, instead of why."""

    def __init__(self, asked: Rules, rules: Rules, *, telling: bool = False) -> None:
        self.conditions: dict[str, list[Condition]] = {}
        self.states: dict[str, frozenset[str]] = {}
        self.whose: dict[str, frozenset[str]] = {}
        for id, rule in asked.items():
            conditions: dict[int, Condition] = {}
            states: set[str] = set()
            whose = {"child"}
            _gather(rule, rules, conditions, states, whose, set(), telling)
            self.whose[id] = frozenset(whose)
            self.conditions[id] = list(conditions.values())
            self.states[id] = frozenset(states)
        self._by_record: dict[str, list[tuple[str, list[Condition]]]] = {}

    def of(self, seen: Occurrence) -> list[str]:
        """The ids of the rules that must be asked anew when this becomes known, or changes."""
        record = str(seen.facts.get("record", ""))
        if record not in self._by_record:
            self._by_record[record] = [
                (id, [c for c in conditions if _may_be(c, record)]) for id, conditions in self.conditions.items()
            ]
        return [
            id
            for id, conditions in self._by_record[record]
            if seen.whose in self.whose[id]
            and (seen.state in self.states[id] or any(condition.holds(seen.facts) for condition in conditions))
        ]


def _gather(
    rule: Signal,
    rules: Rules,
    conditions: dict[int, Condition],
    states: set[str],
    whose: set[str],
    seen: set[str],
    telling: bool,
) -> None:
    """What a rule asks, and the rules on which it rests."""
    if rule.id in seen:
        return
    seen.add(rule.id)
    for path, pattern in rule.patterns():
        if (path[0] == "tell") is not telling:
            continue
        conditions.update((id(one), one) for one in pattern.conditions.values())
        states |= {*pattern.open, *pattern.while_}
        whose |= set(pattern.whose)
        if pattern.rule and pattern.rule in rules:
            _gather(rules[pattern.rule], rules, conditions, states, whose, seen, False)
    if rule.ends is not None and not telling:
        conditions.update((id(one), one) for one in (rule.ends.none, rule.ends.with_) if one is not None)


def _may_be(condition: Condition, record: str) -> bool:
    wanted = condition.terms.get("record")
    if wanted is not None and record not in wanted:
        return False
    if not all(_may_be(part, record) for part in condition.all):
        return False
    return not condition.any or any(_may_be(part, record) for part in condition.any)


@dataclass(slots=True)
class _Standing:
    """A signal that stands: what was told of it, and until when it rests; until then, on which morning it will be told."""

    cited: set[str]
    told: set[str] = field(default_factory=set)
    level: str = ""
    rests_until: datetime | None = None
    listed: bool = False  # told by a list alone: that is no rest for a bell
    tells_at: datetime | None = None


@dataclass(slots=True)
class _Child:
    """One child (or place) on the way through time."""

    about: str
    arrivals: Sequence[Arrival]
    world: dict[str, Occurrence] = field(default_factory=dict)  # by first version and whose it is
    stories: dict[str, str] = field(default_factory=dict)
    standing: dict[str, _Standing] = field(default_factory=dict)
    relevant: dict[str, frozenset[str]] = field(
        default_factory=dict
    )  # what each entry was relevant to when it stood so


class Replay:
    """The rules of one way of looking, and those whom they would have told."""

    def __init__(
        self, city: City, judged: Rules, staff: Staff, days: WorkingDays, *, rules: Rules, about: str = "child"
    ) -> None:
        self.city, self.staff, self.days = city, staff, days
        self.rules = {**rules, **judged}
        self.asked_rules = {id: rule for id, rule in judged.items() if rule.about == about and not rule.off}
        self.relevance = Relevance(self.asked_rules, self.rules)
        self.telling = Relevance(self.asked_rules, self.rules, telling=True)
        self.asked = 0

    def child(self, about: str, arrivals: Sequence[Arrival], born: Any = None) -> list[Alert]:
        """Every alert about one child, in the order of time."""
        one, found = _Child(about, arrivals), list[Alert]()
        again: list[tuple[datetime, str, bool]] = []
        looks: dict[tuple[str, bool], datetime] = {}  # by rule: when time alone changes it, and when telling is due
        grown = windows.birthday(born, "18 years") if born is not None else None
        place = 0
        while place < len(arrivals) or again:
            coming = arrivals[place].known if place < len(arrivals) else None
            now = coming if coming is not None and (not again or coming <= again[0][0]) else again[0][0]
            if now > self.city.last or (grown is not None and now >= grown):
                break
            ask: dict[str, None] = {}
            while place < len(arrivals) and arrivals[place].known == now:
                ask |= dict.fromkeys(self._take(one, arrivals[place]))
                place += 1
            while again and again[0][0] <= now:
                moment, id, telling = heapq.heappop(again)
                if looks.get((id, telling)) == moment:
                    ask[id] = None
            if not ask:
                continue
            world = World(tuple(one.world.values()), born)
            asked = Asked(world, now, self.rules, self.days)
            for id in ask:
                rule = self.asked_rules[id]
                self.asked += 1
                answer = stands(rule, world, now, rules=self.rules, days=self.days, asked=asked)
                found += self._told(one, rule, answer.episode, world, asked, now)
                for due, telling in ((answer.looks_again, False), (_due(one.standing.get(id), now), True)):
                    if due is not None and now < due <= self.city.last:
                        if looks.get((id, telling)) != due:
                            heapq.heappush(again, (due, id, telling))
                        looks[id, telling] = due
                    else:
                        looks.pop((id, telling), None)
        return found

    def _take(self, one: _Child, arrival: Arrival) -> frozenset[str]:
        seen = arrival.seen
        key = f"{seen.first}|{seen.whose}|{seen.who}"
        now = frozenset(self.relevance.of(seen))
        ask = now | one.relevant.get(key, frozenset())  # what it was before it was corrected matters too
        one.relevant[key] = now
        if now or self.telling.of(seen):
            one.world[key] = seen
        else:
            one.world.pop(key, None)
        if arrival.story:
            one.stories[seen.first] = arrival.story
        return ask

    def _told(
        self, one: _Child, rule: Signal, episode: Episode | None, world: World, asked: Asked, now: datetime
    ) -> list[Alert]:
        if episode is None:
            one.standing.pop(rule.id, None)
            return []
        cited, before = set(episode.citing), one.standing.get(rule.id)
        if before is None or not before.cited & cited:
            before = one.standing[rule.id] = _Standing(cited)
            if episode.since <= now - HISTORY and not self._lately(one, cited, now - HISTORY):
                before.told, before.level = (
                    cited,
                    episode.level,
                )  # it was over before anybody could have known: told to nobody
        before.cited = cited
        why = _why(before, episode, now)
        if not why and not (before.listed and not cited <= before.told):
            return []
        place = way_of(rule, world, now, rules=self.rules, days=self.days, asked=asked) if rule.tell else None
        way = rule.tell[place] if place is not None else None
        if not why:
            if way is None or way.how == "list":
                return []
            why = "grew"
        if way is not None and way.how == "morning" and why != "graver":
            before.tells_at = before.tells_at or next_morning(now, self.days)
            if before.tells_at > now:
                return []
        before.told, before.level, before.tells_at = cited, episode.level, None
        before.rests_until = windows.after(rule.rest, now)
        before.listed = way is None or way.how == "list"
        return [self._alert(one, rule, episode, way, now, why)]

    def _lately(self, one: _Child, cited: set[str], since: datetime) -> bool:
        return any(seen.known > since for seen in one.world.values() if seen.first in cited)

    def _alert(self, one: _Child, rule: Signal, episode: Episode, way: Told | None, now: datetime, why: str) -> Alert:
        whom = self.staff.whom(way, one.about, now) if way is not None else ()
        stories = tuple(one.stories[first] for first in episode.citing if first in one.stories)
        return Alert(
            rule.id,
            one.about,
            now,
            episode.level,
            rule.sort,
            way.how if way is not None else "list",
            why,
            whom,
            episode.citing,
            stories,
            len(episode.citing) - len(stories),
        )


def _why(before: _Standing, episode: Episode, now: datetime) -> str:
    """Why somebody is told now: it is raised, or graver than when they were told, or it grew and its rest is over."""
    if not before.told:
        return "raised"
    if LEVELS.index(episode.level) > LEVELS.index(before.level):
        return "graver"
    rested = before.rests_until is None or before.rests_until <= now
    return "grew" if rested and not before.cited <= before.told else ""


def _due(standing: _Standing | None, now: datetime) -> datetime | None:
    """When telling is asked again: on the morning for which it was left; or when the rest of what grew is over."""
    if standing is None or standing.tells_at is not None:
        return standing.tells_at if standing is not None else None
    if standing.rests_until is not None and standing.rests_until > now and not standing.cited <= standing.told:
        return standing.rests_until
    return None


def replay(
    city: City,
    judged: Rules,
    staff: Staff,
    days: WorkingDays,
    *,
    rules: Rules | None = None,
    name: str,
    title: str,
    alone: bool = False,
    progress: Callable[[str, int, int], None] | None = None,
) -> Arm:
    """All children (and places) of a city, each by itself. `rules`: others on which the judged ones may rest. `alone`: each
    agency looks at its own records only."""
    arm, began = Arm(name, title), time.process_time()
    of = Replay(city, judged, staff, days, rules=rules or judged)
    for number, (child, arrivals) in enumerate(city.histories.items(), 1):
        person = city.people.get(child)
        if person is None or not person.child:
            continue
        for agency, some in _by_agency(arrivals) if alone else (("", arrivals),):
            found = of.child(child, some, person.born)
            arm.alerts += [_of(alert, agency) for alert in found] if agency else found
        if progress and number % MANY == 0:
            progress(title, number, len(city.histories))
    if city.places and not alone:
        at_places = Replay(city, judged, staff, days, rules=rules or judged, about="place")
        for place, arrivals in city.places.items():
            arm.alerts += at_places.child(place, arrivals)
        of.asked += at_places.asked
    arm.alerts.sort(key=lambda alert: (alert.at, alert.about, alert.rule))
    arm.asked, arm.seconds = of.asked, time.process_time() - began
    return arm


def _by_agency(arrivals: Sequence[Arrival]) -> list[tuple[str, list[Arrival]]]:
    found: dict[str, list[Arrival]] = {}
    for arrival in arrivals:
        if arrival.seen.whose == "child":
            found.setdefault(str(arrival.seen.facts.get("agency", "")), []).append(arrival)
    return list(found.items())


def _of(alert: Alert, agency: str) -> Alert:
    return replace(alert, agency=agency)
