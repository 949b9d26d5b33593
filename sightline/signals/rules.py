"""When a pattern stands, since when, and what it rests on. Pure: the moment is an argument; nothing is looked up.

A question is asked of a moment P in the world (the window that ends at P, the age at P, the plan that is open at P), with
what was known at the moment of asking. A rule stands from each P at which its answer is yes. The moments that matter are
few: when something happened, left a window, fell due, began, ended, and birthdays. Between two of them nothing changes,
so a rule is asked at those, and its episodes follow. Nothing is remembered: what comes late, is corrected, joined or
separated changes the world, and the answer follows from that.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sightline.definition.kinds.signals import LEVELS, Pattern
from sightline.definition.types import Condition, Partnership, Signal
from sightline.signals import windows
from sightline.signals.types import Episode, Occurrence, RaisedSignal, Stands, World
from sightline.timescales.working import WorkingDays

Rules = Mapping[str, Signal]
DEEPEST = 20  # rules that rest on rules; `check` refuses a circle


@dataclass(frozen=True, slots=True)
class Held:
    """A question whose answer is yes: what it rests on, and how many separate events."""

    rests_on: tuple[Occurrence, ...] = ()
    count: int = 0


YES = Held()


@dataclass(frozen=True, slots=True)
class _Gap:
    """Something that should have come and had not, from when until when; what it should have come after."""

    late: datetime
    cured: datetime | None
    because: Occurrence


class Asked:
    """A rule's questions, with what is known at one moment. Asked of many moments in the world."""

    def __init__(self, world: World, now: datetime, rules: Rules, days: WorkingDays) -> None:
        self.now = now
        self.rules = rules
        self.days = days
        known = world.as_of(now)
        self.born = known.born
        self.differs = known.differs
        self.occurrences = sorted(known.occurrences, key=lambda one: (one.happened, one.first))
        self._matching: dict[tuple[int, tuple[str, ...]], tuple[list[Occurrence], list[datetime]]] = {}
        self._gaps: dict[int, list[_Gap]] = {}

    # --- what there is ----------------------------------------------------------------------------------------------

    def matching(self, condition: Condition, whose: tuple[str, ...]) -> tuple[list[Occurrence], list[datetime]]:
        """Those that a condition is about, in the order of happening, and when each happened."""
        key = id(condition), whose
        if key not in self._matching:
            found = [one for one in self.occurrences if one.whose in whose and condition.holds(dict(one.facts))]
            self._matching[key] = found, [one.happened for one in found]
        return self._matching[key]

    def _within(
        self, condition: Condition, whose: tuple[str, ...], since: datetime, until: datetime
    ) -> list[Occurrence]:
        """Those that happened after `since`, up to and with `until`."""
        found, when = self.matching(condition, whose)
        return found[bisect_right(when, since) : bisect_right(when, until)]

    def open_spans(self, states: Iterable[str]) -> list[tuple[datetime, datetime | None, Occurrence]]:
        """From when until when each of these states is open. A later record about the same start takes the earlier's place."""
        wanted, found = set(states), dict[tuple[str, datetime], tuple[datetime, datetime | None, Occurrence]]()
        for one in self.occurrences:
            if one.state in wanted and one.whose == "child" and one.since is not None:
                found[one.state, one.since] = one.since, one.until, one
        return list(found.values())

    # --- the questions ----------------------------------------------------------------------------------------------

    def holds(self, pattern: Pattern, at: datetime, deep: int = 0) -> Held | None:
        """Whether the answer is yes at that moment of the world, and what it rests on."""
        asked = pattern.question
        if asked == "all":
            return _together([self.holds(part, at, deep) for part in pattern.all])
        if asked == "any":
            found = [held for part in pattern.any if (held := self.holds(part, at, deep)) is not None]
            return _together(found) if found else None
        if asked == "none":
            return None if any(self.holds(part, at, deep) is not None for part in pattern.none) else YES
        if asked == "rule":
            other = self.rules.get(pattern.rule)
            return self.holds(other.when, at, deep + 1) if other is not None and deep < DEEPEST else None
        return getattr(self, f"_{asked}")(pattern, at)

    def _count(self, pattern: Pattern, at: datetime) -> Held | None:
        assert pattern.count is not None
        found = self._within(pattern.count, pattern.whose, _before(pattern.within, at), at)
        if len(found) < pattern.at_least:
            return None
        for name, least in pattern.different.items():
            if len(_different(found, name)) < least:
                return None
        events = windows.separate(found, pattern.apart)
        return Held(tuple(found), len(events)) if len(events) >= pattern.at_least else None

    def _first(self, pattern: Pattern, at: datetime) -> Held | None:
        assert pattern.first is not None and pattern.then is not None
        begin = _before(pattern.within, at)
        for then in reversed(self._within(pattern.then, pattern.whose, begin, at)):
            since = _before(pattern.within, then.happened)
            for one in reversed(self._within(pattern.first, pattern.whose, since, then.happened)):
                if one.first == then.first or one.happened >= then.happened:
                    continue
                if pattern.without is not None and self._between(pattern, one, then):
                    continue
                return Held((one, then), 2)
        return None

    def _between(self, pattern: Pattern, one: Occurrence, then: Occurrence) -> bool:
        assert pattern.without is not None
        besides = {one.first, then.first}
        found = self._within(pattern.without, pattern.whose, one.happened, then.happened)
        return any(other.first not in besides for other in found)

    def _rate(self, pattern: Pattern, at: datetime) -> Held | None:
        assert pattern.rate is not None and pattern.times is not None
        begin = _before(pattern.within, at)
        found = self._within(pattern.rate, pattern.whose, begin, at)
        count = len(windows.separate(found, pattern.apart))
        if count < pattern.at_least:
            return None
        past_begin = _before(pattern.against, begin)
        past = len(windows.separate(self._within(pattern.rate, pattern.whose, past_begin, begin), pattern.apart))
        if not past:
            return None
        usual = past * ((at - begin) / (begin - past_begin))
        return Held(tuple(found), count) if count >= pattern.times * usual else None

    def _lacks(self, pattern: Pattern, at: datetime) -> Held | None:
        gaps = self.gaps(pattern)
        if pattern.over:
            begin = _before(pattern.over, at)
            found = [gap for gap in gaps if begin < gap.late <= at]
        else:
            found = [gap for gap in gaps if gap.late <= at and (gap.cured is None or at < gap.cured)]
        return Held(tuple(gap.because for gap in found), len(found)) if len(found) >= pattern.at_least else None

    def _open(self, pattern: Pattern, at: datetime) -> Held | None:
        found = [
            one
            for since, until, one in self.open_spans(pattern.open)
            if since <= at
            and (until is None or at < until)
            and (not pattern.for_ or windows.after(pattern.for_, since) <= at)
        ]
        return Held(tuple(found), len(found)) if found else None

    def _current(self, pattern: Pattern, at: datetime) -> Held | None:
        assert pattern.current is not None
        found = [
            one
            for one in self.matching(pattern.current, pattern.whose)[0]
            if (one.since or one.happened) <= at and (one.until is None or at < one.until)
        ]
        return Held(tuple(found), len(found)) if found else None

    def _aged(self, pattern: Pattern, at: datetime) -> Held | None:
        assert pattern.aged is not None
        return YES if windows.is_aged(self.born, pattern.aged.from_, pattern.aged.under, at) else None

    def _differs(self, pattern: Pattern, at: datetime) -> Held | None:
        return YES if any(self.differs[detail] <= at for detail in pattern.differs if detail in self.differs) else None

    def gaps(self, pattern: Pattern) -> list[_Gap]:
        """What should have come and had not, now or at some time."""
        if id(pattern) not in self._gaps:
            assert pattern.lacks is not None
            self._gaps[id(pattern)] = list(self._again(pattern) if pattern.every else self._after(pattern))
        return self._gaps[id(pattern)]

    def _after(self, pattern: Pattern) -> Iterator[_Gap]:
        """After each of something, once."""
        assert pattern.lacks is not None and pattern.after is not None
        came, when = self.matching(pattern.lacks, ("child",))
        for one in self.matching(pattern.after, ("child",))[0]:
            begin = _moment_of(one, pattern.at)
            if begin is None:
                continue
            late = windows.due(pattern.within, begin, self.days)
            place = bisect_right(when, begin)
            while place < len(came) and came[place].first == one.first:
                place += 1
            first = when[place] if place < len(came) else None
            if first is None or first > late:
                yield _Gap(late, first, one)

    def _again(self, pattern: Pattern) -> Iterator[_Gap]:
        """Again and again while something is open: from its beginning, and from each time that it came."""
        assert pattern.lacks is not None
        _, when = self.matching(pattern.lacks, ("child",))
        for since, until, one in self.open_spans(pattern.while_):
            inside = [moment for moment in when if since < moment and (until is None or moment < until)]
            for begin, following in zip([since, *inside], [*inside, None], strict=True):
                late = windows.due(pattern.every, begin, self.days)
                end = following if following is not None else until
                if end is None or late < end:
                    yield _Gap(late, end, one)

    # --- the moments that matter ------------------------------------------------------------------------------------

    def moments(self, pattern: Pattern, deep: int = 0) -> Iterator[datetime]:
        """When the answer may change, in the past and to come."""
        for part in pattern.parts:
            yield from self.moments(part, deep)
        if pattern.rule and deep < DEEPEST and pattern.rule in self.rules:
            yield from self.moments(self.rules[pattern.rule].when, deep + 1)
        for key in ("count", "first", "then", "rate"):
            condition: Condition | None = getattr(pattern, key)
            if condition is not None:
                for moment in self.matching(condition, pattern.whose)[1]:
                    yield moment
                    yield windows.after(pattern.within, moment)
                    if key == "rate":
                        yield windows.after(pattern.against, windows.after(pattern.within, moment))
        if pattern.lacks is not None:
            for gap in self.gaps(pattern):
                yield gap.late
                if gap.cured is not None:
                    yield gap.cured
                if pattern.over:
                    yield windows.after(pattern.over, gap.late)
        if pattern.open:
            for since, until, _ in self.open_spans(pattern.open):
                yield windows.after(pattern.for_, since) if pattern.for_ else since
                if until is not None:
                    yield until
        if pattern.current is not None:
            for one in self.matching(pattern.current, pattern.whose)[0]:
                yield one.since or one.happened
                if one.until is not None:
                    yield one.until
        if pattern.aged is not None and self.born is not None:
            for age in filter(None, (pattern.aged.from_, pattern.aged.under)):
                yield windows.birthday(self.born, age)
        for detail in pattern.differs:
            if detail in self.differs:
                yield self.differs[detail]


