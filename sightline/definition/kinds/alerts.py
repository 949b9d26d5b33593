"""Which reading of children's records is unusual enough that somebody is told. Thresholds are dated, each with its source."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, model_validator

from sightline.definition.base import Dated, Listed, Model, Thing

SPAN = re.compile(r"\d+ (days?|hours?|minutes?)")
NUMBER = re.compile(r"\d+(\.\d+)?")
HOURS = re.compile(r"([01]\d|2[0-3]):[0-5]\d to ([01]\d|2[0-3]):[0-5]\d")
COUNTED = ("many-children", "more-than-usual")
COMPARED = ("own-family", "colleagues-family")
DETAILS = ("family-name", "postcode", "address", "phone")


class Unless(Model):
    """Whose reading is never told of here. Any key that fits is enough."""

    tie: Listed = Field(default=(), description="The reader or their team held one of these ties to the child then")
    agency_tie: Listed = Field(default=(), description="The reader's whole agency held one: excuses little")
    role: Listed = ()
    agency_kind: Listed = ()


class ReadingAlert(Thing):
    """Something about who reads what that a person should look at. A prompt to ask, never a finding.

    `many-children`: pages of more than `limit` children opened in `within`. `more-than-usual`: more than `limit` times
    the median of the reader's agency in `within`, and at least `least` children. `own-family`: the child's details
    `on` are the reader's own. `colleagues-family`: they are those of somebody else in the reader's agency. `flagged`:
    somebody flagged the child as one whom people may be curious about. `out-of-hours`: outside `hours`, or on a day
    that is no working day.
    """

    of: Literal["many-children", "more-than-usual", "own-family", "colleagues-family", "flagged", "out-of-hours"]
    says: str = Field(description="What was noticed: {count} children, {usual} as a rule, {details} that agree")
    asks: str = Field(description="What whoever reviews it does first")
    limit: tuple[Dated, ...] = ()
    within: str = Field("1 hour", description="Of what is counted")
    least: int = Field(default=1, ge=1, description="Fewer children than this are never unusual")
    on: Listed = Field((), description="Details that are compared, as keyed digests")
    hours: str = Field("", description="`07:00 to 20:00`: on working days, London's time")
    again: str = Field("24 hours", description="The same reader and child are told of once in this time")
    opened_by: Listed = Field(
        ("view-child", "view-entry"), description="What counts as opening: a name in a list of results does not"
    )
    unless: Unless = Unless()

    @model_validator(mode="after")
    def _means_something(self) -> ReadingAlert:
        for name, span in (("within", self.within), ("again", self.again)):
            if not SPAN.fullmatch(span):
                raise ValueError(f"`{name}`: {span!r} is not a length of time, such as `1 hour`")
        if (self.of in COUNTED) != bool(self.limit):
            raise ValueError(
                f"`limit`: {'is needed' if self.of in COUNTED else 'means nothing'} where `of` is {self.of}"
            )
        for dated in self.limit:
            if not NUMBER.fullmatch(dated.is_):
                raise ValueError(f"`limit`: {dated.is_!r} is not a number, such as `100`")
        if (self.of in COMPARED) != bool(self.on) or not set(self.on) <= set(DETAILS):
            raise ValueError(f"`on`: some of {', '.join(DETAILS)} where details are compared, and nowhere else")
        if (self.of == "out-of-hours") != bool(HOURS.fullmatch(self.hours)):
            raise ValueError("`hours`: such as `07:00 to 20:00` where `of` is out-of-hours, and nowhere else")
        return self
