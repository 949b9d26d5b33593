"""Messages: what somebody is told, in which words, who reads it at an agency, and by when one of them answers."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, model_validator

from sightline.definition.base import Listed, Model, Thing, YesNo

NAMES = re.compile(r"\{([a-z][a-z0-9-]*)\}")


class MessagePart(Model):
    """What may stand in a sentence: counts, moments and codes, never anything personal."""

    is_: Literal["count", "moment", "agency", "role", "record", "clock", "signal", "code"] = Field(alias="is")
    of: str = Field("", description="The code list, where `is` is `code`")

    @model_validator(mode="after")
    def _codes_have_a_list(self) -> MessagePart:
        if (self.is_ == "code") != bool(self.of):
            raise ValueError("`of` names the code list where `is` is `code`, and stands nowhere else")
        return self


class Acknowledge(Model):
    """By when somebody says that it was read, and who is told besides when nobody has."""

    within: str = Field(description="A span, such as `1 hour` or `2 working days`")
    then: Listed = Field((), description="roles that are told too: at the agency that was told, or wherever they are")


class Message(Thing):
    """What one kind of message says. It holds no personal data: whoever may see more opens what it is about."""

    says: str = Field(description="One sentence; `{name}` stands for a part")
    says_one: str = Field("", description="The sentence where every count in it is one: `One child …`, never `1 children …`")
    does: str = Field("", description="What it asks of whoever is told")
    parts: dict[str, MessagePart] = {}
    needs: Literal["nothing", "pointer", "headline"] = Field(
        "nothing", description="What its reader must see of the record for the sentence to show; else the title alone"
    )
    to: Listed = Field((), description="roles that it goes to, where the one who sends it names nobody; the first first")
    read_by: Listed = Field((), description="Who reads it at an agency that is told; empty: all who may acknowledge")
    presses: YesNo = Field(False, description="Stands above what can wait")
    answers: YesNo = Field(False, description="Answers what its reader asked for: it counts towards nobody’s week")
    form_of: str = Field(
        "", description="Another message, which this is in other words, for other readers, or with another clock"
    )
    acknowledge: Acknowledge

    @model_validator(mode="after")
    def _names_are_parts(self) -> Message:
        for name in (*NAMES.findall(self.says), *NAMES.findall(self.says_one)):
            if name not in self.parts:
                raise ValueError(f"`says` names {{{name}}}, which is not under `parts`")
        return self
