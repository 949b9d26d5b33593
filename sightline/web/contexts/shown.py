"""A place in words: how often, when, what. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sightline.contexts.types import Picture
from sightline.definition.types import Partnership
from sightline.web.words import counted, day_short, listed

WEEKS = 12  # shown
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
PARTS = (
    ("morning", "Morning", "6 to 12"),
    ("afternoon", "Afternoon", "12 to 17"),
    ("evening", "Evening", "17 to 22"),
    ("night", "Night", "22 to 6"),
)
COUNTS_AS = {
    "harmed": "hurt",
    "missing": "missing, or found there",
    "accused": "accused",
    "context": "there",
    "cared-for": "cared for",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A place as its page says it. `weeks`: (Monday, how many, that many marks); `days`: (weekday, counts by part of the day)."""

    name: str
    also: str
    kinds: str
    weeks: tuple[tuple[str, int, range], ...]
    days: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
    what: tuple[tuple[str, str], ...]
    agencies: tuple[str, ...]
    mostly: str
    earlier: int


def place(picture: Picture, definition: Partnership, titles: dict[str, str], today: date) -> Shown:
    kinds = definition.codes["location-type"].codes
    this = today - timedelta(days=today.weekday())
    mondays = [this - timedelta(weeks=n) for n in range(WEEKS)]
    by_week = dict(picture.weeks)
    shown = [(monday, by_week.get(monday.isoformat(), 0)) for monday in mondays]
    while len(shown) > 1 and not shown[-1][1]:  # before it began
        shown.pop()
    when = {(day, part): n for day, part, n in picture.when}
    return Shown(
        name=picture.name or "A place that nobody named",
        also=listed(list(picture.names[:5])),
        kinds=listed([kinds[kind].title for kind in picture.kinds if kind in kinds]),
        weeks=tuple((day_short(monday), n, range(min(n, 20))) for monday, n in shown),
        days=tuple(
            (name, tuple((words, when.get((number, part), 0)) for part, words, _ in PARTS))
            for number, name in enumerate(DAYS)
            if any(day == number for day, _ in when)
        ),
        what=tuple(_what(definition, *one) for one in picture.what),
        agencies=tuple(f"{titles.get(agency, agency)} ({n})" for agency, n in picture.agencies),
        mostly=_mostly(when),
        earlier=sum(by_week.values()) - sum(n for _, n in shown),
    )


def _what(definition: Partnership, record: str, counts_as: str, n: int) -> tuple[str, str]:
    title = definition.record[record].title if record in definition.record else record
    return f"{title}, {COUNTS_AS.get(counts_as, counts_as)}", counted(n, "child", "children")


def _mostly(when: dict[tuple[int, str], int]) -> str:
    """When most of it happens, where one part of the day stands out: at least three, and half of all."""
    of = sum(when.values())
    by_part = {part: sum(n for (_, p), n in when.items() if p == part) for part, _, _ in PARTS}
    part, most = max(by_part.items(), key=lambda pair: pair[1], default=("", 0))
    if most < 3 or 2 * most < of:
        return ""
    words = {
        "morning": "in the morning",
        "afternoon": "in the afternoon",
        "evening": "in the evening",
        "night": "at night",
    }
    days = [day for (day, p), _ in when.items() if p == part]
    weekend = sum(n for (day, p), n in when.items() if p == part and day >= 4)
    return f"Mostly {words[part]}" + (", and towards the weekend" if days and 2 * weekend > most else "")
