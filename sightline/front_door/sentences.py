"""Sentences as words in their base forms: what is somebody's own words, and whom something is said of. Pure.

English inflects little, so no dictionary is needed: a word stands for every base form that its ending allows (`putting`
is `putting`, `put`, `putt` and `putte`), and a pattern's word is met when it is one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

WORD = re.compile(r"\d+|[A-Za-z&]+(?:'[A-Za-z]+)*")
END = re.compile(r"(?<=[.!?…])[\"”’')\]]*\s+|\n+|;\s")
QUOTES = re.compile(
    r"“[^”]*(?:”|$)|\"[^\"\n]*(?:\"|$)|(?<![A-Za-z0-9])‘.*?’(?![A-Za-z])|(?<![A-Za-z0-9])'(?=\S).*?(?<=\S)'(?![A-Za-z])",
    re.S,
)
SHORT = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|St|No|vs|e\.g|i\.e|etc|approx|s|ss)\.")
FORMS = """
be: am is are was were been being; have: has had having; do: does did done doing; go: goes went gone going;
say: said; tell: told; keep: kept; leave: left; get: got gotten; give: gave given; take: took taken;
make: made; put: put; run: ran; see: saw seen; hear: heard; choose: chose chosen; bring: brought; seek: sought;
sell: sold; send: sent; know: knew known; think: thought; become: became; come: came; meet: met;
fall: fell fallen; break: broke broken; lose: lost; lie: lying; sleep: slept; show: shown; deal: dealt;
hang: hung; steal: stole stolen; fight: fought; find: found; feel: felt; hold: held; let: let;
drink: drank drunk; draw: drew drawn; throw: threw thrown; withdraw: withdrew withdrawn; stand: stood;
speak: spoke spoken; write: wrote written; child: children; man: men; woman: women; person: people;
wife: wives; knife: knives; life: lives; will: would; can: could; may: might; shall: should; pay: paid;
flee: fled; beat: beaten; cannot: cannot; mislead: misled; win: won; understand: understood; split: split;
blow: blew blown; fly: flew flown; swear: swore sworn; shoot: shot; buy: bought; eat: ate eaten;
wear: wore worn
"""
IRREGULAR = {
    form: base.strip() for base, _, forms in (one.partition(":") for one in FORMS.split(";")) for form in forms.split()
}
VOWELS = "aeiou"
PRONOUNS = frozenset("he she they".split())
OBJECTS = frozenset("him her them his their hers theirs".split())
BEFORE_OBJECTS = frozenset(
    "by with from to of for at about towards toward against on near beside than like into".split()
)
NEGATORS = frozenset("not never no cannot nor neither without nobody none hardly".split())
CONTRACTED = {"'re": "be", "'m": "be", "'ve": "have", "'ll": "will", "'d": "would"}
WITHOUT_APOSTROPHE = {
    "wont": "will", "dont": "do", "doesnt": "do", "didnt": "do", "cant": "can", "isnt": "be", "wasnt": "be", "arent": "be",
    "werent": "be", "hasnt": "have", "havent": "have", "hadnt": "have", "wouldnt": "would", "couldnt": "could",
}  # fmt: skip
INITIALS = frozenset("BCDEFGHJKLMNOPQRSTUVWXYZ")
LETTERED = frozenset(
    "vitamin hepatitis plan group block option grade room section part table appendix type form set band tier stage level team "
    "annex figure gate platform class ward bus route strep size cup flat unit house year the a".split()
)
AGED = frozenset(("aged", "age"))
WHOSE = frozenset("he she it that there who what they".split())
TOLD = frozenset(
    "agree say report state feel think believe describe tell note worry complain suspect find suggest add explain consider".split()
)
SHE = frozenset(
    "mother mum mummy mom aunt sister girl daughter stepmother woman wife grandmother nan gran lady niece girlfriend female".split()
)
HE = frozenset(
    "father dad daddy uncle brother boy son stepfather stepdad man husband grandfather grandad lad nephew boyfriend male".split()
)
ADULT = 18
NEAR = 3  # words: `the officer was quite rude` is said of the officer, `we see rather a lot of …` is not said of us
ALSO_VERBS = frozenset("associates associate partners".split())  # with `with` after it, what somebody does
TITLES = frozenset("mr mrs ms miss dr pc dc sgt inspector nurse".split())


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: its own form, the base forms that it may have, where it stands, and whether it is quoted."""

    form: str
    bases: frozenset[str]
    start: int
    end: int
    quoted: bool = False

    @property
    def named(self) -> bool:
        return self.form[:1].isupper() and self.form[1:].islower()


