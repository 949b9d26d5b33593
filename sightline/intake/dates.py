"""Dates as suppliers write them, turned into the one way in which we keep them.

`reader(formats)` gives a function from a text to an ISO date or moment; it raises ValueError for anything else.
Formats are strptime's, parted by ` | `. The usual ones are read with a pattern of our own, five times as fast as
strptime, and held to agree with it by a test.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache

from sightline.timescales.london import parse_moment
from sightline.timescales.partial import parse_partial

DateReader = Callable[[str], str]
PARTS = {
    "%d": r"(?P<d>3[01]|[12]\d|0?[1-9])",
    "%m": r"(?P<m>1[0-2]|0?[1-9])",
    "%Y": r"(?P<Y>\d{4})",
    "%H": r"(?P<H>2[0-3]|[01]\d|\d)",
    "%M": r"(?P<M>[0-5]\d|\d)",
    "%S": r"(?P<S>[0-5]\d|\d)",
}
OUTLINES = dict.fromkeys(("%d", "%m", "%y", "%H", "%I", "%M", "%S"), r"\d{1,2}") | {
    "%Y": r"\d{4}", "%b": r"\w{3,5}", "%B": r"\w{3,12}", "%p": "[ap]m", "%f": r"\d{1,6}"
}  # fmt: skip
MOST_SHOWN = 4  # forms that a fault names: more are read than a person needs to see
_FAST = re.compile(r"(?:%[dmYHMS]|[-/.: T])+")
_PLAIN_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(:\d\d)?(?:\.0+)?", re.ASCII)
_END_OF_DAY = re.compile(r"(.*\d[ T])24:00(?::00)?", re.ASCII)
NAMED_MONTHS = tuple(
    f"{day}{time}"
    for day in ("%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %B %Y")
    for time in ("", " %H:%M:%S", " %H:%M")
)
_SERIAL = re.compile(r"(\d{5})(?:\.\d{1,15})?", re.ASCII)
FIRST_SERIAL, LAST_SERIAL = 18264, 73050  # 1 January 1950, 31 December 2099
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@lru_cache(maxsize=256)
def reader(formats: str = "") -> DateReader:
    """Reads a text by the first format that fits it: a day as `2025-03-31`, a moment as `2025-03-31T21:40:00` (with
    its offset where the format has `%z`). Without formats it reads ISO 8601."""
    if not formats:
        return iso
    readers = [_one(form.strip()) for form in formats.split(" | ")]
    if len(readers) == 1:
        return readers[0]

    def first(text: str) -> str:
        for read in readers:
            try:
                return read(text)
            except ValueError:
                continue
        raise ValueError("no format fits")

    return first


def iso(text: str) -> str:
    """An ISO day or moment as it was written, once it is sure that it is one."""
    if _ISO_DAY.fullmatch(text):
        date.fromisoformat(text)
    else:
        parse_moment(text)
    return text


def typed(read: DateReader, *, timed: bool) -> DateReader:
    """As `read`, but ISO too: a sheet's true dates have no form of their own."""

    def either(text: str) -> str:
        try:
            return _plain(iso(text)) if timed else iso(text)[:10]
        except ValueError:
            if days := serial(text):
                return days if timed else days[:10]
            return read(text)

    return either


def otherwise(text: str, formats: str = "") -> str:
    """A day or moment in another form than its feed declares, where it can only be the one: ISO 8601, a month by its name,
    seconds behind the minutes; `24:00` is the end of its day. Raises ValueError for anything else: whether 3/4 is March
    or April is for the feed to say. Not for a feed that itself writes the day before the month behind a year."""
    if not any(map(text.__contains__, "0123456789")):  # as in a column that is not a date at all, row after row
        raise ValueError("no date has no figure")
    if end := _END_OF_DAY.fullmatch(text):
        begins = f"{end[1]}00:00"
        try:
            found = reader(formats)(begins)
        except (ValueError, OverflowError):
            found = otherwise(begins, formats)
        return (datetime.fromisoformat(found) + timedelta(days=1)).isoformat()
    forms = [form.strip() for form in formats.split(" | ")] if formats else []
    if any(form.startswith("%Y-%d") for form in forms):
        raise ValueError("a day before a month behind a year: nothing is unmistakable")
    seconds = [f"{form}:%S" for form in forms if form.endswith("%H:%M")]
    for read in (iso, reader(" | ".join([*seconds, *NAMED_MONTHS]))):
        try:
            found = read(text)
        except (ValueError, OverflowError):
            continue
        return _plain(found)
    raise ValueError("not in a form that can only be one day")