def _together(parts: Iterable[Held | None]) -> Held | None:
    rests: dict[tuple[str, str], Occurrence] = {}
    count = 0
    for held in parts:
        if held is None:
            return None
        rests.update(((one.first, one.who), one) for one in held.rests_on)
        count += held.count
    return Held(tuple(sorted(rests.values(), key=lambda one: (one.happened, one.first))), count)


def _before(span: str, moment: datetime) -> datetime:
    return windows.parse_span(span).before(moment)


def _different(found: Iterable[Occurrence], name: str) -> set[str]:
    values: set[str] = set()
    for one in found:
        value = one.who if name == "who" else one.facts.get(name)
        if value:
            values |= {value} if isinstance(value, str) else set(value)
    return values


def _moment_of(one: Occurrence, field: str) -> datetime | None:
    """The moment in a field, or when it happened; None where the field is empty: it has not come to that yet."""
    if not field:
        return one.happened
    value = one.facts.get(field)
    return windows.moment(value) if isinstance(value, str) and value else None


# --- a rule ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _On:
    """A stretch in which it stands, from one moment at which the answer was yes."""

    begins: datetime
    ends: datetime | None
    held: Held


def stands(rule: Signal, world: World, now: datetime, *, rules: Rules, days: WorkingDays) -> Stands:
    """How a rule stands at a moment, with what was known then; and when time alone may change that.

    A rule that is off stands never. `rules`: all of them, for rules that rest on others.
    """
    if rule.off:
        return Stands(None, (), None)
    asked = Asked(world, now, rules, days)
    every = sorted(
        {moment for path, pattern in rule.patterns() if path[0] != "tell" for moment in asked.moments(pattern)}
    )
    stretches = [on for on in _stretches(rule, asked, every) if on.begins <= now]
    episodes = tuple(_episode(rule, asked, group) for group in _groups(stretches))
    last = episodes[-1] if episodes and (episodes[-1].ends is None or episodes[-1].ends > now) else None
    coming = [moment for moment in every if moment > now]
    if last is not None and last.ends is not None:
        coming.append(last.ends)
    return Stands(last, episodes, min(coming, default=None))


