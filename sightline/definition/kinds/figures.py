"""Figures that were published, or are assumed: how much of something there is in a partnership."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sightline.definition.base import Condition, Model, Thing, YesNo


class FigureCount(Model):
    """How the same figure is counted in records: `{record: domestic-abuse-incident, where: {children-present: "yes"}}`."""

    record: str = Field(description="record type; of a state (a plan), the record that opens it")
    where: Condition | None = Field(None, description="fields that the record must have")
    role: str = Field("", description="role of the children who are counted; default: every child on the record")


class Figure(Thing):
    """How much of something there is: a year's records, the children of a year, or the children on a day."""

    value: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    unit: Literal["records", "children", "children-on-the-day", "percent"] = Field(
        "records", description="a year's records, different children of a year, children on the last day, or a share"
    )
    rate: YesNo = Field(False, description="The value is for every 10,000 children")
    period: str = Field("", description="`12 months to March 2025`, `31 March 2023`")
    tolerance: Annotated[float, Field(gt=0, le=100)] = Field(5, description="How far apart is still the same, per cent")
    assumed: YesNo = Field(False, description="Nobody published it: an assumption, so that an invented city is whole")
    of: str = Field("", description="figure of which a percentage is")
    counts: FigureCount | None = Field(None, description="How the figure is counted in records; none: not counted")
