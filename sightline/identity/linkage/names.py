"""What a name is when it is compared: its words in plain letters, how they sound, and what else they may stand for. Pure.

    tokens("Núñez-Robinson")        ("nunez", "robinson")
    family_tokens("O' Brien")       ("obrien",)
    tokens("Baby of Kelly")         (): nobody's name is known
    sound("ayesha")                 "AX": as of Aisha and Eesha
    roots("alex")                   ("alex", "alexander", "alexandra"): names that it may stand for

Which short forms and spellings belong together, which words are no name at all, and which go before the name by which
somebody is called, is data: the definitions of kind `nicknames`. Every process uses one set of them (`use`); keys and
models that were made with another set say so by its version.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import jellyfish
from rapidfuzz.distance import JaroWinkler

from sightline.definition.kinds.matching import Nicknames
from sightline.definition.loader import load
from sightline.identity.linkage.romanising import ROMAN

MOST_LETTERS = 200  # of one field; what is longer is no name
MOST_TOKENS = 10
MOST_IN_TOKEN = 32
FEW = 3  # names for which a short form may stand, and still be written under each
MOST_ASKED = 12
LEAST_STEM = 3  # letters that are left of a family name without its ending
BETWEEN = re.compile(r"[\s\-‐-―−./,;:|_()\[\]{}&+\\*=<>\"]+")
SOUNDS = (("y", "i"), ("ph", "f"), ("kh", "k"), ("gh", "g"), ("bh", "b"), ("dh", "d"), ("sz", "sh"), ("cz", "ch"))
W = re.compile(r"w([aeiou]?)")  # before a vowel as v, else not heard
FIRST_VOWELS = re.compile(r"^[aeiou]+")


@dataclass(frozen=True, slots=True)
class Names:
    """What is declared about names, ready to be asked. `version` names it, twelve hexadecimal digits."""

    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)  # word -> the names it may stand for
    meant: Mapping[str, frozenset[str]] = field(
        default_factory=dict
    )  # word -> marks; where two words' meet, they are one name
    apart: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # name -> forms that are not written under it
    none: re.Pattern[str] | None = None  # phrases that are no name
    whose: re.Pattern[str] | None = None  # phrases after which somebody else's name stands
    before: frozenset[str] = frozenset()  # goes before the name by which somebody is called
    particles: frozenset[str] = frozenset()  # no part of a family name when it is compared
    joined: frozenset[str] = frozenset()  # in family names written together with what follows
    joined_given: frozenset[str] = frozenset()  # the same in given names
    endings: tuple[
        tuple[str, tuple[str, ...]], ...
    ] = ()  # of family names, longest first: women's and men's forms meet
    version: str = ""


def gathered(declared: Mapping[str, Nicknames]) -> Names:
    """One `Names` of every declared list. The same lists give the same version, in whatever order they were read."""
    groups: dict[str, set[str]] = defaultdict(set)
    endings: dict[str, tuple[str, ...]] = {}
    words: dict[str, set[str]] = {name: set() for name in ("before", "particles", "joined", "joined_given")}
    phrases: dict[str, set[str]] = {"none": set(), "whose": set()}
    for _, one in sorted(declared.items()):
        for name, forms in one.names.items():
            root = folded(name)
            for word in (root, *map(folded, forms)):
                groups[word].add(root)
        for kind, found in words.items():
            found.update(map(folded, getattr(one, kind)))
        for kind, found in phrases.items():
            found.update(" ".join(_split(text)) for text in getattr(one, kind))
        endings.update({folded(ending): tuple(map(folded, stems)) for ending, stems in one.endings.items()})
    frozen = {word: frozenset(found) for word, found in sorted(groups.items())}
    marks = _marks(declared)
    ordered = tuple(sorted(endings.items(), key=lambda pair: (-len(pair[0]), pair)))
    sets = {kind: frozenset(found) for kind, found in words.items()}
    apart: dict[str, list[str]] = defaultdict(list)
    for word, names in frozen.items():
        for root in sorted(names):
            if sound(root) not in _written(word, names):
                apart[root].append(word)
    said = repr(
        [
            [sorted((word, sorted(found)) for word, found in both.items()) for both in (frozen, marks)],
            [sorted(found) for found in (*sets.values(), *phrases.values())],
            ordered,
        ]
    )
    return Names(
        groups=frozen,
        meant=marks,
        apart={root: tuple(forms) for root, forms in apart.items()},
        none=_any_of(phrases["none"]),
        whose=_any_of(phrases["whose"]),
        endings=ordered,
        version=hashlib.sha256(said.encode()).hexdigest()[:12],
        **sets,
    )


def _marks(declared: Mapping[str, Nicknames]) -> dict[str, frozenset[str]]:
    """What tells which words are forms of one name. A short form goes with its name (`liz`: Elizabeth) and with other short
    forms of it, but two that are names of their own (Maisie and Daisy, of Margaret) go with the name alone, not together."""
    found: dict[str, set[str]] = defaultdict(set)
    lists = [one for _, one in sorted(declared.items())]
    own = {folded(word) for one in lists for word in one.own}
    own |= {folded(name) for one in lists if not one.spellings for name in one.names}
    for one in lists:
        for name, told in one.names.items():
            root, forms = folded(name), [*dict.fromkeys(map(folded, told))]
            found[root].add(root)
            for form in forms:
                if one.spellings or form not in own or sound(form) == sound(root):
                    found[form].add(root)
                    continue
                mark = f"{root}>{form}"
                for word in (root, form, *(other for other in forms if _looks_like(other, form))):
                    found[word].add(mark)
            for form in forms:
                if sound(form) == sound(root) and form not in own:
                    found[form] |= {mark for mark in found[root] if mark.startswith(root)}
    return {word: frozenset(marks) for word, marks in sorted(found.items())}


def _looks_like(one: str, other: str) -> bool:
    """Of two short forms of one name: the beginning of the other (`alf`, `alfie`), or nearly the same (`lexi`, `lexie`)."""
    return one.startswith(other) or other.startswith(one) or JaroWinkler.similarity(one, other) >= 0.92


def _any_of(phrases: set[str]) -> re.Pattern[str] | None:
    """Whole words only, the longest phrase first."""
    ordered = sorted(filter(None, phrases), key=lambda text: (-len(text), text))
    return re.compile(rf"(?<!\S)(?:{'|'.join(map(re.escape, ordered))})(?!\S)") if ordered else None


# --- which are in use ---------------------------------------------------------------------------------


def _of_england() -> Names:
    return gathered(load("england").nicknames)


_source: list[Callable[[], Names]] = [_of_england]
_in_use: list[Names] = []


def use(source: Callable[[], Names] | None) -> None:
    """Where this process takes its names from (asked once, when they are first needed); None: England's, as shipped."""
    _source[:] = [source or _of_england]
    _in_use.clear()
    for cached in _CACHED:
        cached.cache_clear()


