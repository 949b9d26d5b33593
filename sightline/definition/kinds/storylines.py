"""Storylines and look-alikes: what is planted in the invented city, so that what is found can be held against a truth.

A storyline is something that really goes on in a child's life, as it arrives in pieces from many agencies. A look-alike
resembles one on the surface, is something else, and must never be treated as it. Neither is read by anything that
serves a real partnership: only `simulate` plants them.

Spans of days, times and moments are short phrases (`10 to 14`, `21:00 to 23:30`, `2 to 6 hours`, `next morning`); they are
read here once, by `read_range`, `read_times`, `read_sent` and `read_moment`, for the check and for the planting alike.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, Field, model_validator

from sightline.definition.base import ID, Listed, Model, Thing, YesNo

Is = Literal[
    "child",
    "brother-or-sister",
    "twin",
    "unborn",
    "mother",
    "father",
    "parent",
    "step-parent",
    "unrelated-child",
    "unrelated-adult",
]
CHILDREN = ("child", "brother-or-sister", "twin", "unborn", "unrelated-child")
ELSEWHERE = ("unrelated-child", "unrelated-adult")
DETAILS = ("given", "family", "born", "sex", "ethnicity", "nhs-number", "upn", "address")
MINUTES = {"minute": 1, "hour": 60, "day": 1440, "week": 10080, "month": 43830, "year": 525960}
TIMES = {  # first and last minute of the day; which days
    "at school": ((9 * 60, 15 * 60), "school day"),
    "at work": ((9 * 60, 16 * 60 + 30), "working day"),
    "morning": ((7 * 60, 9 * 60), "any"),
    "afternoon": ((13 * 60, 17 * 60), "any"),
    "after school": ((15 * 60 + 20, 18 * 60), "school day"),
    "evening": ((18 * 60, 21 * 60 + 45), "any"),
    "night": ((21 * 60 + 30, 23 * 60 + 55), "any"),
    "any": ((8 * 60, 22 * 60), "any"),
}
SENT = ("at once", "that evening", "next morning", "next working day", "on Friday")
_RANGE = re.compile(r"^(-?\d+)(?: to (-?\d+))?$")
_SPAN = re.compile(r"^(\d+)(?: to (\d+))? (minute|hour|day|week|month|year)s?$")
_TIMES = re.compile(r"^(\d{1,2}):(\d{2})(?: to (\d{1,2}):(\d{2}))?$")
_MOMENT = re.compile(r"^(?:(that moment|that day)|day (-?\d+)|(.+?) (later|earlier))(?: at (\d{1,2}:\d{2}))?$")


class Moment(NamedTuple):
    """A moment told from another: from the event itself (`day` is None) or from the planting's first day."""

    day: int | None
    least: int  # minutes from there
    most: int
    clock: int | None  # minute of the day, where one is said
    whole: bool  # a day rather than a moment


def read_range(text: str) -> tuple[int, int]:
    """`12` or `10 to 14` as (least, most). Raises ValueError."""
    found = _RANGE.match(text.strip())
    if not found:
        raise ValueError(text)
    least, most = int(found[1]), int(found[2] or found[1])
    if most < least:
        raise ValueError(text)
    return least, most


def read_span(text: str) -> tuple[int, int]:
    """`90 minutes`, `2 to 6 hours`, `1 to 3 days` as (least, most) in minutes. Raises ValueError."""
    found = _SPAN.match(text.strip())
    if not found:
        raise ValueError(text)
    least, most = int(found[1]), int(found[2] or found[1])
    if most < least:
        raise ValueError(text)
    return least * MINUTES[found[3]], most * MINUTES[found[3]]


def read_age(text: str) -> tuple[int, int]:
    """`13 to 16`, `12` (years), `2 to 5 months` as (least, most) in months, the last month included. Raises ValueError."""
    months = text.strip().endswith(("month", "months"))
    least, most = read_range(text.replace("months", "").replace("month", "").strip())
    if least < 0:
        raise ValueError(text)
    return (least, most) if months else (least * 12, most * 12 + 11)


