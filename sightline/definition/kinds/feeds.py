"""Feeds, and how their rows become records."""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from sightline.definition.base import Listed, Model, Thing, YesNo


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
