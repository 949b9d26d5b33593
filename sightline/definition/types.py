"""The shapes of what a partnership declares. A meaningless declaration cannot be constructed.

Keys in YAML are kebab-case (`sent-by`); attributes here are snake_case (`sent_by`). Every scalar arrives
as text and becomes a type here, so that YAML's own guesses (`on`, `21:40`) never matter. References between
things are checked by the loader once everything has been read (see `check.py`).
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

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
            values = {have} if isinstance(have, str) else set(have)
            if values.isdisjoint(wanted):
                return False
        if not all(part.holds(facts) for part in self.all):
            return False
        if self.any and not any(part.holds(facts) for part in self.any):
            return False
        return not any(part.holds(facts) for part in self.none)


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


class Agency(Thing):
    """An organisation of the partnership."""

    kind: str = Field(description="agency-kind code")
    phone: str = ""
    out_of_hours: str = Field("", description="Number that is answered day and night")
    calendar: str = Field("", description="calendar, for schools")
    localities: Listed = ()


class Team(Thing):
    agency: str
    phone: str = ""
    on_duty_for: str = Field("", description="What the team stands duty for: `front-door` sees what reaches the queue")
    keeps: str = Field(
        "", description="How long after a notification the team on duty still sees the child: `365 days`"
    )


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


class Group(Thing):
    """A board, subgroup or meeting structure (its history comes with the registry)."""

    part_of: str = ""
    chair: str = ""
    every: str = ""
    members: Listed = ()


class Code(Model):
    title: str
    note: str = ""
    local: YesNo = False
    old: Listed = Field((), description="Codes of other or earlier lists that mean this one")


class CodeList(Thing):
    """A list of codes. `open: yes` keeps an unknown code (flagged) instead of faulting it."""

    open: YesNo = False
    codes: dict[str, Code]

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("codes"), dict):
            codes = {k: {"title": v} if isinstance(v, str) else v for k, v in value["codes"].items()}
            return {**value, "codes": codes}
        return value


class Lane(Thing):
    """A lane of the picture: which kinds of agency (or which records) it shows, and in what order."""

    of: Listed = Field((), description="agency kinds")
    records: Listed = ()
    order: int = 50


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
    classification: Literal["ordinary", "sensitive", "protected"] = "sensitive"


class RecordRole(Model):
    """How a person stands on a record: child, parent, suspect, …"""

    title: str
    needed: YesNo = False
    many: YesNo = False
    child: YesNo = Field(False, description="Whether the record belongs on this person's chronology as a child's")
    handling: str = ""
    counts_as: str = Field("", description="harmed | missing | accused | cared-for | context: the words of a signal")


class GoodWhen(Model):
    """Something that a good record contains: counted, said kindly, fed back; it never stops a concern."""

    part: str
    says: str
    of: str = Field("", description="role, when the part belongs to a person (`ethnicity` of `child`)")
    not_enough: Listed = ()


class Opens(Model):
    """A state that the record opens or keeps: from its `from` field until its `until` field."""

    state: str
    from_: str = Field("", alias="from", description="field that holds the start; default: when it happened")
    until: str = Field("", description="field that holds the end")
    says: str = Field("", description="template for the tag on the child's page")


class RecordType(Thing):
    sent_by: Listed = Field(description="Kinds of agency that may send it")
    people: dict[str, RecordRole] = {}
    fields: dict[str, RecordField] = {}
    pointer: str = Field(description="What a pointer says: the kind, no free text, ever")
    headline: str = Field(description="Template: {field}, {says}, {role.count}; shown at headline and full")
    parts: Listed = Field((), description="Fields that a headline shows besides the headline itself")
    handling: str = Field("ordinary", description="handling code")
    pointer_only: YesNo = Field(False, description="Never on a chronology in words, whoever looks (intelligence)")
    routine: YesNo = Field(False, description="About every child: sealed until a concern opens")
    unless: Condition | None = Field(None, description="Where this holds, a routine record is not routine")
    opened_for: str = Field("", description="How far back a concern opens routine records of this type: `365 days`")
    queue: YesNo | Condition = Field(False, description="Whether it reaches the front door's queue")
    urgent: Condition | None = Field(None, description="Where this holds, it cannot wait")
    concern: YesNo = Field(False, description="Opens the chronology: a concern or a service exists")
    mark: Literal["event", "ordinary", "context", "strength"] = "ordinary"
    opens: Opens | None = None
    good_when: tuple[GoodWhen, ...] = ()


class Limit(Model):
    """`{from: DATE, is: 15 working days, when: {…}}`: the first that applies, newest date first."""

    from_: date = Field(alias="from")
    is_: str = Field(alias="is", description="`15 working days`, `72 hours`, `12:00 next working day`: see `spans`")
    when: Condition | None = None
    source: str = ""


class ClockEvent(Model):
    """What starts, pauses or stops a clock: a record type (or `decision`), with conditions on its fields."""

    record: Listed = Field((), description="record types; `queued` means any record that reaches the front door")
    where: Condition | None = None
    at: str = Field("", description="field that holds the moment; default: happened for agencies' records")
    first: YesNo = Field(False, description="Only the first such record starts it while it runs")


class Clock(Thing):
    starts: ClockEvent
    stops: ClockEvent | None = None
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


class Column(Model):
    """Where a value comes from in a supplier's file, and how it is read."""

    from_: Listed = Field((), alias="from", description="column name(s); the first that is there and filled wins")
    is_: str | None = Field(None, alias="is", description="a constant")
    date: str = Field("", description="strptime format(s), parted by ` | `; default: ISO 8601")
    codes: dict[str, str] = Field({}, description="supplier's code: ours")
    join: str = Field("", description="joins several columns with this text instead of taking the first")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"from": [value]}
        if isinstance(value, list):
            return {"from": value}
        return value


