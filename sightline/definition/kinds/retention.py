"""How long a child's record is kept: schedules as data, each with its source. Which is due is worked out in `retaining`."""

from __future__ import annotations

from pydantic import Field, model_validator

from sightline.definition.base import Listed, Thing

ANY = "any"


class Retention(Thing):
    """How long the record of a child is kept who has had any of these records. Of several that apply, the longest counts.

    Both limits of one schedule must be over: `until-age: 25` and `years-after-last: 10` keep the record of a child who was
    24 when it ended until they are 34.
    """

    records: Listed = Field(min_length=1, description="Record types; `any`: every child")
    until_age: int = Field(0, ge=0, le=120, description="Kept until this birthday")
    years_after_last: int = Field(
        0, ge=0, le=120, description="Kept this many years after the last record about the child"
    )
    says: str = Field(description="What whoever reviews it is told to look at before agreeing")

    @model_validator(mode="after")
    def _something_is_over_one_day(self) -> Retention:
        if not self.until_age and not self.years_after_last:
            raise ValueError("say `until-age`, `years-after-last`, or both: a schedule without an end is none")
        return self
