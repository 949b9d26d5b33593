"""Message plans: when what somebody is told also reaches them by e-mail, and how much of it in a week before the digest
takes the rest. What cannot wait is never held back."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from sightline.definition.base import Listed, Model, Thing

HOUR = re.compile(r"^([01]\d|2[0-3]):[0-5]\d$")


def _hour(text: str) -> str:
    if not HOUR.match(text):
        raise ValueError("an hour of the day, such as `08:00`")
    return text


Hour = Annotated[str, AfterValidator(_hour)]


class Quiet(Model):
    """The hours in which nothing that can wait is e-mailed."""

    begins: Hour = Field(description="London’s time")
    ends: Hour


class MessagePlan(Thing):
    """For some roles, or for everybody who is named in no other plan."""

    roles: Listed = Field((), description="Whom it is for; empty: everybody whom no other plan names")
    quiet: Quiet
    digest: Hour = Field(description="When what was held back is told together, each working day")
    week: int = Field(
        0, ge=0, description="Messages in seven days beyond which the digest takes the rest; 0: without limit"
    )
    follows: Listed = Field((), description="Ties to a child by which somebody is told of what is new about them")
    follows_concerns: Listed = Field((), description="Ties by which they are told of new concerns alone")
    nobody_there: Listed = Field(
        (), description="roles told of a message that reaches nobody: the first of which somebody is there"
    )
    subject: str = Field(description="Of the e-mail; `{count}` may stand in it, and nothing about anybody")
    body: str = Field(description="`{count}`, `{messages}` and `{address}` may stand in it, and nothing about anybody")
    urgent: str = Field(description="The subject where something in it cannot wait")
