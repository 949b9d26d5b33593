"""A signal's rule in plain English, as it is read on a page, in the reference and by `sightline signals explain`. Pure.

Every sentence is made from the rule itself: what a person reads is what is computed. `Said` is a sentence with its parts;
it is read as one line (`flat`) or as lines with bullets (`lines`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sightline.definition.base import Condition
from sightline.definition.kinds.signals import WHO, Pattern
from sightline.definition.signal_entry_words import entries, entry, field_title, listed, lower, one_record
from sightline.definition.types import Partnership, Signal

LEVELS = {"look": "in their own day", "pressing": "today", "now": "at once"}
HOW = {"now": "at once", "morning": "next morning", "list": "on their list, without being rung or written to"}
SORTS = {
    "sign": "A sign: somebody is told, looks and answers",
    "offer": "An offer of help, never a flag: it is told to those who can go there",
    "data": "A gap in what is recorded: on the data-quality list, on nobody's alerts",
}
TIES = dict(
    zip(WHO, ("the child's own worker", "the lead professional", "the person whom the child trusts"), strict=True)
)
WHOSE = {
    "sibling": "about a brother or sister",
    "peer": "about a child with whom this child stands on records",
    "parent": "about a parent",
    "adult-at-home": "about an adult who lives with the child",
}
DIFFERENT = {
    "agency": "agencies",
    "agency-kind": "kinds of agency",
    "record": "kinds of record",
    "place": "places",
    "who": "families",
}
DETAILS = {"born": "date of birth", "sex": "sex", "nhs-number": "NHS number", "upn": "pupil number"}
WATCHED = {"send": "special needs", "care-status": "care status"}


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence, and its parts, of which all (`and`) or any (`or`) are so."""

    head: str
    parts: tuple[Said, ...] = ()
    join: str = "or"


def flat(said: Said, deep: int = 0) -> str:
    """In one line, without a full stop."""
    if not said.parts:
        return said.head
    parts = f"; {said.join} ".join(flat(part, deep + 1) for part in said.parts)
    return f"{said.head}: {parts}" if not deep else f"{said.head} ({parts})"


def lines(said: Said, deep: int = 0) -> Iterator[tuple[int, str]]:
    """Each sentence with its depth, for bullets."""
    yield deep, f"{said.head}:" if said.parts else said.head
    for part in said.parts:
        yield from lines(part, deep + 1)


def when(partnership: Partnership, signal: Signal) -> Said:
    """When the rule stands."""
    return pattern_said(partnership, signal.when)


def when_words(partnership: Partnership, signal: Signal) -> str:
    """`At least 3 separate events within 90 days, of one of these kinds: the child was harmed …`, in one line."""
    return sentence(flat(when(partnership, signal)))


def when_lines(partnership: Partnership, signal: Signal) -> list[tuple[int, str]]:
    """The same as lines with their depth: 0 the question, 1 and deeper its parts."""
    found = list(lines(when(partnership, signal)))
    return [(deep, words[:1].upper() + words[1:] if not deep else words) for deep, words in found]


def pattern_words(partnership: Partnership, pattern: Pattern) -> str:
    """One question, in one line, without a full stop."""
    return flat(pattern_said(partnership, pattern))


def pattern_said(partnership: Partnership, pattern: Pattern) -> Said:
    """One question."""
    asked = pattern.question
    if asked in ("all", "any", "none"):
        parts = tuple(pattern_said(partnership, part) for part in getattr(pattern, asked))
        if asked == "none":
            return _not(partnership, pattern.none[0]) if len(parts) == 1 else Said("none of these is so", parts)
        if len(parts) == 1:
            return parts[0]
        return Said("all of these are so", parts, "and") if asked == "all" else Said("one of these is so", parts)
    told: dict[str, Callable[[Partnership, Pattern], Said]] = {
        "count": _count,
        "rate": _rate,
        "first": _first,
        "lacks": _lacks,
        "open": _open,
        "current": _current,
        "aged": _aged,
        "differs": _differs,
        "rule": _rule,
    }
    return told[asked](partnership, pattern)


def _not(p: Partnership, pattern: Pattern) -> Said:
    """That something is not so, as one would say it."""
    if pattern.count is not None and pattern.at_least == 1 and pattern.within and not pattern.different:
        long = f"in the last {_span(pattern.within)}"
        return Said(f"there has been no {_no_more(p, pattern.count)}{_of(pattern)} {long}")
    if pattern.open and not pattern.for_ and not pattern.past:
        return Said(f"there is no {listed([_no(one) for one in _states(p, pattern.open)])}")
    if pattern.current is not None:
        return Said(f"there is now no {_no_more(p, pattern.current)}{_of(pattern)}")
    return Said(f"it is not so that {flat(pattern_said(p, pattern), 1)}")