def _stretches(rule: Signal, asked: Asked, every: list[datetime]) -> Iterator[_On]:
    for place, moment in enumerate(every):
        if moment > asked.now:
            return
        held = asked.holds(rule.when, moment)
        if held is None:
            continue
        yield _On(moment, _end(rule, asked, moment, every[place + 1] if place + 1 < len(every) else None), held)


def _end(rule: Signal, asked: Asked, begins: datetime, following: datetime | None) -> datetime | None:
    """When what stands from that moment ends: with the next moment that matters (at which it is asked anew), or as the
    rule says."""
    if rule.ends is None:
        return following
    end = following
    if rule.ends.none is not None:
        end = windows.after(rule.ends.for_, begins)
        for moment in asked.matching(rule.ends.none, ("child",))[1]:
            if begins <= moment <= end:
                end = windows.after(rule.ends.for_, moment)
    elif rule.ends.with_ is not None:
        end = None
    if rule.ends.with_ is not None:
        _, when = asked.matching(rule.ends.with_, ("child",))
        place = bisect_right(when, begins)
        if place < len(when) and (end is None or when[place] < end):
            end = when[place]
    return end


def _groups(stretches: Iterable[_On]) -> list[list[_On]]:
    """Stretches that touch are one episode."""
    groups: list[list[_On]] = []
    end: datetime | None = None
    for on in stretches:
        if groups and (end is None or on.begins <= end):
            groups[-1].append(on)
            end = None if end is None or on.ends is None else max(end, on.ends)
        else:
            groups.append([on])
            end = on.ends
    return groups