def remembered(function: Any) -> Any:
    """`lru_cache` for what follows from the names in use: emptied when they change."""
    cached = lru_cache(maxsize=100_000)(function)
    _CACHED.append(cached)
    return cached


_CACHED: list[Any] = []


def in_use() -> Names:
    """The names that this process uses."""
    if not _in_use:
        _in_use.append(_source[0]())
    return _in_use[0]


# --- folding ------------------------------------------------------------------------------------------


def _split(text: str) -> list[str]:
    """Words of plain lower-case letters. Accents, apostrophes, digits, emoji and what cannot be seen are left out."""
    text = unicodedata.normalize("NFC", text[:MOST_LETTERS]).lower().translate(ROMAN)
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    parts = ("".join(filter(str.isalpha, part))[:MOST_IN_TOKEN] for part in BETWEEN.split(text))
    return [part for part in parts if part]


def folded(word: str) -> str:
    """One word: what is written apart or with a hyphen together."""
    return "".join(_split(word))


def _told(text: str, names: Names) -> list[str]:
    plain = " ".join(_split(text))
    if names.whose is not None and (found := names.whose.search(plain)):
        plain = plain[: found.start()]
    if names.none is not None:
        plain = names.none.sub(" ", plain)
    return plain.split()[:MOST_TOKENS]


def _together(words: list[str], joins: frozenset[str]) -> tuple[str, ...]:
    found: list[str] = []
    pending = ""
    for word in words:
        whole = pending + word
        pending = whole if word in joins else ""
        if not pending:
            found.append(whole[:MOST_IN_TOKEN])
    return (*found, pending) if pending else tuple(found)


def tokens_of(text: str, names: Names) -> tuple[str, ...]:
    """See `tokens`, with these names."""
    return _together(_told(text, names), names.joined_given)


def family_tokens_of(text: str, names: Names) -> tuple[str, ...]:
    """See `family_tokens`, with these names."""
    return _together(_told(text, names), names.joined)


@remembered
def tokens(text: str) -> tuple[str, ...]:
    """The given names in a text, folded, in order; none where it names nobody (`Baby`, `Unknown`, `Infant of Kelly`)."""
    return tokens_of(text, in_use())


@remembered
def family_tokens(text: str) -> tuple[str, ...]:
    """The words of a family name, folded, in order; `O Brien` and `Mc Donald` are one word each."""
    return family_tokens_of(text, in_use())


# --- sound and meaning --------------------------------------------------------------------------------


