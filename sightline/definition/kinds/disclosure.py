"""What leaves: who outside may be given what, and what stands beside a decision to share."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from sightline.definition.base import Listed, Model, Thing, YesNo

PackKind = Literal["disclosure", "subject-access", "review"]
Redacts = Literal["third-party", "address", "source", "child-words", "protected", "free-text"]
Beside = Literal["required", "flagged", "not-asked"]


class Gives(Model):
    """Which records may be in the pack at all: record types, or `any`; and how handled. What is not given is withheld."""

    records: Listed = ("any",)
    handling: Listed = ("ordinary",)


class Withholds(Model):
    """Why what is not given is withheld: the first that fits says so, with a code of `withheld`."""

    records: Listed = ()
    handling: Listed = ()
    because: str = Field(description="code of `withheld`")

    @model_validator(mode="after")
    def _says_what(self) -> Withholds:
        if not self.records and not self.handling:
            raise ValueError("says neither `records` nor `handling`: everything would be withheld")
        return self


class Recipient(Thing):
    """A kind of recipient outside: what a pack for them may hold, for which purposes, on which basis.

    `gives` opens, `withholds` and `redacts` narrow, and what one of them takes no other gives back. `redacts` works on
    the words: whoever else is named, addresses and numbers, who told us, the child's own words, protected fields.
    """

    kinds: tuple[PackKind, ...] = Field(min_length=1)
    stands: Literal["person", "agency", "court"] = Field(description="Whom it is for in the end")
    for_: Listed = Field(alias="for", min_length=1)
    basis: Listed = ()
    gives: Gives = Gives()
    withholds: tuple[Withholds, ...] = ()
    redacts: tuple[Redacts, ...] = ("third-party", "address", "source", "child-words", "protected")
    tells: Listed = Field(
        (),
        description="codes of `withheld`: the file says that records were withheld for these; of others it says nothing",
    )
    checks: Listed = Field((), description="codes of `pack-check`: what whoever prepares it answers for")
    within: str = Field("", description="How long there is from the day it was asked for: `1 month`")
    says: str = Field(description="Stands on the cover: what this is, and what may be done with it")
    also: Listed = Field((), description="Words by which somebody may call this recipient")
    withdrawn_from_choice: YesNo = Field(False, description="Never offered; old packs still name it")


class Share(Thing):
    """What must stand beside a decision to share, or not to, for these purposes.

    `required`: refused without. `flagged`: it stands, and somebody answers for what is missing. `not-asked`: the law
    does not ask it here. The section 47 line is drawn by these files, not in code.
    """

    for_: Listed = Field(alias="for", min_length=1)
    line: Literal["below-section-47", "section-47", "other"]
    agreement: Beside = Field(description="The family's agreement, or why it was not sought")
    family: Beside = Field(description="That the family was told, or why not")
    because: Beside = Field("flagged", description="Why it is shared, or not")
    law: Beside = Field("flagged", description="The lawful basis, of those under `basis`")
    basis: Listed = Field((), description="What such a share usually rests on")
    says: str
