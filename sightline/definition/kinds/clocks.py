"""Clocks and calendars."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from sightline.definition.base import Condition, Listed, Model, Thing, YesNo


class Limit(Model):
    """`{from: DATE, is: 15 working days, when: {…}}`: the first that applies, newest date first."""

    from_: date = Field(alias="from")
    is_: str = Field(alias="is", description="`15 working days`, `72 hours`, `12:00 next working day`: see `spans`")
    never_later: str = Field("", description="A second span that caps the first: whichever ends sooner is due")
    or_by: str = Field("", description="A field of what starts it that names a moment: where that is sooner, it is due then")
    when: Condition | None = None
    source: str = ""


class ClockEvent(Model):
    """What starts, pauses, stops or ends a clock: a record type (or `decision`), with conditions on its fields, and on the
    person whose clock it is: `aged` (`unborn`, `under-4`, `adult`, …) and `attends` (kinds of agency, `elsewhere`, `nowhere`),
    as they were when it happened and was known. Of whom nobody knows the age, no `aged` holds."""

    record: Listed = Field((), description="record types; `queued` means any record that reaches the front door")
    where: Condition | None = None
    at: str = Field("", description="field that holds the moment; default: happened for agencies' records")
    or_at: str = Field("", description="The field that holds it on a record which has no such field as `at` names")
    first: YesNo = Field(False, description="Only the first such record starts it while it runs")


class Clock(Thing):
    starts: ClockEvent
    stops: ClockEvent | None = None
    ends: ClockEvent | None = Field(
        None, description="What answers the record that started it and makes an end of it: nothing more is to be done"
    )
    pauses: ClockEvent | None = None
    resumes: ClockEvent | None = None
    limit: tuple[Limit, ...]
    on: Literal["child", "record"] = Field("child", description="One a child, or one a record that starts it")
    late_needs: Listed = ()
    owner: str = Field("", description="role that answers for it")


class Calendar(Thing):
    """Days that are not worked, or on which a school is closed, besides weekends."""

    kind: Literal["working", "school"] = "working"
    closed: Listed = Field((), description="`2025-02-17` or `2025-02-17 to 2025-02-21`")
    inset: Listed = ()
    years: dict[str, Listed] = Field({}, description="school years: their terms, `2024-09-02 to 2024-10-25`")
