"""Taking other people out of words, before they leave. Pure.

Names are found as they are written: in any case, with an apostrophe or hyphen more or less, one letter wrong where they
are long; a given name alone, a family name alone unless it is also the subject's. Numbers, addresses, postcodes and mail
are found however they are spaced. What is found is replaced by what it was, in brackets, never by a bar over the words:
nothing lies underneath.

What cannot be found so (`her uncle's van`) is for whoever reads the pack before it leaves.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from rapidfuzz.distance import OSA

ANOTHER, ADDRESS, NUMBER, MAIL, DATE = (
    "[another person]",
    "[address taken out]",
    "[number taken out]",
    "[mail address taken out]",
    "[date taken out]",
)
SCHOOL = "[school taken out]"
POSTCODE = re.compile(r"(?<![A-Z0-9])[A-Z]{1,2}[0-9][A-Z0-9]?[\s.\-]*[0-9][A-Z]{2}(?![A-Z0-9])", re.IGNORECASE)
PHONE = re.compile(r"(?<![\w/])(?:\+\s?44[\s().\-]*(?:\(0\))?|0)(?:[\s().\-]*\d){9,10}(?![\d/])")
EMAIL = re.compile(r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+")
STREET = re.compile(  # a number (or a house's name) and a street
    r"\b(?:(?:flat|apartment|unit|room)\s+)?\d{1,4}[a-z]?,?\s+(?:[A-Z][\w'’\-]*\s+){1,4}"
    r"(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|close|crescent|cres|court|ct|terrace|grove|gardens|place|pl|rise|"
    r"way|walk|mount|square|sq|row|hill|view|green|park|parade|mews|croft|garth|gate|house|approach|yard|wharf|quay|fold|bank|"
    r"fields?|meadows?|chase|heights|villas?|buildings|cottages?|farm|court|passage|arcade|broadway|circus|esplanade|end)\b\.?",
    re.IGNORECASE,
)
WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
# Given names that are also words: alone, and written small, they are taken for the word.
ALSO_WORDS = frozenset(
    "april art august bay bill bob brook carol chance charity christian clay cliff colin daisy dale dawn dean destiny drew "
    "earl eve faith felicity flora frank gene grace grant guy harmony harry heath hope hunter iris ivy jack jade jasmine "
    "jay jean jet joy june justice kit lance lane lily mark may miles mark norm olive pat patience paul pearl penny pip "
    "poppy ray reed rich rob robin rose ruby rusty sandy scarlet sky sonny summer sunny violet will willow wren young "
    "child parent".split()
)


@dataclass(frozen=True, slots=True)
class Someone:
    """Somebody as senders hold them: whatever of theirs could stand in words."""

    given: frozenset[str] = frozenset()
    family: frozenset[str] = frozenset()
    born: frozenset[str] = frozenset()  # ISO dates
    numbers: frozenset[str] = frozenset()  # national, telephone
    lines: frozenset[str] = frozenset()  # of addresses
    postcodes: frozenset[str] = frozenset()
    mail: frozenset[str] = frozenset()
    schools: frozenset[str] = frozenset()  # by name: where a child can be met every day


def folded(text: str) -> str:
    """Without accents, apostrophes, hyphens, case: how two spellings of a name are one."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain if c.isalnum()).casefold()


