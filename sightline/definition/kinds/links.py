"""Links: how somebody comes to be beside a child, so that what happens to them may matter to the child.

A link is not a fact about anybody: it is worked out from what was told, each time anew, and fades. Nobody keeps a list.
"""

from __future__ import annotations

from pydantic import Field, model_validator

from sightline.definition.base import Condition, Listed, Thing
from sightline.definition.kinds.signals import WHOSE, months


class Link(Thing):
    """What makes somebody a child's `sibling`, `peer`, `parent` or `adult-at-home` (the id says which).

    `on` and `both` are asked of a place on a record: `record`, `role`, `counts-as`, `mark`. `on`: of the other's place on a
    record that is about the child; `both`: of each one's place on one record.
    """

    relations: Listed = Field((), description="as told (code list `relation`): the other is this to the child")
    inverse: Listed = Field((), description="as told the other way round: the child is this to the other")
    on: Condition | None = Field(None, description="the other's place on a record about the child")
    both: Condition | None = Field(None, description="each one's place on one record")
    through: str = Field("", description="another link: whoever has the same one (`parent`: children of one parent)")
    both_under: str = Field("", description="only where both were known to be younger when it happened: `18 years`")
    over: str = Field("", description="only what the other did at that age or later: `18 years`; of unknown age counts")
    lasts: str = Field("", description="how long a record makes the link, from when it happened; empty: for good")

    @model_validator(mode="after")
    def _means_something(self) -> Link:
        if self.id not in WHOSE or self.id == "child":
            raise ValueError(f"a link is one of {', '.join(WHOSE[1:])}, not {self.id!r}")
        if not (self.relations or self.inverse or self.on or self.both or self.through):
            raise ValueError("say what makes the link: `relations`, `on`, `both` or `through`")
        for age in filter(None, (self.both_under, self.over)):
            months(age)
        return self