class MappedPerson(Model):
    """A person on each row: their role and where their details stand."""

    role: Column
    when: str = Field("", description="column that must be filled for this person to be there at all")
    local_id: Column | None = None
    given: Column | None = None
    family: Column | None = None
    born: Column | None = None
    expected: Column | None = None
    sex: Column | None = None
    ethnicity: Column | None = None
    nhs_number: Column | None = None
    upn: Column | None = None
    address: Column | None = None
    postcode: Column | None = None
    phone: Column | None = None
    email: Column | None = None
    school: Column | None = None
    language: Column | None = None


class Mapping(Model):
    """How one row of a supplier's file becomes one record. No code for a new supplier."""

    record: Column
    message_id: Column
    version: Column | None = Field(None, description="grows when a row is corrected; without it a change is a conflict")
    happened: Column
    until: Column | None = None
    sent: Column | None = None
    says: Column | None = None
    place: Column | None = None
    place_postcode: Column | None = None
    people: tuple[MappedPerson, ...]
    relations: tuple[dict[str, str], ...] = ()
    fields: dict[str, Column] = {}
    row_group: Listed = Field((), description="columns that make several rows one record: one incident, three children")


class Feed(Thing):
    """What an agency sends: its format, who it is from, how it is recognised and how a row becomes a record."""

    agency: str = Field("", description="sender; empty where the file names it (`agency-column`)")
    agency_column: str = ""
    format: str = Field(description="csv | jsonl | cin-census (a reader's name)")
    encoding: str = Field("", description="default: UTF-8, then Windows-1252, told in the receipt")
    delimiter: str = ""
    recognised_by: Listed = Field((), description="columns (or root element) that tell this feed from others")
    file_names: Listed = Field((), description="shell patterns, e.g. `police-*.csv`")
    every: str = Field("", description="expected rhythm: `1 day`")
    mapping: Mapping | None = None
    whole_state: YesNo = Field(False, description="Each file restates everything; a newer file supersedes, by its date")


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


class Counted(Model):
    """`{count: {counts-as: [harmed, missing, accused]}, at-least: 3, within: 90 days}`: what completes a pattern."""

    count: Condition = Field(description="Facts of an entry; `counts-as` is how its role on the record counts")
    at_least: Annotated[int, Field(ge=1, le=50)]
    within: str = Field(description="A window, by when it happened")


class Signal(Thing):
    """A pattern that prompts a person to look; never a decision, never a score."""

    may_mean: str
    does_not_mean: str
    when: Counted
    says: str = Field(description="Template: {count} and {days} are known")
    owner: str = Field("", description="role that answers for the rule")


class PartnershipInfo(Thing):
    """`partnership.yaml`: which definition this is and what it overlays."""

    over: str = Field("", description="base definition")
    authority: str = Field("", description="Local authority code, three digits, as in the CIN Census")
    phone: str = ""
    colour: str = "#1a65a6"


KINDS: dict[str, tuple[str, type[Thing]]] = {
    # first key in the file: (folder, type)
    "partnership": ("", PartnershipInfo),
    "agency": ("agencies", Agency),
    "team": ("teams", Team),
    "role": ("roles", Role),
    "permission": ("permissions", Permission),
    "locality": ("localities", Locality),
    "group": ("groups", Group),
    "codes": ("codes", CodeList),
    "lane": ("lanes", Lane),
    "record": ("records", RecordType),
    "clock": ("clocks", Clock),
    "calendar": ("calendars", Calendar),
    "feed": ("feeds", Feed),
    "rule": ("sharing", SharingRule),
    "signal": ("signals", Signal),
}

DURATION = re.compile(r"^(\d+) (working days?|school days?|days?|hours?|minutes?|weeks?|months?)$")


class Fault(Model):
    """Something wrong in a declaration or in a record: where, what stands there, what could stand there."""

    file: str = ""
    line: int = 0
    path: str = ""
    found: str = ""
    expected: str = ""
    nearest: str = ""
    code: str = "invalid"

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.file else self.path
        what = f"found {self.found!r}; expected {self.expected}" if self.found else f"expected {self.expected}"
        near = f"; did you mean {self.nearest!r}?" if self.nearest else ""
        at = f" at {self.path}" if self.file and self.path else ""
        return f"{where}{at}: {what}{near}"


class Partnership(Model):
    """Everything that one partnership declares, overlaid and checked. Immutable; `hash` names this version."""

    id: str
    hash: str
    info: PartnershipInfo
    agency: dict[str, Agency] = {}
    team: dict[str, Team] = {}
    role: dict[str, Role] = {}
    permission: dict[str, Permission] = {}
    locality: dict[str, Locality] = {}
    group: dict[str, Group] = {}
    codes: dict[str, CodeList] = {}
    lane: dict[str, Lane] = {}
    record: dict[str, RecordType] = {}
    clock: dict[str, Clock] = {}
    calendar: dict[str, Calendar] = {}
    feed: dict[str, Feed] = {}
    rule: dict[str, SharingRule] = {}
    signal: dict[str, Signal] = {}
    origins: dict[str, str] = Field({}, description="`record/ppn#headline` -> `england/records/ppn.yaml:12`")
    withdrawn: dict[str, str] = Field({}, description="`record/ppn` -> the reason why an overlay took it away")
