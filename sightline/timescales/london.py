"""London's clock: moments are kept in UTC and read, written and shown in Europe/London."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_MOMENT = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})"
    r"(?:[T ](?P<time>\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(?: ?(?P<zone>Z|[+-]\d{2}:?\d{2}))?)?"
)


def local(moment: datetime) -> datetime:
    """The moment on London's clock. A moment without a zone is taken to be London's already."""
    return moment.replace(tzinfo=LONDON) if moment.tzinfo is None else moment.astimezone(LONDON)


def utc(moment: datetime) -> datetime:
    """The moment in UTC. Without a zone it is London's: an hour that comes twice in October is the first of the two
    (unless `fold` says otherwise), and an hour that March skips moves forward (01:30 is 02:30 summer time)."""
    return moment if moment.tzinfo is UTC else local(moment).astimezone(UTC)


def local_day(when: date | datetime) -> date:
    """The date on London's calendar."""
    return local(when).date() if isinstance(when, datetime) else when


def at(day: date, clock: time) -> datetime:
    """That time of day in London, in UTC."""
    return utc(datetime.combine(day, clock))


def is_day_only(text: str) -> bool:
    """Whether the text names a day and no time: `2025-01-10`."""
    return re.fullmatch(r"\d{4}-\d{2}-\d{2}", text.strip()) is not None


def parse_day(text: str) -> date:
    """`2025-01-10`. Raises ValueError that says what is expected."""
    try:
        if is_day_only(text):
            return date.fromisoformat(text.strip())
    except ValueError:
        pass
    raise ValueError(f"{text!r} is not a date; expected YYYY-MM-DD, for example 2025-01-10")


def parse_moment(text: str) -> datetime:
    """`2025-01-10`, `2025-01-10 21:40`, `2025-01-10T21:40:00Z`, `…+01:00` as a moment in UTC.

    Without a zone it is London's (see `utc` for the hours that come twice or never). A day alone is its first minute.
    Raises ValueError that says what is expected.
    """
    found = _MOMENT.fullmatch(text.strip())
    try:
        if found:
            return utc(datetime.fromisoformat(f"{found['day']}T{found['time'] or '00:00'}{found['zone'] or ''}"))
    except (ValueError, OverflowError):
        pass
    raise ValueError(f"{text!r} is not a moment; expected YYYY-MM-DD HH:MM, for example 2025-01-10 21:40")


def say(when: date | datetime, now: datetime | None = None) -> str:
    """As pages say it: a day is `10 Jan 2025`, a moment `10 Jan 2025, 21:40`; with `now`, what is left until it."""
    if isinstance(when, datetime):
        if now is not None:
            return say_left(when, now)
        when = local(when)
        return f"{say(when.date())}, {when:%H:%M}"
    if now is not None:
        return say_left(at(when, time(23, 59, 59)), now)
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}"


def say_left(due: datetime, now: datetime) -> str:
    """`40 m left`, `1 h 10 m left`, `4 h left`, `2 days left`; `due now`; once past, `40 m over`, `2 days over`.

    Under 24 hours it is told in whole hours and minutes that have truly to go (or have gone); from 24 hours on, in
    days as the calendar shows them: due on the 5th is `2 days over` all through the 7th. Minutes are left out from
    10 hours on, where nobody plans by them.
    """
    minutes = int(abs((due - now).total_seconds()) // 60)
    word = "left" if due >= now else "over"
    if minutes == 0:
        return "due now"
    if minutes >= 24 * 60:
        days = abs((local_day(due) - local_day(now)).days)
        return f"{days} day{'' if days == 1 else 's'} {word}"
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} h"] if hours else []
    if rest and hours < 10:
        parts.append(f"{rest} m")
    return f"{' '.join(parts)} {word}"
