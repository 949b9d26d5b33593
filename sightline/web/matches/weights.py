"""What a weight means, in words, with a bar beside it. Pure: numbers and codes in, sentences out.

A weight is a power of two: what agrees like this is that many times as likely if the two are one person as if they are
two. Below nothing, the other way round.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2

from sightline.identity.linkage.comparing import COMPARISONS
from sightline.identity.match_types import PairView, Weighed

STRENGTHS = ((1.0, "hardly counts"), (3.0, "a little"), (6.0, "clearly"), (10.0, "strongly"))
STRONGEST = "very strongly"
BAR, MOST = 38.0, 16.0  # half a bar in pixels, and the weight that fills it
COUNTS = 0.5  # a comparison that weighs less is said to agree with nobody
_TITLES = {one.id: one.title for one in COMPARISONS}
_SAYS = {(one.id, level.id): level.says for one in COMPARISONS for level in one.levels}


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar from the middle: to the right and filled for one person, to the left and open for two."""

    x: str  # pixels
    width: str
    kind: str  # one | two | none


@dataclass(frozen=True, slots=True)
class Line:
    """How one thing compares, and what it is worth."""

    comparison: str
    title: str
    says: str  # how it agrees, in words
    weight: float
    number: str  # `+9.4`
    words: str  # what the weight is, in words
    times: str  # the same as a number that says what it means
    rare: str  # what a rare or common value adds; empty where it adds nothing worth saying
    bar: Bar


def number(weight: float) -> str:
    """`+9.4`, `−3.1`, `0`: a weight as it stands beside its bar."""
    shown = f"{abs(weight):.1f}"
    return "0" if shown == "0.0" else f"{'+' if weight > 0 else '−'}{shown}"


def strength(weight: float) -> str:
    """`strongly for one person`."""
    how = next((words for limit, words in STRENGTHS if abs(weight) < limit), STRONGEST)
    if how == STRENGTHS[0][1]:
        return how
    return f"{how} for {'one person' if weight > 0 else 'two people'}"


def rounded(value: float) -> str:
    """A number as one says it: `about 3`, `about 700`, `over a million`."""
    for million, words in ((1e9, "over a thousand million"), (1.5e6, ""), (9.5e5, "about a million")):
        if value >= million:
            return words or f"about {value / 1e6:,.0f} million"
    if value < 10:
        return f"about {value:.1f}".removesuffix(".0")
    if value < 20:
        return f"about {value:.0f}"
    digits = len(str(int(value))) - (1 if value < 100 else 2)
    return f"about {round(value / 10**digits) * 10**digits:,}"


def times(weight: float) -> str:
    """`about 700 times as likely if they are one person`."""
    if abs(weight) < 0.15:
        return "as likely either way"
    if 0.85 < abs(weight) < 1.15:
        return f"twice as likely if they are {'one person' if weight > 0 else 'two people'}"
    return f"{rounded(2 ** abs(weight))} times as likely if they are {'one person' if weight > 0 else 'two people'}"


def chance(bits: float) -> str:
    """What a total weight comes to: `about 97 in 100 such pairs are one person`."""
    share = 1 / (1 + 2 ** -max(min(bits, 60), -60))
    for of in (100, 1000, 10_000):
        if 1 <= round(share * of) <= of - 1:
            return f"about {round(share * of):,} in {of:,} such pairs are one person"
    return f"{'more than 9,999' if bits > 0 else 'fewer than 1'} in 10,000 such pairs {'are' if bits > 0 else 'is'} one person"


def total_words(bits: float | None, same: float, possible: float) -> str:
    """Where a total stands between the declared weights, in a word or two: `LEVELS` says what each means."""
    if bits is None:
        return "not weighed"
    if bits >= same:
        return "very likely"
    if bits >= (same + possible) / 2:
        return "likely"
    return "possible" if bits >= possible else "thin"


def levels(same: float, possible: float) -> list[tuple[str, str]]:
    """What the words of `total_words` mean: (word, from which weight on, and of how many such pairs are one person)."""
    steps = (("very likely", same), ("likely", (same + possible) / 2), ("possible", possible))
    return [(word, f"from {number(bits)} on, where {chance(bits)}") for word, bits in steps]


def bar(weight: float) -> Bar:
    length = round(min(abs(weight), MOST) / MOST * BAR, 1)
    if length < 1:
        return Bar(f"{BAR - 0.5:g}", "1", "none")
    return Bar(f"{BAR if weight > 0 else BAR - length:g}", f"{length:g}", "one" if weight > 0 else "two")


def line(part: Weighed) -> Line:
    rare = ""
    if part.rare >= COUNTS:
        rare = f"Of this, {number(part.rare)} because few people have it."
    elif part.rare <= -COUNTS:
        rare = f"It would be {number(part.bits)}, but many people have it: {number(part.rare)}."
    return Line(
        part.comparison,
        _TITLES.get(part.comparison, part.comparison),
        _SAYS.get((part.comparison, part.level), part.level),
        part.weight,
        number(part.weight),
        strength(part.weight),
        times(part.weight),
        rare,
        bar(part.weight),
    )


def lines(parts: Sequence[Weighed]) -> dict[str, Line]:
    return {part.comparison: line(part) for part in parts}


def agreeing(view: PairView) -> tuple[list[str], list[str]]:
    """What agrees and what differs, in a few words: the heaviest first. As stored, where no model has weighed the pair."""
    if not view.parts:
        return list(view.agree), list(view.differ)
    heavy = sorted(view.parts, key=lambda part: -abs(part.weight))
    named = [(_TITLES.get(part.comparison, part.comparison), part.weight) for part in heavy]
    return (
        [_small(title) for title, weight in named if weight >= COUNTS],
        [_small(title) for title, weight in named if weight <= -COUNTS],
    )


def _small(title: str) -> str:
    """`Given name` within a sentence; `NHS number` as it is."""
    return title if title[:2].isupper() else title[:1].lower() + title[1:]


def begins(prior: float) -> tuple[str, str]:
    """Where every pair begins, before anything is compared: (one pair in how many, the weight of that)."""
    return rounded(1 / prior), number(log2(prior / (1 - prior)))
