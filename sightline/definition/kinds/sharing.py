"""Sharing rules."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sightline.definition.base import Listed, Model, Thing, YesNo

ANY = "any"


class SharingWho(Model):
    """Who a rule is for. Every key given must hold. `tie` names ties between worker, team or agency and the child."""

    role: Listed = ()
    agency_kind: Listed = ()
    agency: Listed = Field((), description="ids of agencies")
    team: Listed = Field((), description="ids of teams")
    tie: Listed = ()
    unless_tie: Listed = Field((), description="Of a restriction: it leaves alone whoever has one of these ties")
    sender: YesNo | None = Field(None, description="The worker's agency sent the record")
    machine: YesNo = False


class SharingWhat(Model):
    records: Listed = Field(("any",), description="record types, or `any`")
    handling: Listed = ("ordinary",)
    level: Literal["full", "headline", "pointer", "hidden"] = "full"
    parts: Listed = Field((), description="Fields that a headline shows besides those that the record names")
    fields: Listed = Field(
        ("ordinary", "sensitive"), description="Classes of fields that show in full: ordinary, sensitive, protected"
    )
    restricted: YesNo = Field(
        False, description="Also where a record is kept to named people: for floors (a pointer) and machines alone"
    )


class SharingAge(Model):
    """By how long ago it happened: `{within: 5 years}`, or `{over: 5 years}`."""

    within: str = ""
    over: str = ""


class SharingRule(Thing):
    """Who may see what, at which of the four levels, why, on what basis. What no rule gives is hidden.

    `effect: restrict` narrows what other rules give: what it covers shows at most at its level, whoever else allows more.
    """

    effect: Literal["allow", "restrict"] = "allow"
    who: SharingWho
    may_see: SharingWhat
    age: SharingAge = SharingAge()
    for_: Listed = Field(("safeguarding",), alias="for", description="purposes; a restriction may say `any`")
    basis: Listed = ()
    lasts: str = Field("", description="For how long a tie that is made for this lasts at most: `4 hours`")
    says: str = Field(description="Read aloud to the worker: why I see this")
    floor: YesNo = Field(False, description="What better rules do not give is at least this (the front door's pointer)")