def _plain(found: str) -> str:
    """A moment without a zone as `reader` writes it, so that one moment is told in one way."""
    plain = _PLAIN_MOMENT.fullmatch(found)
    return f"{plain[1]}T{plain[2]}{plain[3] or ':00'}" if plain else found


def serial(text: str) -> str:
    """The day or moment that a sheet's number of days means (`45670` is 13 January 2025), as a sheet writes a date whose
    form was lost; empty for any other text. Only from 1950 to 2099: no other way of writing a date is five figures.

    Source: ECMA-376, part 1, 18.17.4.1 (the 1900 date base).
    """
    found = _SERIAL.fullmatch(text)
    if found is None or not FIRST_SERIAL <= int(found[1]) <= LAST_SERIAL:
        return ""
    moment = datetime(1899, 12, 30) + timedelta(days=float(text))
    if float(text).is_integer():
        return moment.date().isoformat()
    return (moment + timedelta(seconds=0.5)).replace(microsecond=0).isoformat()


def birth(formats: str = "") -> DateReader:
    """As `reader`, but only the day, and as far as it is known: `2010` and `2010-03` are birth dates too."""
    read = reader(formats)

    def day_or_part(text: str) -> str:
        try:
            return read(text)[:10]
        except ValueError:
            return str(parse_partial(text))

    return day_or_part


@lru_cache(maxsize=256)
def expected(formats: str) -> str:
    """What a fault says was expected: an example in the supplier's own way of writing."""
    if not formats:
        return "a date such as 2025-03-31, or 2025-03-31 21:40"
    example = datetime(2025, 3, 31, 21, 40)
    return "a date such as " + ", or ".join(example.strftime(f.strip()) for f in formats.split(" | ")[:MOST_SHOWN])


def _one(form: str) -> DateReader:
    timed = "%H" in form or "%I" in form or "%X" in form or "%c" in form
    names = re.findall(r"%.", form)
    if not _FAST.fullmatch(form) or len(set(names)) != len(names) or not {"%d", "%m", "%Y"} <= set(names):
        return _slow(form, timed or "%z" in form)
    pattern = re.compile(re.sub(r"%.|\.", lambda m: PARTS.get(m.group(), r"\."), form), re.ASCII)
    match, seconds, minutes = pattern.fullmatch, "%S" in form, "%M" in form

    def fast(text: str) -> str:
        found = match(text)
        if found is None:
            raise ValueError("not in this form")
        year, month, day = int(found["Y"]), int(found["m"]), int(found["d"])
        text = date(year, month, day).isoformat()
        if not timed:
            return text
        minute = int(found["M"]) if minutes else 0
        second = int(found["S"]) if seconds else 0
        return f"{text}T{int(found['H']):02}:{minute:02}:{second:02}"

    return fast


def _slow(form: str, timed: bool) -> DateReader:
    looks = _looks(form)

    def read(text: str) -> str:
        if looks is not None and not looks(text):
            raise ValueError("not in this form")
        moment = datetime.strptime(text, form)
        if not timed:
            return moment.date().isoformat()
        if moment.tzinfo is not None:
            moment.utctimetuple()  # a year that UTC does not have is refused here
        return moment.isoformat(timespec="seconds")

    return read


def _looks(form: str) -> Callable[[str], object] | None:
    """Whether a text has the outlines of this form: strptime is asked of few texts that are not in it. None where the form
    has a part that is not known here."""
    out = ""
    for part in re.findall(r"%.|\s+|[^%\s]+", form):
        if part.startswith("%") and part not in OUTLINES:
            return None
        out += OUTLINES.get(part) or (r"\s+" if part.isspace() else re.escape(part))
    return re.compile(out, re.IGNORECASE).fullmatch
