"""When a pattern stands, since when, and what it rests on. Pure: the moment is an argument; nothing is looked up.

A question is asked of a moment P in the world (the window that ends at P, the age at P, the plan that is open at P), with
what was known at the moment of asking. A rule stands from each P at which its answer is yes. The moments that matter are
few: when something happened, left a window, fell due, began, ended, and birthdays. Between two of them nothing changes,
so a rule is asked at those, and its episodes follow. Nothing is remembered: what comes late, is corrected, joined or
separated changes the world, and the answer follows from that.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from sightline.definition.kinds.signals import LEVELS, SAID
from sightline.definition.types import Partnership, Signal
from sightline.signals import windows
from sightline.signals.asking import Asked, Held, Rules, different
from sightline.signals.types import Episode, Occurrence, RaisedSignal, Stands, World
from sightline.timescales.working import WorkingDays

__all__ = ["Asked", "in_force", "raised", "stands", "told", "words"]

NEVER = Stands(None, (), None)
_first, _known = attrgetter("first"), attrgetter("known")
KINDS = {"harmed": "harmed", "missing": "missing", "accused": "accused", "told": "told of"}


@dataclass(frozen=True, slots=True)
class _On:
    """A stretch in which it stands, from one moment at which the answer was yes."""

    begins: datetime
    ends: datetime | None
    held: Held


def stands(
    rule: Signal, world: World, now: datetime, *, rules: Rules, days: WorkingDays, asked: Asked | None = None
) -> Stands:
    """How a rule stands at a moment, with what was known then; and when time alone may change that.

    A rule that is off stands never. `rules`: all of them, for rules that rest on others. `asked`: where several rules are
    asked of the same world at the same moment, what they have in common.
    """
    if rule.off:
        return NEVER
    asked = asked or Asked(world, now, rules, days)
    if not asked.possible(rule.when):
        return NEVER if asked.ahead is None else Stands(None, (), asked.ahead)
    every = sorted(
        {moment for path, pattern in rule.patterns() if path[0] != "tell" for moment in asked.moments(pattern)}
    )
    if asked.grown is not None:  # nothing begins any more once a child is eighteen, and what stood ends that day
        every = [*every[: bisect_left(every, asked.grown)], asked.grown]
    stretches = list(_stretches(rule, asked, every))
    episodes = tuple(_episode(rule, asked, group) for group in _groups(stretches))
    last = episodes[-1] if episodes and (episodes[-1].ends is None or episodes[-1].ends > now) else None
    coming = _coming(rule, asked, every, last)
    return Stands(last, episodes, min(filter(None, (coming, asked.ahead)), default=None))


def _coming(rule: Signal, asked: Asked, every: list[datetime], last: Episode | None) -> datetime | None:
    """The next moment at which time alone changes something. Nothing new is told meanwhile, so the same questions are
    asked of the moments to come."""
    after = every[bisect_right(every, asked.now) :]
    if last is None:
        grown = asked.grown
        wanted = {
            moment for moment in asked.rising(rule.when) if moment > asked.now and not (grown and moment >= grown)
        }
        return next((moment for moment in sorted(wanted) if asked.holds(rule.when, moment) is not None), None)
    if rule.ends is None:
        return after[0] if after else None
    for moment in after:
        if last.ends is not None and moment >= last.ends:
            break  # so never at eighteen
        if asked.holds(rule.when, moment) is not None:  # its figures change
            return moment
    return last.ends


def _stretches(rule: Signal, asked: Asked, every: list[datetime]) -> Iterator[_On]:
    """The stretches in which it stands, one from each moment at which the answer is yes.

    Where a rule says what ends it, an episode that has ended does not begin again because an event has left the window:
    only where the answer was no meanwhile, or rests on something new.
    """
    before: Held | None = None
    until: datetime | None = None  # of the episode so far
    stood = False
    for place, moment in enumerate(every):
        if moment > asked.now or moment == asked.grown:
            return
        held = asked.holds(rule.when, moment)
        if held is None:
            before = None
            continue
        goes_on = stood and (until is None or moment <= until)
        if rule.ends is not None and not goes_on and before is not None and not _new(held, before):
            before = held
            continue
        end = _end(rule, asked, moment, every[place + 1] if place + 1 < len(every) else None, goes_on)
        if asked.grown is not None and (end is None or end > asked.grown):
            end = asked.grown
        if goes_on and until is not None and end is not None:
            until = max(until, end)
        else:
            until = None if goes_on and until is None else end
        before, stood = held, True
        yield _On(moment, end, held)


def _new(held: Held, before: Held) -> bool:
    """Whether an answer rests on anything on which the one before it did not."""
    return not {one.first for one in held.rests_on} <= {one.first for one in before.rests_on}


def _end(rule: Signal, asked: Asked, begins: datetime, following: datetime | None, goes_on: bool) -> datetime | None:
    """When what stands from that moment ends: with the next moment that matters (at which it is asked anew), or as the
    rule says. `goes_on`: it stood already, so that quiet is counted from the last thing that broke it."""
    if rule.ends is None:
        return following
    end = following
    quiet = rule.ends.quiet or rule.ends.for_
    if quiet:
        end = _quiet(rule, asked, quiet, begins, goes_on)
    elif rule.ends.with_ is not None:
        end = None
    if rule.ends.with_ is not None:
        _, when = asked.matching(rule.ends.with_, ("child",))
        place = bisect_right(when, begins)
        if place < len(when) and (end is None or when[place] < end):
            end = when[place]
    return end


def _quiet(rule: Signal, asked: Asked, quiet: str, begins: datetime, goes_on: bool) -> datetime:
    """When it has been quiet for so long."""
    if id(rule) not in asked.quiet:
        breaks = _breaks(rule, asked)
        ends = [asked.after(quiet, moment) for moment in breaks]
        for place in range(len(breaks) - 2, -1, -1):
            if breaks[place + 1] <= ends[place]:
                ends[place] = ends[place + 1]
        asked.quiet[id(rule)] = breaks, ends
    breaks, ends = asked.quiet[id(rule)]
    place = bisect_right(breaks, begins)
    if goes_on and place:
        return max(begins, ends[place - 1])
    end = asked.after(quiet, begins)
    return ends[place] if place < len(breaks) and breaks[place] <= end else end


def _breaks(rule: Signal, asked: Asked) -> list[datetime]:
    """When something happened that the quiet must be free of: what `ends` names, or all that the rule itself counts."""
    assert rule.ends is not None
    if rule.ends.none is not None:
        return asked.matching(rule.ends.none, ("child",))[1]
    return sorted(
        moment
        for path, pattern in rule.patterns()
        if path[0] == "when" and "none" not in path
        for condition in (pattern.count, pattern.then, pattern.rate)
        if condition is not None
        for moment in asked.matching(condition, pattern.whose)[1]
    )


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
        rests.update(zip(map(_first, on.held.rests_on), on.held.rests_on, strict=True))
    ends = None if any(on.ends is None for on in group) else max(on.ends for on in group if on.ends is not None)
    level = rule.level
    for graver in rule.graver:
        if LEVELS.index(graver.is_) > LEVELS.index(level) and asked.holds(graver.when, newest.begins) is not None:
            level = graver.is_
    return Episode(
        begins=group[0].begins,
        ends=ends,
        since=_since(group),
        newest=newest.begins,
        citing=_citing(rests.values()),
        window=tuple(dict.fromkeys(one.first for one in newest.held.rests_on)),
        count=newest.held.count,
        days=windows.whole_days(newest.held.rests_on),
        agencies=len(different(newest.held.rests_on, "agency")),
        level=level,
        kinds=_kinds(newest.held.rests_on),
    )


def _since(group: Sequence[_On]) -> datetime:
    """Since when it could have been seen: the first moment at which it stood and all that it rested on then was known. No
    later stretch can have been seen before it began."""
    found: datetime | None = None
    for on in group:
        if found is not None and on.begins >= found:
            break
        seen = max((on.begins, *map(_known, on.held.rests_on)))
        found = seen if found is None else min(found, seen)
    assert found is not None
    return found


def _citing(rests: Iterable[Occurrence]) -> tuple[str, ...]:
    """What it rests on in the order of happening; somebody else's entry after the records that link the two."""
    found: dict[str, None] = {}
    for one in sorted(rests, key=lambda one: (one.happened, one.first)):
        found |= dict.fromkeys((*one.through, one.first))
    return tuple(found)


