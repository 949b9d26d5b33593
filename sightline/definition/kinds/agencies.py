"""Agencies, teams, roles and places."""

from __future__ import annotations

from pydantic import Field

from sightline.definition.base import Listed, Thing, YesNo
from sightline.definition.kinds.registry import Tolds


class Agency(Thing):
    """An organisation of the partnership."""

    kind: str = Field(description="agency-kind code")
    phone: str = ""
    out_of_hours: str = Field("", description="Number that is answered day and night")
    calendar: str = Field("", description="calendar, for schools")
    localities: Listed = ()
    names: Tolds = Field((), description="What documents have called it, from when; `title` is what it is called now")
    known_as: Listed = Field((), description="Other names and numbers that files call it by: DfE number, ODS code")


class Team(Thing):
    agency: str
    phone: str = ""
    managed_by: Listed = Field((), description="roles at its agency to whom its workers take what they cannot settle")
    on_duty_for: str = Field("", description="What the team stands duty for: `front-door` sees what reaches the queue")
    keeps: str = Field(
        "", description="How long after a notification the team on duty still sees the child: `365 days`"
    )
    receives: Listed = Field((), description="routes of the front door that are handed over to it")
    localities: Listed = Field((), description="Where the families live whom it works with; empty: everywhere")


class Role(Thing):
    """What a worker is. Permissions are named rights (`agencies.may`), never classes of people."""

    agencies: Listed = Field((), description="Kinds of agency at which the role exists; empty: any")
    may: Listed = Field((), description="permission codes")
    machine: YesNo = False


class Permission(Thing):
    """A named right, in words."""


class Locality(Thing):
    postcodes: Listed = Field((), description="Postcode districts, e.g. LS9")
    part_of: str = ""
