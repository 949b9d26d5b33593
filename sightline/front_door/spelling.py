"""Words that are often spelt wrongly or cut in two, taken for what was meant: `promiscious`, `life style`. Pure.

Only for the words that the definition declares (`often-misspelt`): long ones, of which no other English word is a letter
away. A word with a capital in a sentence is a name, and is left as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from rapidfuzz.distance import OSA

from sightline.front_door.sentences import Word, bases

SHORTEST = 7  # letters: a shorter word is too near to others
WRONG = 1  # letters put in, left out, taken for another or changed round


def respelt(words: Sequence[Word], declared: frozenset[str]) -> Sequence[Word]:
    """The words, those that are spelt wrongly with the base forms of what was meant as well, and what was cut in two as one."""
    if not declared:
        return words
    made, at = [], 0
    while at < len(words):
        whole = _whole(words[at : at + 2], declared)
        made.append(whole or _meant(words[at], declared, first=at == 0))
        at += 2 if whole else 1
    return made


def _whole(both: Sequence[Word], declared: frozenset[str]) -> Word | None:
    """Two words that are one: `life style`, `boy friend`."""
    if len(both) < 2 or both[1].start - both[0].end != 1:
        return None
    as_one = bases(both[0].form + both[1].form)
    if as_one.isdisjoint(declared):
        return None
    return Word(both[0].form + both[1].form, as_one, both[0].start, both[1].end, both[0].quoted or both[1].quoted)


def _meant(word: Word, declared: frozenset[str], *, first: bool) -> Word:
    form = word.form
    named = form[0].isupper() and not first and not form.isupper()
    if len(form) < SHORTEST or named or not word.bases.isdisjoint(declared):
        return word
    meant = _nearest(form.lower(), declared)
    return replace(word, bases=word.bases | bases(meant)) if meant else word


@lru_cache(maxsize=8192)
def _nearest(word: str, declared: frozenset[str]) -> str:
    """The one declared word that was meant, or nothing where none or several could be."""
    found = {one for base in bases(word) for one in declared if one[0] == base[0] and OSA.distance(base, one) <= WRONG}
    return found.pop() if len(found) == 1 else ""
