"""How the rules of signals are watched: by which groups of children their figures are told, and what stops a rule."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sightline.definition.base import Listed, Model, Thing, YesNo
from sightline.definition.kinds.signals import months


class Grouped(Model):
    """A group of children, by one thing: `{title: Black, codes: [BCRB, BAFR, BOTH]}`, `{title: 10 to 15, from: 10 years,
    under: 16 years}`, `{title: Looked after, open: looked-after}`, `{title: …, records: [ehcp]}`; without any, everybody else.
    """

    title: str
    codes: Listed = Field((), description="of what was asked: ethnicity, or sex")
    from_: str = Field("", alias="from", description="an age: `10 years`")
    under: str = Field("", description="an age: `16 years`")
    open: Listed = Field((), description="states that are open then")
    records: Listed = Field((), description="records of which there is one")

    @property
    def asks(self) -> bool:
        """Whether it asks for anything; else it is everybody else, and nothing is judged by it."""
        return bool(self.codes or self.from_ or self.under or self.open or self.records)


class Grouping(Model):
    """By what: the groups in the order in which they are asked (the first that fits is the child's), and how they are put
    together where one of them is too small to show.

    `coarser`: from fine to coarse, each a list of what is put together (`[[mixed, other], [asian, black]]`); a group that is
    named in none of a line stands by itself. The steps are declared, so that what is put together never depends on how many
    there are. `stops`: a rate that nobody explained stops the rule; else `because` says why a difference is to be expected.
    """

    title: str
    of: Literal["ethnicity", "sex", "age", "records"]
    groups: dict[str, Grouped]
    coarser: tuple[tuple[Listed, ...], ...] = ()
    stops: YesNo = False
    because: str = ""

    @model_validator(mode="after")
    def _means_something(self) -> Grouping:
        for grouped in self.groups.values():
            for age in filter(None, (grouped.from_, grouped.under)):
                months(age)
        if not self.stops and not self.because:
            raise ValueError("where a rate stops no rule, `because` says why a difference is to be expected")
        return self

    def steps(self) -> tuple[tuple[tuple[str, ...], ...], ...]:
        """Every way in which the groups may be shown, from fine to coarse: each a list of groups put together."""
        found: list[tuple[tuple[str, ...], ...]] = [tuple((group,) for group in self.groups)]
        for line in self.coarser:
            together = {group: tuple(some) for some in line for group in some}
            found.append(tuple(dict.fromkeys(together.get(group, (group,)) for group in self.groups)))
        return tuple(found)


class Rate(Model):
    """How many times as often as all other children a group may be told of, and from how many on that is judged."""

    times: Annotated[float, Field(gt=1, le=10)]
    least: Annotated[int, Field(ge=1)] = Field(description="told of in the group, and among all others")


class Oversight(Thing):
    """How the rules of signals are watched. Figures are told once for each finished period, and never counted anew."""

    every: Literal["3 months", "6 months", "12 months"] = Field(description="a period, from 1 January on")
    settles: Annotated[int, Field(ge=0, le=120)] = Field(
        28, description="days after which a finished period is counted"
    )
    fewest: Annotated[int, Field(ge=3, le=50)] = Field(5, description="the smallest number of children that is shown")
    rate: Rate
    turning: Listed = Field((), description="records that tell of a turning point: what a signal should come before")
    by: dict[str, Grouping]
