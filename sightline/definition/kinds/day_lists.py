"""Lists that are made each morning from what came in, and items that are each reviewed."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, model_validator

from sightline.definition.base import Condition, Listed, Model, Thing, YesNo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


class Again(Model):
    """How often it happened to the same child or adult: `{record: X, at-least: 3, within: 12 months}`."""

    record: Listed = Field(min_length=1, description="record types")
    at_least: int = Field(ge=2, le=50)
    within: str = Field(description="A window back from the last")


class Takes(Model):
    """Which records bring somebody on to the list, and why, in words that are shown."""

    record: Listed = Field(min_length=1, description="record types")
    where: Condition | None = Field(None, description="Facts of the record")
    again: Again | None = None
    says: str = Field(description="Why somebody is on the list, in words")
    of: Listed = Field((), description="roles; default: whoever stands on it in a child's role")
    pointer: YesNo = Field(False, description="Only that something is held, and by whom: never its words")


class Sits(Model):
    """Who is expected: an agency (or a kind of agency), by which roles, and what they bring."""

    agency: str = ""
    kind: str = Field("", description="kind of agency")
    roles: Listed = ()
    brings: str = Field(description="What they bring, in words")

    @model_validator(mode="after")
    def _is_somebody(self) -> Sits:
        if bool(self.agency) == bool(self.kind):
            raise ValueError("say `agency` or `kind`, one of them")
        return self


class DayList(Thing):
    """A list for a meeting that sits on some days each week: who is on it and why, who brings what, and what follows.

    It holds what was known since the last sitting was built, so that Monday's covers the weekend. `each`: a `decision`
    with a plan for safety, or a `tasking` and no decision: where a case is decided elsewhere.
    """

    group: str = Field("", description="the partnership's group that it is for")
    sits_on: Listed = Field(("mon", "tue", "wed", "thu", "fri"), description="days of the week")
    on_bank_holidays: YesNo = False
    at: str = Field("09:30", description="When it sits, in London")
    built_at: str = "07:00"
    takes: tuple[Takes, ...] = Field(min_length=1)
    one_line: Literal["child", "record"] = Field("record", description="A line is an incident, or a child")
    sits: tuple[Sits, ...] = Field(min_length=1)
    each: Literal["decision", "tasking"] = "decision"
    decisions: str = Field("", description="code list of decisions, where `each` is `decision`")
    plan: str = Field("", description="What each line needs before the day ends, in words: `A safety plan`")
    record: str = Field("", description="record type that says that it was heard")
    writes: dict[str, str] = Field(
        {}, description="its fields: `day`, `plan`, `because`, `decision`, or `decision is CODE` for yes or no"
    )
    led_by: Listed = Field(min_length=1, description="roles that keep the list and may say what was decided")
    purpose: str = Field("safeguarding", description="purpose for which its members read")
    never: str = Field("", description="What the meeting is not for, in words")

    @model_validator(mode="after")
    def _means_something(self) -> DayList:
        wrong = [day for day in self.sits_on if day not in DAYS]
        if wrong or not self.sits_on:
            raise ValueError(f"`sits-on`: {', '.join(wrong) or 'no day'}; expected some of {', '.join(DAYS)}")
        for name, text in (("at", self.at), ("built-at", self.built_at)):
            if not CLOCK.fullmatch(text):
                raise ValueError(f"`{name}`: {text!r} is not a time of day, such as `09:30`")
        if (self.each == "decision") != bool(self.decisions):
            raise ValueError("`decisions` names a code list where `each` is `decision`, and nowhere else")
        for field, what in self.writes.items():
            if what not in ("day", "plan", "because", "decision") and not what.startswith("decision is "):
                raise ValueError(
                    f"`writes`: {field} is {what!r}; expected day, plan, because, decision, or `decision is CODE`"
                )
        return self


class Reviewer(Model):
    """Who looks at each item, in their turn, and by when."""

    roles: Listed = Field(min_length=1)
    within: str


class ItemReview(Thing):
    """Each item of some kind is allocated, reviewed by a worker and by a manager, and given an outcome.

    Suspected significant harm cannot be closed with anything but a referral: `harm-needs` is the outcome that it takes.
    """

    takes: tuple[Takes, ...] = Field(min_length=1)
    sent_by: Listed = Field(("police",), description="kinds of agency whose items are reviewed")
    worker: Reviewer
    manager: Reviewer
    outcomes: str = Field(description="code list")
    harm_needs: str = Field(description="the outcome that known or suspected significant harm takes")
    unallocated: Listed = Field(min_length=1, description="roles that allocate what nobody works with")
    reports_to: str = Field("", description="the group that gets a summary")
    message: str = Field(description="message to whoever reviews")