def _no(name: str) -> str:
    return re.sub(r"^(an?|any|the) ", "", name)


def _no_more(p: Partnership, tree: Condition) -> str:
    """Kinds of entry, as they stand after `no`."""
    return ", and no ".join(_no(kind) for kind in entries(p, tree, article=False))


def _of(pattern: Pattern) -> str:
    others = [WHOSE[whose] for whose in pattern.whose if whose in WHOSE]
    return f" {listed(others)}" if others else ""


def _from(pattern: Pattern) -> str:
    return "".join(f", of at least {least} {DIFFERENT[name]}" for name, least in pattern.different.items())


def _with_kinds(p: Partnership, pattern: Pattern, head: str, asked: str) -> Said:
    """A head, with the kinds of entry it is about: behind it where there is one, else as its parts."""
    kinds = entries(p, pattern.conditions[asked])
    if len(kinds) == 1:
        return Said(f"{head}: {kinds[0]}")
    return Said(f"{head}, each of one of these kinds", tuple(Said(kind) for kind in kinds))


def _count(p: Partnership, pattern: Pattern) -> Said:
    of = _of(pattern) + _from(pattern)
    if pattern.at_least == 1 and not pattern.different:
        kinds = entries(p, pattern.conditions["count"])
        long = f"in the last {_span(pattern.within)}" if pattern.within else "when it comes"
        if len(kinds) == 1:
            return Said(f"{kinds[0]}{of}, {long}")
        return Said(f"one of these{of}, {long}", tuple(Said(kind) for kind in kinds))
    events = {"event": "separate events", "entry": "records", "day": "days"}[pattern.apart]
    return _with_kinds(p, pattern, f"at least {pattern.at_least} {events}{of} within {pattern.within}", "count")


def _rate(p: Partnership, pattern: Pattern) -> Said:
    often = f"{pattern.times:g} times as often as in the child's own {pattern.against} before"
    head = f"at least {pattern.at_least} separate events{_from(pattern)} within {pattern.within}, and {often}"
    return _with_kinds(p, pattern, head, "rate")


def _first(p: Partnership, pattern: Pattern) -> Said:
    assert pattern.first is not None and pattern.then is not None
    counted = f", counted from “{field_title(p, pattern.first, pattern.at)}”" if pattern.at else ""
    apart = " and as a separate event" if "apart" in pattern.model_fields_set else ""
    long = f"within {pattern.within}{apart}{_of(pattern)}"
    begins, follows = entries(p, pattern.first), entries(p, pattern.then)
    parts = [
        Said(f"first {begins[0]}{counted}")
        if len(begins) == 1
        else Said(f"first one of these{counted}", tuple(map(Said, begins))),
        Said(f"then, {long}, {follows[0]}")
        if len(follows) == 1
        else Said(f"then, {long}, one of these", tuple(map(Said, follows))),
    ]
    if pattern.without is not None:
        parts.append(Said(f"between them no {_no_more(p, pattern.without)}"))
    return Said("one after the other", tuple(parts), "and")


def _lacks(p: Partnership, pattern: Pattern) -> Said:
    assert pattern.lacks is not None
    came = ""
    if pattern.came:
        came = f" (it has come when “{listed([field_title(p, pattern.lacks, f) for f in pattern.came])}” is filled)"
    missing = f"no {_no_more(p, pattern.lacks)}{came}"
    if pattern.every:
        return Said(f"{missing}, for {pattern.every} while there is {listed(_states(p, pattern.while_))}")
    assert pattern.after is not None
    counted = f", counted from “{field_title(p, pattern.after, pattern.at)}”" if pattern.at else ""
    again = f"; so {pattern.at_least} times or more in {pattern.over}" if pattern.over else ""
    return Said(f"{missing} within {pattern.within} after {entry(p, pattern.after)}{counted}{again}")


def _open(p: Partnership, pattern: Pattern) -> Said:
    long = f", for {pattern.for_} or longer" if pattern.for_ else ""
    if pattern.past:
        return Said(f"{listed(_states(p, pattern.open))} goes on at {pattern.past}{long}")
    return Said(f"there is {listed(_states(p, pattern.open))}{long}")


