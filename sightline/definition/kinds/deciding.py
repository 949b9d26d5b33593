"""What the front door may decide, whom it asks, and where a disagreement goes: routes, checks and ladders."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, model_validator

from sightline.definition.base import Listed, Model, Thing, YesNo

NEEDED = ("rationale", "checks", "answers", "agreement")
SPAN = re.compile(r"\d+ (working days?|hours?|minutes?)|([01]\d|2[0-3]):[0-5]\d next working day")


class Route(Thing):
    """One thing that the front door may decide, and what makes such a decision whole. Its id is a code of
    `front-door-decision`.

    Where it `protects`, it stands whatever is missing: that is flagged, and a named person answers for it. Any other
    decision is refused until it is whole.
    """

    protects: YesNo = False
    needs: Listed = Field(
        (),
        description="What it does not stand without: rationale; agreement; checks (somebody was asked, and has answered, or it is "
        "said why not); answers (whoever was asked has answered, or it is said why not)",
    )
    rationale_at_least: int = Field(default=40, ge=1, description="Characters of a rationale that says something")
    levels: Listed = Field((), description="Levels of help (`help-level`) that it fits; the first is suggested")
    decided_by: Listed = Field((), description="roles that may; empty: whoever may decide at all")
    own_contact: Literal["stands", "second-person"] = Field(
        "stands", description="Whether whoever took the contact may decide on it alone"
    )
    hands_over_to: Listed = Field((), description="Kinds of agency whose teams receive it; empty: it ends here")
    cannot_wait: YesNo = Field(False, description="The hand-over cannot wait")
    calls: Listed = Field((), description="Kinds of agency that are called to a strategy discussion at once")
    core: dict[str, Listed] = Field(
        {}, description="Who must take part in the discussion: a name, and the kinds of agency of which one is enough"
    )
    tells: str = Field(description="What whoever told us is told: no more than they may know")

    @model_validator(mode="after")
    def _means_something(self) -> Route:
        for one in self.needs:
            if one not in NEEDED:
                raise ValueError(f"`needs`: {one!r} is none of {', '.join(NEEDED)}")
        return self


class Check(Thing):
    """Whom the front door asks what they know about a child, for what purpose, on what basis, with which words."""

    asks: Listed = Field(min_length=1, description="Kinds of agency, in the order in which one is looked for")
    attended: YesNo = Field(False, description="Where the child goes: the agency on whose roll the child is")
    from_age: int = Field(default=0, ge=0, le=25, description="Not suggested for younger children (years)")
    core: YesNo = Field(False, description="Suggested for every contact")
    purpose: str = Field(description="What the answer is for, in words")
    basis: Listed = Field(min_length=1, description="codes of lawful-basis")
    at_the_line: Listed = Field((), description="Basis at the section 47 line, where it differs")
    question: str = Field(description="What is asked, unless whoever asks writes something else")
    answered_by: Listed = Field((), description="roles that are told at that agency; empty: all who may answer")
    remind: str = Field("30 minutes", description="How long before the answer is due they are reminded")

    @model_validator(mode="after")
    def _a_span(self) -> Check:
        if not SPAN.fullmatch(self.remind):
            raise ValueError(f"`remind`: {self.remind!r} is not a length of time, such as `30 minutes`")
        return self


class Rung(Model):
    """One level of a ladder: who looks at the decision again, and by when."""

    title: str
    whom: Listed = Field(min_length=1, description="roles, at the agency that decided")
    also: Listed = Field((), description="roles at the agency that disagrees, who are told too")
    within: str

    @model_validator(mode="after")
    def _a_span(self) -> Rung:
        if not SPAN.fullmatch(self.within):
            raise ValueError(f"`within`: {self.within!r} is not a length of time, such as `1 working day`")
        return self


class Ladder(Thing):
    """What happens when an agency disagrees with a decision: levels, each with its clock. It climbs by itself."""

    about: Listed = Field(("decision",), description="record types with which one may disagree")
    levels: tuple[Rung, ...] = Field(min_length=1)
    reason_at_least: int = Field(default=20, ge=1, description="Characters of a reason that says something")
    says: str = Field(description="Read to whoever disagrees")
