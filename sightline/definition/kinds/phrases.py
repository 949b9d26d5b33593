"""Phrases that blame, and what to write instead; and the classes of words that their patterns name.

A pattern is words in a row, each in its base form, so that it matches every inflection:

    put|place           either word (put, puts, putting; place, placed, …)
    <child>             a word of the class that `wordings/child.yaml` declares
    <grown>, <minor>    a number of 18 or more; a number below 18
    =claims             this form and no other; =LAC in these capitals
    ~  ~5               up to three words, or five, of any kind, or none
    well?               may be left out
    !abuse|violence     what follows is neither of these (or the sentence ends)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, Self

from pydantic import field_validator, model_validator

from sightline.definition.base import Listed, Thing, YesNo

Whom = Literal["child", "parent", "adult", "worker", "someone", "nobody"]
NUMBERS = ("grown", "minor", "number")
GAP = re.compile(r"~(\d*)")
WORD = re.compile(r"=?[A-Za-z0-9&]+(?:'[a-z]+)?|<[a-z]+(?:-[a-z]+)*>")
GAP_UNLESS_SAID = 3
ABOUT_WORDS = "talk-of-language"  # a class of patterns: where one is met, the sentence is about words and says nothing of a child


@dataclass(frozen=True, slots=True)
class Step:
    """One place of a pattern. `gap`: up to so many words of any kind; else one of `words`, `exact` forms or `classes`."""

    words: frozenset[str] = frozenset()
    exact: frozenset[str] = frozenset()
    classes: tuple[str, ...] = ()
    gap: int = 0
    optional: bool = False
    absent: bool = False  # none of these may follow; it takes no place itself


@lru_cache(maxsize=2000)
def steps(pattern: str) -> tuple[Step, ...]:
    """The places of a pattern. Raises ValueError, saying which part cannot be read."""
    found = []
    for part in pattern.split():
        if match := GAP.fullmatch(part):
            found.append(Step(gap=int(match[1] or GAP_UNLESS_SAID)))
            continue
        absent, optional = part.startswith("!"), part.endswith("?")
        each = part.removeprefix("!").removesuffix("?").split("|")
        if wrong := next((one for one in each if not WORD.fullmatch(one)), None):
            raise ValueError(f"{wrong!r} in the pattern {pattern!r} is neither a word, a class nor a gap")
        found.append(
            Step(
                words=frozenset(one.lower() for one in each if one[0] not in "=<"),
                exact=frozenset(one[1:] for one in each if one[0] == "="),
                classes=tuple(one[1:-1] for one in each if one[0] == "<"),
                optional=optional,
                absent=absent,
            )
        )
    if not any((step.words or step.exact or step.classes) and not step.optional and not step.absent for step in found):
        raise ValueError(f"the pattern {pattern!r} names no word that must be there")
    return tuple(found)


class Wording(Thing):
    """A class of words, in their base forms. One of several words may stand in it too: `young person`."""

    words: Listed = ()
    means: dict[str, str] = {}  # what is written short, and the words that it stands for

    @model_validator(mode="after")
    def _patterns_can_be_read(self) -> Self:
        if self.id == ABOUT_WORDS:
            for one in self.words:
                steps(one)
        return self


class Phrase(Thing):
    """A way of writing that blames or hides, and a better one. A hint, never a bar; nobody's hints are counted."""

    instead: str
    why: str
    patterns: Listed
    unless: Listed = ()  # patterns: where one of them is found in the sentence too, nothing is said
    of: tuple[Whom, ...] = ()  # of whom it must be said; empty: of anybody
    negated: YesNo = False  # whether it counts after “not” too: most of what is denied is not said
    deed: YesNo = False  # whether only somebody can do it: said of a landlord, a bus or a committee, nothing is meant
    handbook: str = ""  # its number in the list from which it comes

    @field_validator("patterns", "unless")
    @classmethod
    def _patterns_can_be_read(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            steps(pattern)
        return patterns

    @property
    def classes(self) -> set[str]:
        """The classes of words that its patterns name."""
        return {name for one in (*self.patterns, *self.unless) for step in steps(one) for name in step.classes}
