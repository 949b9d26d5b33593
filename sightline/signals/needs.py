"""What a rule must find before it can stand, by kinds of record alone: most rules are never asked of most children. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from sightline.definition.kinds.signals import Pattern
from sightline.definition.types import Condition, Partnership, Signal
from sightline.signals.asking import DEEPEST

SEVERAL = "~several"  # in place of a kind of record: two agencies hold this person
Sets = list[frozenset[str]]


def could(condition: Condition, partnership: Partnership) -> frozenset[str]:
    """Record types of which an entry may satisfy a condition: never too few."""
    found = frozenset(partnership.record)
    for term, wanted in condition.terms.items():
        found &= _with_term(term, frozenset(wanted), partnership)
    for part in condition.all:
        found &= could(part, partnership)
    if condition.any:
        found &= frozenset().union(*(could(part, partnership) for part in condition.any))
    return found


def _with_term(term: str, wanted: frozenset[str], partnership: Partnership) -> frozenset[str]:
    records = partnership.record
    if term == "record":
        return wanted
    if term == "role":
        return frozenset(id for id, r in records.items() if not wanted.isdisjoint(r.people))
    if term == "counts-as":
        return frozenset(id for id, r in records.items() if any(role.counts_as in wanted for role in r.people.values()))
    if term == "mark":
        return frozenset(id for id, r in records.items() if r.mark in wanted)
    with_field = frozenset(id for id, r in records.items() if term in r.fields)
    return with_field or frozenset(records)


def _opening(states: Collection[str], partnership: Partnership) -> frozenset[str]:
    return frozenset(id for id, r in partnership.record.items() if r.opens is not None and r.opens.state in states)


def needs(pattern: Pattern, partnership: Partnership, rules: Mapping[str, Signal], deep: int = 0) -> Sets:
    """Of each of these sets there must be some record, else the answer is no."""
    asked = pattern.question
    if asked == "all":
        return [one for part in pattern.all for one in needs(part, partnership, rules, deep)]
    if asked == "any":
        each = [needs(part, partnership, rules, deep) for part in pattern.any]
        return [frozenset().union(*(some[0] for some in each))] if all(each) else []
    if asked == "rule":
        other = rules.get(pattern.rule)
        return needs(other.when, partnership, rules, deep + 1) if other is not None and deep < DEEPEST else []
    if asked == "open":
        return [_opening(pattern.open, partnership)]
    if asked == "lacks":
        if pattern.after is None:
            return [_opening(pattern.while_, partnership)]
        return [could(pattern.after, partnership)]
    if asked == "differs":
        return [frozenset((SEVERAL,))]
    if pattern.whose != ("child",):
        return []  # of whoever stands beside the child: that is not known yet
    if asked == "first":
        return [could(one, partnership) for one in (pattern.first, pattern.then) if one is not None]
    condition: Condition | None = pattern.conditions.get(asked)
    return [could(condition, partnership)] if condition is not None else []


def _reads(rule: Signal, partnership: Partnership) -> frozenset[str]:
    """All record types that a rule's questions may be about, whatever they are asked for."""
    found: set[str] = set()
    for _, pattern in rule.patterns():
        found |= _opening((*pattern.open, *pattern.while_), partnership)
        for condition in pattern.conditions.values():
            found |= could(condition, partnership)
    if rule.ends is not None:
        for condition in filter(None, (rule.ends.none, rule.ends.with_)):
            found |= could(condition, partnership)
    return frozenset(found)


class Needs:
    """What the rules of one definition must find. Worked out once."""

    def __init__(self, partnership: Partnership, rules: Mapping[str, Signal]) -> None:
        self.rules = {id: rule for id, rule in rules.items() if rule.about == "child" and not rule.off}
        self._needs = {id: needs(rule.when, partnership, rules) for id, rule in self.rules.items()}
        self.records = (
            frozenset().union(*(_reads(rule, partnership) for rule in rules.values())) if rules else frozenset()
        )
        self.born = frozenset(id for id, rule in self.rules.items() if _asks_born(rule, rules))
        self.beside = frozenset(
            id
            for id, rule in self.rules.items()
            if any(pattern.whose != ("child",) for _, pattern in _all_patterns(rule, rules))
        )
        self._for = lru_cache(maxsize=5000)(self._rules_for)

    def rules_for(self, kinds: Iterable[str]) -> tuple[Signal, ...]:
        """The rules that may stand about somebody of whom there are entries of these kinds."""
        return self._for(frozenset(kinds))

    def _rules_for(self, kinds: frozenset[str]) -> tuple[Signal, ...]:
        return tuple(
            rule for id, rule in self.rules.items() if not any(kinds.isdisjoint(wanted) for wanted in self._needs[id])
        )


def _all_patterns(
    rule: Signal, rules: Mapping[str, Signal], deep: int = 0
) -> Iterator[tuple[tuple[Any, ...], Pattern]]:
    """A rule's patterns, and those of the rules on which it rests."""
    for path, pattern in rule.patterns():
        yield path, pattern
        other = rules.get(pattern.rule) if pattern.rule else None
        if other is not None and deep < DEEPEST:
            yield from _all_patterns(other, rules, deep + 1)


def _asks_born(rule: Signal, rules: Mapping[str, Signal]) -> bool:
    """Whether somebody's age, or what two agencies hold of them, decides whether there is any pattern at all."""
    for _, pattern in _all_patterns(rule, rules):
        if pattern.aged is not None or pattern.differs:
            return True
        if any("aged" in condition.names() for condition in pattern.conditions.values()):
            return True
    return rule.ends is not None and any(
        "aged" in condition.names() for condition in (rule.ends.none, rule.ends.with_) if condition is not None
    )


_KEPT: dict[tuple[str, frozenset[tuple[str, int]]], tuple[Needs, tuple[Signal, ...]]] = {}


def needs_of(partnership: Partnership, rules: Mapping[str, Signal]) -> Needs:
    """The same, kept for as long as the definition and the rules in force are the same."""
    key = partnership.hash, frozenset((name, id(rule)) for name, rule in rules.items())  # a draft has its rule's name
    if key not in _KEPT:
        if len(_KEPT) > 16:
            _KEPT.clear()
        _KEPT[key] = Needs(partnership, rules), tuple(rules.values())  # held, so that no other comes by their place
    return _KEPT[key][0]
