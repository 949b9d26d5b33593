"""The registry: documents, boards, subgroups and meetings with their history, priorities, strategies, and what is watched.

Every value says in which document it stands. A document has the day since which what it tells is known, and the time
that it tells of; from these comes the difference between *as it was on a day* and *as known on a day*. Nothing is
filled in: `from` is a start that is stated, `by` means in place by then (when it began is not stated), and neither means
for the time that the document tells of. What no document says is left out, and pages say "not stated".
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from sightline.definition.base import Dated, Listed, Model, Thing, YesNo
from sightline.timescales.partial import parse_partial

GROUP_KINDS = (
    "partnership",
    "board",
    "executive",
    "subgroup",
    "forum",
    "operational-meeting",
    "task-group",
    "partnership-of-others",
)
STATUSES = ("planned", "active", "paused", "ended")
VACANT = "vacant"
FLAGS = ("inactive", "chairless", "review-due")


def _partial(text: str) -> str:
    """A year, a month or a day, as far as the document says. Raises ValueError."""
    return str(parse_partial(text)) if text else text


def _told(value: Any) -> Any:
    """The short form: one text is one value, a list of texts one value of several; both from the thing's own source."""
    if isinstance(value, str):
        return [{"is": value}] if value else []
    if isinstance(value, (list, tuple)) and value and all(isinstance(item, str) for item in value):
        return [{"is": list(value)}]
    return value


When = Annotated[str, AfterValidator(_partial)]


class Cited(Model):
    """Where something is told."""

    source: str = Field("", description="a document; empty: the thing's own source")
    at: str = Field("", description="Where in the document: its section, and the paragraph or table")
    known: date | None = Field(None, description="Since when it is known, where that is not the document's own day")
    inferred: YesNo = Field(False, description="Concluded from what is told, not stated")
    note: str = ""


class Told(Cited):
    """A value for a time: `{from: 2021-09, is: …, source: …, at: …}`. Dates as far as they are told: `2021`, `2021-09`."""

    from_: When = Field("", alias="from", description="It began then; that is stated")
    by: When = Field("", description="In place by then; when it began is not stated")
    until: When = Field("", description="The last day, month or year of which it is told")
    is_: Listed = Field(alias="is")

    @model_validator(mode="after")
    def _one_start(self) -> Told:
        if self.from_ and self.by:
            raise ValueError("`from` (it began then) or `by` (in place by then), not both")
        return self


class Terms(Told):
    """Terms of reference: `is` names them."""

    agreed: When = ""
    reviewed: When = Field("", description="When they, and who belongs, were last reviewed")
    review_due: When = ""


class Held(Cited):
    """Meetings of which a document tells: on a day, or a number of them within a time."""

    on: When = ""
    from_: When = Field("", alias="from")
    until: When = ""
    count: int | None = Field(None, description="How many in that time; absent: it met, and how often is not stated")
    held: YesNo = Field(True, description="`no`: it did not meet in that time")

    @model_validator(mode="after")
    def _one_time(self) -> Held:
        if self.on and (self.from_ or self.until):
            raise ValueError("`on` a day, or `from` and `until`, not both")
        return self


Tolds = Annotated[tuple[Told, ...], BeforeValidator(_told)]


class Document(Thing):
    """A document that tells of the partnership."""

    by: str = Field(description="Who wrote it")
    dated: str = Field("", description="The date that it bears, in its own words; empty: undated")
    known: date = Field(
        description="Since when what it tells is known: when it was published, or a day that `note` explains"
    )
    tells_from: date = Field(description="The first day of the time that it tells of")
    tells_until: date = Field(description="The last")


class Group(Thing):
    """A board, subgroup, forum or meeting, with its history. `title` is what it is called now."""

    kind: Literal[
        "partnership",
        "board",
        "executive",
        "subgroup",
        "forum",
        "operational-meeting",
        "task-group",
        "partnership-of-others",
    ] = "forum"
    names: Tolds = ()
    status: Tolds = Field((), description="planned, active, paused or ended; without any: active")
    purpose: Tolds = ()
    part_of: Tolds = Field((), description="group whose part it is")
    reports_to: Tolds = Field((), description="group, where a document says so")
    chair: Tolds = Field((), description="agency, role or group; else the post in words, never a person; or `vacant`")
    vice_chair: Tolds = ()
    members: Tolds = Field((), description="agencies, kinds of agency, roles or groups; others in words")
    every: Tolds = Field((), description="How often it meets: `2 weeks`; a day, or `each working day`, in words")
    terms: tuple[Terms, ...] = ()
    meetings: tuple[Held, ...] = ()
    followed_by: Tolds = Field((), description="group that took its place, from when, and how (`note`)")


class Measure(Cited):
    """A figure by which a priority or strategy is looked at, as the document gives it."""

    is_: str = Field(alias="is")
    period: str = ""


class Aim(Thing):
    """What priorities and strategies have in common. `from` and `until` are the time for which it is set."""

    year: str = Field("", description="As the document says it: `2024-25`, `2021-2024`")
    order: int = 0
    owner: Tolds = Field((), description="agency, role or group that answers for it; else in words")
    status: Tolds = Field((), description="What became of it, in words")
    says: tuple[Told, ...] = Field((), description="What it is about")
    objectives: Tolds = ()
    measures: tuple[Measure, ...] = ()
    told: tuple[Cited, ...] = Field((), description="Where it stands")


class Priority(Aim):
    """What the partnership has put first for a year."""


class Strategy(Aim):
    """A strategy, with who owns it and how far it is."""


class Watch(Thing):
    """What the registry watches for, with thresholds that change by date.

    `inactive`: no meeting for at least `times` its rhythm; `rhythm` is expected where no rhythm is stated.
    `chairless`: the chair is known to be vacant. `review-due`: terms and membership not reviewed for `limit`.
    """

    flag: Literal["inactive", "chairless", "review-due"]
    applies_to: Listed = Field(description="kinds of group")
    says: str = Field(description="What it asks of whoever keeps the registry")
    rhythm: tuple[Dated, ...] = ()
    times: tuple[Dated, ...] = ()
    limit: tuple[Dated, ...] = ()


__all__ = [
    "FLAGS",
    "GROUP_KINDS",
    "STATUSES",
    "VACANT",
    "Aim",
    "Cited",
    "Document",
    "Group",
    "Held",
    "Measure",
    "Priority",
    "Strategy",
    "Terms",
    "Told",
    "Watch",
]
