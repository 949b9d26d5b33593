"""What stands in the words of a record: the codes of the list `in-words` whose words are there and are not denied. Pure.

Whoever sees a strangled neck writes it down, and seldom finds the box for it. Rules and reasons may ask for it as
`{in-words: strangulation}`; what was ticked stays a question of its own. No model, no weight: words that anybody can read in
`codes/in-words.yaml`, and take out again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import product

from sightline.definition.types import CodeList, Partnership, RecordType

LIST = "in-words"
READ = ("text", "quoted")  # the kinds of field in which somebody writes sentences
NOT_READ = ("not-sought-because", "not-told-because", "why-not")
BEFORE = 4  # a word of denial counts so many words before what it denies
AFTER = 3  # and so many after it: "bruises were not seen"
DENIALS = frozenset(("no", "not", "never", "without", "nor", "neither", "nil"))
NO_DENIAL = frozenset(("only", "just", "first", "sure", "know", "known", "think", "explained", "explain", "accident"))
_CLAUSE = re.compile(
    r"[.;:!?\n]+|\b(?:but|then|because|when|while|after)\b"
    r"|,\s*(?:and\s+)?(?=(?:he|she|they|i|we|it|mum|mummy|dad|mother|father|his|her|the|says?|said|who|when)\b)"
)
COMMON = frozenset(
    "the and was has had her his him she them they their with from about both some over mother father mum dad mummy child children "
    "left took take another second several three two new a an by on to in my is".split()
)  # never what a text is searched for first: they stand in every other one
MOST_LISTS = 50  # taken apart and kept
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)*|,")  # no phrase goes over a comma


def in_words(partnership: Partnership, record: RecordType, fields: Mapping[str, str], says: str) -> frozenset[str]:
    """The codes that stand in what was said on a record and in the sentences of its fields; none where no list is declared.

    `fields` as `clean` gives them, only those that whoever asks may read; the same holds of `says`.
    """
    codes = partnership.codes.get(LIST)
    if codes is None:
        return frozenset()
    texts = [says] if says else []
    for name, value in fields.items():
        declared = record.fields.get(name)
        if value and declared is not None and declared.kind in READ and name not in NOT_READ:
            texts.append(value)
    return found(codes, texts) if texts else frozenset()


def found(codes: CodeList, texts: Iterable[str]) -> frozenset[str]:
    """The codes of a list whose words stand, whole, in one of the texts, and are not denied there: "no marks to her neck"
    denies, "he did not only choke her" does not."""
    phrases = _phrases(codes)
    out: set[str] = set()
    for text in texts:
        if phrases.places.keys().isdisjoint(_WORD.findall(text.lower())):
            continue  # nearly every text: none of it is taken apart
        for clause in _CLAUSE.split(text.lower().replace("\u2019", "'")):
            words = _WORD.findall(clause)
            for at, word in enumerate(words):
                for before, length in phrases.places.get(word, ()):
                    start = at - before
                    meant = (
                        phrases.codes.get(tuple(words[start : start + length]), frozenset())
                        if start >= 0
                        else frozenset()
                    )
                    if not meant <= out and not _denied(words, start, length):
                        out |= meant
    return frozenset(out)


def _denied(words: list[str], at: int, length: int) -> bool:
    before = [word for word in words[:at] if word != ","][-BEFORE:]
    after = [word for word in words[at + length :] if word != ","][:AFTER]
    for index, word in enumerate(before):
        follows = before[index + 1] if index + 1 < len(before) else words[at]
        if (word in DENIALS or word.endswith("n't")) and follows not in NO_DENIAL:
            return True
    for index, word in enumerate(after):
        follows = after[index + 1] if index + 1 < len(after) else ""
        if (word == "not" or word.endswith("n't")) and index and follows not in NO_DENIAL:
            return True
    return False


class _Phrases:
    """The words of a list taken apart: what they mean; and by the longest word of each, how many stand before it and in all."""

    def __init__(self, codes: CodeList) -> None:
        self.codes: dict[tuple[str, ...], frozenset[str]] = {}
        self.places: dict[str, set[tuple[int, int]]] = {}
        for code, declared in codes.codes.items():
            for words in declared.old:
                places = [place.split("|") for place in words.lower().replace("-", " ").split()]
                for phrase in product(*places):
                    self.codes[phrase] = self.codes.get(phrase, frozenset()) | {code}
                    longest = max(phrase, key=lambda word: (word not in COMMON, len(word)))
                    self.places.setdefault(longest, set()).add((phrase.index(longest), len(phrase)))


_kept: dict[int, tuple[CodeList, _Phrases]] = {}  # with the list, so that no other takes its number


def _phrases(codes: CodeList) -> _Phrases:
    kept = _kept.get(id(codes))
    if kept is None:
        if len(_kept) > MOST_LISTS:
            _kept.clear()
        kept = _kept[id(codes)] = codes, _Phrases(codes)
    return kept[1]
