"""What a name is when it is compared: its words in plain letters, how they sound, and what else they may stand for. Pure.

    tokens("O'Brien-Núñez")   ("obrien", "nunez")
    sound("ayesha")           "AX": as in Aisha, Aysha
    roots("jim")              {"jim", "james"}: a short form stands for a name, `alex` for two
    no_name("Baby")           True: words that senders write where no name is known

Which short forms and spellings belong together, which words are no name at all, and which go before the name by which
somebody is called, is data: the definitions of kind `nicknames`.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import jellyfish

from sightline.definition.kinds.matching import Nicknames
from sightline.definition.loader import load

MOST_LETTERS = 200  # of one field; longer is not a name
MOST_TOKENS = 12
MOST_IN_TOKEN = 40
LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŋ": "ng"}
)
BETWEEN = frozenset("- \t\n\r.,/\\()[]{}&+;:_|\u2010\u2011\u2012\u2013\u2014\u2015\u00a0")


@dataclass(frozen=True, slots=True)
class Names:
    """What is declared about names, ready to be asked. `version` names it: keys written under another must be rebuilt."""

    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)  # word -> the names it may stand for
    none: frozenset[str] = frozenset()  # no name at all
    before: frozenset[str] = frozenset()  # goes before the name by which somebody is called
    particles: frozenset[str] = frozenset()  # part of no family name: de, al, bin
    joined: frozenset[str] = frozenset()  # written together with what follows: o, mc, mac, st
    version: str = ""


def gathered(declared: Mapping[str, Nicknames]) -> Names:
    """One `Names` of every declared list."""
    groups: dict[str, set[str]] = defaultdict(set)
    sets: dict[str, set[str]] = {name: set() for name in ("none", "before", "particles", "joined")}
    for _, one in sorted(declared.items()):
        for name, forms in one.names.items():
            for word in (name, *forms):
                groups["".join(_words(word))].add(name)
        for name, found in sets.items():
            found.update("".join(_words(word)) for word in getattr(one, name))
    frozen = {word: frozenset(found) for word, found in groups.items()}
    said = repr([sorted((w, sorted(g)) for w, g in frozen.items()), [sorted(s) for s in sets.values()]])
    version = hashlib.sha256(said.encode()).hexdigest()[:12]
    return Names(frozen, *(frozenset(sets[k]) for k in ("none", "before", "particles", "joined")), version)


_source: list[Callable[[], Names]] = [lambda: gathered(load("england").nicknames)]
_in_use: list[Names] = []


def use(source: Callable[[], Names] | None) -> None:
    """Where names come from in this process (asked once, when first needed); None: as ships with England."""
    _source[:] = [source or (lambda: gathered(load("england").nicknames))]
    _in_use.clear()
    for cached in (words, sound, roots):
        cached.cache_clear()


def in_use() -> Names:
    if not _in_use:
        _in_use.append(_source[0]())
    return _in_use[0]


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKD", text[:MOST_LETTERS].lower().translate(LETTERS))
    return "".join(
        c if c.isalpha() else (" " if c in BETWEEN else "") for c in text if not unicodedata.combining(c)
    )


def _words(text: str) -> list[str]:
    return [word[:MOST_IN_TOKEN] for word in _plain(text).split()[:MOST_TOKENS]]


@lru_cache(maxsize=100_000)
def words(text: str) -> tuple[str, ...]:
    """The words of a name as told, folded to plain lower-case letters; nothing is left out but what is no name at all."""
    names = in_use()
    found: list[str] = []
    pending = ""
    for word in _words(text):
        word = pending + word
        pending = ""
        if word in names.joined:
            pending = word
        else:
            found.append(word)
    if pending:
        found.append(pending)
    return tuple(w for w in found if w not in names.none)


tokens = words


@lru_cache(maxsize=100_000)
def sound(word: str) -> str:
    """How a word sounds (Metaphone, with y as i: Ayesha is Aisha); the word itself where it has no sound in Latin letters."""
    return jellyfish.metaphone(word.replace("y", "i")).replace(" ", "") or word


@lru_cache(maxsize=100_000)
def roots(word: str) -> tuple[str, ...]:
    """The word and every name that it may stand for, in order."""
    return tuple(sorted({word, *in_use().groups.get(word, ())}))
