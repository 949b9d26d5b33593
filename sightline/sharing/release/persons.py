"""Somebody's name as a protected value: the ways in which one name is written, and a date of birth that stands with it.

A name that somebody took in order not to be found (`Tamsin Oakenshaw`) is looked for in either order, with initials, and
run together. The surname with another given name is somebody else's. A date of birth alone is nobody's; with the surname or
the initials it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sightline.sharing.release.folding import Folded, folded, meaning
from sightline.sharing.release.spans import AROUND, every

_MONTHS = "january february march april may june july august september october november december".split()
_MONTH = {name[:n]: at for at, name in enumerate(_MONTHS, 1) for n in range(3, len(name) + 1)}
_ISO = re.compile(r"\b((?:19|20)\d\d)\W?(\d\d)\W?(\d\d)\b")
_BRITISH = re.compile(r"\b(\d{1,2})[\W_]{1,3}(\d{1,2})[\W_]{1,3}((?:19|20)?\d\d)\b|\b(\d\d)(\d\d)((?:19|20)?\d\d)\b")
_DAY_FIRST = re.compile(
    r"(?<![a-z0-9])(\d{1,2})(?:st|nd|rd|th)?\W{0,3}(?:of\W+)?([a-z]{3,9})\W{0,4}((?:19|20)?\d\d)(?!\d)"
)
_MONTH_FIRST = re.compile(
    r"(?<![a-z])([a-z]{3,9})\W{1,3}(?:the\W+)?(\d{1,2})(?:st|nd|rd|th)?\W{1,3}((?:19|20)?\d\d)(?!\d)"
)
_BORN = re.compile(r"[\s,;:(]*(?:\bborn(?:\s+on)?(?:\s+the)?|\bd\.?\s?o\.?\s?b\.?|\bdate of birth)?[\s,:;(]*$", re.I)
_TITLES = frozenset("mr mrs ms miss mx dr".split())
_OFTEN_WORDS = frozenset("aiosx")  # letters that stand alone for other reasons
_A_NAME = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*\.?")
_AN_END = re.compile(r"(?<=[a-z]{2})[.!?]\s|\n\s*\n")  # of a sentence: `J.` is none
FARTHEST = 4  # words between a given name and a surname that may be one name
Date = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Person:
    """A name of a person. `given` and `surname` in lower-case letters; `born`: (year, month, day), where it is known."""

    value: str
    given: tuple[str, ...]
    surname: str
    born: Date | None = None


def dates(text: str) -> Iterator[tuple[Date, int, int]]:
    """The dates of a folded text, day before month, with where each stands. A year of two figures is a child's or a parent's."""
    for match in _ISO.finditer(text):
        yield from _date(match[1], match[2], match[3], match)
    for match in _BRITISH.finditer(text):
        day, month, year = match.groups()[:3] if match[1] else match.groups()[3:]
        yield from _date(year, month, day, match)
    for match in _DAY_FIRST.finditer(text):
        if match[2] in _MONTH:
            yield from _date(match[3], str(_MONTH[match[2]]), match[1], match)
    for match in _MONTH_FIRST.finditer(text):
        if match[1] in _MONTH:
            yield from _date(match[3], str(_MONTH[match[1]]), match[2], match)


def _date(year: str, month: str, day: str, match: re.Match[str]) -> Iterator[tuple[Date, int, int]]:
    if 1 <= int(month) <= 12 and 1 <= int(day) <= 31:
        full = int(year) if len(year) == 4 else 2000 + int(year) if int(year) < 50 else 1900 + int(year)
        yield (full, int(month), int(day)), match.start(), match.end()


def with_a_date(text: str) -> tuple[str, Date] | None:
    """A name and a date of birth behind it, where that is what a text is: `Tamsin Oakenshaw, born 14 March 2011`."""
    low = text.lower()
    for date, start, end in dates(low):
        name = _BORN.sub("", text[:start], count=1).strip()
        if not text[end:].strip(" .)") and is_a_name(name):
            return name, date
    return None


def is_a_name(text: str) -> bool:
    """Whether a text can be a person's name: two to four words, each with a capital."""
    words = text.replace(",", " ").split()
    return 2 <= len(words) <= 4 and all(_A_NAME.fullmatch(word) and word[0].isupper() for word in words)


