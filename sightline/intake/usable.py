"""What is made of somebody's details as they came: nothing is refused, nothing is lost, and what could not be used as it
came is said. Pure.

    made = usable(details, on=day, code=code_of)
    made.noted          ((detail, code, as received), …); `SAYS[code]` is the sentence

A value that cannot be used as it came is used as far as it can be (`2010-02-30` as February 2010, `14` as an age), and
stands in `noted` as it was received. One that only stands for a name or number (`Unknown`, `TBC`, `Baby`, zeros) is taken
out of its field: left there it would make namesakes, or one person, of all whom nobody could name. The third part of a
note is empty where the value still stands in its field.

Sources: NHS Data Dictionary, pseudo postcodes (ZZ99: no fixed abode, not known, abroad) and NHS number; Royal Mail,
Postcode Address File, Programmers' Guide (the shapes of postcodes); ISO 5218 and others' codes of sex are lists of the
definition (`definitions/…/codes/sex.yaml`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import lru_cache

from sightline.intake.dates_told import LIFE, Read, born_on, day_expected
from sightline.intake.identifiers import CHECKS, made_up
from sightline.intake.types import Details, Noted

SAYS = {
    "no-such-day": "There is no such day. The month or the year that it names is used.",
    "two-dates": "It tells of two dates. Only what they have in common is used.",
    "age-for-date": "It is an age, not a date. A birth date about then is used, a year either way.",
    "in-the-future": "That day had not come when we were told. It is not used.",
    "future-as-expected": "That day had not come when we were told. It is read as the day on which the birth is expected.",
    "too-long-ago": "That is more than 120 years before we were told: a day that systems fill in. It is not used.",
    "another-form": "It is not in the form that was agreed. It is read as the day that it most likely is.",
    "not-a-date": "It cannot be read as a date. It is not used.",
    "not-known": "It says that this is not known. Nothing is compared with it.",
    "no-name-yet": "It stands in the place of a name. Nothing is compared with it.",
    "one-field": "The whole name stands in one field. Its last word, or what stands before a comma, is read as the family name.",
    "signs": "It holds signs that names do not have. Its letters alone are compared.",
    "very-long": "It is longer than names are. Only its first words are compared.",
    "check-digit": "Its check digit does not hold. It is kept as a number, and nobody is joined by it.",
    "not-a-postcode": "It is not a postcode of the United Kingdom. Nothing is compared with it.",
    "part-of-a-postcode": "It is only a part of a postcode. It is compared as far as it goes.",
    "letter-for-figure": "A letter stands where a figure belongs. It is read as that figure.",
    "no-fixed-address": "It says that there is no fixed address. Nothing is compared with it.",
    "words-with-number": "It holds more than a telephone number. The first number in it is used.",
    "not-a-phone": "No telephone number can be read from it. It is not used.",
    "not-an-email": "It is not an e-mail address. It is not used.",
    "unknown-code": "It is not a code that we know. It is not compared.",
}
TOLD_BY_READERS = frozenset(("check-digit", "unknown-code"))  # readers of files note these by column
CodeOf = Callable[[str, str], str]  # (list, text): the code, or empty
Keep = Callable[..., None]
# What only says which way letters run, or moves the cursor, is no letter of a name in any script.
_RUNS = (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_TURNS = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0), *_RUNS)) | dict.fromkeys(range(0x09, 0x0E), " ")

DETAILS = {
    "given": "Given name",
    "family": "Family name",
    "born": "Birth date",
    "expected": "Expected date of birth",
    "sex": "Sex",
    "ethnicity": "Ethnicity",
    "nhs_number": "NHS number",
    "upn": "UPN",
    "lines": "Address",
    "postcode": "Postcode",
    "phone": "Phone",
    "email": "E-mail",
    "school": "School",
    "language": "Language",
    "local_id": "The sender’s own number",
}
LONG = 100  # characters of a name
_SAYS_UNKNOWN = frozenset(
    (
        "unknown|unk|u/k|n/k|nk|n/a|none|null|nil|tbc|tba|tbd|to be confirmed|to be advised|not known|not yet known|"
        "not given|not stated|not recorded|not provided|not available|not specified|not disclosed|no name|no surname|"
        "no forename|no first name|no last name|unnamed|name unknown|unknown name|unknown surname|unknown forename|anonymous|anon|"
        "fnu|lnu|nfn|nln"
    ).split("|")
)
_NUMBER_UNKNOWN = _SAYS_UNKNOWN | {"na", "x", "no", "no number", "pending", "awaited", "temp", "temporary"}
_NOT_YET = re.compile(
    r"(?:unborn|newborn|new born|baby|bby|infant|foetus|fetus|bump|twin|triplet|male|female|boy|girl|child)"
    r"(?:[ /-]*(?:unborn|baby|boy|girl|male|female|infant|child|twin|triplet|one|two|three|[0-9]|a|b|c|i{1,3})\b)*"
    r"(?: of .*)?"
)
_FAMILY_NOT_YET = re.compile(r"(?:unborn|newborn|baby|infant)(?: (?:unborn|baby|boy|girl))*(?: of .*)?")
_PLAIN = re.compile(r"[^\W\d_]+(?:[ '’\-][^\W\d_]+)*")
_POSTCODE = re.compile(r"(?:[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}|GIR0AA|BFPO\d{1,4})")
_PART_OF_ONE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?\d?")
_SHAPE = re.compile(r"([A-Z]{1,2})([\dOIL][\dA-Z]?)([\dOIL])([A-Z]{2})")
_FIGURES = str.maketrans("OIL", "011")
_PHONE = re.compile(r"\+?\(?\d(?:[ ().\-–]{0,2}\d){8,14}")
_WHOLE_PHONE = re.compile(r"\+?[\d ().\-–]{9,24}")
_NO_FIXED = re.compile(
    r"(?:of )?no fixed (?:abode|address|residence|home)\b.*|n\.?f\.?a\.?|homeless(?:,.*)?", re.IGNORECASE
)
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")


def no_fixed_address(lines: tuple[str, ...]) -> bool:
    """Whether an address says that there is none: then two who share it share nothing."""
    return bool(lines) and _NO_FIXED.fullmatch(lines[0].strip()) is not None


def usable(details: Details, *, on: date, seen: date | None = None, code: CodeOf) -> Details:
    """The details as they can be used, with what is to be noted. The same object where there is nothing to say.

    `on`: the day on which we were told; `seen`: the day of what is told of (an age was seen on that day).
    """
    changes: dict[str, object] = {}
    noted: list[Noted] = []

    def keep(detail: str, why: str, value: str | None = None) -> None:
        """Notes a detail; with `value`, that stands in its field instead of what came."""
        came = str(getattr(details, detail))
        if value is None or value == came:
            noted.append((detail, why, ""))
        else:
            noted.append((detail, why, came))
            changes[detail] = value

    _names(details, keep, changes, noted)
    if details.born and not _usual_day(details.born, on):
        read = born_on(details.born, on, seen or on)
        if read.why == "in-the-future" and not details.expected and not details.given and read.expected:
            read = Read("", "future-as-expected", read.expected)
            changes["expected"] = read.expected
        if read.why:
            keep("born", read.why, read.value)
        elif read.value != details.born:
            changes["born"] = read.value
    if details.expected:
        read = day_expected(details.expected, on)
        if read.why:
            keep("expected", read.why, read.value)
        elif read.value != details.expected:
            changes["expected"] = read.value
    _codes(details, keep, changes, code)
    _numbers(details, keep)
    _places(details, keep, noted)
    if not changes and set(noted) <= set(details.noted):
        return details
    all_noted = tuple(dict.fromkeys((*details.noted, *noted)))  # made usable again, it is the same
    return replace(details, **changes, noted=all_noted)  # type: ignore[arg-type]


def _usual_day(text: str, on: date) -> bool:
    """Whether it is a day in the usual form, not in the future and within a life's length: nearly all are."""
    day = _day(text)
    return day is not None and day <= on and day.year > on.year - LIFE