def read_times(text: str) -> tuple[tuple[int, int], str]:
    """`evening`, `at school`, `21:40`, `15:20 to 15:50 on a school day`: first and last minute of the day, and which days."""
    text, _, days = (text.strip() or "any").partition(" on a ")
    if days and days not in ("school day", "working day"):
        raise ValueError(text)
    if text in TIMES:
        return TIMES[text][0], days or TIMES[text][1]
    found = _TIMES.match(text)
    if not found:
        raise ValueError(text)
    least = int(found[1]) * 60 + int(found[2])
    most = int(found[3]) * 60 + int(found[4]) if found[3] else least
    if most < least or most >= 1440:
        raise ValueError(text)
    return (least, most), days or "any"


def read_sent(text: str) -> tuple[int, int] | str:
    """`next morning` and its like as the word, or `2 to 6 hours` as (least, most) in minutes. Raises ValueError."""
    return text if text in SENT else read_span(text)


def read_percent(text: str) -> float:
    """`60%` as 0.6. Raises ValueError."""
    if not text.endswith("%"):
        raise ValueError(text)
    share = float(text[:-1]) / 100
    if not 0 < share <= 1:
        raise ValueError(text)
    return share


def read_day(text: str) -> int:
    """`day 60` as 60. Raises ValueError."""
    if not text.startswith("day "):
        raise ValueError(text)
    return int(text[4:])


def read_moment(text: str) -> Moment:
    """`that day`, `that moment`, `day 30 at 10:00`, `3 hours later`, `2 to 4 weeks earlier at 09:00`. Raises ValueError."""
    found = _MOMENT.match(text.strip())
    if not found:
        raise ValueError(text)
    clock = None
    if found[5]:
        (clock, _), _ = read_times(found[5])
    if found[1]:
        return Moment(None, 0, 0, clock, found[1] == "that day" and clock is None)
    if found[2]:
        return Moment(int(found[2]), 0, 0, clock, clock is None)
    least, most = read_span(found[3])
    whole = clock is None and least % MINUTES["day"] == 0 and most % MINUTES["day"] == 0
    if found[4] == "earlier":
        least, most = -most, -least
    return Moment(None, least, most, clock, whole)


class CastMember(Model):
    """Who a storyline is about: `child` from whose home the others come, or children and adults of other homes."""

    is_: Is = Field(alias="is")
    title: str = Field("", description="how a reader would speak of them")
    age: str = Field("", description="on the first day: `13 to 16` in years, `1 to 5 months` for a baby")
    sex: Literal["", "female", "male"] = ""
    needed: YesNo = Field(True, description="no: the storyline goes on without, and leaves them out of its records")
    many: str = Field("", description="several unrelated people in one place of the cast: `3 to 4`")
    school: Literal["", "any", "the same", "another"] = Field(
        "", description="any: goes to one that sends; the same as the child's, or another"
    )
    named_as: str = Field("", description="a member of the cast whose names this one shares by chance")
    born_near: str = Field("", description="with `named-as`: how far apart the two were born, `3 to 20 days`")
    moves_in: str = Field("", description="the day on which this adult comes to live in the child's home: `day 20`")


class Household(Model):
    """What the child's home must be like for this to be planted there."""

    kind: Literal["home", "unaccompanied", "adoptive"] = "home"
    children: str = Field("", description="how many live there: `2 to 5`")
    has: Listed = Field((), description="who else must be there: mother, father, step-parent")
    without: Listed = ()


class HeldAs(Model):
    """How a kind of agency holds somebody, where that differs: `none`, `nickname`, `misspelt`, `day and month swapped`,
    `that of ROLE`, or the words themselves."""

    who: str
    by: str = Field(description="kind of agency")
    given: str = ""
    family: str = ""
    born: str = ""
    sex: str = ""
    ethnicity: str = ""
    nhs_number: str = ""
    upn: str = ""
    address: Literal["", "none"] = ""


