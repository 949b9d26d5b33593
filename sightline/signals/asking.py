"""A rule's questions, asked of one world: what is known about a child (or a place) at one moment. Pure.

One `Asked` serves all rules about the same child at the same moment: what they have in common is worked out once.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter

from sightline.definition.kinds.signals import Pattern
from sightline.definition.types import Condition, Signal
from sightline.signals import windows
from sightline.signals.types import Occurrence, World
from sightline.timescales.working import WorkingDays

Rules = Mapping[str, Signal]
ADULT = "18 years"
JUST_NOW = timedelta(microseconds=1)
DEEPEST = 20  # rules that rest on rules; `check` refuses a circle
_in_order = attrgetter("happened", "first")


@dataclass(frozen=True, slots=True)
class Held:
    """A question whose answer is yes: what it rests on; and of what it counted, and how reports of one event are put together
    there, for most answers are asked for no number."""

    rests_on: tuple[Occurrence, ...] = ()
    counted: tuple[tuple[tuple[Occurrence, ...], str], ...] = ()

    @property
    def count(self) -> int:
        """How many separate events."""
        return sum(windows.how_many(found, apart) for found, apart in self.counted)


YES = Held()
_FEW = "record", "counts-as"  # names that fit few of a chronology


@dataclass(frozen=True, slots=True)
class _Gap:
    """Something that should have come and had not, from when until when; what it should have come after."""

    late: datetime
    cured: datetime | None
    because: Occurrence


def named(condition: Condition) -> frozenset[tuple[str, str]] | None:
    """The facts by which all that a condition may be about is found at once, as (name, value): whatever satisfies it has one
    of these. None where only asking each can tell (a condition of what is not)."""
    for name in (*_FEW, *condition.terms):
        if name in condition.terms:
            return frozenset((name, value) for value in condition.terms[name])
    for part in condition.all:
        if (found := named(part)) is not None:
            return found
    each = [named(part) for part in condition.any]
    return frozenset().union(*each) if each and None not in each else None  # type: ignore[arg-type]


class Asked:
    """A rule's questions, with what is known at one moment. Asked of many moments in the world."""

    def __init__(self, world: World, now: datetime, rules: Rules, days: WorkingDays) -> None:
        self.now = now
        self.rules = rules
        self.days = days
        known = world.as_of(now)
        self.born = known.born
        self.differs = known.differs
        self.grown = windows.birthday(known.born, ADULT) if known.born is not None else None
        self.occurrences = sorted(known.occurrences, key=_in_order)
        # what is known already and is still to happen
        self.ahead = min((one.happened for one in world.occurrences if one.known <= now < one.happened), default=None)
        self._questions: dict[int, str] = {}
        self._counted: dict[tuple[int, int, int], Held | None] = {}
        self._by: dict[str, dict[str, list[int]]] = {}  # by name and value of a fact: which of the occurrences
        self._matching: dict[tuple[int, tuple[str, ...]], tuple[list[Occurrence], list[datetime]]] = {}
        self._gaps: dict[int, list[_Gap]] = {}
        self.quiet: dict[int, tuple[list[datetime], list[datetime]]] = {}  # by rule: what breaks it, when it has lasted
        self._again_told: dict[tuple[object, ...], list[datetime]] | None = None
        self._spans: dict[tuple[str, ...], list[tuple[datetime, datetime | None, Occurrence]]] = {}

    def _question(self, pattern: Pattern) -> str:
        if id(pattern) not in self._questions:
            self._questions[id(pattern)] = pattern.question
        return self._questions[id(pattern)]

    # --- what there is ----------------------------------------------------------------------------------------------

    def before(self, span: str, moment: datetime) -> datetime:
        """Where a window that ends at a moment begins."""
        return windows.before(span, moment)

    def after(self, span: str, moment: datetime) -> datetime:
        """The first moment at which one is outside a window of that length."""
        return windows.after(span, moment)

    def matching(self, condition: Condition, whose: tuple[str, ...]) -> tuple[list[Occurrence], list[datetime]]:
        """Those that a condition is about, in the order of happening, and when each happened."""
        key = id(condition), whose
        if key not in self._matching:
            found = [one for one in self._may_be(condition) if one.whose in whose and condition.holds(one.facts)]
            self._matching[key] = found, [one.happened for one in found]
        return self._matching[key]

    def _may_be(self, condition: Condition) -> list[Occurrence]:
        by = named(condition)
        if by is None:
            return self.occurrences
        for name in {name for name, _ in by}.difference(self._by):
            index = self._by[name] = defaultdict(list)
            for place, one in enumerate(self.occurrences):
                fact = one.facts.get(name)
                if fact is not None:
                    for value in (fact,) if isinstance(fact, str) else fact:
                        index[value].append(place)
        places = set[int]().union(*(self._by[name].get(value, ()) for name, value in by))
        return [self.occurrences[place] for place in sorted(places)]

    def _within(
        self, condition: Condition, whose: tuple[str, ...], since: datetime, until: datetime
    ) -> list[Occurrence]:
        """Those that happened after `since`, up to and with `until`."""
        found, when = self.matching(condition, whose)
        return found[bisect_right(when, since) : bisect_right(when, until)]

    def _dated(
        self, condition: Condition, fields: tuple[str, ...], whose: tuple[str, ...]
    ) -> tuple[list[Occurrence], list[datetime]]:
        """Those that a condition is about by the moment in the first of these fields that is filled, and those moments;
        where all are empty it is left out."""
        found, when = self.matching(condition, whose)
        if not fields:
            return found, when
        dated = [
            (moment, one)
            for one in found
            if (moment := next(filter(None, (_moment_of(one, field) for field in fields)), None)) is not None
        ]
        dated.sort(key=lambda pair: (pair[0], pair[1].first))
        return [one for _, one in dated], [moment for moment, _ in dated]

    def open_spans(self, states: tuple[str, ...]) -> list[tuple[datetime, datetime | None, Occurrence]]:
        """From when until when each of these states is open. A later record about the same start takes the earlier's place."""
        if states not in self._spans:
            found: dict[tuple[str, datetime], tuple[datetime, datetime | None, Occurrence]] = {}
            for one in self.occurrences:
                if one.state in states and one.whose == "child" and one.since is not None:
                    found[one.state, one.since] = one.since, one.until, one
            self._spans[states] = list(found.values())
        return self._spans[states]

    # --- the questions ----------------------------------------------------------------------------------------------

    def holds(self, pattern: Pattern, at: datetime, deep: int = 0) -> Held | None:
        """Whether the answer is yes at that moment of the world, and what it rests on."""
        asked = self._question(pattern)
        if asked == "all":
            parts = []
            for part in pattern.all:
                held = self.holds(part, at, deep)
                if held is None:
                    return None
                parts.append(held)
            return _together(parts)
        if asked == "any":
            found = [held for part in pattern.any if (held := self.holds(part, at, deep)) is not None]
            return _together(found) if found else None
        if asked == "none":
            return None if any(self.holds(part, at, deep) is not None for part in pattern.none) else YES
        if asked == "rule":
            other = self.rules.get(pattern.rule)
            return self.holds(other.when, at, deep + 1) if other is not None and deep < DEEPEST else None
        held_: Held | None = getattr(self, f"_{asked}")(pattern, at)
        return held_

    def possible(self, pattern: Pattern, deep: int = 0) -> bool:
        """Whether there is enough of anything for the answer to be yes at any moment: most rules end here for most
        children."""
        asked = self._question(pattern)
        if asked == "all":
            return all(self.possible(part, deep) for part in pattern.all)
        if asked == "any":
            return any(self.possible(part, deep) for part in pattern.any)
        if asked == "rule":
            other = self.rules.get(pattern.rule)
            return other is not None and deep < DEEPEST and self.possible(other.when, deep + 1)
        if asked in ("count", "rate", "current"):
            condition: Condition = getattr(pattern, asked)
            return len(self.matching(condition, pattern.whose)[0]) >= pattern.at_least
        if asked == "first":
            assert pattern.first is not None and pattern.then is not None
            return all(self.matching(one, pattern.whose)[0] for one in (pattern.first, pattern.then))
        if asked == "lacks":
            return len(self.gaps(pattern)) >= pattern.at_least
        if asked == "open":
            return bool(self.open_spans(pattern.open))
        if asked == "aged":
            return self.born is not None
        return asked == "none" or any(detail in self.differs for detail in pattern.differs)

    def _count(self, pattern: Pattern, at: datetime) -> Held | None:
        assert pattern.count is not None
        begin = self.before(pattern.within, at) if pattern.within else at - JUST_NOW
        every, when = self.matching(pattern.count, pattern.whose)
        low, high = bisect_right(when, begin), bisect_right(when, at)
        if high - low < pattern.at_least:
            return None
        asked = id(pattern), low, high  # from one moment to the next most windows hold the same
        if asked not in self._counted:
            self._counted[asked] = _counted(pattern, every[low:high])
        return self._counted[asked]

    def _first(self, pattern: Pattern, at: datetime) -> Held | None:
        assert pattern.first is not None and pattern.then is not None
        begin = self.before(pattern.within, at)
        apart = pattern.apart if "apart" in pattern.model_fields_set else ""
        firsts, when = self._dated(pattern.first, _fields(pattern.at), pattern.whose)
        for then in reversed(self._within(pattern.then, pattern.whose, begin, at)):
            since = self.before(pattern.within, then.happened)
            for one in reversed(firsts[bisect_right(when, since) : bisect_left(when, then.happened)]):
                if one.first == then.first or (apart and windows.how_many((one, then), apart) < 2):
                    continue
                if pattern.without is not None and self._between(pattern, one, then):
                    continue
                return _held((one, then), "entry")
        return None

    def _between(self, pattern: Pattern, one: Occurrence, then: Occurrence) -> bool:
        assert pattern.without is not None
        besides = {one.first, then.first}
        found = self._within(pattern.without, pattern.whose, one.happened, then.happened)
        return any(other.first not in besides for other in found)

    def _rate(self, pattern: Pattern, at: datetime) -> Held | None:
        assert pattern.rate is not None and pattern.times is not None
        begin = self.before(pattern.within, at)
        found = self._within(pattern.rate, pattern.whose, begin, at)
        least = pattern.at_least
        if windows.how_many(found, pattern.apart, enough=least) < least or not _different_enough(pattern, found):
            return None
        past_begin = self.before(pattern.against, begin)
        past = windows.how_many(self._within(pattern.rate, pattern.whose, past_begin, begin), pattern.apart)
        if not past:
            return None
        usual = past * ((at - begin) / (begin - past_begin))
        held = _held(found, pattern.apart)
        return held if held.count >= pattern.times * usual else None

    def _lacks(self, pattern: Pattern, at: datetime) -> Held | None:
        gaps = self.gaps(pattern)
        if pattern.over:
            begin = self.before(pattern.over, at)
            found = [gap for gap in gaps if begin < gap.late <= at]
        else:
            found = [gap for gap in gaps if gap.late <= at and (gap.cured is None or at < gap.cured)]
        missed = sorted((gap.because for gap in found), key=_in_order)
        return _enough(pattern, missed, "entry" if pattern.every else pattern.apart)

    def _open(self, pattern: Pattern, at: datetime) -> Held | None:
        found = [
            one
            for since, until, one in self.open_spans(pattern.open)
            if since <= at and (until is None or at < until) and self._long_enough(pattern, since) <= at
        ]
        return _held(found, "entry") if found else None

    def _long_enough(self, pattern: Pattern, since: datetime) -> datetime:
        """From when on something that has been open since then has been so for as long as is asked."""
        long = self.after(pattern.for_, since) if pattern.for_ else since
        return max(long, windows.next_time(pattern.past, since)) if pattern.past else long

    def _current(self, pattern: Pattern, at: datetime) -> Held | None:
        assert pattern.current is not None
        found = [
            one
            for one in self.matching(pattern.current, pattern.whose)[0]
            if (one.since or one.happened) <= at
            and (one.until is None or at < one.until)
            and ((later := self._replaced(one)) is None or at < later)
        ]
        return _held(found, "entry") if found else None

    def _replaced(self, one: Occurrence) -> datetime | None:
        """When a later record of the same plan (wait, placement: of what began at the same time) took this one's place."""
        if not one.state or one.since is None:
            return None
        if self._again_told is None:
            self._again_told = defaultdict(list)
            for other in self.occurrences:
                self._again_told[_same_thing(other)].append(other.happened)
        told = self._again_told[_same_thing(one)]
        place = bisect_right(told, one.happened)
        return told[place] if place < len(told) else None

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
        """After each of something, once: two records of the same beginning are of one wait."""
        assert pattern.lacks is not None and pattern.after is not None
        came, when = self._dated(pattern.lacks, pattern.came, ("child",))
        began: dict[datetime, Occurrence] = {}
        for one in sorted(self.matching(pattern.after, ("child",))[0], key=attrgetter("known", "first")):
            begin = _moment_of(one, pattern.at)
            if begin is not None:
                began.setdefault(begin, one)
        for begin, one in began.items():
            late = windows.due(pattern.within, begin, self.days)
            place = bisect_left(when, begin)
            while not pattern.came and place < len(came) and came[place].first == one.first:
                place += 1
            first = when[place] if place < len(came) else None
            if first is None or first > late:
                yield _Gap(late, first, one)

    def _again(self, pattern: Pattern) -> Iterator[_Gap]:
        """Again and again while something is open: from its beginning, and from each time that it came."""
        assert pattern.lacks is not None
        _, when = self._dated(pattern.lacks, pattern.came, ("child",))
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
                for moment in self._dated(condition, _fields(pattern.at) if key == "first" else (), pattern.whose)[1]:
                    yield moment
                    if pattern.within:
                        yield self.after(pattern.within, moment)
                    if key == "rate":
                        yield self.after(pattern.against, self.after(pattern.within, moment))
        if pattern.lacks is not None and pattern.over:
            yield from (self.after(pattern.over, gap.late) for gap in self.gaps(pattern))
        if pattern.lacks is not None:
            yield from (gap.cured for gap in self.gaps(pattern) if gap.cured is not None)
        if pattern.open:
            yield from (until for _, until, _ in self.open_spans(pattern.open) if until is not None)
        if pattern.current is not None:
            found = self.matching(pattern.current, pattern.whose)[0]
            yield from (one.until for one in found if one.until is not None)
            yield from (later for one in found if (later := self._replaced(one)) is not None)
        if pattern.aged is not None and pattern.aged.under and self.born is not None:
            yield windows.birthday(self.born, pattern.aged.under)
        yield from self._beginnings(pattern)

    def rising(self, pattern: Pattern, deep: int = 0) -> Iterator[datetime]:
        """Of these, those at which the answer may become yes by time alone, while nothing new is told."""
        for part in (*pattern.all, *pattern.any):
            yield from self.rising(part, deep)
        for part in pattern.none:  # which becomes yes as soon as that is no more
            yield from self.moments(part, deep)
        if pattern.rule and deep < DEEPEST and pattern.rule in self.rules:
            yield from self.rising(self.rules[pattern.rule].when, deep + 1)
        if pattern.rate is not None:  # its own past may be left behind sooner than what is new
            yield from self.moments(pattern, deep)
        yield from self._beginnings(pattern)

    def _beginnings(self, pattern: Pattern) -> Iterator[datetime]:
        """When something is late, begins, or an age is reached."""
        if pattern.lacks is not None:
            yield from (gap.late for gap in self.gaps(pattern))
        if pattern.open:
            yield from (self._long_enough(pattern, since) for since, _, _ in self.open_spans(pattern.open))
        if pattern.current is not None:
            yield from (one.since or one.happened for one in self.matching(pattern.current, pattern.whose)[0])
        if pattern.aged is not None and pattern.aged.from_ and self.born is not None:
            yield windows.birthday(self.born, pattern.aged.from_)
        yield from (self.differs[detail] for detail in pattern.differs if detail in self.differs)


