"""A signal's rule in plain English, as it is read on a page, in the reference and by `sightline signals explain`. Pure.

Every sentence is made from the rule itself: what a person reads is what is computed.
"""

from __future__ import annotations

from collections.abc import Sequence

from sightline.definition.base import Condition
from sightline.definition.kinds.signals import Pattern
from sightline.definition.types import Partnership, Signal

COUNTED = {"harmed": "harmed", "missing": "missing", "accused": "accused"}


def when_words(partnership: Partnership, signal: Signal) -> str:
    """`At least 3 separate events within 90 days in which the child was harmed, missing or accused.`"""
    said = pattern_words(partnership, signal.when)
    return said[:1].upper() + said[1:] + "."


def pattern_words(partnership: Partnership, pattern: Pattern) -> str:
    """One question, in words, without a full stop."""
    asked = pattern.question
    if asked in ("all", "any", "none"):
        parts = [pattern_words(partnership, part) for part in getattr(pattern, asked)]
        if asked == "none":
            return "not: " + " or ".join(parts)
        return (" and " if asked == "all" else ", or ").join(parts)
    about = condition_words(partnership, next(iter(pattern.conditions.values()))) if pattern.conditions else ""
    if asked == "count":
        return f"at least {pattern.at_least} separate {about} within {pattern.within}"
    return f"{asked} {about}".strip()


def condition_words(partnership: Partnership, tree: Condition) -> str:
    """What an entry is of which this holds."""
    parts = [f"{name} is {listed(values)}" for name, values in tree.terms.items()]
    parts += [condition_words(partnership, part) for part in tree.all]
    if tree.any:
        parts.append(" or ".join(condition_words(partnership, part) for part in tree.any))
    parts += [f"not {condition_words(partnership, part)}" for part in tree.none]
    return ", ".join(part for part in parts if part)


def listed(words: Sequence[str], last: str = "or") -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def explained(partnership: Partnership, signal: Signal) -> list[tuple[str, str]]:
    """The whole rule: headings, each with what is said under it (lines)."""
    return [
        ("When", when_words(partnership, signal)),
        ("What it may mean", signal.may_mean),
        ("What it does not mean", signal.does_not_mean),
        ("Source", signal.source),
    ]