class Repeat(Model):
    times: str = Field(description="how often in all: `3` or `2 to 4`")
    every: str = Field(description="how long between: `9 to 20 days`")


class Told(Model):
    """One record of the storyline, as one agency would send it."""

    event: str = Field(pattern=ID)
    day: str = Field("", description="days after the first day: `12`, or `10 to 14`")
    follows: str = Field("", description="an event before this one: comes once for each time that one came")
    after: str = Field("", description="with `follows`, how long after: `40 minutes`, `1 to 3 days`")
    since: str = Field("", description="with `after`, a moment on the event that it follows, instead of when that came")
    time: str = Field("", description="`evening`, `at school`, `21:00 to 23:30`, `15:20 to 15:50 on a school day`")
    from_: str = Field(alias="from", description="kind of agency that sends it")
    school_of: str = Field("", description="whose school sends it, where several go to one: default the first person")
    record: str
    about: dict[str, str] = Field({}, description="member of the cast: role on the record")
    for_each: str = Field("", description="a member of the cast who is several: one record each")
    place: str = Field("", description="one of `places`, or words")
    says: Listed = Field((), description="one of these is said")
    fields: dict[str, Listed] = Field({}, description="of each field one of these; dates as `that day`, `2 days later`")
    chance: str = Field("100%", description="how likely it is to be told at all")
    unless: str = Field("", description="an event: this comes only where that one did not")
    repeat: Repeat | None = None
    sent: str = Field(
        "", description="how long until it is sent: `next morning` (default), `40 minutes`, `1 to 3 days`"
    )
    one_event: str = Field("", description="the name of the real event of which this is one report")
    changes: str = Field("", description="an event of which this is a later version: same number, what changed")


class Ought(Model):
    """A signal that ought to arise, by when at the latest, and on which events it rests."""

    signal: str
    about: str = Field("child", description="a member of the cast, or one of `places`")
    by: str = Field(description="`day 60`: by the end of that day it must be there")
    because: Listed = Field((), description="the events that bring it about: none of them may be left to chance")


class Never(Model):
    """A signal that must not arise from these events. The short form is its name alone: about anybody of the cast."""

    signal: str
    about: str = ""
    because: str = Field("", description="why that would be wrong, in a sentence")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"signal": value} if isinstance(value, str) else value


def _one(value: object) -> object:
    return [value] if isinstance(value, (str, dict)) else value


class Planted(Model):
    per_10000_children_a_year: str = Field("", description="how many: `2`, `0.5`")
    in_all: str = Field("", description="how many in a whole city however long, shared out by its size at scale 1")


class Place(Model):
    """An invented place, named afresh at each planting: `{coined}` becomes an invented name."""

    named: Listed = Field(description="one of these: `{coined} Steps`")
    kind: str = Field("", description="code of location-type")


class Storyline(Thing):
    """Something that goes on in a child's life (or only looks like it), as it would arrive from many agencies."""

    kind: Literal["storyline", "look-alike"]
    about: str = Field(description="what a practitioner should understand from reading it")
    really: str = Field(description="what is true, which no agency holds whole")
    ends: str = Field("", description="what happens in the end; help that worked")
    looks_like: Listed = Field((), description="of a look-alike: the storylines that it resembles")
    planted: Planted
    household: Household = Field(default_factory=lambda: Household.model_validate({}))
    cast: dict[str, CastMember]
    places: dict[str, Place] = {}
    held_as: tuple[HeldAs, ...] = ()
    events: tuple[Told, ...]
    turns: str = Field(
        "",
        description="the turning point, before which somebody should see it: an event, or `day 60`; default: its last record",
    )
    signals: tuple[Ought, ...] = ()
    never: Annotated[tuple[Never, ...], BeforeValidator(_one)] = ()
