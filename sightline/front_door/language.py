"""Hints on words: what blames a child or hides who did what, and what to write instead. Pure.

    hints(definition, "She keeps putting herself at risk.")     what could be written otherwise, each with why
    hints_of(definition, record, fields, says)                  the same for what a form or a message says

A hint is shown to whoever writes and to nobody else; nothing is counted and nothing waits for it. Somebody's own words
are theirs: what stands in quotation marks, and fields that hold a quotation, are left alone, and so are the names of laws
and services. Whom a word is said of decides: `aggressive` of a man who hits is a description, of a child it is a label.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sightline.definition.kinds.phrases import ABOUT_WORDS, Phrase, Step, Wording, steps
from sightline.definition.types import Partnership, RecordType, Thing
from sightline.front_door.sentences import (
    BEFORE_OBJECTS,
    NEGATORS,
    Mention,
    People,
    Word,
    bases,
    is_object,
    noun,
    sentences,
)
from sightline.front_door.spelling import respelt
from sightline.front_door.things import in_a_name, not_somebody, of_a_thing

NEGATED_WITHIN = 3  # words before
NOTHING = frozenset("nothing no nobody none without wrong unfair".split())
SHOWS = frozenset(
    "call write describe show suggest evidence sign say tell think indicate indication proof reason record information".split()
)
LEFT_ALONE = "laws-and-services"  # a class: names that nobody chose for a child
THINGS = "thing"  # a class: nouns of what is nobody
ENDS_A_NAME = "ends-a-name"  # a class: street, trust, academy
NOT_KNOWN = frozenset(("thing", "ends-a-name", "not-a-name", "worker", "laws-and-services", "talk-of-language"))
MISSPELT = "often-misspelt"  # a class: long words, taken for themselves with a letter or two wrong
OUTSIDERS = "outsider"  # a class: people of whom nobody writes to blame a child: a landlord, a suspect
NUMBERS = {"grown": range(18, 100), "minor": range(5, 18), "number": range(0, 10_000)}
IN_WORDS = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve "
        "thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
    )
} | {
    word: number
    for number, word in zip(
        range(20, 100, 10), "twenty thirty forty fifty sixty seventy eighty ninety".split(), strict=True
    )
}
MOST = 500  # of one text: more than anybody reads
MOST_OF_RECORD = 30
LONGEST = 50_000
Classes = Mapping[str, frozenset[tuple[str, ...]]]
Longer = Mapping[str, tuple[tuple[str, ...], ...]]  # by their first word: those of several words, the longest first


@dataclass(frozen=True, slots=True)
class Hint:
    """What somebody wrote, from where to where, and what could stand there instead, with why."""

    phrase: str
    found: str
    start: int
    end: int
    instead: str
    why: str
    title: str = ""
    field: str = ""  # the label of the field that it stands in, where it is one of several

    def as_dict(self) -> dict[str, Any]:
        said = {"phrase": self.phrase, "found": self.found, "instead": self.instead, "why": self.why}
        return {**said, "start": self.start, "end": self.end, **({"field": self.field} if self.field else {})}


@dataclass(frozen=True, slots=True)
class _Rule:
    phrase: Phrase
    patterns: tuple[tuple[Step, ...], ...]
    unless: tuple[tuple[Step, ...], ...]


@dataclass(frozen=True, slots=True)
class _Prepared:
    """The rules, and by word those patterns that a sentence without any of these words cannot meet."""

    rules: tuple[_Rule, ...]
    classes: Classes
    indexed: Mapping[str, tuple[frozenset[str], Longer]]  # of each class its single words, and the longer ones
    about_words: tuple[tuple[Step, ...], ...]
    short: Mapping[str, tuple[str, ...]]
    declared: frozenset[str]  # words that are often misspelt
    by_word: Mapping[str, frozenset[tuple[int, int]]]  # word: (rule, pattern)
    always: frozenset[tuple[int, int]]

    def candidates(self, words: frozenset[str]) -> list[tuple[_Rule, list[tuple[Step, ...]]]]:
        """The rules that may have something to say, each with those of its patterns, in their order."""
        found = set(self.always)
        for word in words:
            found |= self.by_word.get(word, frozenset())
        each: dict[int, list[tuple[Step, ...]]] = {}
        for rule, pattern in sorted(found):
            each.setdefault(rule, []).append(self.rules[rule].patterns[pattern])
        return [(self.rules[rule], patterns) for rule, patterns in each.items()]


class _Held:
    """A partnership as a key. Phrases stand outside the hash of a definition, so the object itself is the key."""

    def __init__(self, definition: Partnership) -> None:
        self.definition = definition

    def __hash__(self) -> int:
        return hash((self.definition.hash, id(self.definition.phrase)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and other.definition.phrase is self.definition.phrase


@lru_cache(maxsize=4)
def _prepared(held: _Held) -> _Prepared:
    definition = held.definition
    rules = tuple(_rule(phrase) for phrase in definition.phrase.values())
    classes = {name: _class(wording) for name, wording in definition.wording.items()}
    by_word: dict[str, set[tuple[int, int]]] = {}
    always: set[tuple[int, int]] = set()
    for r, rule in enumerate(rules):
        for p, pattern in enumerate(rule.patterns):
            needed = [found for step in pattern if (found := _needed(step, classes))]
            if not needed:
                always.add((r, p))
            for word in min(needed, key=len, default=()):
                by_word.setdefault(word, set()).add((r, p))
    talk = definition.wording.get(ABOUT_WORDS)
    return _Prepared(
        rules,
        classes,
        {name: _indexed(each) for name, each in classes.items()},
        tuple(steps(one) for one in talk.words) if talk else (),
        {form: tuple(meant.split()) for one in definition.wording.values() for form, meant in one.means.items()},
        _single(classes, MISSPELT),
        {word: frozenset(those) for word, those in by_word.items()},
        frozenset(always),
    )


def _indexed(each: frozenset[tuple[str, ...]]) -> tuple[frozenset[str], Longer]:
    longer: dict[str, list[tuple[str, ...]]] = {}
    for several in sorted(each, key=lambda words: (-len(words), words)):
        if len(several) > 1:
            longer.setdefault(several[0], []).append(several)
    singles = frozenset(several[0] for several in each if len(several) == 1)
    return singles, {first: tuple(those) for first, those in longer.items()}


def _needed(step: Step, classes: Classes) -> frozenset[str]:
    """Words of which a sentence holds one where the step is met; empty where that cannot be said."""
    if step.gap or step.optional or step.absent or any(name in NUMBERS for name in step.classes):
        return frozenset()
    first = {several[0] for name in step.classes for several in classes.get(name, ())}
    return step.words | {form.lower() for form in step.exact} | first


def _rule(phrase: Phrase) -> _Rule:
    return _Rule(phrase, tuple(steps(one) for one in phrase.patterns), tuple(steps(one) for one in phrase.unless))


def _class(wording: Wording) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(one.lower().replace("-", " ").split()) for one in wording.words)


def _single(classes: Classes, name: str) -> frozenset[str]:
    return frozenset(several[0] for several in classes.get(name, ()) if len(several) == 1)


def hints(definition: Partnership, text: str, *, children: Sequence[str] = ()) -> tuple[Hint, ...]:
    """What could be written otherwise in a text, in order. `children`: names of those whom it is about, where known."""
    prepared = _prepared(_Held(definition))
    people = People(prepared.classes, children)
    found: list[Hint] = []
    for words in sentences(text[:LONGEST], prepared.short):
        words = respelt(words, prepared.declared)
        sentence = _Sentence(words, prepared)
        if sentence.about_words:
            people.remember(words, people.of_sentence(words))
            continue
        mentions = people.of_sentence(words)
        candidates = prepared.candidates(sentence.bases)
        here = [_hint(rule, patterns, sentence, people, mentions, text) for rule, patterns in candidates]
        found += _apart([hint for hint in here if hint is not None])
        people.remember(words, mentions)
        if len(found) >= MOST:
            break
    return tuple(found[:MOST])


def hints_of(
    definition: Partnership,
    record: RecordType,
    fields: Mapping[str, str],
    says: str = "",
    *,
    children: Sequence[str] = (),
) -> tuple[Hint, ...]:
    """The hints of what a record says: its words and its fields of text, never a field that holds somebody's own words."""
    found = [(one, "What was said") for one in hints(definition, says, children=children)] if says else []
    for name, value in fields.items():
        declared = record.fields.get(name)
        if declared is not None and declared.kind in ("text", "line", "words") and value:
            found += [(one, declared.title) for one in hints(definition, str(value), children=children)]
    return tuple(Hint(h.phrase, h.found, h.start, h.end, h.instead, h.why, h.title, field) for h, field in found[:MOST])


