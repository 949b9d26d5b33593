"""The levels of `comparing` for many pairs at once, over people as numbers (`coding`). Pure.

What `comparing.levels_between` answers for one pair these answer for a million, level for level: a test holds both, and
Splink's SQL, against each other. A question is asked only of the pairs for which no earlier one was answered with yes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler
from rapidfuzz.process import cpdist

from sightline.identity.linkage.coding import NO_DAY, NONE, Coded, Numbers, Rows, Truth, holds, meet
from sightline.identity.linkage.comparing import A_YEAR, ABOUT_DUE, LOOSE, NEAR, SOUNDS

Levels = NDArray[np.int8]  # the index of the level that holds, pair by pair
Ask = Callable[[Rows, Rows], Truth]


class _Undecided:
    """Pairs that have no level yet, and the levels of those that have."""

    def __init__(self, one: Rows, other: Rows, otherwise: int) -> None:
        self.levels: Levels = np.full(len(one), otherwise, dtype=np.int8)
        self.left = np.arange(len(one))
        self.one, self.other = one, other

    def settle(self, level: int, hit: Truth) -> None:
        """The pairs that are hit are at this level; of the others more is asked."""
        self.levels[self.left[hit]] = level
        rest = ~hit
        self.left, self.one, self.other = self.left[rest], self.one[rest], self.other[rest]

    def ask(self, level: int, question: Ask) -> None:
        self.settle(level, question(self.one, self.other))


def _equal(values: Numbers, one: Rows, other: Rows) -> Truth:
    a = values[one]
    return (a == values[other]) & (a != NONE)


def _either(first: Truth, second: Callable[[Rows], Truth]) -> Truth:
    """Where the first does not hold, whether the second does: it is asked of those only."""
    rest = np.flatnonzero(~first)
    first[rest[second(rest)]] = True
    return first


def _spelling(c: Coded, name: str, one: Rows, other: Rows) -> NDArray[np.int8]:
    """2 nearly alike, 1 somewhat alike, 0 neither."""
    sounds = _equal(c.single[f"{name}_sound"], one, other)
    spelt, texts = c.single[f"{name}_spelt"], c.texts[f"{name}_spelt"]
    found = sounds.astype(np.int8)
    a, b = spelt[one], spelt[other]
    both = np.flatnonzero((a != NONE) & (b != NONE))
    if len(both):
        like = cpdist(texts[a[both]], texts[b[both]], scorer=JaroWinkler.similarity, dtype=np.float64)
        heard = sounds[both]
        found[both] = np.where((like >= NEAR) | (heard & (like >= SOUNDS)), 2, np.where(heard | (like >= LOOSE), 1, 0))
    return found


def _slip(texts: NDArray[np.object_], a: Numbers, b: Numbers) -> Truth:
    """Whether one character differs, or two neighbours change places. Codes that are there."""
    if not len(a):
        return np.zeros(0, dtype=bool)
    far: NDArray[Any] = cpdist(texts[a], texts[b], scorer=DamerauLevenshtein.distance, score_cutoff=1, dtype=np.int32)
    return far == 1


def given_name(c: Coded, one: Rows, other: Rows) -> Levels:
    given, words, lead = c.single["given"], c.many["given_words"], c.many["given_lead"]
    u = _Undecided(one, other, 9)
    u.ask(0, lambda a, b: (given[a] == NONE) | (given[b] == NONE))
    u.ask(1, lambda a, b: given[a] == given[b])

    def part(a: Rows, b: Rows) -> Truth:
        found = holds(words, b, given[a]) | holds(words, a, given[b])
        return found | meet(words, a, lead, b) | meet(words, b, lead, a)

    u.ask(2, part)
    u.ask(3, lambda a, b: meet(c.many["given_roots"], a, c.many["given_roots"], b))
    alike = _spelling(c, "given", u.one, u.other)
    known = c.single["given_known"]
    hit = (alike == 2) & ~((known[u.one] > 0) & (known[u.other] > 0))
    u.settle(4, hit)
    alike = alike[~hit]
    for level, among in ((5, c.many["earlier"]), (6, c.many["family_words"])):
        hit = holds(among, u.other, given[u.one]) | holds(among, u.one, given[u.other])
        u.settle(level, hit)
        alike = alike[~hit]
    u.settle(7, alike > 0)
    initial = c.single["given_initial"]
    u.ask(8, lambda a, b: (initial[a] == initial[b]) & (c.one_letter[a] | c.one_letter[b]))
    return u.levels


def family_name(c: Coded, one: Rows, other: Rows) -> Levels:
    family, words = c.single["family"], c.many["family_words"]
    u = _Undecided(one, other, 8)
    u.ask(0, lambda a, b: (family[a] == NONE) | (family[b] == NONE))
    u.ask(1, lambda a, b: family[a] == family[b])
    u.ask(2, lambda a, b: meet(words, a, words, b))
    u.ask(3, lambda a, b: meet(c.many["family_roots"], a, c.many["family_roots"], b))
    alike = _spelling(c, "family", u.one, u.other)
    hit = alike == 2
    u.settle(4, hit)
    alike = alike[~hit]
    for level, among in ((5, c.many["earlier"]), (6, c.many["given_words"])):
        hit = meet(words, u.one, among, u.other) | meet(words, u.other, among, u.one)
        u.settle(level, hit)
        alike = alike[~hit]
    u.settle(7, alike > 0)
    return u.levels


def birth_date(c: Coded, one: Rows, other: Rows) -> Levels:
    digits, texts = c.single["born_digits"], c.texts["born_digits"]
    first, last, due = c.single["born_from"], c.single["born_to"], c.single["due"]
    days = np.fromiter(map(int, texts), np.int32, len(texts))  # by code: yyyymmdd
    year, rest = days // 10_000, days % 10_000
    month, day = rest // 100, rest % 100
    u = _Undecided(one, other, 10)
    nothing = (first == NO_DAY) & (due == NO_DAY)
    u.ask(0, lambda a, b: nothing[a] | nothing[b])

    def both(question: Callable[[Numbers, Numbers], Truth]) -> Ask:
        """The question of two whole dates; of no others."""

        def asked(a: Rows, b: Rows) -> Truth:
            x, y = digits[a], digits[b]
            found = np.zeros(len(a), dtype=bool)
            whole = np.flatnonzero((x != NONE) & (y != NONE))
            found[whole] = question(x[whole], y[whole])
            return found

        return asked

    def part(question: Ask) -> Ask:
        """The question of pairs of which not both dates are whole."""

        def asked(a: Rows, b: Rows) -> Truth:
            found = np.zeros(len(a), dtype=bool)
            some = np.flatnonzero((digits[a] == NONE) | (digits[b] == NONE))
            found[some] = question(a[some], b[some])
            return found

        return asked

    def within(a: Rows, b: Rows, more: int) -> Truth:
        there = (first[a] != NO_DAY) & (first[b] != NO_DAY)
        return there & (first[a] <= _far(last[b]) + more) & (first[b] <= _far(last[a]) + more)

    u.ask(1, both(lambda x, y: (x == y) & (rest[x] == 101)))
    u.ask(2, both(lambda x, y: x == y))
    u.ask(3, both(lambda x, y: (year[x] == year[y]) & (month[x] == day[y]) & (day[x] == month[y])))
    u.ask(4, both(lambda x, y: _slip(texts, x, y)))
    u.ask(7, both(lambda x, y: days[x] // 100 == days[y] // 100))
    u.ask(8, both(lambda x, y: rest[x] == rest[y]))
    u.ask(5, part(lambda a, b: within(a, b, 0)))
    # From here on one of them at least is not born, or both are and are far from each other.
    no_births = part(lambda a, b: (first[a] == NO_DAY) | (first[b] == NO_DAY))

    def expected_alike(a: Rows, b: Rows) -> Truth:
        return no_births(a, b) & (due[a] != NO_DAY) & (due[a] == due[b])

    def about_due(a: Rows, b: Rows) -> Truth:
        born_a = np.where(digits[a] != NONE, first[a], NO_DAY)
        born_b = np.where(digits[b] != NONE, first[b], NO_DAY)
        return no_births(a, b) & (_near(born_a, due[b]) | _near(born_b, due[a]) | _near(due[a], due[b]))

    u.ask(2, expected_alike)
    u.ask(6, about_due)
    u.ask(9, lambda a, b: within(a, b, A_YEAR))
    return u.levels


def _far(days: Numbers) -> NDArray[np.int64]:
    return np.where(days == NO_DAY, 0, days).astype(np.int64)


def _near(one: Numbers, other: Numbers) -> Truth:
    there = (one != NO_DAY) & (other != NO_DAY)
    return there & (np.abs(_far(one) - _far(other)) <= ABOUT_DUE)


def household(c: Coded, one: Rows, other: Rows) -> Levels:
    kin, contacts, postcodes = c.many["kin"], c.many["contacts"], c.many["postcodes"]
    districts, sectors = c.many["districts"], c.many["sectors"]
    self_kin, line = c.single["self_kin"], c.single["line"]

    def meets(lists: Any) -> Ask:
        return lambda a, b: meet(lists, a, lists, b)

    def told(lists: Any) -> Ask:
        return lambda a, b: (lists.counts[a] > 0) & (lists.counts[b] > 0)

    u = _Undecided(one, other, 0)
    u.ask(1, lambda a, b: holds(kin, b, self_kin[a]) | holds(kin, a, self_kin[b]))
    family = meet(kin, u.one, kin, u.other)
    home = family.copy()
    some = np.flatnonzero(family)
    a, b = u.one[some], u.other[some]
    home[some] = meet(contacts, a, contacts, b) | meet(postcodes, a, postcodes, b)
    u.settle(2, home)
    u.settle(4, family[~home])
    u.ask(3, meets(contacts))
    same = meet(postcodes, u.one, postcodes, u.other)
    house = same & _equal(line, u.one, u.other)
    u.settle(5, house)
    u.settle(6, same[~house])
    near = meet(districts, u.one, districts, u.other)
    sector = near.copy()
    some = np.flatnonzero(near)
    sector[some] = meet(sectors, u.one[some], sectors, u.other[some])
    u.settle(7, sector)
    near = near[~sector]
    whole = near & told(postcodes)(u.one, u.other)
    u.settle(8, whole)
    near = near[~whole]
    hit = told(kin)(u.one, u.other)
    u.settle(9, hit)
    near = near[~hit]
    u.settle(10, (told(districts)(u.one, u.other) & ~near) | told(contacts)(u.one, u.other))
    return u.levels


def sex(c: Coded, one: Rows, other: Rows) -> Levels:
    return _plain(c.single["sex"], one, other)


def _plain(values: Numbers, one: Rows, other: Rows) -> Levels:
    a, b = values[one], values[other]
    return np.where((a == NONE) | (b == NONE), 0, np.where(a == b, 1, 2)).astype(np.int8)


def _listed(name: str) -> Callable[[Coded, Rows, Rows], Levels]:
    def levels(c: Coded, one: Rows, other: Rows) -> Levels:
        lists = c.many[name]
        u = _Undecided(one, other, 2)
        u.ask(0, lambda a, b: (lists.counts[a] == 0) | (lists.counts[b] == 0))
        u.ask(1, lambda a, b: meet(lists, a, lists, b))
        return u.levels

    return levels


def _identifier(name: str) -> Callable[[Coded, Rows, Rows], Levels]:
    def levels(c: Coded, one: Rows, other: Rows) -> Levels:
        values = c.single[name]
        u = _Undecided(one, other, 3)
        u.ask(0, lambda a, b: (values[a] == NONE) | (values[b] == NONE))
        u.ask(1, lambda a, b: values[a] == values[b])
        u.ask(2, lambda a, b: _slip(c.texts[name], values[a], values[b]))
        return u.levels

    return levels


LEVELS: dict[str, Callable[[Coded, Rows, Rows], Levels]] = {
    "given-name": given_name,
    "family-name": family_name,
    "birth-date": birth_date,
    "sex": sex,
    "household": household,
    "school": _listed("schools"),
    "nhs-number": _identifier("nhs"),
    "upn": _identifier("upn"),
    "number": _listed("numbers"),
}
