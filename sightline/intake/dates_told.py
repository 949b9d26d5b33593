"""Birth dates as people write them: read as far as that is sure, with why where it is not the form that was agreed. Pure.

    born_on("2010-02-30", on=…)         2010-02, no-such-day
    born_on("04/03/2010", on=…)         2010-03-04, another-form (British: the day first)
    born_on("14", on=…, seen=…)         about 14 on the day on which the child was seen, age-for-date
    born_on("4.3.2010 or 3.4.2010", …)  2010, two-dates

What is read is a day, `2010-03`, `2010`, or `about 14 on 2025-01-10` (`timescales.partial`), or nothing.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from sightline.timescales.london import local_day, parse_moment
from sightline.timescales.partial import parse_partial

LIFE = 120  # years
BEFORE_BIRTH = timedelta(days=301)  # 43 weeks: no birth is expected later than that
_MONTHS = {
    name: number
    for number, names in enumerate(
        "jan january|feb february|mar march|apr april|may|jun june|jul july|aug august|sep sept september|oct october|"
        "nov november|dec december".split("|"),
        1,
    )
    for name in names.split()
}
_WORD = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATES = re.compile(
    r"(?<!\d)(?:"
    r"(?P<y1>\d{4})[-/. ](?P<m1>\d{1,2})[-/. ](?P<d1>\d{1,2})"
    r"|(?P<d2>\d{1,2})[-/. ](?P<m2>\d{1,2})[-/. ](?P<y2>\d{4}|\d{2})"
    rf"|(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?[-/. ]*(?:of )?(?P<w3>{_WORD})[-/., ]*(?P<y3>\d{{4}}|\d{{2}})"
    rf"|(?P<w4>{_WORD})\.? (?P<d4>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y4>\d{{4}})"
    rf"|(?P<w5>{_WORD})\.?,?[ -]?(?P<y5>\d{{4}})"
    r"|(?P<y6>(?:19|20)\d\d)(?P<m6>\d\d)(?P<d6>\d\d)"
    r"|(?P<d7>\d\d)(?P<m7>\d\d)(?P<y7>(?:19|20)\d\d)"
    r"|(?P<y8>(?:1[89]|20)\d\d)-(?P<m8>\d\d)"
    r"|(?P<m9>\d{1,2})/(?P<y9>(?:19|20)\d\d)"
    r"|(?P<y0>(?:1[89]|20)\d\d)"
    r")(?!\d)",
    re.IGNORECASE,
)
_AGES = re.compile(
    r"(?:about|approx(?:imately)?\.?|around|circa|ca?\.|aged?|age:?|~|looks)?\s*(?P<a>\d{1,3})"
    r"(?:\s*(?:-|–|/|or|to)\s*(?P<b>\d{1,3}))?\s*\+?(?:ish)?\s*"
    r"(?P<unit>y(?:ea)?rs?(?:[ -]?olds?)?|yo|y/o|y|months?|mths?|m/o|weeks?|wks?|days?)?(?: old)?(?: approx\.?|ish)?",
    re.IGNORECASE,
)
_ISO_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:?\d\d.*")
_UNKNOWN = re.compile(
    r"[\s?.\-/0]*|(?:date )?(?:of birth )?(?:un|not )(?:known|given|stated|recorded)|n/?k|n/?a|u/?k|tb[acd]|none|null|nil|unk",
    re.IGNORECASE,
)


class Read(NamedTuple):
    """What a text tells: the value that can be used, and why it is noted (empty where it came as agreed)."""

    value: str
    why: str = ""
    expected: str = ""  # a day in the future that may be when a birth is expected


@lru_cache(maxsize=16_384)
def born_on(text: str, on: date, seen: date) -> Read:
    """A birth date. `on`: the day on which we were told; `seen`: the day on which an age was seen."""
    plain = " ".join(text.split())
    if plain.casefold().startswith("about "):
        try:
            return Read(str(parse_partial(plain.casefold(), on=seen)))
        except (ValueError, OverflowError):
            pass
    read = _days(plain, on)
    if read is None:
        return _age(plain, seen) or (Read("", "not-known") if _UNKNOWN.fullmatch(plain) else Read("", "not-a-date"))
    if not read.value:
        return read
    first = read.value + "-01-01"[len(read.value) - 4 :] if len(read.value) < 10 else read.value
    if first > on.isoformat():
        soon = len(read.value) == 10 and date.fromisoformat(read.value) - on <= BEFORE_BIRTH
        return Read("", "in-the-future", read.value if soon else "")
    if int(read.value[:4]) <= on.year - LIFE:
        return Read("", "too-long-ago")
    return read


@lru_cache(maxsize=4_096)
def day_expected(text: str, on: date) -> Read:
    """The day on which a birth is expected."""
    plain = " ".join(text.split())
    read = _days(plain, on, ahead=True)
    if read is None:
        return Read("", "not-known" if _UNKNOWN.fullmatch(plain) else "not-a-date")
    return read


def _days(text: str, on: date, *, ahead: bool = False) -> Read | None:
    """Every date in the text, taken together; None where there is none."""
    if _ISO_MOMENT.fullmatch(text):
        try:
            return Read(local_day(parse_moment(text)).isoformat())
        except (ValueError, OverflowError):
            text = text[:10]
    found = [_one(match.groupdict(), on, ahead) for match in _DATES.finditer(text)]
    values = list(dict.fromkeys(value for value, _ in found))
    if not found:
        return None
    if len(values) > 1:
        return Read(_common(values), "two-dates")
    value, sure = found[0]
    if not sure:
        return Read(value, "no-such-day")
    return Read(value, "" if text == value else "another-form")


def _one(parts: dict[str, str | None], on: date, ahead: bool) -> tuple[str, bool]:
    """(as much of the date as there is, whether all that was told of it is there)."""
    told = {name[0]: text for name, text in parts.items() if text is not None}
    year = int(told["y"])
    if len(told["y"]) == 2:
        year += 2000 if 2000 + year <= on.year + ahead else 1900
    month = _MONTHS[told["w"].casefold()] if "w" in told else int(told.get("m") or 0)
    day = int(told.get("d") or 0)
    if year < 1:
        return "", False
    if "w" not in told and month > 12 and 1 <= day <= 12:
        month, day = day, month  # the only day that it can be
    if not 1 <= month <= 12:
        return f"{year:04}", "m" not in told
    if "d" not in told:
        return f"{year:04}-{month:02}", True
    try:
        return date(year, month, day).isoformat(), True
    except ValueError:
        return f"{year:04}-{month:02}", False


def _common(values: list[str]) -> str:
    """The year, or the year and month, that all have; empty where they have nothing in common."""
    for length in (7, 4):
        if all(len(v) >= length for v in values) and len({v[:length] for v in values}) == 1:
            return values[0][:length]
    return ""


def _age(text: str, seen: date) -> Read | None:
    found = _AGES.fullmatch(text)
    if not found:
        return None
    years, other = int(found["a"]), int(found["b"] or found["a"])
    unit = (found["unit"] or "y").casefold()
    per_year = {"m": 12, "w": 52, "d": 365}.get(unit[0], 1)
    years, other = years // per_year, other // per_year
    if max(years, other) >= LIFE or abs(other - years) > 2:
        return None
    if per_year == 1 and years == 0 and found["unit"] is None:
        return None  # `0` and `000` stand for nothing
    return Read(str(parse_partial(f"about {(years + other + 1) // 2} on {seen.isoformat()}")), "age-for-date")
