"""Who is told because something happened, and what must follow something that happened."""

from __future__ import annotations

import re

from pydantic import Field, model_validator

from sightline.definition.base import Condition, Listed, Model, Thing

CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
HOURS = re.compile(rf"{CLOCK.pattern} to {CLOCK.pattern}")


class Whom(Model):
    """Roles that are told, with which message; for deputies and for whoever chases, after how long."""

    told: Listed = Field(min_length=1, description="roles")
    message: str = Field("", description="message; default: the telling's own")
    after: str = Field("", description="How long the first may take: `1 hour`")


class AtHome(Model):
    """The record by which a child is educated at home, and who is told instead of a school."""

    record: str
    from_: str = Field("from", alias="from", description="field that holds its start")
    until: str = Field("to", description="field that holds its end")
    told: Listed = Field(min_length=1, description="roles")
    message: str = ""


class Left(Model):
    """The record by which a school says that a child has left it."""

    record: str
    at: str = Field(description="field that holds the day")


class Asks(Model):
    """When whoever was told is asked what was done for the child."""

    after: str = Field(description="A span from when it was read: `15:00 next school day`")
    message: str


class Telling(Thing):
    """Somebody at the place where a child is taught is told, before the child's next day there begins.

    Each child in the role `of` on a record of `after` is told of once, at each place that the child attends. `told` are
    the roles there, `deputies` those who are told too where nobody has read it, `unread` whoever then rings. Where the
    child has no such place that can be reached, `nobody` are told at once: a person finds out, and rings.
    """

    after: Listed = Field(min_length=1, description="record types")
    of: str = Field("child", description="role on the record")
    from_age: int = Field(4, ge=0, le=25, description="Younger children are told of only where a setting is known")
    until_age: int = Field(18, ge=1, le=26, description="Whoever is certainly this old is told of nowhere")
    places: Listed = Field(min_length=1, description="kinds of agency that a child attends")
    told: Listed = Field(min_length=1, description="roles at such a place")
    message: str
    record: str = Field(description="record type that says that somebody was told, and what was done")
    clock: str = ""
    morning: str = Field("07:00", description="When it is in the inbox of whoever begins the day")
    begins: str = Field("08:30", description="When the day of a school begins that says nothing else")
    at_once: str = Field(
        "07:00 to 17:00", description="On a day that is worked there, it is told at once between these"
    )
    deputies: Whom
    unread: Whom
    nobody: Whom
    at_home: AtHome
    left: Left | None = None
    asks: Asks
    told_within: str = Field(
        "14 days", description="What became known longer ago than this is told to nobody any more, however late it happened"
    )

    @model_validator(mode="after")
    def _is_a_time(self) -> Telling:
        for name, text in (("morning", self.morning), ("begins", self.begins)):
            if not CLOCK.fullmatch(text):
                raise ValueError(f"`{name}`: {text!r} is not a time of day, such as `07:00`")
        if not HOURS.fullmatch(self.at_once):
            raise ValueError(f"`at-once`: {self.at_once!r} is not a stretch of the day, such as `07:00 to 17:00`")
        if not self.deputies.after or not self.unread.after:
            raise ValueError("`deputies` and `unread` say `after` how long they are told")
        return self


class Expected(Thing):
    """Something that must follow something else, and is listed and chased where it does not.

    The clock says until when: it is started by the record of `after`, and stopped by what is awaited.
    """

    after: str = Field(description="record type")
    where: Condition | None = None
    clock: str = Field(description="clock `on: record` that it starts")
    awaits: str = Field(description="What is awaited, in words: `a public protection notice`")
    tells: Listed = Field(
        min_length=1,
        description="roles, at the agency that sent the first, else wherever they are: the first that is there, and the next"
        " too once it was told as often as `again` lists",
    )
    message: str = Field(description="message whose only part is `count`")
    grace: str = Field("1 hour", description="At least this long after we were told of the first")
    explained_by: str = Field("", description="record type that says why there is none")
    again: Listed = Field(
        ("1 working day",),
        min_length=1,
        description="After how long it is told again while it is missing: `[1 working day, 1 week]`; the last goes on",
    )