def _counted(pattern: Pattern, found: list[Occurrence]) -> Held | None:
    """Whether these, which one window holds, are enough separate events."""
    if not _different_enough(pattern, found):
        return None
    return _enough(pattern, found, pattern.apart)


def _enough(pattern: Pattern, found: Sequence[Occurrence], apart: str) -> Held | None:
    """The answer yes, where these are as many events as are asked for."""
    least = pattern.at_least
    return _held(found, apart) if windows.how_many(found, apart, enough=least) >= least else None


def _held(found: Sequence[Occurrence], apart: str) -> Held:
    return Held(every := tuple(found), ((every, apart),))


def _together(parts: Iterable[Held]) -> Held:
    found = list(parts)
    if len(found) == 1:
        return found[0]
    rests: dict[tuple[str, str], Occurrence] = {}
    for held in found:
        rests.update(((one.first, one.who), one) for one in held.rests_on)
    return Held(tuple(sorted(rests.values(), key=_in_order)), tuple(part for held in found for part in held.counted))


def _different_enough(pattern: Pattern, found: Sequence[Occurrence]) -> bool:
    return all(len(different(found, name)) >= least for name, least in pattern.different.items())


def different(found: Iterable[Occurrence], name: str) -> set[str]:
    """The different values of a fact among these (`who`: whose they are; the child's own have no other name than that)."""
    values: set[str] = set()
    for one in found:
        value = one.who or one.whose if name == "who" else one.facts.get(name)
        if value:
            values |= {value} if isinstance(value, str) else set(value)
    return values


def _same_thing(one: Occurrence) -> tuple[object, ...]:
    """Of what one plan (wait, placement, worker's part) a record tells: two workers who begin on one day are two."""
    said = (one.facts.get(name) for name in ("agency", "worker-role", "team"))
    return one.state, one.since, one.whose, one.who, *said


def _fields(field: str) -> tuple[str, ...]:
    return (field,) if field else ()


def _moment_of(one: Occurrence, field: str) -> datetime | None:
    """The moment in a field, or when it happened; None where the field is empty: it has not come to that yet."""
    if not field:
        return one.happened
    value = one.facts.get(field)
    return windows.moment(value) if isinstance(value, str) and value else None