class _Sentence:
    """A sentence to be searched: its words, all their base forms together, and which of them are left alone."""

    def __init__(self, words: Sequence[Word], prepared: _Prepared) -> None:
        self.words, self._indexed = words, prepared.indexed
        self._places: dict[str, list[int]] = {}
        for at, word in enumerate(words):
            for base in word.bases:
                self._places.setdefault(base, []).append(at)
        self.bases = frozenset(self._places)
        self._of_class: dict[str, dict[int, tuple[int, ...]]] = {}
        self.alone = [word.quoted for word in words]
        self.about_words = any(True for pattern in prepared.about_words for _ in self.spans(pattern))
        for at, lengths in self._where(LEFT_ALONE).items():
            self.alone[at : at + max(lengths)] = [True] * max(lengths)

    def may_hold(self, pattern: Iterable[Step]) -> bool:
        """Whether every word that the pattern needs is here at all: most patterns end here."""
        for step in pattern:
            if step.optional or step.absent or step.gap or step.classes or step.exact:
                continue
            if self.bases.isdisjoint(step.words):
                return False
        return True

    def spans(self, pattern: Sequence[Step]) -> Iterable[tuple[int, int]]:
        """Where the pattern is met: first word, and the one after the last."""
        if self.may_hold(pattern):
            for at in self._begins(pattern[0]):
                end = self._match(pattern, at)
                if end is not None and end > at:
                    yield at, end

    def _begins(self, step: Step) -> Iterable[int]:
        """Where a pattern that begins so can begin."""
        if step.gap or step.optional or step.absent or step.exact or any(name in NUMBERS for name in step.classes):
            return range(len(self.words))
        found = {at for word in step.words & self.bases for at in self._places[word]}
        for name in step.classes:
            found.update(self._where(name))
        return sorted(found)

    def _where(self, name: str) -> Mapping[int, tuple[int, ...]]:
        """Where words of a class stand, and how many words each is; found once a sentence."""
        if (known := self._of_class.get(name)) is not None:
            return known
        singles, longer = self._indexed.get(name, (frozenset(), {}))
        found: dict[int, tuple[int, ...]] = {}
        for word in self.bases.intersection(longer):
            for several in longer[word]:
                if self.bases.issuperset(several):
                    for at in self._places[word]:
                        there = self.words[at : at + len(several)]
                        if len(there) == len(several) and all(
                            w in t.bases for w, t in zip(several, there, strict=True)
                        ):
                            found[at] = (*found.get(at, ()), len(several))
        for word in self.bases & singles:
            for at in self._places[word]:
                if 1 not in found.get(at, ()):
                    found[at] = (*found.get(at, ()), 1)
        self._of_class[name] = found
        return found

    def of_nobody(self, mentions: Sequence[Mention], start: int, end: int) -> bool:
        """Whether these words are said of a thing, or are part of a name."""
        return of_a_thing(self.words, mentions, start, end, self._is(THINGS)) or in_a_name(
            self.words, start, end, self._is(ENDS_A_NAME)
        )

    def known(self, word: Word) -> bool:
        """Whether a noun is in some class of the definition: its patterns say of whom or what it is."""
        return any(not singles.isdisjoint(noun(word.form)) for name, (singles, _) in self._indexed.items() if name not in NOT_KNOWN)

    def _is(self, name: str) -> Callable[[Word], bool]:
        meant, _ = self._indexed.get(name, (frozenset(), {}))
        return lambda word: not meant.isdisjoint(noun(word.form))

    def _match(self, pattern: Sequence[Step], at: int) -> int | None:
        if not pattern:
            return at
        step, rest = pattern[0], pattern[1:]
        if step.gap:
            for skipped in range(min(step.gap, len(self.words) - at) + 1):
                if any(self.alone[at : at + skipped]):
                    return None
                if (end := self._match(rest, at + skipped)) is not None:
                    return end
            return None
        if step.absent:
            return None if any(self._lengths(step, at)) else self._match(rest, at)
        for length in self._lengths(step, at):
            if (end := self._match(rest, at + length)) is not None:
                return end
        return self._match(rest, at) if step.optional else None

    def _lengths(self, step: Step, at: int) -> Iterable[int]:
        if at >= len(self.words) or self.alone[at]:
            return
        word = self.words[at]
        if not word.bases.isdisjoint(step.words) or word.form in step.exact or word.form.lower() in step.exact:
            yield 1
            return
        for name in step.classes:
            if name in NUMBERS:
                said = int(word.form[:6]) if word.form.isdigit() else IN_WORDS.get(word.form.lower(), -1)
                if said in NUMBERS[name]:
                    yield 1
                continue
            yield from self._where(name).get(at, ())


