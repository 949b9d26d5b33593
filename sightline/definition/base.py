"""What every declared thing is made of: the base model, the one condition tree, the thing itself.

Keys in YAML are kebab-case (`sent-by`); attributes here are snake_case (`sent_by`). Every scalar arrives
as text and becomes a type here, so that YAML's own guesses (`on`, `21:40`) never matter. References between
things are checked by the loader once everything has been read (see `check.py`).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

ID = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"


def _kebab(name: str) -> str:
    return name.rstrip("_").replace("_", "-")


def _yes_no(value: object) -> object:
    """`yes`, `no`, `true`, `false` as text become booleans; anything else is left for pydantic to refuse."""
    words = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}
    return words.get(value.lower(), value) if isinstance(value, str) else value


def _listed(value: object) -> object:
    """One thing where a list is meant is a list of one."""
    return [value] if isinstance(value, str) else value


YesNo = Annotated[bool, BeforeValidator(_yes_no)]
Listed = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class Model(BaseModel):
    """Base: frozen, kebab-case keys, unknown keys are faults."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=_kebab, populate_by_name=True)


# --- conditions: the one tree -------------------------------------------------------------------------

COMBINATORS = ("all", "any", "none")


class Condition(Model):
    """A small tree over named facts. `{role: [gp, paediatrician], tie: allocated}` means both hold.

    A leaf asks whether a fact (a text, or a set of texts) has one of the values given. `all`, `any`, `none`
    combine. There is no expression language: a tree can be read aloud, compiled to SQL, and explained.
    """

    all: tuple[Condition, ...] = ()
    any: tuple[Condition, ...] = ()
    none: tuple[Condition, ...] = ()
    terms: dict[str, tuple[str, ...]] = {}

    @model_validator(mode="before")
    @classmethod
    def _gather_terms(cls, value: Any) -> Any:
        if not isinstance(value, dict) or "terms" in value:
            return value
        out: dict[str, Any] = {k: value[k] for k in COMBINATORS if k in value}
        out["terms"] = {k: _listed(v) for k, v in value.items() if k not in COMBINATORS}
        return out

    def names(self) -> set[str]:
        """All terms that the tree mentions."""
        found = set(self.terms)
        for part in (*self.all, *self.any, *self.none):
            found |= part.names()
        return found

    def holds(self, facts: dict[str, Any]) -> bool:
        """True when the facts satisfy the tree. A fact is a text, a collection of texts, or absent (never matches)."""
        for name, wanted in self.terms.items():
            have = facts.get(name)
            if have is None:
                return False
            if have not in wanted if isinstance(have, str) else set(have).isdisjoint(wanted):
                return False
        for part in self.all:  # loops, for a rule asks this of hundreds of entries
            if not part.holds(facts):
                return False
        for part in self.none:
            if part.holds(facts):
                return False
        if not self.any:
            return True
        for part in self.any:
            if part.holds(facts):
                return True
        return False


# --- things -------------------------------------------------------------------------------------------


class Dated(Model):
    """A value from a day on, with its source: `{from: 2010-04-01, is: 15 working days, source: …}`."""

    from_: date = Field(alias="from")
    is_: str = Field(alias="is")
    source: str = ""


class Thing(Model):
    """What every declared thing has. `id` is the file's name; `where` is its file, for faults and `describe`."""

    id: str = Field(pattern=ID)
    title: str
    source: str = Field(description="Law, guidance or local document with its date; `local` when only custom")
    note: str = ""
    from_: date | None = Field(None, alias="from")
    until: date | None = None
    examples: tuple[dict[str, Any], ...] = ()