@lru_cache(maxsize=100_000)
def sound(word: str) -> str:
    """How a word sounds: Metaphone (Philips, 1990) after our own rules for names from elsewhere, at most eight letters.

    `y` sounds as `i` (Ayesha is Aisha), `kh` as `k`, `w` as `v` (Wojcik is Vojcik), `sz` as `sh`, `th` as `t` (Antony); a
    vowel counts only where the word begins with one, and any is as good as another. Words without Latin letters sound
    as they are written.
    """
    if not word.isascii():
        return word
    plain = word
    for spelt, said in SOUNDS:
        plain = plain.replace(spelt, said)
    plain = W.sub(lambda found: "v" + found[1] if found[1] else "", plain)
    found = str(jellyfish.metaphone(FIRST_VOWELS.sub("a", plain))).replace(" ", "").replace("0", "T")
    return found[:8] or word


def roots_of(word: str, names: Names) -> tuple[str, ...]:
    """See `roots`, with these names."""
    return tuple(sorted({word, *names.meant.get(word, ())}))


def family_roots_of(word: str, names: Names) -> tuple[str, ...]:
    """See `family_roots`, with these names."""
    found = {word, *names.groups.get(word, ())}
    for ending, stems in names.endings:
        if word.endswith(ending) and len(word) - len(ending) >= LEAST_STEM:
            found.update(word[: -len(ending)] + stem for stem in stems)
            break
    return tuple(sorted(found))


@remembered
def roots(word: str) -> tuple[str, ...]:
    """The word itself and marks of the names that it may stand for. Two words are forms of one name where these meet."""
    return roots_of(word, in_use())


@remembered
def family_roots(word: str) -> tuple[str, ...]:
    """The same of a family name, where women's and men's forms meet as well (Kowalska, Kowalski)."""
    return family_roots_of(word, in_use())


def _written(word: str, groups: frozenset[str]) -> tuple[str, ...]:
    found = {sound(word)} if word in groups or not groups else {sound(root) for root in groups}
    return tuple(sorted(found)) if len(found) <= FEW else (sound(word),)


@remembered
def written_as(word: str) -> tuple[str, ...]:
    """The sounds under which a given name is written: of the name for which it stands (`jim`: James), of each where there are
    few (`sam`), its own where it is a name itself or may stand for many (`ade`)."""
    return _written(word, in_use().groups.get(word, frozenset()))


@remembered
def asked_as(word: str) -> tuple[str, ...]:
    """The sounds under which somebody of this given name may have been written: its own names first, then others."""
    names = in_use()
    groups = names.groups.get(word, frozenset())
    forms = {form for root in groups for form in names.apart.get(root, ())}
    found = {sound(word), *map(sound, groups), *map(sound, forms)}
    first = written_as(word)
    return (*first, *sorted(found.difference(first)))[:MOST_ASKED]


# --- examples of the definitions ----------------------------------------------------------------------


_tried: list[tuple[Mapping[str, Nicknames], Names]] = []  # the lists last tried, which many examples share


def tried(declared: Mapping[str, Nicknames]) -> Names:
    """As `gathered`; made once for all the examples of a partnership."""
    if not _tried or _tried[0][0] is not declared:
        _tried[:] = [(declared, gathered(declared))]
    return _tried[0][1]


def run_example(partnership: Any, thing: Nicknames, example: dict[str, Any]) -> str | None:
    """Whether an example of a list of names holds, with all the lists of the partnership; else what came instead.

    `{same: [Jim, James]}`, `{different: [Ava, Eva]}` (forms of one name, or not), `{same-family: […]}`,
    `{different-family: […]}`, `{no-name: Baby}`, `{given: Muhammad Ali, called: Ali}`, `{family: O Brien, is: obrien}`.
    """
    names = tried(partnership.nicknames)
    for key, spoken_of, split in (
        ("same", roots_of, tokens_of),
        ("different", roots_of, tokens_of),
        ("same-family", family_roots_of, family_tokens_of),
        ("different-family", family_roots_of, family_tokens_of),
    ):
        if key in example:
            meant = [{r for w in split(text, names) for r in spoken_of(w, names)} for text in example[key]]
            if len(meant) < 2:
                return f"{key} needs two names or more"
            met = set.intersection(*meant)
            if key.startswith("same") != bool(met):
                return f"they are forms of {', '.join(sorted(met))}" if met else "no name of which all are forms"
            return None
    if "no-name" in example:
        found = tokens_of(example["no-name"], names)
        return f"a name: {' '.join(found)}" if found else None
    if "called" in example:
        called = called_of(tokens_of(example.get("given", ""), names), names)
        return None if called[:1] == (folded(example["called"]),) else f"called {' '.join(called) or 'nothing'}"
    if "is" in example:
        found = family_tokens_of(example.get("family", ""), names)
        came = " ".join(w for w in found if w not in names.particles)
        return None if came == example["is"] else came
    return "expected one of same, different, same-family, different-family, no-name, called, is"


def called_of(given: tuple[str, ...], names: Names) -> tuple[str, ...]:
    """The names by which somebody is called: without those that only go before, where there are others."""
    return tuple(w for w in given if w not in names.before) or given