def _hint(
    rule: _Rule,
    patterns: Sequence[Sequence[Step]],
    sentence: _Sentence,
    people: People,
    mentions: Sequence[Mention],
    text: str,
) -> Hint | None:
    phrase = rule.phrase
    for pattern in patterns:
        for start, end in sentence.spans(pattern):
            if not phrase.negated and (_denied(sentence, start) or _denied_within(sentence, pattern, start, end)):
                continue
            if phrase.deed and not_somebody(sentence.words, mentions, start, sentence.known, sentence._is(OUTSIDERS)):
                continue
            if phrase.of and _of_whom(sentence, people, mentions, start, end) not in phrase.of:
                continue
            if any(True for one in rule.unless for _ in sentence.spans(one)):
                return None
            if sentence.of_nobody(mentions, start, end):
                continue
            first, last = sentence.words[start].start, sentence.words[end - 1].end
            return Hint(phrase.id, text[first:last], first, last, phrase.instead, phrase.why, phrase.title)
    return None


def _of_whom(sentence: _Sentence, people: People, mentions: Sequence[Mention], start: int, end: int) -> str:
    """Of whom it is said. A note that begins with it and names nobody (`Known drug runner.`), or names them only as whom it
    is with or by (`alleging rape by a cousin`), is about whom the record is."""
    whom = people.said_of(sentence.words, mentions, start, end)
    if whom != "nobody" or start > 1 or start and sentence.words[0].form.lower() not in BEFORE_OBJECTS | {"in"}:
        return whom
    beside = [at for at, _ in mentions if not is_object(sentence.words, at)]
    return "someone" if not beside or start == 0 and _doing(sentence.words[0]) else whom