@lru_cache(maxsize=8192)
def bases(word: str) -> frozenset[str]:
    """Every base form that a word may have, itself among them."""
    word = word.lower().replace("’", "'")
    word = word.removesuffix("'s").rstrip("'")
    found = {word}
    if word in IRREGULAR:
        found.add(IRREGULAR[word])
    for ending, instead in (
        ("ies", "y"),
        ("ied", "y"),
        ("es", ""),
        ("s", ""),
        ("ed", ""),
        ("ed", "e"),
        ("ing", ""),
        ("ing", "e"),
        ("ly", ""),
    ):
        if word.endswith(ending) and len(word) - len(ending) >= 2 and not (ending == "s" and word.endswith("ss")):
            stem = word[: len(word) - len(ending)] + instead
            found.add(stem)
            if (
                ending in ("ed", "ing")
                and not instead
                and len(stem) > 2
                and stem[-1] == stem[-2]
                and stem[-1] not in VOWELS
            ):
                found.add(stem[:-1])
    if word.endswith("ise") or word.endswith("ize"):
        found.add(word[:-3] + "ise")
    return frozenset(found | {one.replace("iz", "is") for one in found if "iz" in one})


@lru_cache(maxsize=8192)
def noun(word: str) -> frozenset[str]:
    """The base forms of a word that is taken for a noun: itself, and one of it where it is several or somebody's."""
    word = word.lower().replace("’", "'").removesuffix("'s").rstrip("'")
    found = {word, IRREGULAR.get(word, word)}
    if word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        found |= {word[:-1], word[:-3] + "y" if word.endswith("ies") else word[:-1]}
        if word.endswith(("ches", "shes", "xes", "sses")):
            found.add(word[:-2])
    return frozenset(found)


def sentences(text: str) -> list[list[Word]]:
    """A text's sentences, each as its words. Contractions are two words; quotations are marked, and end where they end."""
    plain = text.replace("’", "'") if "“" in text or "‘" not in text else text
    quoted = [match.span() for match in QUOTES.finditer(text)]
    hidden = SHORT.sub(lambda m: m[0].replace(".", " "), plain)
    found, start = [], 0
    for end in (*(match.end() for match in END.finditer(hidden)), len(hidden)):
        words = [word for match in WORD.finditer(plain, start, end) for word in _words(match, quoted)]
        if words:
            found.append(words)
        start = end
    return found


def _words(match: re.Match[str], quoted: Sequence[tuple[int, int]]) -> Iterator[Word]:
    form, (start, end) = match[0], match.span()
    inside = any(a <= start < b for a, b in quoted)
    low = form.lower()
    if low.endswith("n't"):
        base = {"won't": "will", "can't": "can", "shan't": "shall"}.get(low, low[:-3])
        yield Word(form, bases(base), start, end, inside)
        yield Word("not", frozenset(("not",)), start, end, inside)
        return
    if low in WITHOUT_APOSTROPHE:
        yield Word(form, bases(WITHOUT_APOSTROPHE[low]), start, end, inside)
        yield Word("not", frozenset(("not",)), start, end, inside)
        return
    for ending, meant in CONTRACTED.items():
        if low.endswith(ending):
            yield Word(form[: -len(ending)], bases(low[: -len(ending)]), start, end, inside)
            yield Word(meant, frozenset((meant,)), start, end, inside)
            return
    if low.endswith("'s") and low[:-2] in WHOSE:
        yield Word(form[:-2], bases(low[:-2]), start, end, inside)
        yield Word("is", frozenset(("be",)), start, end, inside)
        return
    yield Word(form, bases(low), start, end, inside)


