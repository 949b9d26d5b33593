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
from types import MappingProxyType

WORD = re.compile(r"\d+|[A-Za-z&]+(?:'[A-Za-z]+)*")
CUT = re.compile(r"\d+|(?<![A-Za-z])[A-Za-z]{1,4}/(?:[A-Za-z]{1,7}(?![A-Za-z/])|(?=[ ,.)]))|[A-Za-z&]+(?:'[A-Za-z]+)*")
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
NEVER_DERIVED = frozenset("not no us he as in on is it an at by or so to up all own".split())  # `noted` is no `not`
VOWELS = "aeiou"
PRONOUNS = frozenset("he she they".split())
OBJECTS = frozenset("him her them his their hers theirs".split())
MEANS_THE_SAME = {"him": "he", "his": "he", "her": "she", "hers": "she"} | dict.fromkeys(("them", "their", "theirs"), "they")
SUBORDINATE = frozenset("because when while since if although though unless until whether whose which".split())
FARTHEST_CLAUSE = 4  # words from whom a clause with `who` is about to what it says of them
FORGOTTEN = 2  # sentences
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
SEXES = frozenset("MFmf")
COUNTED = frozenset("minute hour day week month year mile time pm am of people".split())
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
    found -= NEVER_DERIVED - {word}
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


Short = Mapping[str, tuple[str, ...]]  # what is written short: the words that it stands for


def sentences(text: str, short: Short = MappingProxyType({})) -> list[Sequence[Word]]:
    """A text's sentences, each as its words. Contractions are two words; quotations are marked, and end where they end.

    `short`: what notes are written in (`mo`, `b/f`, `plcmt`). Each is read as the words that it stands for, at its own place.
    """
    plain = text.replace("’", "'") if "“" in text or "‘" not in text else text
    quoted = [match.span() for match in QUOTES.finditer(text)]
    hidden = SHORT.sub(lambda m: m[0].replace(".", " "), plain)
    found: list[Sequence[Word]] = []
    start = 0
    for end in (*(match.end() for match in END.finditer(hidden)), len(hidden)):
        words = [word for match in _matches(plain, start, end, short) for word in _words(match, quoted, short)]
        if words:
            found.append(words)
        start = end
    return found


def _matches(text: str, start: int, end: int, short: Short) -> Iterator[re.Match[str]]:
    """The words of a stretch; a word with a stroke in it (`b/f`) is one where it is declared, else two."""
    if not short or "/" not in text[start:end]:
        yield from WORD.finditer(text, start, end)
        return
    for match in CUT.finditer(text, start, end):
        if "/" in match[0] and match[0].lower() not in short:
            yield from WORD.finditer(text, match.start(), match.end())
        else:
            yield match


