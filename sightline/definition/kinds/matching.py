"""What a partnership declares about knowing people again: names that stand for each other."""

from __future__ import annotations

from pydantic import Field

from sightline.definition.base import Dated, Listed, Model, Thing, YesNo


class Nicknames(Thing):
    """Names with their short forms and spellings, and words in name fields that are no name."""

    names: dict[str, Listed] = Field({}, description="a name: its short forms and other spellings")
    spellings: YesNo = Field(
        False, description="Forms here are spellings: two forms of a name are one name, as each is"
    )
    own: Listed = Field((), description="forms that children bear as names of their own: Alfie and Freddie are two")
    none: Listed = Field((), description="words and phrases where no name is known (`baby`, `not known`)")
    whose: Listed = Field((), description="after these stands another's name (`infant of`, `mother of`)")
    before: Listed = Field((), description="words before the name by which somebody is called (`muhammad` ali)")
    particles: Listed = Field(
        (), description="words that are no part of a family name when it is compared (`de`, `al`)"
    )
    joined: Listed = Field((), description="in family names, written together with the next word (`o` brien)")
    joined_given: Listed = Field((), description="in given names, written together with the next word (`abdul` rahman)")
    endings: dict[str, Listed] = Field(
        {}, description="endings of family names, and those of men for them (`ska`: `ski`)"
    )


# Why a pair is in its band. The code gives each; a partnership says it in words, and may not leave one out.
AGREES = ("nhs", "upn", "confirmed")
CONTRADICTS = (
    "another-number",
    "twin",
    "sibling",
    "generation",
    "told-as-family",
    "another-birth-date",
    "another-sex",
    "another-name",
    "kept-apart-by-sender",
)
WAITS = (
    "not-confirmed",
    "details-alone",
    "number-given-twice",
    "speaks-against",
    "protected",
    "sealed",
    "stopped",
    "held-apart",
    "told-apart",
    "no-longer-agrees",
)
NOT_ONE = ("too-little", "two-people")
REASONS = (*AGREES, *CONTRADICTS, *WAITS, *NOT_ONE)
# What may confirm an identifier. `given` is the same name, a short form or a misspelling of it; `born-nearly` the same
# year with day and month transposed or one digit amiss; `kin` a family member in common.
CONFIRMS = (
    "given",
    "family",
    "born",
    "born-nearly",
    "sex",
    "school",
    "postcode",
    "phone",
    "email",
    "kin",
    "nhs",
    "upn",
)
IDENTIFIERS = ("nhs", "upn")


class Weights(Model):
    """From which weight on, in bits (log2 of the odds that two are one), by band."""

    same: tuple[Dated, ...] = Field(min_length=1)
    possible: tuple[Dated, ...] = Field(min_length=1)


class Identifier(Model):
    """A number that may join by itself, where it agrees to the letter, something confirms it and nothing contradicts."""

    title: str
    source: str
    confirmed_by: tuple[Listed, ...] = Field(
        min_length=1, description="One of these sets must agree as a whole: `[given, born]`"
    )


class Reason(Model):
    """Why a pair is where it is, in words for whoever decides."""

    says: str
    source: str = ""


class Fairness(Model):
    """A matcher that fails one community fails its children."""

    gap: tuple[Dated, ...] = Field(min_length=1, description="Percentage points below the average that stop a band")
    least: int = Field(default=100, ge=1, description="With fewer pairs of a group, nothing is judged")
    small: int = Field(default=10, ge=1, description="A share of fewer pairs is not shown")
    drift: int = Field(
        default=5, ge=1, le=100, description="Percentage points by which agreement may differ from what was learnt"
    )
    of: Listed = Field(description="By what groups are told apart")


class Holder(Model):
    """Who alone sees and decides what is sealed, and how they are reached day and night."""

    role: str
    agency: str = Field("", description="whose numbers are rung; a partnership names it")
    day: str = Field("", description="number by day; default: the agency's own")
    night: str = Field("", description="number by night; default: the agency's number out of hours")
    says: str = Field(description="What others read instead")


class Matching(Thing):
    """When two senders' details are one person, when somebody must decide, and who.

    *Same* asks three things: the weight, an identifier that agrees and is confirmed, and that nothing contradicts.
    *Possible* asks the weight, or an identifier that agrees: it waits for a person. All else is *new*.
    """

    weights: Weights
    automatic: tuple[Dated, ...] = Field(min_length=1, description="Whether *same* joins by itself: `yes` or `no`")
    error: tuple[Dated, ...] = Field(
        min_length=1, description="At most so many wrong of a million joined by themselves"
    )
    identifiers: dict[str, Identifier] = Field(min_length=1)
    reasons: dict[str, Reason]
    two_people: tuple[Dated, ...] = Field(
        min_length=1, description="How many workers must agree where one side is protected"
    )
    generation: int = Field(
        default=12, ge=8, le=40, description="Years between births that make a parent, not a misprint"
    )
    sealed: Holder
    fairness: Fairness
