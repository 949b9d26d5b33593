"""What somebody means who types everything into one box: names, and dates, ages, places and numbers picked out. Pure.

    understood(Asked(words="14ish near LS14"), today)          ages 13 to 15, district LS14
    understood(Asked(words="crowther nell 12/8/2009"), today)   two names, born 2009-08-12
    understood(Asked(words="kim aged 9-11, LS8 2DD"), today)    one name, ages 9 to 11, a postcode

What was typed into a box of its own stands before what is found among the words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from sightline.identity.linkage.names import family_tokens, tokens
from sightline.identity.types import Asked

OLDEST = 25  # an age without a word that says so is a child's, or a care leaver's
AROUND = 1  # years either way that "14ish" means
MONTHS = {m: n for n, m in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
SAID = frozenset(
    "a about age aged an and approx approximately area around at born boy by called child circa close dob for from girl in is "
    "lives living looks maybe mobile named near nearby nhs number of old or phone possibly postcode roughly she he tel the they to "
    "upn who year years yo yr yrs".split()
)
_MONTH = "|".join(MONTHS)
_ISO = re.compile(r"\b((?:19|20)\d\d)-(\d\d)-(\d\d)\b")
_DAY = re.compile(r"\b(\d{1,2})[/.\-](\d{1,2})[/.\-]((?:19|20)?\d\d)\b")
_WORDED = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+({_MONTH})[a-z]*\.?,?\s+((?:19|20)\d\d)\b", re.IGNORECASE)
_MONTH_YEAR = re.compile(rf"\b({_MONTH})[a-z]*\.?,?\s+((?:19|20)\d\d)\b", re.IGNORECASE)
_POSTCODE = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?)[\s\-]*(\d[A-Z]{2})\b", re.IGNORECASE)
_MISREAD = re.compile(r"\b([A-Z]{1,2})([IO\d]{1,2})[\s\-]*([IO\d])([A-Z]{2})\b", re.IGNORECASE)  # LSI4 5JW
_FIGURES = str.maketrans("IiOo", "1100")
# a figure alone after a district may be its sector or an age: it narrows nothing either way
_DISTRICT = re.compile(r"\b([A-Z]{1,2}\d{1,2}[A-Z]?)\b(?:\s+\d(?=\s*(?:$|,)))?", re.IGNORECASE)
_SCHOOL_YEAR = re.compile(
    r"(?<![\d ])\s+(?:in\s+)?(?:school\s+)?(?:year|yr\.?|y)\s?(1[0-3]|[1-9])\b(?!\s*(?:old|months?))", re.IGNORECASE
)
AT_FIVE = 4  # who is in year 1 is five or six
_AGES = re.compile(
    r"(?P<about>\b(?:about|around|approx\w*|roughly|maybe|looks|circa|c\.?)\s+|~\s*)?(?P<aged>\bage[d:]?\s+(?:about\s+|around\s+)?)?"
    r"\b(?P<a>\d{1,2})(?:\s*(?:-|–|to|or|/)\s*(?P<b>\d{1,2}))?\s*(?P<ish>-?ish\b)?"
    r"\s*(?P<unit>\b(?:years?(?:[ -]old)?|yrs?(?:[ -]old)?|y/?o)\b)?(?![\d/.\-])",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b((?:19|20)\d\d)\b")
_NUMBER = re.compile(
    r"\b(?!(?:19|20)\d\d\b)(?=[A-Z]*\d)(?:\d(?:[ -]?\d){3,}|[A-Z]{1,4}-?\d{3,}[A-Z\d]*)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Understood:
    """What is looked for. Everything is optional, folded, and never stored in the clear."""

    words: tuple[str, ...] = ()  # of names, in the order in which they were typed
    joined: tuple[tuple[str, str], ...] = ()  # a word, and the family name of which it may be a part: st, stjohn
    born: str = ""  # ISO date, month or year
    ages: tuple[int, int] | None = None  # whole years, from and to, both included
    number: str = ""  # letters and digits
    postcode: str = ""  # whole, or as much of one as was typed
    district: str = ""  # LS14
    school: str = ""

    @property
    def nothing(self) -> bool:
        """Whether nothing narrows the search: an age alone means a city's year."""
        return not (self.words or self.born or self.number or self.postcode or self.district)


def understood(asked: Asked, today: date) -> Understood:
    """What is meant by what was asked."""
    typed = asked.words.replace("(0)", "")  # +44 (0)7700 …
    found, rest = Understood(born=asked.born, school=asked.school), f" {typed} "
    for pick in (_born, _school_year, _place, _long_number, _year, _age):
        found, rest = pick(found, rest, today)
    plain = [word for word in tokens(rest) if word not in SAID] or list(tokens(rest) if not _any(found) else ())
    found = replace(found, words=tuple(dict.fromkeys(plain)), joined=_joined(plain))
    if asked.age.strip().isdigit():
        age = int(asked.age)
        found = replace(found, ages=(age - AROUND, age + AROUND))
    if asked.number:
        found = replace(found, number=_number(asked.number))
    if asked.postcode:
        found = _with_place(found, _plain(asked.postcode))
    return found