def _doing(word: Word) -> bool:
    """Whether a note begins with what somebody does, and leaves out who: `contacting older men, mum has taken the phone`."""
    return word.form.lower().endswith("ing") and len(word.form) > 5


def _denied(sentence: _Sentence, start: int) -> bool:
    """Whether what begins here is denied: `she is not manipulative`, `it was never a lifestyle choice`."""
    before = sentence.words[max(0, start - NEGATED_WITHIN) : start]
    return any(not word.bases.isdisjoint(NEGATORS) for word in before) or _nothing_shows(sentence.words[:start])


def _denied_within(sentence: _Sentence, pattern: Sequence[Step], start: int, end: int) -> bool:
    """Whether it is denied between its own words (`is | not | a gang member`) and the pattern asks for no such word."""
    if any(not step.words.isdisjoint(NEGATORS) for step in pattern):
        return False
    return any(not word.bases.isdisjoint(NEGATORS) for word in sentence.words[start + 1 : end - 1])


def _nothing_shows(before: Sequence[Word]) -> bool:
    """Whether a sentence begins with saying that nothing speaks for what comes: `there is nothing to show that …`."""
    for at, word in enumerate(before):
        if word.form.lower() in NOTHING:
            shows = [n for n, one in enumerate(before[at : at + 8], at) if not one.bases.isdisjoint(SHOWS)]
            if shows and len(before) - shows[0] <= NEGATED_WITHIN + 3:
                return True
    return False


def _apart(found: Sequence[Hint]) -> list[Hint]:
    """Of hints on the same words the one on most of them; in their order."""
    kept: list[Hint] = []
    for hint in sorted(found, key=lambda h: (h.start - h.end, h.start)):
        if all(hint.end <= other.start or hint.start >= other.end for other in kept):
            kept.append(hint)
    return sorted(kept, key=lambda h: h.start)


# --- examples ---------------------------------------------------------------------------------------------------------


def run_example(definition: Partnership, thing: Thing, example: Mapping[str, Any]) -> str | None:
    """None when the example holds, else what came instead. `hits: a sentence` that has this hint; `passes: a sentence`
    that has not."""
    if not isinstance(thing, Phrase):
        return f"{thing.id} is not a phrase"
    strange = [key for key in example if key not in ("hits", "passes")]
    if strange or len(example) != 1:
        return f"{', '.join(strange) or 'it'} is not understood; an example says `hits` or `passes`"
    wanted, text = next((key, str(said)) for key, said in example.items())
    here = {hint.phrase for hint in alone(definition, thing, text)}
    if (thing.id in here) == (wanted == "hits"):
        return None
    return "there is no hint" if wanted == "hits" else "there is a hint"


def alone(definition: Partnership, phrase: Phrase, text: str) -> tuple[Hint, ...]:
    """The hints of one phrase, as though it were the only one."""
    prepared = _prepared(_Held(definition))
    classes = prepared.classes
    rule, people, found = _rule(phrase), People(classes), []
    for words in sentences(text[:LONGEST], prepared.short):
        words = respelt(words, prepared.declared)
        mentions = people.of_sentence(words)
        sentence = _Sentence(words, prepared)
        hint = None if sentence.about_words else _hint(rule, rule.patterns, sentence, people, mentions, text)
        found += [hint] if hint else []
        people.remember(words, mentions)
    return tuple(found)


__all__ = ["Hint", "alone", "bases", "hints", "hints_of", "run_example"]