@lru_cache(maxsize=65_536)
def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 and text[4] == "-" == text[7] else None
    except ValueError:
        return None


# --- names ------------------------------------------------------------------------------------------------------------


def _names(details: Details, keep: Keep, changes: dict[str, object], noted: list[Noted]) -> None:
    given, family = details.given, details.family
    if _usual(given) and _usual(family) and (family or " " not in given):
        return
    for detail, text in (("given", given), ("family", family)):
        plain = _plain(text)
        if not text:
            continue
        if plain in _SAYS_UNKNOWN or not plain.strip("?-.x*/ "):
            keep(detail, "not-known", "")
        elif (detail == "given" and _is_not_yet(plain, family)) or (
            detail == "family" and _FAMILY_NOT_YET.fullmatch(plain)
        ):
            keep(detail, "no-name-yet", "")
        elif not any(c.isalpha() for c in text):
            keep(detail, "signs", "")
        else:
            if len(text) > LONG:
                keep(detail, "very-long")
            if not _PLAIN.fullmatch(text) and any(not _of_a_name(c) for c in text):
                keep(detail, "signs", text.translate(_TURNS))  # else it may read as another's name
    if "given" in changes or "family" in changes:
        return
    alone, other = (
        (given, "given") if given and not family else (family, "family") if family and not given else ("", "")
    )
    if "," in alone:
        last, _, first = (part.strip() for part in alone.partition(","))
        if last and first:
            noted.append((other, "one-field", alone))
            changes["given"], changes["family"] = first, last
    elif other == "given" and " " in given.strip():
        first, _, last = given.strip().rpartition(" ")
        noted.append(("given", "one-field", given))
        changes["given"], changes["family"] = first, last


