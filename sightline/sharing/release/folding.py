"""A text as the scanner compares it: plain lower-case letters and digits, in words, with the way back to the text as given.

Accents, full-width forms, invisible characters and look-alike letters of other alphabets are folded away. Words that
say the same (`Rd`, `Road`; `fourteen`, `14`) become one form in the canonical stream.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

# Letters of other alphabets that look like ours: what somebody pastes, or a scanner of paper makes.
_ALIKE = dict(zip("аеорсухіјѕԁһνοαικτρυткнмвβεζημχӏɡɑԛԝ", "aeopcyxijsdhvoaiktputkhmbbezhmxlgaqw", strict=True)) | {
    "ß": "ss",
    "ø": "o",
    "ł": "l",
    "ı": "i",
    "æ": "ae",
}
_INVISIBLE = {"\u00ad", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u180e", "\u200e", "\u200f"}

# One form for words that are shortened in addresses. `st` is street and saint: both sides are folded alike.
_SHORT = {
    "street": "st str strt saint",
    "road": "rd",
    "avenue": "ave av avn",
    "lane": "ln la",
    "close": "cl clo cls",
    "court": "ct crt",
    "crescent": "cres cresc crs",
    "drive": "dr drv",
    "gardens": "gdns gdn gds garden",
    "grove": "gr grv gro",
    "place": "pl plc",
    "square": "sq",
    "terrace": "ter terr tce",
    "park": "pk prk",
    "parade": "pde",
    "house": "hse ho",
    "flat": "flt apartment apt",
    "building": "bldg bld buildings",
    "mount": "mt mnt",
    "view": "vw",
    "walk": "wlk wk",
    "way": "wy",
    "rise": "rse",
    "green": "grn",
    "hill": "hl",
    "heights": "hts",
    "row": "rw",
    "yard": "yd",
    "centre": "center ctr cntr",
    "school": "sch schl",
    "academy": "acad",
    "primary": "prim",
    "junior": "jnr jun",
    "infant": "infants inf",
    "college": "coll",
    "surgery": "surg",
    "practice": "pract",
    "medical": "med",
    "community": "comm",
    "saints": "sts",
    "and": "n",
}
_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True))
CANONICAL = {short: long for long, shorts in _SHORT.items() for short in shorts.split()} | {
    word: str(number) for number, word in enumerate(_UNITS)
}
STREETS = frozenset(
    "street road avenue lane close court crescent drive gardens grove place square terrace park parade mount view walk way "
    "rise green hill heights row yard mews bank croft fold garth gate vale villas wharf approach side end common "
    "meadow meadows fields field chase dene dell nook spinney paddock orchard ridge brow".split()
)
LOOKS = str.maketrans("olisbzg", "0115826")  # what a code looks like, whichever of them was typed
LEET = LOOKS | str.maketrans("aet", "437")  # and what stands for a letter where somebody means it not to be found
_DIGIT_WORDS = {word: str(n) for n, word in enumerate(_UNITS[:10])} | {"oh": "0", "nought": "0", "nil": "0"}
_LIKE_DIGITS = str.maketrans("olizsb", "011258")
_WORD = re.compile(r"[0-9]+|[a-z]+")
_RUN = re.compile(r"[0-9a-z]+")
_DIGITS = re.compile(r"[0-9]{4,}")
FURTHEST = 8  # characters between two groups of digits of one number


def fold(text: str) -> tuple[str, list[int] | None]:
    """The text with plain lower-case letters, and for each of its characters the place in the text as given (None where
    nothing moved)."""
    if text.isascii():
        return text.lower(), None
    out: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for one in _plain(character):
            out.append(one)
            places.append(place)
    return "".join(out), places


@lru_cache(maxsize=20_000)
def _plain(character: str) -> str:
    if character in _INVISIBLE or unicodedata.category(character) == "Cf":
        return ""
    if (digit := unicodedata.decimal(character, None)) is not None:  # of any script
        return str(digit)
    found = ""
    for one in unicodedata.normalize("NFKD", character):
        if not unicodedata.combining(one):
            low = one.lower()
            found += _ALIKE.get(low, low)
    return found


@dataclass(frozen=True, slots=True)
class Group:
    """Digits that stand together. `sure`: they were digits, not letters that look like some, nor words."""

    digits: str
    start: int
    end: int
    sure: bool = True


@dataclass
class Folded:
    """One text, in words. `plain` and `canon` are the words run together; `..._at` where each word begins in them."""

    text: str
    folded: str
    places: list[int] | None
    words: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    meant: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for match in _WORD.finditer(self.folded):
            self.words.append(match.group())
            self.starts.append(match.start())
            self.ends.append(match.end())
        self.meant = [meaning(word) for word in self.words]
        for n, word in enumerate(self.words):
            if word in _TENS:
                unit = self.meant[n + 1] if n + 1 < len(self.words) else ""
                if len(unit) == 1 and unit.isdigit() and unit != "0" and not self.words[n + 1].isdigit():
                    self.meant[n], self.meant[n + 1] = str(_TENS[word] + int(unit)), ""
                else:
                    self.meant[n] = str(_TENS[word])
        if "hundred" in self.words:
            self._hundreds()

    def _hundreds(self) -> None:
        """`one hundred and fifty-two` is 152: the number stands at its last word, and the others become nothing."""
        for n, word in enumerate(self.words):
            before = self.meant[n - 1] if n else ""
            if word != "hundred" or len(before) != 1 or before not in "123456789" or self.words[n - 1].isdigit():
                continue
            rest = n + 2 if self.words[n + 1 : n + 2] == ["and"] else n + 1
            told = self.meant[rest] if rest < len(self.words) and not self.words[rest].isdigit() else ""
            more = int(told) if told.isdigit() and len(told) < 3 else 0
            last = rest if more else n
            if more and rest + 1 < len(self.words) and not self.meant[rest + 1]:  # fifty-two: said at its first word
                last = rest + 1
            for gone in range(n - 1, last):
                self.meant[gone] = ""
            self.meant[last] = str(int(before) * 100 + more)

    @cached_property
    def plain(self) -> str:
        return "".join(self.words)

    @cached_property
    def looks(self) -> str:
        return self.plain.translate(LOOKS)

    @cached_property
    def leet(self) -> str:
        return self.plain.translate(LEET)

    @cached_property
    def plain_at(self) -> list[int]:
        return _begins(self.words)

    @cached_property
    def canon(self) -> str:
        return "".join(self.meant)

    @cached_property
    def canon_at(self) -> list[int]:
        return _begins(self.meant)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        return frozenset(self.words)

    def word_at(self, begins: list[int], offset: int) -> int:
        """Which word an offset of a stream lies in. Of words that became nothing in it, the last but the empty ones."""
        return bisect_right(begins, offset) - 1

    def given(self, start: int, end: int) -> tuple[int, int]:
        """Offsets of the text as given, from offsets of the folded one."""
        if self.places is None:
            return start, end
        return self.places[start], self.places[end - 1] + 1

    @cached_property
    def digit_runs(self) -> list[list[Group]]:
        """Groups of digits that could be parts of one number: nothing but signs, spaces and ends of cells between them."""
        runs: list[list[Group]] = []
        last = -FURTHEST - 1
        for match in _RUN.finditer(self.folded):
            word = match.group()
            if word.isdigit():
                group = Group(word, match.start(), match.end())
            elif word in _DIGIT_WORDS:
                group = Group(_DIGIT_WORDS[word], match.start(), match.end(), sure=False)
            elif (len(word) > 2 or any(c.isdigit() for c in word)) and (digits := word.translate(_LIKE_DIGITS)).isdigit():
                group = Group(digits, match.start(), match.end(), sure=False)
            elif word[:-1].isdigit() and word[-1] == "x" or word in ("o", "x"):
                group = Group("0" if word == "o" else word[:-1], match.start(), match.end(), sure=False)
                if not group.digits:
                    last = -FURTHEST - 1
                    continue
            else:  # `tel01134960161`: digits with a label run on to them
                for found in _DIGITS.finditer(word):
                    start = match.start() + found.start()
                    runs.append([Group(found.group(), start, start + len(found.group()))])
                last = match.end() if runs and word[-1].isdigit() and runs[-1][-1].end == match.end() else -FURTHEST - 1
                continue
            if match.start() - last <= FURTHEST and runs:
                runs[-1].append(group)
            else:
                runs.append([group])
            last = match.end()
        return runs


@lru_cache(maxsize=50_000)
def meaning(word: str) -> str:
    """One word in its canonical form; letters that a scanner of paper takes for each other are one, and 07 is 7."""
    if word.isdigit() and word[0] == "0" and 1 < len(word) < 6:
        return word.lstrip("0") or "0"
    return CANONICAL.get(word) or (word.replace("vv", "w").replace("rn", "m") if len(word) > 3 else word)


def folded(text: str) -> Folded:
    plain, places = fold(text)
    return Folded(text, plain, places)


def canonical(text: str) -> list[str]:
    """A value's own words in the canonical form."""
    return [word for word in folded(text).meant if word]


def _begins(words: list[str]) -> list[int]:
    found, at = [], 0
    for word in words:
        found.append(at)
        at += len(word)
    return found
