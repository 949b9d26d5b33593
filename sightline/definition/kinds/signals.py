"""Signals: patterns that prompt a person to look."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sightline.definition.base import Condition, Model, Thing


class Counted(Model):
    """`{count: {counts-as: [harmed, missing, accused]}, at-least: 3, within: 90 days}`: what completes a pattern."""

    count: Condition = Field(description="Facts of an entry; `counts-as` is how its role on the record counts")
    at_least: Annotated[int, Field(ge=1, le=50)]
    within: str = Field(description="A window, by when it happened")


class Signal(Thing):
    """A pattern that prompts a person to look; never a decision, never a score."""

    may_mean: str
    does_not_mean: str
    when: Counted
    says: str = Field(description="Template: {count} and {days} are known")
    owner: str = Field("", description="role that answers for the rule")
