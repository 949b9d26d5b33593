"""The front door's queue: how pressing what arrives is, and how the queue as a whole is kept. Never a score."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field, model_validator

from sightline.definition.base import Condition, Listed, Model, Thing

SPAN = re.compile(r"\d+ (days?|hours?|minutes?|weeks?|months?)")
HOURS = re.compile(r"([01]\d|2[0-3]):[0-5]\d to ([01]\d|2[0-3]):[0-5]\d")
NOW, GRAVE, RAISED, TURN = "now", "grave", "raised", "turn"
LEVELS = ((NOW, 19), (GRAVE, 49), (RAISED, 89), (TURN, 99))  # the highest rank of each
IN_TURN = 90  # the rank of what no rule names

# What a rule may ask besides the notice's own fields: of the child, of what is open, of what it says.
OF_NOTICES = ("youngest", "safe", "goes-on", "open", "counts-as", "voice", "children")
YOUNGEST = ("unborn", "under-6-months", "under-1", "under-5", "under-10", "under-16", "under-18")
SAFE = ("not-said", "ended", "ends-soon", "later")
CHILDREN = ("one", "several")
# What no rule may rest on: a child waits no longer, and no shorter, for who they are or where they live.
NEVER = ("ethnicity", "language", "sex", "school", "postcode", "source-code", "disabilities")


def level_of(rank: int) -> str:
    """now | grave | raised | turn."""
    return next(level for level, highest in LEVELS if rank <= highest)


class Before(Model):
    """What must have gone before: `{count: {record: missing-episode}, at-least: 2, within: 90 days}`.

    Events on one day are one event; those of the notice's own day are its own event and are not counted.
    """

    count: Condition = Field(description="Facts of an earlier record of the child")
    at_least: Annotated[int, Field(ge=1, le=50)] = 1
    within: str = Field(description="A window before the notice's own event: `90 days`")

    @model_validator(mode="after")
    def _is_a_window(self) -> Before:
        if not SPAN.fullmatch(self.within):
            raise ValueError(f"`within`: {self.within!r} is not a window, such as `90 days`")
        return self


class Danger(Thing):
    """A reason why something cannot wait its turn. The gravest reason that holds says where a notice stands: reasons
    are never added up, and nothing about who a child is counts as one.

    `rank` orders the queue: 1 to 19 cannot wait, 20 to 49 grave, 50 to 89 raised. What no rule names stands at 90, in
    the order of its clock.
    """

    rank: Annotated[int, Field(ge=1, le=89)]
    says: str = Field(description="Why it stands where it stands, in a sentence; `{count}` is how many went before")
    asks: str = Field("", description="What whoever reads it does first")
    when: Condition | None = None
    before: Before | None = None

    @property
    def level(self) -> str:
        return level_of(self.rank)

    @model_validator(mode="after")
    def _asks_something(self) -> Danger:
        if self.when is None and self.before is None:
            raise ValueError("`when`, `before` or both: a rule that asks nothing would hold of everything")
        if "{count}" in self.says and self.before is None:
            raise ValueError("`says` names {count}, and nothing is counted: there is no `before`")
        return self


class OpenTo(Model):
    """What makes a child open to somebody: `{record: child-protection-plan, team: team}`."""

    record: str = Field(description="A record type that opens a state")
    where: Condition | None = None
    team: str = Field("", description="The field that names the team; without one, whoever sent the record is told")


class Queue(Thing):
    """How the front door's queue is kept. One is declared: `front-door`."""

    clock: str = Field(description="The clock by which somebody looks: its limit orders what is equally pressing")
    stages: Listed = Field((), description="Clocks that are shown one after another on each notice")
    history: str = Field(description="What was told longer ago than this when it came is history, and is not queued")
    gathers: str = Field(description="Notices about one child that happened within this are one event")
    repeats: str = Field(description="Earlier notices about the child are counted for this long")
    safe_soon: str = Field("2 hours", description="So long before the end of a safe time it counts as ending")
    open_to: tuple[OpenTo, ...] = Field((), description="What a child is open to: they are told at once, and accept")
    hours: str = Field("08:30 to 17:30", description="The day team's, on working days, in London's time")
    day_team: str = ""
    night_team: str = ""

    @model_validator(mode="after")
    def _means_something(self) -> Queue:
        for name, span in (
            ("history", self.history),
            ("gathers", self.gathers),
            ("repeats", self.repeats),
            ("safe-soon", self.safe_soon),
        ):
            if not SPAN.fullmatch(span):
                raise ValueError(f"`{name}`: {span!r} is not a length of time, such as `12 hours`")
        if not HOURS.fullmatch(self.hours):
            raise ValueError("`hours`: such as `08:30 to 17:30`")
        begins, ends = self.hours.split(" to ")
        if begins >= ends:
            raise ValueError("`hours`: the earlier time first, such as `08:30 to 17:30`; the night team has the rest")
        return self
