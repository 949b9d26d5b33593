"""Record types: what an agency may send."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from sightline.definition.base import Condition, Listed, Model, Thing, YesNo

FieldKind = Literal[
    "line", "text", "quoted", "choice", "choices", "date", "datetime", "number", "yes-no", "phone", "words"
]


class RecordField(Model):
    """One field of a record. `quoted` is somebody's own words; it is never paraphrased or linted."""

    title: str
    kind: FieldKind = "line"
    of: str = Field("", description="code-list, for choice and choices")
    needed: YesNo = False
    hint: str = ""
    note: str = ""
    for_each: str = ""
    or_said: YesNo = Field(
        False, description="Where no choice of the record was made, what was said is looked through for words of its list"
    )
    classification: Literal["ordinary", "sensitive", "protected"] = "sensitive"


class RecordRole(Model):
    """How a person stands on a record: child, parent, suspect, …"""

    title: str
    needed: YesNo = False
    many: YesNo = False
    child: YesNo = Field(False, description="Whether the record belongs on this person's chronology as a child's")
    handling: str = ""
    counts_as: Literal["", "harmed", "missing", "accused", "cared-for", "context"] = Field(
        "", description="the words of a signal"
    )


class GoodWhen(Model):
    """Something that a good record contains: counted, said kindly, fed back; it never stops a concern."""

    part: str
    says: str
    of: str = Field("", description="role, when the part belongs to a person (`ethnicity` of `child`)")
    not_enough: Listed = ()
    when: Condition | None = Field(
        None, description="Asked only where the record's own fields are so: `{grade: [amber, red]}`"
    )


class Opens(Model):
    """A state that the record opens or keeps: from its `from` field until its `until` field."""

    state: str
    from_: str = Field("", alias="from", description="field that holds the start; default: when it happened")
    until: str = Field("", description="field that holds the end")
    says: str = Field("", description="template for the tag on the child's page")


class Ties(Model):
    """A tie of the sender to each child on the record that it begins again or ends, by a day that it tells.

    What makes such a tie in the first place are the details of the child (their school). `until`: it is over on that day.
    `from`: where it was over before that day, it stands again.
    """

    kind: str = Field(description="tie")
    from_: str = Field("", alias="from", description="field that holds a day on which it stood")
    until: str = Field("", description="field that holds the day on which it was over")


class Guards(Model):
    """Whom the record guards as an identity, from then on: whoever may be one person with them is decided more carefully.

    `protected`: two workers must agree to join them with anybody. `sealed`: they and their matches are the named
    holder's alone (`matching`), and they are joined with nobody.
    """

    as_: Literal["protected", "sealed"] = Field(alias="as")
    of: Listed = Field((), description="roles; default: whoever stands on it in a child's role")
    when: Condition | None = Field(None, description="Asked of the record's own fields: `{order: [adoption]}`")


class Handled(Model):
    """Where a record's own fields say so, it is handled otherwise: `{when: {handling: C}, as: intelligence-conditions}`."""

    when: Condition
    as_: str = Field(alias="as", description="handling code")


def _guards(value: object) -> object:
    """`guards: protected` is `guards: {as: protected}`."""
    return {"as": value} if isinstance(value, str) else value


class RecordType(Thing):
    sent_by: Listed = Field(description="Kinds of agency that may send it")
    people: dict[str, RecordRole] = {}
    fields: dict[str, RecordField] = {}
    one: str = Field(
        "", description="One of them, within a sentence: `an absence`; default: the title with its article"
    )
    pointer: str = Field(description="What a pointer says: the kind, no free text, ever")
    headline: str = Field(description="Template: {field}, {says}, {role.count}; shown at headline and full")
    parts: Listed = Field((), description="Fields that a headline shows besides the headline itself")
    handling: str = Field("ordinary", description="handling code")
    handled: tuple[Handled, ...] = Field((), description="Where it is handled otherwise; the first that holds")
    pointer_only: YesNo = Field(False, description="Never on a chronology in words, whoever looks (intelligence)")
    who_is_who: YesNo = Field(
        False, description="Says who somebody is or to whom they belong, and nothing that happened: never listed as news"
    )
    nobody: YesNo = Field(False, description="May be about nobody: a place, a vehicle, an account")
    routine: YesNo = Field(False, description="About every child: sealed until a concern opens")
    unless: Condition | None = Field(None, description="Where this holds, a routine record is not routine")
    opened_for: str = Field("", description="How far back a concern opens routine records of this type: `365 days`")
    kept_for: str = Field(
        "", description="How long a routine record that no concern opened is kept, from when it happened: `24 months`"
    )
    queue: YesNo | Condition = Field(False, description="Whether it reaches the front door's queue")
    urgent: Condition | None = Field(None, description="Where this holds, it cannot wait")
    concern: YesNo = Field(False, description="Opens the chronology: a concern or a service exists")
    mark: Literal["event", "ordinary", "context", "strength"] = "ordinary"
    never_counts: Condition | None = Field(
        None, description="Where this holds, nobody on it counts as harmed, missing or accused: `{outcome-code: no-offence}`"
    )
    opens: Opens | None = None
    ties: Ties | None = Field(None, description="Which tie of the sender to the child it begins again or ends")
    guards: Annotated[Guards | None, BeforeValidator(_guards)] = Field(
        None, description="Who is protected or sealed as an identity because of it"
    )
    good_when: tuple[GoodWhen, ...] = ()
    if_poor: str = Field("", description="message that tells whoever wrote it what it lacks, on the next working day")