def person(text: str, value: str) -> Person | None:
    """A value's name taken apart; `Oakenshaw, Tamsin` and `OAKENSHAW Tamsin` have their surname first. None where there is none."""
    dated = with_a_date(text)
    name, born = dated if dated else (text, None)
    first, comma, rest = name.partition(",")
    words = (f"{rest} {first}" if comma else name).split()
    if not comma and len(words) > 1 and words[0].isupper() and not words[-1].isupper() and len(words[0]) > 2:
        words = [*words[1:], words[0]]
    plain = ["".join(folded(word).words) for word in words]
    plain = [word for word in plain if word and word not in _TITLES]
    if not plain or len(plain[-1]) < 2:
        return None
    return Person(value, tuple(plain[:-1]), plain[-1], born)


def orders(one: Person) -> list[tuple[str, str]]:
    """The name in the order in which it is given, in the other, and without what stands in the middle: each in canonical
    form, and as it is written."""
    first = one.given[:1]
    every_order = ((*one.given, one.surname), (one.surname, *one.given), (*first, one.surname), (one.surname, *first))
    return [("".join(meaning(word) for word in words), "".join(words)) for words in dict.fromkeys(every_order)]


def initialled(text: Folded, one: Person) -> Iterator[tuple[int, int]]:
    """Where the surname stands with the initial of the given name before it or behind it, and not as a word of its own: first
    and last word."""
    if not one.given or len(one.surname) < 3:
        return
    letters = "".join(word[0] for word in one.given)
    for n, word in enumerate(text.words):
        if word != one.surname:
            continue
        for at in (n - 1, n + 1):
            if not 0 <= at < len(text.words) or abs(at - n) != 1:
                continue
            initial = text.words[at]
            if initial not in (letters[0], letters, letters + one.surname[0], letters[0] + one.surname[0]):
                continue
            gap = text.folded[text.ends[min(at, n)] : text.starts[max(at, n)]]
            if len(gap) > 3 or "\n\n" in gap or at < n and gap.strip() not in ("", ".", "-", "_"):
                continue
            if _written_as_an_initial(text, at, initial):
                yield min(at, n), max(at, n)


def near_each_other(text: Folded, one: Person) -> Iterator[tuple[int, int]]:
    """Where the first given name and the surname stand a few words apart, both with capitals: `Tamsin Jane Oakenshaw`,
    `Family name: Oakenshaw; first name: Tamsin`."""
    if not one.given or one.surname not in text.vocabulary or one.given[0] not in text.vocabulary:
        return
    firsts = [n for n, word in enumerate(text.words) if word == one.given[0]]
    for n, word in enumerate(text.words):
        for at in firsts if word == one.surname else ():
            first, last = min(at, n), max(at, n)
            gap = text.ends[first], text.starts[last]
            if 1 < last - first <= FARTHEST and gap[1] - gap[0] <= 40 and not _AN_END.search(text.folded, *gap):
                if _capital(text, first) and _capital(text, last):
                    yield first, last


def _capital(text: Folded, at: int) -> bool:
    start, _ = text.given(text.starts[at], text.ends[at])
    return text.text[start : start + 1].isupper()


def _written_as_an_initial(text: Folded, at: int, initial: str) -> bool:
    start, end = text.given(text.starts[at], text.ends[at])
    said = text.text[start:end]
    if said.isupper():
        return text.text[max(0, start - 1) : start] not in ("'", "’")
    return len(initial) == 1 and initial not in _OFTEN_WORDS and text.text[max(0, start - 1) : start] not in ("'", "’")


def born_beside(text: Folded, one: Person) -> Iterator[tuple[int, int]]:
    """Where the surname stands with the date of birth beside it: offsets of the folded text."""
    if one.born is None or len(one.surname) < 3:
        return
    when = [(start, end) for date, start, end in dates(text.folded) if date == one.born]
    for at in every(one.surname, text.folded) if when else ():
        end = at + len(one.surname)
        if text.folded[max(0, at - 1) : at].isalpha() or text.folded[end : end + 1].isalpha():
            continue
        near = [(a, b) for a, b in when if a - end < AROUND and at - b < AROUND]
        if near:
            yield min(at, near[0][0]), max(end, near[0][1])
