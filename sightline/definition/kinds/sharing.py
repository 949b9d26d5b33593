"""Sharing rules."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sightline.definition.base import Listed, Model, Thing, YesNo


class SharingWho(Model):
    """Who a rule is for. Every key given must hold. `tie` names ties between worker, team or agency and the child."""

    role: Listed = ()
    agency_kind: Listed = ()
    tie: Listed = ()
    sender: YesNo | None = Field(None, description="The worker's agency sent the record")
    machine: YesNo = False


class SharingWhat(Model):
    records: Listed = Field(("any",), description="record types, or `any`")
    handling: Listed = ("ordinary",)
    level: Literal["full", "headline", "pointer"] = "full"
    parts: Listed = ()


class SharingRule(Thing):
    """Who may see what, at which of the four levels, why, on what basis. What no rule gives is hidden."""

    who: SharingWho
    may_see: SharingWhat
    for_: Listed = Field(("safeguarding",), alias="for")
    basis: Listed = ()
    says: str = Field(description="Read aloud to the worker: why I see this")
    floor: YesNo = Field(False, description="What better rules do not give is at least this (the front door's pointer)")