# --- whom something is said of ----------------------------------------------------------------------------------------

Mention = tuple[int, str]  # where, and what: child, parent, adult, worker, someone


class People:
    """Who is meant in a text: nouns that say what somebody is, names of children that are known, and pronouns."""

    def __init__(self, classes: Mapping[str, frozenset[tuple[str, ...]]], children: Sequence[str] = ()) -> None:
        self._kinds = {
            words: (place, kind)
            for place, kind in enumerate(("worker", "adult", "parent", "child"))
            for words in classes.get(kind, frozenset())
        }
        self._longest = max((len(words) for words in self._kinds), default=1)
        self._names = {name.lower() for one in children for name in one.split() if len(name) > 1}
        self._common = {word for words in classes.get("not-a-name", frozenset()) for word in words}
        self.last = ""

    def of_sentence(self, words: Sequence[Word]) -> list[Mention]:
        found: list[Mention] = []
        at = 0
        while at < len(words):
            length, kind = self._noun(words, at)
            if kind:
                young = kind == "adult" and self._is_young(words, at + length)
                found.append((at + length - 1, "child" if young else kind))
            elif words[at].form.lower() in self._names:
                found.append((at, "child"))
            elif age := self._age_beside(words, at):
                found.append((at, "child" if age < ADULT else "adult"))
            elif words[at].form.lower() in PRONOUNS:
                found.append((at, self._meant(words, found, words[at].form.lower())))
            elif self._is_name(words, at):
                found.append((at, "adult" if at and words[at - 1].form.lower() in TITLES else "someone"))
            at += length or 1
        return found

    def _age_beside(self, words: Sequence[Word], at: int) -> int:
        """How old somebody of this name is, where it stands right beside the name: `Carl, 41,`, `Alfie (11)`."""
        there = words[at + 1 : at + 2]
        beside = bool(there) and there[0].form.isdigit() and there[0].start - words[at].end == 2
        return int(there[0].form[:3]) if beside and self._is_name(words, at) else 0

    def _is_young(self, words: Sequence[Word], at: int) -> bool:
        """Whether an age below 18 stands right behind a noun for a grown person: `male, 15,`, `cousins (7 and 14)`."""
        there = words[at : at + 1]
        return (
            bool(there)
            and there[0].form.isdigit()
            and 2 == there[0].start - words[at - 1].end
            and int(there[0].form[:3]) < ADULT
        )

    def _noun(self, words: Sequence[Word], at: int) -> tuple[int, str]:
        if words[at].form.lower() in ALSO_VERBS and at + 1 < len(words) and words[at + 1].form.lower() == "with":
            return 0, ""
        forms = [noun(word.form) for word in words[at : at + self._longest]]
        for length in range(len(forms), 0, -1):
            meant = [self._kinds[some] for some in product(*forms[:length]) if some in self._kinds]
            if meant:
                return length, min(meant)[1]
        if (
            words[at].form.isdigit()
            and at + 2 < len(words)
            and "year" in words[at + 1].bases
            and "old" in words[at + 2].bases
        ):
            return 3, "child" if int(words[at].form[:3]) < ADULT else "adult"
        if words[at].form.lower() in AGED and at + 1 < len(words) and words[at + 1].form.isdigit():
            return 2, "child" if int(words[at + 1].form[:3]) < ADULT else "adult"
        if words[at].form.isdigit() and at + 1 < len(words) and words[at + 1].form.lower() == "yo":
            return 2, "child" if int(words[at].form[:3]) < ADULT else "adult"
        return 0, ""

    def _meant(self, words: Sequence[Word], before: Sequence[Mention], pronoun: str) -> str:
        """Whom a pronoun means: the last subject that it fits and that is not who says so; else somebody of before."""
        other = {"he": SHE, "she": HE}.get(pronoun, frozenset())
        fits = [(at, kind) for at, kind in before if kind != "worker" and words[at].bases.isdisjoint(other)]
        if pronoun != "they":
            fits = [(at, kind) for at, kind in fits if kind == "someone" or not _several(words[at].form.lower())]
        whom = [kind for at, kind in fits if not _is_object(words, at) and not _says(words, at)]
        return whom[-1] if whom else self.last or "someone"

    def _is_name(self, words: Sequence[Word], at: int) -> bool:
        word = words[at]
        if len(word.form) == 1:
            return self._is_initial(words, at)
        return word.named and word.form.lower() not in self._common

    def _is_initial(self, words: Sequence[Word], at: int) -> bool:
        """`T said that …`, `L's behaviour`: how people are written of in notes. Not `vitamin D`, `group C`, nor `I` or `a`."""
        if words[at].form not in INITIALS or at and not words[at - 1].bases.isdisjoint(LETTERED):
            return False
        return at + 1 < len(words) and words[at + 1].form.islower() and words[at + 1].start - words[at].end == 1

    def said_of(self, words: Sequence[Word], mentions: Sequence[Mention], start: int, end: int) -> str:
        """Of whom the words from `start` to `end` are said: who stands before them as a subject; else who is in them."""
        before = [(at, kind) for at, kind in mentions if at < start and not _says(words, at)]
        subjects = [
            kind for at, kind in before if not _is_object(words, at) and (kind != "worker" or start - at <= NEAR)
        ]
        if subjects:
            return subjects[-1]
        if start == 0 and words[0].form.lower() == "as":  # `as the perpetrator, Alfie was …`
            after = [kind for at, kind in mentions if at >= end]
            if after:
                return after[0]
        inside = [(at, kind) for at, kind in mentions if start <= at < end]
        if any(kind == "child" for _, kind in inside):
            return "child"
        others = [kind for at, kind in inside if kind != "worker" and not _is_object(words, at)]
        if others:
            return others[0]
        people = [kind for _, kind in before if kind != "worker"]
        if people:
            return people[-1]
        ages = [kind for at, kind in mentions if end <= at <= end + 2 and words[at - 1].form.lower() in AGED]
        if ages:  # `known drug runner, aged 14`
            return ages[0]
        if any(word.form.lower() in OBJECTS for word in words[: end + 1]):
            return self.last or "someone"
        return "nobody"

    def remember(self, words: Sequence[Word], mentions: Sequence[Mention]) -> None:
        """Whom a pronoun of the next sentence means: the first subject of this one."""
        self.last = next(
            (kind for at, kind in mentions if not _is_object(words, at) and kind not in ("someone", "worker")),
            self.last,
        )


def _several(form: str) -> bool:
    """Whether a noun is of more than one, so that `he` and `she` cannot mean it."""
    return IRREGULAR.get(form) in ("child", "man", "woman", "person", "wife") or (
        form.endswith("s") and not form.endswith(("ss", "'s", "s'"))
    )


def _is_object(words: Sequence[Word], at: int) -> bool:
    """Whether a preposition governs the noun at this place: `by an older man`, `of the child`."""
    if words[at].form.lower() in PRONOUNS:
        return False
    for back in range(at - 1, max(-1, at - 5), -1):
        bases_ = words[back].bases
        if bases_ & BEFORE_OBJECTS:
            return True
        if "be" in bases_ or "have" in bases_ or "who" in bases_ or "that" in bases_ or "and" in bases_:
            return False
    return False


def _says(words: Sequence[Word], at: int) -> bool:
    """Whether who stands here is who tells of somebody else: `his mother says that he …`, `we think that …`."""
    if any("by" in word.bases for word in words[max(0, at - 2) : at]):
        return False
    after = words[at + 1 : at + 4]
    for n, word in enumerate(after):
        if not word.bases.isdisjoint(TOLD) and n + at + 2 < len(words):
            return not any("be" in before.bases for before in after[:n])
    return False
