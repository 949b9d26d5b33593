"""Names by where they come from: only to measure whether matching serves everybody alike, never about a person."""

from __future__ import annotations

from pydantic import Field, model_validator

from sightline.definition.base import Listed, Thing


class Naming(Thing):
    """Names that are common among people of one origin. A name may stand in several lists; it then counts in each."""

    given: Listed = Field((), description="given names, in plain letters")
    family: Listed = Field((), description="family names, in plain letters")
    endings: Listed = Field((), description="what family names of this origin often end in (`ski`, `escu`)")

    @model_validator(mode="after")
    def _dated_and_not_empty(self) -> Naming:
        if self.from_ is None:
            raise ValueError("`from` is needed: a list of names is of its day")
        if not (self.given or self.family):
            raise ValueError("`given` or `family` names are needed")
        return self