def _words(match: re.Match[str], quoted: Sequence[tuple[int, int]], short: Short) -> Iterator[Word]:
    form, (start, end) = match[0], match.span()
    inside = bool(quoted) and any(a <= start < b for a, b in quoted)
    low = form.lower()
    bare = low.removesuffix("'s")
    if bare in short and (form.islower() or len(bare) > 1 and form.isupper() or "/" in form):  # `Mo` and `W` are names
        *others, last = short[bare]
        for meant in others:
            yield Word(meant, bases(meant), start, end, inside)
        yield Word(last + low[len(bare) :], bases(last), start, end, inside)
        return
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
        self._first = frozenset(words[0] for words in self._kinds)
        self._names = {name.lower() for one in children for name in one.split() if len(name) > 1}
        self._common = {word for words in classes.get("not-a-name", frozenset()) for word in words}
        self.last = ""  # what the first subject of the sentence before was
        self._last_of: frozenset[str] = PRONOUNS  # the pronouns that can mean them
        self._since = 0  # sentences without anybody

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
        """Whether an age below 18 stands right behind a noun for a grown person: `male, 15,`, `male 14`, `cousins (7 and 14)`."""
        there = words[at : at + 1]
        if not there or not there[0].form.isdigit() or int(there[0].form[:3]) >= ADULT:
            return False
        away = there[0].start - words[at - 1].end
        counted = at + 1 < len(words) and not words[at + 1].bases.isdisjoint(COUNTED)
        return away == 2 or away == 1 and int(there[0].form[:3]) > 9 and not counted and not _several(words[at - 1].form)

    def _noun(self, words: Sequence[Word], at: int) -> tuple[int, str]:
        if words[at].form.lower() in ALSO_VERBS and at + 1 < len(words) and words[at + 1].form.lower() == "with":
            return 0, ""
        known = not self._first.isdisjoint(noun(words[at].form))
        forms = [noun(word.form) for word in words[at : at + self._longest]] if known else []
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
        if words[at].form in SEXES and at + 1 < len(words) and words[at + 1].form.isdigit():
            if words[at + 1].start - words[at].end <= 1 and 3 < (age := int(words[at + 1].form[:3])) < 100:  # M15, F/15
                return 2, "child" if age < ADULT else "adult"
        return 0, ""

    def _meant(self, words: Sequence[Word], before: Sequence[Mention], pronoun: str) -> str:
        """Whom a pronoun means: the last subject that it fits and that is not who says so; else somebody of before."""
        other = {"he": SHE, "she": HE}.get(pronoun, frozenset())
        fits = [(at, kind) for at, kind in before if kind != "worker" and words[at].bases.isdisjoint(other)]
        if pronoun != "they":
            fits = [(at, kind) for at, kind in fits if kind == "someone" or not _several(words[at].form.lower())]
        whom = [kind for at, kind in fits if not is_object(words, at) and not _says(words, at)]
        return whom[-1] if whom else self._before(pronoun)

    def _before(self, pronoun: str) -> str:
        """Whom a pronoun means that nobody of its own sentence fits: who was the subject before, if it fits them."""
        return self.last if self.last and pronoun in self._last_of else "someone"

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
        if named := _called(words, mentions, start, end):
            return named
        before = [(at, kind) for at, kind in mentions if at < start and not _says(words, at)]
        subjects = [
            kind for at, kind in before if not is_object(words, at) and (kind != "worker" or start - at <= NEAR)
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
        if ages := _ages_behind(words, mentions, end):  # `known drug runner, aged 14`
            return ages[0]
        doing = words[start].form.lower().endswith("ing")  # `contacting older men`: these are whom it is done to
        others = [
            kind for at, kind in inside if kind != "worker" and not is_object(words, at) and not (doing and at > start)
        ]
        if others:
            return others[0]
        people = [kind for _, kind in before if kind != "worker"]
        if people:
            return people[-1]
        if whose := _of_whom_behind(words, mentions, end):
            return whose
        objects = [word.form.lower() for word in words[: end + 1] if word.form.lower() in OBJECTS]
        if objects:
            return self._before(MEANS_THE_SAME[objects[0]])
        return "nobody"

    def remember(self, words: Sequence[Word], mentions: Sequence[Mention]) -> None:
        """Whom a pronoun of the next sentence means: the first subject of this one, unless it stands in a clause that only
        says why or when. Nobody is meant any more after two sentences without anybody."""
        for at, kind in mentions:
            if is_object(words, at) or kind in ("someone", "worker"):
                continue
            if any(word.form.lower() in SUBORDINATE for word in words[1:at]):
                break
            self.last, self._since = kind, 0
            self._last_of = _pronouns_of(words[at])
            return
        self._since += 1
        if self._since >= FORGOTTEN:
            self.last = ""


def _called(words: Sequence[Word], mentions: Sequence[Mention], start: int, end: int) -> str:
    """Who it is, where the sentence says so in so many words: `he is | a violent boy`, `the man who | sold the drugs`."""
    for at, kind in mentions:
        if start <= at < end and kind == "child" and not is_object(words, at):
            if any("be" in word.bases for word in words[max(0, at - 4) : at]):
                return kind
    for at, kind in reversed(mentions):
        if at < start <= at + FARTHEST_CLAUSE and kind != "someone" and words[at + 1].form.lower() in ("who", "that"):
            return kind if words[at].form.lower() not in PRONOUNS and not _says(words, at) else ""
    return ""


def _ages_behind(words: Sequence[Word], mentions: Sequence[Mention], end: int) -> list[str]:
    """Who is as old as stands right behind, or as stands apart behind a comma: `drug runner for a group, aged 15`."""
    return [
        kind
        for at, kind in mentions
        if at >= end
        and words[at - 1].form.lower() in AGED
        and (at <= end + 2 or end + 4 >= at - 1 and words[at - 1].start - words[at - 2].end == 2)
    ]


def _of_whom_behind(words: Sequence[Word], mentions: Sequence[Mention], end: int) -> str:
    """`the controlling behaviour | of the exploiter`: whose it is, where that stands right behind."""
    for n in range(end, min(end + 2, len(words))):
        if words[n].form.lower() == "of":
            return next((kind for at, kind in mentions if n < at <= n + 3), "")
    return ""


def _pronouns_of(word: Word) -> frozenset[str]:
    form = word.form.lower()
    if form in PRONOUNS:
        return frozenset((form,))
    if _several(form):
        return frozenset(("they",))
    if not word.bases.isdisjoint(SHE):
        return frozenset(("she", "they"))
    return frozenset(("he", "they")) if not word.bases.isdisjoint(HE) else PRONOUNS


def _several(form: str) -> bool:
    """Whether a noun is of more than one, so that `he` and `she` cannot mean it."""
    return IRREGULAR.get(form) in ("child", "man", "woman", "person", "wife") or (
        form.endswith("s") and not form.endswith(("ss", "'s", "s'"))
    )


def is_object(words: Sequence[Word], at: int) -> bool:
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