@dataclass
class Redactor:
    """Takes `others` out of words; what `own` people (the subject, the recipient) share with them stays.

    `takes`: what of `third-party`, `address` it is to take. Answers which of them it found.
    """

    others: Sequence[Someone]
    own: Sequence[Someone] = ()
    takes: frozenset[str] = frozenset({"third-party", "address"})
    _names: dict[str, bool] = field(init=False, default_factory=dict)  # folded: may be written small
    _values: list[tuple[re.Pattern[str], str, str]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        kept = {folded(n) for one in self.own for n in _tokens((*one.given, *one.family))}
        for one in self.others if "third-party" in self.takes else ():
            for name in _tokens((*one.given, *one.family)):
                key = folded(name)
                if len(key) > 1 and key not in kept:
                    self._names[key] = key not in ALSO_WORDS
        ours = [one for one in self.own]
        for one in self.others if "third-party" in self.takes else ():
            self._add(one.numbers, ours, "numbers", NUMBER, _spaced)
            self._add(one.mail, ours, "mail", MAIL, re.escape)
            self._add(one.postcodes, ours, "postcodes", ADDRESS, _spaced)
            self._add(one.lines, ours, "lines", ADDRESS, _address)
            self._add(one.born, ours, "born", DATE, _date)
            self._add(one.schools, ours, "schools", SCHOOL, _school)

        for one in (*self.own, *self.others) if "address" in self.takes else ():  # whosever it is
            for values, says, how in (
                (one.lines, ADDRESS, _address),
                (one.postcodes, ADDRESS, _spaced),
                (one.mail, MAIL, re.escape),
            ):
                self._add(values, (), "lines", says, how, "address")

    def _add(
        self,
        values: Iterable[str],
        ours: Sequence[Someone],
        kind: str,
        says: str,
        how: Callable[[str], str],
        code: str = "third-party",
    ) -> None:
        kept = {folded(v) for one in ours for v in getattr(one, kind)}
        for value in values:
            if len(folded(value)) < 4 or folded(value) in kept:
                continue
            pattern = how(value)
            if pattern:
                self._values.append((re.compile(pattern, re.IGNORECASE), says, code))

    def clean(self, text: str) -> tuple[str, frozenset[str]]:
        """The words without what is to be taken out, and which codes of `withheld` that was."""
        if not text:
            return text, frozenset()
        found: set[str] = set()
        # Two letters of an accent are one, and a space that does not break is a space: else a name slips through.
        text = unicodedata.normalize("NFC", text).replace("\u00a0", " ").replace("\u200b", "").replace("\u00ad", "")
        for pattern, says, code in self._values:
            text, n = pattern.subn(says, text)
            found |= {code} if n else set()
        if "address" in self.takes:
            for pattern, says in ((EMAIL, MAIL), (STREET, ADDRESS), (POSTCODE, ADDRESS), (PHONE, NUMBER)):
                text, n = pattern.subn(says, text)
                found |= {"address"} if n else set()
        if self._names:
            text, n = self._without_names(text)
            found |= {"third-party"} if n else set()
        return text, frozenset(found)

    def _without_names(self, text: str) -> tuple[str, int]:
        spans = [(m.start(), m.end()) for m in WORD.finditer(text) if self._is_name(m.group())]
        spans = [s for s in spans if not _bracketed(text, s[0])]
        joined: list[list[int]] = []
        for start, end in spans:  # `Dana Marsh` is one person, taken out once
            if joined and not text[joined[-1][1] : start].strip(" \t-"):
                joined[-1][1] = end
            else:
                joined.append([start, end])
        for start, end in reversed(joined):
            text = text[:start] + ANOTHER + text[end:]
        return text, len(joined)

    def _is_name(self, word: str) -> bool:
        base = re.sub(r"['’]s$", "", word, flags=re.IGNORECASE)
        key, capital = folded(base), base[:1].isupper()
        if key in self._names:
            return capital or self._names[key]
        if any(part in self._names and part_capital for part, part_capital in _parts(base)):
            return True
        if capital and len(key) >= 5:  # one letter wrong, or two swapped
            return any(len(name) >= 5 and OSA.distance(key, name, score_cutoff=1) <= 1 for name in self._names)
        return False


def _parts(word: str) -> list[tuple[str, bool]]:
    """`Marsh-Kelly` is also `Marsh` and `Kelly`."""
    parts = re.split(r"[-’']", word)
    return [(folded(p), p[:1].isupper()) for p in parts if len(p) > 2] if len(parts) > 1 else []


def _bracketed(text: str, at: int) -> bool:
    """Whether this is inside what was put there already."""
    opened = text.rfind("[", 0, at)
    return opened >= 0 and text.find("]", opened) >= at and "taken out" in text[opened : text.find("]", opened) + 1]


def _tokens(names: Iterable[str]) -> list[str]:
    """Names as they may be written: whole, and each word of them."""
    found = []
    for name in names:
        words = name.split()
        found += [name, *words, *(p for w in words for p in re.split(r"[-'’]", w) if len(p) > 2)]
    return [n for n in found if n.strip()]


def _spaced(value: str) -> str:
    """Letters and digits with anything but letters and digits between; a telephone number also as from abroad."""
    plain = [c for c in value if c.isalnum()]
    digits = "".join(plain)
    if digits.startswith("44") and value.strip().startswith("+"):
        digits = "0" + digits[2:]
    if digits.isdigit() and digits.startswith("0") and len(digits) >= 10:
        rest = r"[\W_]*".join(digits[1:])
        return rf"(?<![\d+])(?:\+?4[\W_]*4[\W_]*(?:\(0\)[\W_]*)?|\(?0[\W_]*){rest}(?!\d)"
    return r"(?<![^\W_])" + r"[\W_]*".join(re.escape(c) for c in plain) + r"(?![^\W_])"


SHORT = {
    "street": "st", "road": "rd", "avenue": "ave", "lane": "ln", "drive": "dr", "crescent": "cres", "court": "ct",
    "place": "pl", "square": "sq", "terrace": "terr", "gardens": "gdns", "close": "cl", "grove": "gr",
}  # fmt: skip
LONG = {short: long for long, short in SHORT.items()}


def _address(value: str) -> str:
    """A line of an address with its abbreviations; a lone house number is none."""
    words = re.findall(r"\w+", value.casefold())
    if len(words) < 2 and not any(len(w) > 5 and not w.isdigit() for w in words):
        return ""

    def either(word: str) -> str:
        other = SHORT.get(word) or LONG.get(word)
        return rf"(?:{re.escape(word)}|{re.escape(other)})" if other else re.escape(word)

    return r"\b" + r"[\W_]+".join(either(w) for w in words) + r"\b"


KINDS_OF_SCHOOL = frozenset(
    "primary secondary infant infants junior high school academy college nursery centre sixth form catholic church of "
    "england c e".split()
)


def _school(value: str) -> str:
    """A school's name, with or without what kind of school it is where what is left still names it."""
    words = re.findall(r"\w+", value.casefold())
    telling = list(words)
    while telling and telling[-1] in KINDS_OF_SCHOOL:
        telling.pop()
    if len(telling) < 2 and len("".join(telling)) < 7:
        telling = words
    after = "".join(rf"(?:[\W_]+{re.escape(word)})?" for word in words[len(telling) :])
    return r"\b" + r"[\W_]+".join(map(re.escape, telling)) + after + r"\b"


MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def _date(value: str) -> str:
    """A birth date, however it is written."""
    match = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", value)
    if not match:
        return ""
    year, month, day = match.groups()
    month_words = MONTHS[int(month) - 1]
    d, m = rf"0?{int(day)}", rf"0?{int(month)}"
    between = r"[\s./\-]+"
    spoken = rf"{d}(?:st|nd|rd|th)?{between}(?:of{between})?{month_words}[a-z]*,?{between}{year}"
    return rf"(?<!\d)(?:{year}-{month}-{day}|{d}{between}{m}{between}(?:{year}|{year[2:]})|{spoken})(?!\d)"
