"""Dates, times and counts in plain words, for pages. Pure: `today` and `now` are arguments. Shown in Europe/London."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from unicodedata import category, normalize
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
MONTHS = "January February March April May June July August September October November December".split()
SHORT = [month[:3] for month in MONTHS]
DAYS = "Mon Tue Wed Thu Fri Sat Sun".split()
WEEKDAY = "mon(?:day)?|tue(?:s|sday)?|wed(?:s|nesday)?|thu(?:r|rs|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?"


def london(moment: datetime) -> datetime:
    return moment.astimezone(LONDON)


def day_words(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def day_short(day: date) -> str:
    return f"{day.day} {SHORT[day.month - 1]} {day.year}"


def day_weekday(moment: datetime) -> str:
    """`Mon 10 March 2025`: for days by which people plan their week."""
    at = london(moment)
    return f"{DAYS[at.weekday()]} {day_words(at)}"


def moment_words(moment: datetime, precision: str = "minute") -> str:
    """`Mon 10 March 2025 at 21:40`, or only as much of it as is known. With the weekday: whether it was a school night, whether
    somebody is there, is what people ask of a time first."""
    at = london(moment)
    if precision == "year":
        return str(at.year)
    if precision == "month":
        return f"{MONTHS[at.month - 1]} {at.year}"
    if precision == "day":
        return day_words(at)
    return f"{DAYS[at.weekday()]} {day_words(at)} at {at:%H:%M}"


def iso_words(text: str) -> str:
    """An ISO date, or part of one, in words; any other text as it stands."""
    if match := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", text):
        try:
            return day_words(date(*map(int, match.groups())))
        except ValueError:
            return text
    if match := re.fullmatch(r"(about \d{1,3} on )(\d{4}-\d\d-\d\d)", text):
        return match[1] + iso_words(match[2])
    if match := re.fullmatch(r"(\d{4})-(\d\d)", text):
        month = int(match[2])
        return f"{MONTHS[month - 1]} {match[1]}" if 1 <= month <= 12 else text
    return text


def counted(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(words: list[str] | tuple[str, ...], last: str = "and") -> str:
    """`a, b and c`."""
    words = list(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)


def age_words(born: str, today: date) -> str:
    """`15`; under two in months, under a month in days; empty when the birth date does not say."""
    match = re.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", born)
    if guess := re.fullmatch(r"about (\d{1,3}) on (\d{4}-\d\d-\d\d)", born):
        return f"about {int(guess[1]) + max((today - date.fromisoformat(guess[2])).days, 0) // 365}"
    if not match:
        return ""
    if not match[3]:
        return f"about {today.year - int(match[1])}"
    try:
        day = date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return ""
    if day > today:
        return ""
    months = (today.year - day.year) * 12 + today.month - day.month - (today.day < day.day)
    if months >= 24:
        return str(months // 12)
    if months >= 1:
        return counted(months, "month")
    return counted((today - day).days, "day")


def known_words(happened: datetime, known: datetime) -> str:
    """How long after it happened we knew: `the same day`, `the next day`, `12 days later`."""
    days = (london(known).date() - london(happened).date()).days
    if days < 0:
        return "beforehand"
    if days == 0:
        return "the same day"
    if days == 1:
        return "the next day"
    if days < 60:
        return f"{days} days later"
    if days < 730:
        return f"{round(days / 30.44)} months later"
    return f"{round(days / 365.25)} years later"


def span_words(gap: timedelta) -> str:
    """A length of time, coarse enough to be read at a glance: `40 minutes`, `3 hours`, `2 days`, `5 weeks`."""
    minutes = int(abs(gap.total_seconds()) // 60)
    if minutes < 1:
        return "under a minute"
    if minutes < 60:
        return counted(minutes, "minute")
    if minutes < 36 * 60:
        return counted(round(minutes / 60), "hour")
    days = round(minutes / 1440)
    if days < 21:
        return counted(days, "day")
    if days < 90:
        return counted(round(days / 7), "week")
    if days < 730:
        return counted(round(days / 30.44), "month")
    return counted(round(days / 365.25), "year")


def due_words(due: datetime, now: datetime) -> str:
    """`2 days over`; `40 minutes left`; `due Tuesday`; `due 4 April`."""
    if due <= now:
        return f"{span_words(now - due)} over"
    if due - now < timedelta(hours=12):
        return f"{span_words(due - now)} left"
    at, today = london(due), london(now).date()
    days = (at.date() - today).days
    if days == 0:
        return f"due today {at:%H:%M}"
    if days == 1:
        return f"due tomorrow {at:%H:%M}"
    if days < 7:
        return f"due {at:%A}"
    return f"due {at.day} {MONTHS[at.month - 1]}" + (f" {at.year}" if at.year != today.year else "")


def end_of_day(day: date) -> datetime:
    """The last moment of a day in London: what was known on that day."""
    return datetime.combine(day + timedelta(days=1), time(), LONDON).astimezone(UTC) - timedelta(microseconds=1)


def plain(text: str) -> str:
    """What was pasted, as if it had been typed: from a letter or a web page come spaces that do not break, signs without a
    width, and dashes of every length."""
    text = re.sub("[\u2010-\u2015\u2212]", "-", normalize("NFKC", text))
    return " ".join("".join(sign for sign in text if category(sign) != "Cf").split())


def read_date(text: str) -> str:
    """A date as people type or paste it (`4 March 2010`, `4/3/2010`, `04.03.10`, `2010-03-04`, `March 2010`, `2010`, `Thu 4
    March, 2010`, `March 4th 2010`), as ISO or part of it. Empty when it cannot be read."""
    text = re.sub(r"(\d)(st|nd|rd|th)\b", r"\1", plain(text).lower()).replace(",", " ")
    text = re.sub(rf"^(?:{WEEKDAY})\b\.?", "", text)
    text = re.sub(r"^([a-z]{3,9}) +(\d{1,2}) +(\d{4})$", r"\2 \1 \3", " ".join(text.split()))
    if re.fullmatch(r"\d{4}", text):
        return text
    if match := re.fullmatch(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?", text):
        parts = [int(part) for part in match.groups() if part]
    elif match := re.fullmatch(r"(\d{1,2})[/. -](\d{1,2})[/. -](\d{4}|\d\d)", text):
        parts = [_year(match[3]), int(match[2]), int(match[1])]
    elif match := re.fullmatch(r"(?:(\d{1,2})[ -])?([a-z]{3,9})[ -](\d{4}|\d\d)", text):
        month = next((n for n, name in enumerate(MONTHS, 1) if name.lower().startswith(match[2])), 0)
        parts = [_year(match[3]), month, *([int(match[1])] if match[1] else [])]
    else:
        return ""
    try:
        date(*parts, *[1] * (3 - len(parts)))
    except ValueError:
        return ""
    return "-".join(f"{part:0{4 if n == 0 else 2}}" for n, part in enumerate(parts))


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text) if int(text) < 40 else 1900 + int(text)
