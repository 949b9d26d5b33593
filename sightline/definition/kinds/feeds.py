"""Feeds, and how their rows become records."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from sightline.definition.base import Listed, Model, Thing, YesNo

# Of delimited text that is read; empty: found by looking.
ENCODINGS = ("", "utf-8", "utf-8-sig", "windows-1252", "cp1252", "iso-8859-1", "latin-1", "iso-8859-15", "ascii")


def _one(value: object) -> object:
    """One mapping where a list of them is meant is a list of one."""
    return [value] if isinstance(value, dict) else value


class Column(Model):
    """Where a value comes from in a supplier's file, and how it is read."""

    from_: Listed = Field((), alias="from", description="column name(s); the first that is there and filled wins")
    is_: str | None = Field(None, alias="is", description="a constant")
    date: str = Field("", description="strptime format(s), parted by ` | `; default: ISO 8601")
    codes: dict[str, str] = Field({}, description="supplier's code: ours")
    join: str = Field("", description="joins several columns with this text instead of taking the first")
    codes_of: str = Field("", description="one of the feed's `code-sets`, for codes that many columns share")
    json_: Literal["", "flags", "values", "text"] = Field(
        "",
        alias="json",
        description="the column holds JSON: the names that are set (flags), what stands under `keys` (values), or all",
    )
    keys: Listed = Field((), description="which names of the JSON, in this order; default: all")

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


# --- sets of tables -------------------------------------------------------------------------------------


class Added(MappedPerson):
    """What a row of a table tells of the person whom it is about."""

    role: Column = Column()  # type: ignore[call-arg]
    where: dict[str, Listed] = Field({}, description="column: values; `filled` and `empty` are values too")


class Join(Model):
    """A row of another table that belongs to a row of this one. Its columns are then called `name.column`."""

    table: str
    on: Listed = Field(description="column(s) here; the first that is filled and leads to a row wins")
    key: str = Field("", description="column there; default: that table's key")
    every: YesNo = Field(False, description="several rows there belong to one here: their values, parted by `; `")
    needed: YesNo = Field(False, description="Where it leads nowhere, the row waits for a person")


class OnRow(Model):
    """A person on a row, besides or instead of the one whom the table is about."""

    role: str
    key: Listed = Field((), description="column(s) with the people table's key; none: the table's own `person`")
    where: dict[str, Listed] = {}
    adds: Added | None = Field(None, description="details that stand on this row itself")
    needed: YesNo = Field(True, description="`no`: somebody whom the people table does not name is known by number")


class Becomes(Model):
    """A record that a row becomes. A row may become several."""

    record: str
    as_: str = Field(
        "",
        alias="as",
        description="tells two records of one row apart; default: the record's name. `row`: instead of the first",
    )
    key: Listed = Field((), description="column(s) that tell it from others, besides the row's own key")
    where: dict[str, Listed] = Field(
        {}, description="column: values; `filled`, `empty`, `not X` and `not X*` (begins with) are values too"
    )
    happened: Column | None = Field(None, description="none: as told on the day of the extract")
    until: Column | None = None
    sent: Column | None = None
    says: Column | None = None
    place: Column | None = None
    place_postcode: Column | None = None
    people: tuple[OnRow, ...] = ()
    relations: tuple[dict[str, str], ...] = ()
    fields: dict[str, Column] = {}


class FeedTable(Model):
    """One table of a set: what it tells of people, and what its rows become."""

    says: str = Field(description="what a row is, in a sentence")
    files: Listed = Field((), description="shell patterns of file or sheet names, besides the table's own name")
    recognised_by: Listed = Field((), description="columns that tell it from others; default: its key and person")
    also: dict[str, Listed] = Field({}, description="column: other names that it has had")
    columns: Listed = Field(
        (), description="every column that it has by its standard; each is read, or not used for a reason"
    )
    older: Listed = Field((), description="columns of older releases only: nobody misses them")
    key: Listed = Field((), description="column(s) that tell rows apart")
    person: Listed = Field((), description="column(s) with the key of the person; the first that is filled wins")
    people: YesNo = Field(False, description="This is the table of people: others name its key")
    adds: Annotated[tuple[Added, ...], BeforeValidator(_one)] = ()
    newest_by: Listed = Field((), description="of several rows about a person, the one that began last tells")
    ended_by: Listed = Field((), description="column: what has ended tells only where nothing else does")
    with_: dict[str, Join] = Field({}, alias="with", description="rows of other tables that belong to this one's")
    row_group: Listed = Field((), description="columns that make several rows one record")
    becomes: Annotated[tuple[Becomes, ...], BeforeValidator(_one)] = ()
    taken_back: dict[str, Listed] = Field(
        {}, description="column: values, any of which says that the sender takes the row back; a person decides what follows"
    )
    not_used: dict[str, str] | str = Field("", description="why the table, or each of its columns, is not used")


class Feed(Thing):
    """What an agency sends: its format, who it is from, how it is recognised and how a row becomes a record."""

    agency: str = Field("", description="sender; empty where the file names it (`agency-column`)")
    agency_column: str = ""
    format: str = Field(description="csv | xlsx | jsonl | tables | cin-census | istv (a reader's name)")
    sheet: str = Field("", description="of a workbook; default: the sheet that has most of the columns")
    encoding: str = Field("", description="default: UTF-8, then Windows-1252, told in the receipt")
    delimiter: str = ""
    recognised_by: Listed = Field((), description="columns (or root element) that tell this feed from others")
    file_names: Listed = Field((), description="shell patterns, e.g. `police-*.csv`")
    every: str = Field("", description="expected rhythm: `1 day`")
    mapping: Mapping | None = None
    whole_state: YesNo = Field(False, description="Each file restates everything; a newer file supersedes, by its date")
    part_of: str = Field("", description="a set of tables that this file is a part of; its `tables` are that one's")
    tables: dict[str, FeedTable] = Field({}, description="a set of tables: each by its name")
    extract: Listed = Field(
        (), description="its day, first found: a date in the `name`, newest in `table.column`, `year`"
    )
    dates: str = Field("", description="how a set of tables writes dates, where a column says nothing else")
    code_sets: dict[str, dict[str, str]] = Field({}, description="name: supplier's code: ours, for `codes-of`")
    lettered: YesNo = Field(False, description="Values begin with a letter that stands for them: `a) Male`")