def _episode(rule: Signal, asked: Asked, group: list[_On]) -> Episode:
    newest = group[-1]
    rests: dict[str, Occurrence] = {}
    for on in group:
        rests.update((one.first, one) for one in on.held.rests_on)
    ends = None if any(on.ends is None for on in group) else max(on.ends for on in group if on.ends is not None)
    level = rule.level
    for graver in rule.graver:
        if LEVELS.index(graver.is_) > LEVELS.index(level) and asked.holds(graver.when, newest.begins) is not None:
            level = graver.is_
    return Episode(
        begins=group[0].begins,
        ends=ends,
        since=min(max([on.begins, *(one.known for one in on.held.rests_on)]) for on in group),
        newest=newest.begins,
        citing=tuple(one.first for one in sorted(rests.values(), key=lambda one: (one.happened, one.first))),
        window=tuple(dict.fromkeys(one.first for one in newest.held.rests_on)),
        count=newest.held.count,
        days=windows.whole_days(newest.held.rests_on),
        agencies=len(_different(newest.held.rests_on, "agency")),
        level=level,
    )


def told(rule: Signal, world: World, now: datetime, *, rules: Rules, days: WorkingDays) -> int | None:
    """Which of the rule's ways of telling applies, by its place: the first whose `when` holds now; None where it tells
    nobody."""
    asked = Asked(world, now, rules, days)
    for place, one in enumerate(rule.tell):
        if one.when is None or asked.holds(one.when, now) is not None:
            return place
    return None


def words(rule: Signal, episode: Episode) -> str:
    """What a signal says, with its figures."""
    figures = {"count": episode.count, "days": episode.days, "agencies": episode.agencies}
    said = rule.says
    for name, figure in figures.items():
        said = said.replace(f"{{{name}}}", str(figure))
    return said


def as_raised(rule: Signal, episode: Episode) -> RaisedSignal:
    return RaisedSignal(
        rule.id,
        rule.title,
        words(rule, episode),
        rule.may_mean,
        rule.does_not_mean,
        episode.since,
        episode.citing,
        rule.source,
        episode.level,
        rule.sort,
    )


def in_force(partnership: Partnership, now: datetime) -> dict[str, Signal]:
    """The rules of a day: those that have begun, have not ended and are not off."""
    day = windows.local_day(now)
    return {
        id: rule
        for id, rule in partnership.signal.items()
        if not rule.off and (rule.from_ is None or rule.from_ <= day) and (rule.until is None or day <= rule.until)
    }


def raised(
    partnership: Partnership, world: World, now: datetime, *, days: WorkingDays, about: str = "child"
) -> list[RaisedSignal]:
    """Every rule that stands about this child (or place), the newest first."""
    rules = in_force(partnership, now)
    ask: Callable[..., Stands] = partial(stands, rules=rules, days=days)
    found = [
        as_raised(rule, episode)
        for rule in rules.values()
        if rule.about == about and (episode := ask(rule, world, now).episode) is not None
    ]
    return sorted(found, key=lambda one: one.since, reverse=True)