def _joined(words: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """St John and O Connor are kept as one word, whether they are written so or not."""
    found: list[tuple[str, str]] = []
    for one, other in pairwise(words):
        whole = family_tokens(f"{one} {other}")
        if whole == (one + other,):
            found += [(one, whole[0]), (other, whole[0])]
    return tuple(found)


def years(ages: tuple[int, int], today: date) -> tuple[int, int]:
    """The years in which whoever is of one of these ages today may be born."""
    return today.year - ages[1] - 1, today.year - ages[0]


def nearly(born: str) -> tuple[str, ...]:
    """Whole dates that may have been meant by this one: day and month changed over, or one digit amiss."""
    if len(born) != 10:
        return ()
    meant: dict[str, None] = {}
    texts = [f"{born[:4]}-{born[8:]}-{born[5:7]}"]
    texts += [born[:at] + digit + born[at + 1 :] for at in (3, 5, 6, 8, 9) for digit in "0123456789"]
    if day := _day(born):
        texts += [str(day - timedelta(days=1)), str(day + timedelta(days=1))]
    for text in texts:
        if text != born and _day(text):
            meant[text] = None
    return tuple(meant)


def _any(found: Understood) -> bool:
    return bool(found.ages) or not found.nothing


def _plain(text: str) -> str:
    return "".join(c for c in text.upper() if c.isalnum())


def _number(text: str) -> str:
    """A number as it is kept: of a telephone number, without the country."""
    plain = _plain(text)
    for abroad in ("0044", "44"):
        if plain.isdigit() and plain.startswith(abroad) and len(plain) > len("4477009001"):
            return "0" + plain.removeprefix(abroad).removeprefix("0")
    return plain


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


Picked = tuple[Understood, str]


def _born(found: Understood, rest: str, today: date) -> Picked:
    forms: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[int, int, int]]], ...] = (
        (_ISO, lambda m: (int(m[1]), int(m[2]), int(m[3]))),
        (_WORDED, lambda m: (int(m[3]), MONTHS[m[2].lower()[:3]], int(m[1]))),
        (_DAY, lambda m: (_century(m[3], today), int(m[2]), int(m[1]))),
    )
    for form, read in forms:
        if (match := form.search(rest)) and (day := _day("{:04d}-{:02d}-{:02d}".format(*read(match)))):
            return _with_born(found, day.isoformat()), rest.replace(match[0], " ", 1)
    if match := _MONTH_YEAR.search(rest):
        month = f"{match[2]}-{MONTHS[match[1].lower()[:3]]:02d}"
        return _with_born(found, month), rest.replace(match[0], " ", 1)
    return found, rest


def _with_born(found: Understood, born: str) -> Understood:
    return found if found.born else replace(found, born=born)


def _century(text: str, today: date) -> int:
    if len(text) == 4:
        return int(text)
    return int(text) + (2000 if int(text) <= today.year % 100 else 1900)


def _place(found: Understood, rest: str, today: date) -> Picked:
    if match := _POSTCODE.search(rest):
        return _with_place(found, _plain(match[1] + match[2])), rest.replace(match[0], " ", 1)
    for match in _MISREAD.finditer(rest):
        if sum(c.isdigit() for c in match[0]) > 1:
            read = match[1] + match[2].translate(_FIGURES) + match[3].translate(_FIGURES) + match[4]
            return _with_place(found, _plain(read)), rest.replace(match[0], " ", 1)
    if match := _DISTRICT.search(rest):
        return replace(found, district=match[1].upper()), rest.replace(match[0], " ", 1)
    return found, rest


def _with_place(found: Understood, plain: str) -> Understood:
    whole = len(plain) > 4 and plain[-3].isdigit() and plain[-2:].isalpha()
    return replace(found, postcode=plain) if whole else replace(found, district=plain)


def _school_year(found: Understood, rest: str, today: date) -> Picked:
    """Who is in year 10 is fourteen or fifteen."""
    if match := _SCHOOL_YEAR.search(rest):
        age = int(match[1]) + AT_FIVE
        return replace(found, ages=(age, age + 1)), rest.replace(match[0], " ", 1)
    return found, rest


def _long_number(found: Understood, rest: str, today: date) -> Picked:
    if match := _NUMBER.search(rest):
        return replace(found, number=_number(match[0])), rest.replace(match[0], " ", 1)
    return found, rest


def _year(found: Understood, rest: str, today: date) -> Picked:
    if match := _YEAR.search(rest):
        return _with_born(found, match[1]), rest.replace(match[0], " ", 1)
    return found, rest


def _age(found: Understood, rest: str, today: date) -> Picked:
    for match in _AGES.finditer(rest):
        low = int(match["a"])
        said = any(match[name] for name in ("about", "aged", "b", "ish", "unit"))
        if not said and low > OLDEST:
            continue
        high = max(low, int(match["b"])) if match["b"] else low
        loose = AROUND if match["about"] or match["ish"] or not match["b"] else 0
        return replace(found, ages=(max(0, low - loose), high + loose)), rest.replace(match[0], " ", 1)
    return found, rest