@lru_cache(maxsize=65_536)
def _usual(name: str) -> bool:
    """Letters in a few words, and none of the words that stand for a name."""
    if not name:
        return True
    plain = name.casefold()
    return (
        len(name) <= LONG
        and _PLAIN.fullmatch(name) is not None
        and plain not in _SAYS_UNKNOWN
        and bool(plain.strip("x"))
        and plain.split()[0] not in _STARTS
    )


_STARTS = frozenset(
    "unborn newborn new baby bby infant foetus fetus bump twin triplet male female boy girl child unknown".split()
)


def _plain(text: str) -> str:
    return " ".join(text.casefold().strip(" .\"'()[]<>{}*").split())


def _is_not_yet(plain: str, family: str) -> bool:
    if _NOT_YET.fullmatch(plain):
        return True
    first, _, rest = plain.partition(" ")
    return first in ("baby", "unborn", "infant", "newborn") and bool(rest) and rest == _plain(family)


def _of_a_name(c: str) -> bool:
    return c in " '’‘`´.,-‐‑–()/" or unicodedata.category(c)[0] in "LM"


# --- codes, numbers, places ---------------------------------------------------------------------------------------------


def _codes(details: Details, keep: Keep, changes: dict[str, object], code: CodeOf) -> None:
    if details.sex:
        found = code("sex", details.sex)
        if not found:
            keep("sex", "not-known" if _plain(details.sex) in _NUMBER_UNKNOWN else "unknown-code", "")
        elif found != details.sex:
            changes["sex"] = found
    if details.ethnicity:
        found = code("ethnicity", details.ethnicity)
        if not found:  # never compared: it may stand as it came
            keep("ethnicity", "unknown-code")
        elif found != details.ethnicity:
            changes["ethnicity"] = found


@lru_cache(maxsize=65_536)
def _stands_for_none(text: str) -> bool:
    plain = _plain(text)
    return plain in _NUMBER_UNKNOWN or not plain.strip("0?-./* ")


def _numbers(details: Details, keep: Keep) -> None:
    for detail in ("nhs_number", "upn", "local_id"):
        text: str = getattr(details, detail)
        if not text:
            continue
        if _stands_for_none(text):
            keep(detail, "not-known", "")
        elif detail in CHECKS and not CHECKS[detail](text)[1]:
            figures = [c for c in text if c.isdecimal()]
            if len(figures) > 5 and made_up("".join(figures)):
                keep(detail, "not-known", "")
            else:
                keep(detail, "check-digit")
    for detail in ("school", "language"):
        text = getattr(details, detail)
        if text and _stands_for_none(text):
            keep(detail, "not-known", "")


def _places(details: Details, keep: Keep, noted: list[Noted]) -> None:
    if details.postcode:
        value, why = _postcode(details.postcode)
        if why:
            keep("postcode", why, value)
    if details.lines and no_fixed_address(details.lines):
        noted.append(("lines", "no-fixed-address", ""))
    if details.phone:
        value, why = _phone(details.phone)
        if why:
            keep("phone", why, value)
    if details.email and not _EMAIL.fullmatch(details.email.strip()):
        keep("email", "not-known" if _stands_for_none(details.email) else "not-an-email", "")


@lru_cache(maxsize=65_536)
def _postcode(text: str) -> tuple[str, str]:
    """(the value that is used, why it is noted)."""
    plain = "".join(text.split()).upper()
    if plain.startswith("ZZ99"):
        return "", "no-fixed-address" if plain == "ZZ993VZ" else "not-known"
    if _POSTCODE.fullmatch(plain):
        return text, ""
    if _stands_for_none(text):
        return "", "not-known"
    if _NO_FIXED.fullmatch(text.strip()):
        return "", "no-fixed-address"
    if _PART_OF_ONE.fullmatch(plain):
        return text, "part-of-a-postcode"
    if found := _SHAPE.fullmatch(plain):
        area, district, sector, unit = found.groups()
        mended = f"{area}{district.translate(_FIGURES)} {sector.translate(_FIGURES)}{unit}"
        if _POSTCODE.fullmatch(mended.replace(" ", "")):
            return mended, "letter-for-figure"
    return "", "not-a-postcode"


@lru_cache(maxsize=65_536)
def _phone(text: str) -> tuple[str, str]:
    """(the value that is used, why it is noted)."""
    if _stands_for_none(text):
        return "", "not-known"
    found = _PHONE.search(text)
    figures = sum(c.isdigit() for c in found[0]) if found else 0
    if found and len(set(found[0]) & set("123456789")) == 0:
        return "", "not-known"
    if _WHOLE_PHONE.fullmatch(text.strip()) and found and figures == sum(c.isdigit() for c in text):
        return text, ""
    return (found[0].strip(), "words-with-number") if found else ("", "not-a-phone")


def sentence(detail: str, why: str) -> str:
    """What is told of a detail, without its value: `Birth date: kept as received. There is no such day. …`"""
    return f"{DETAILS.get(detail, detail)}: kept as received. {SAYS[why]}"