def _kinds(found: Sequence[Occurrence]) -> tuple[tuple[str, int], ...]:
    """How many separate events of each kind there are among these. Harmed and accused are never one number."""
    of: dict[str, list[Occurrence]] = {kind: [] for kind in KINDS}
    for one in found:
        for kind in one.facts.get("counts-as") or ("told",):
            if kind in of:
                of[kind].append(one)
    return tuple((kind, windows.how_many(ones, "event")) for kind, ones in of.items() if ones)


def told(
    rule: Signal, world: World, now: datetime, *, rules: Rules, days: WorkingDays, asked: Asked | None = None
) -> int | None:
    """Which of the rule's ways of telling applies, by its place: the first whose `when` holds now; None where it tells
    nobody."""
    asked = asked or Asked(world, now, rules, days)
    for place, one in enumerate(rule.tell):
        if one.when is None or asked.holds(one.when, now) is not None:
            return place
    return None


def words(rule: Signal, episode: Episode) -> str:
    """What a signal says, with its figures."""
    kinds = ", ".join(f"{KINDS[kind]} in {count}" for kind, count in episode.kinds)
    figures: dict[str, int | str] = {
        "count": episode.count,
        "days": episode.days,
        "agencies": episode.agencies,
        "kinds": kinds,
    }
    return SAID.sub(lambda found: _figure(figures[found[1]], found[2]), rule.says)


def _figure(figure: int | str, of: str | None) -> str:
    """`3`, or with `time|times`: `1 time`, `3 times`."""
    if not of:
        return str(figure)
    one, many = of.split("|")
    return f"{figure} {one if figure == 1 else many}"


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
    asked = Asked(world, now, rules, days)
    found = [
        as_raised(rule, episode)
        for rule in rules.values()
        if rule.about == about
        and (episode := stands(rule, world, now, rules=rules, days=days, asked=asked).episode) is not None
    ]
    return sorted(found, key=lambda one: one.since, reverse=True)