def _current(p: Partnership, pattern: Pattern) -> Said:
    assert pattern.current is not None
    return Said(f"there is now: {entry(p, pattern.current)}{_of(pattern)}")


def _aged(_: Partnership, pattern: Pattern) -> Said:
    assert pattern.aged is not None
    at_least = f"{pattern.aged.from_} old or older" if pattern.aged.from_ else ""
    under = f"younger than {pattern.aged.under}" if pattern.aged.under else ""
    return Said("the child is " + " and ".join(filter(None, (at_least, under))))


def _differs(_: Partnership, pattern: Pattern) -> Said:
    return Said(f"two agencies hold a different {listed([DETAILS[one] for one in pattern.differs])}")


def _rule(p: Partnership, pattern: Pattern) -> Said:
    other = p.signal.get(pattern.rule)
    return Said(f"what “{other.title if other else pattern.rule}” asks is so")


def _states(p: Partnership, states: Sequence[str]) -> list[str]:
    titles = {r.opens.state: one_record(p, r.id) for r in reversed(p.record.values()) if r.opens is not None}
    return [titles.get(state, state) for state in states]


def _span(text: str) -> str:
    amount, _, unit = text.partition(" ")
    return unit if amount == "1" else text


def sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


# --- the whole rule -------------------------------------------------------------------------------------------------


def explained(partnership: Partnership, signal: Signal) -> list[tuple[str, str]]:
    """The whole rule: headings, each with what is said under it (lines; those of a list begin with a dash)."""
    asked = [f"{'  ' * (deep - 1)}- {words}" if deep else words for deep, words in when_lines(partnership, signal)]
    if len(asked) == 1:
        asked[0] += "."
    found = [
        ("When it stands", "\n".join(asked)),
        ("What it may mean", signal.may_mean),
        ("What it does not mean", signal.does_not_mean),
        ("What kind of sign", f"{SORTS[signal.sort]}."),
    ]
    if signal.sort != "data":
        found.append(("How soon somebody looks", how_soon(partnership, signal)))
    if signal.tell:
        found.append(("Who is told", "\n".join(f"- {words}" for words in tell_words(partnership, signal))))
        rest = f"Not for {signal.rest}, unless it becomes more pressing; then only if something new belongs to it."
        found.append(("When it is told again", rest))
    found.append(("What ends it", ends_words(partnership, signal)))
    found.append(("Why the rule exists", signal.source))
    if signal.watch:
        groups = listed([WATCHED.get(group, group) for group in signal.watch], "and")
        found.append(("Fairness is looked at by", f"{groups}."))
    owner = partnership.role.get(signal.owner)
    found.append(("Who answers for the rule", f"{owner.title if owner else signal.owner}; version {signal.version}."))
    if signal.note:
        found.append(("Note", signal.note))
    return found


def how_soon(partnership: Partnership, signal: Signal) -> str:
    """`Today; at once when …`."""
    said = LEVELS[signal.level]
    for graver in signal.graver:
        said += f"; {LEVELS[graver.is_]} when {pattern_words(partnership, graver.when)}"
    return sentence(said)


def tell_words(partnership: Partnership, signal: Signal) -> list[str]:
    """Each way of telling, in the order in which they are tried."""
    found = []
    for place, way in enumerate(signal.tell):
        roles = [TIES.get(who) or _role(partnership, who) for who in way.whom]
        whom = listed(roles, "and")
        if way.else_:
            whom += f" (where there is nobody: {listed([_role(partnership, who) for who in way.else_], 'and')})"
        if way.when is not None:
            given = f"When {pattern_words(partnership, way.when)}: "
        else:
            given = "Otherwise: " if place else ""
        asking = f" They are asked: “{way.asking}”" if way.asking else ""
        said = f"{given}{whom}, {HOW[way.how]}."
        found.append(f"{said[:1].upper()}{said[1:]}{asking}")
    return found


def ends_words(partnership: Partnership, signal: Signal) -> str:
    """What ends it."""
    ends = signal.ends
    if ends is None:
        return "It stands as long as this is so."
    parts = []
    if ends.quiet:
        parts.append(f"nothing more of it for {ends.quiet}")
    if ends.none is not None:
        parts.append(f"no {_no_more(partnership, ends.none)} for {ends.for_}")
    if ends.with_ is not None:
        parts.append(entry(partnership, ends.with_))
    return sentence(listed(parts))


def _role(partnership: Partnership, id: str) -> str:
    return lower(partnership.role[id].title) if id in partnership.role else id
