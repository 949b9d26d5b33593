"""What is noticed about feeds, and from which threshold on. Thresholds are dated, each with its source."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, model_validator

from sightline.definition.base import Dated, Model, Thing

SPAN = re.compile(r"\d+ (working days?|days?|hours?|minutes?|weeks?|months?)")
NUMBER = re.compile(r"\d+(\.\d+)?")


class Usual(Model):
    """What a delivery is held against: how many of the last like it, and how many there must be to say anything."""

    last: int = Field(default=12, ge=1, le=100)
    least: int = Field(default=4, ge=1, le=100, description="With fewer, nothing is judged")
    rows: int = Field(default=20, ge=1, description="A file of fewer rows says nothing about shares")
    floor: float = Field(default=10, ge=0, le=100, description="Per cent of the median that is always usual")


class Notice(Thing):
    """What is noticed about feeds. What `limit` means depends on `of`.

    `late`: this long past the time it was due. `silent`: so many times its rhythm (and the same grace). `stopped`: a
    load that has not come to its end for so long. `volume`: so many median absolute deviations from the median.
    `filled`: a field filled in so many percentage points less than usual. `quarantined`: more than so many per cent of
    the rows could not be read. `waiting`: a row has waited for a person for so long. `gone`: more than so many records that
    are open here were left out of a newer whole extract.
    """

    of: Literal["late", "silent", "stopped", "volume", "filled", "quarantined", "waiting", "gone"]
    says: str = Field(description="What it asks of whoever is told")
    limit: tuple[Dated, ...] = Field(min_length=1)
    against: Usual = Usual()

    @model_validator(mode="after")
    def _limits_can_be_read(self) -> Notice:
        wanted = SPAN if self.of in ("late", "stopped", "waiting") else NUMBER
        for dated in self.limit:
            if not wanted.fullmatch(dated.is_):
                what = "a length of time, such as `8 hours`" if wanted is SPAN else "a number, such as `3`"
                raise ValueError(f"`limit` of {self.of}: {dated.is_!r} is not {what}")
        return self
