"""Code lists, and the lanes of the picture."""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from sightline.definition.base import Listed, Model, Thing, YesNo


class Code(Model):
    title: str
    note: str = ""
    local: YesNo = False
    old: Listed = Field((), description="Codes of other or earlier lists that mean this one")
    would: str = Field("", description="Of a tie, as a condition: `the child were allocated to you or your team`")


class CodeList(Thing):
    """A list of codes. `open: yes` keeps an unknown code (flagged) instead of faulting it."""

    open: YesNo = False
    codes: dict[str, Code]

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("codes"), dict):
            codes = {k: {"title": v} if isinstance(v, str) else v for k, v in value["codes"].items()}
            return {**value, "codes": codes}
        return value


class Lane(Thing):
    """A lane of the picture: which kinds of agency (or which records) it shows, and in what order."""

    of: Listed = Field((), description="agency kinds")
    records: Listed = ()
    order: int = 50
