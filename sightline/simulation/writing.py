"""Writes what agencies send, by the mapping by which intake will read it: columns, codes and dates are the feed's.

A feed's mapping says which column becomes which part of a record; here it is read backwards. So a column that is
renamed in the declaration is renamed in the files too, and no column is known to this code.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sightline.definition.types import Column, Feed, MappedPerson, Partnership
from sightline.simulation.events import Event, Value
from sightline.simulation.people import Person

PARTS = tuple(name for name in MappedPerson.model_fields if name not in ("role", "when"))
Held = Callable[[str, Person, date], Mapping[str, Any]]
Put = Callable[[Value], str]


def _format(form: str) -> Callable[[date], str]:
    """A strptime format as a function that writes: five times as fast as strftime."""
    spec = form
    for code, part in (
        ("%d", "{0.day:02}"),
        ("%b", "{0:%b}"),
        ("%m", "{0.month:02}"),
        ("%Y", "{0.year}"),
        ("%H", "{0.hour:02}"),
        ("%M", "{0.minute:02}"),
        ("%S", "00"),
    ):
        spec = spec.replace(code, part)
    return spec.format


def _put(column: Column) -> Put:
    """Writes a value as the supplier would: their code for ours, their form of date."""
    theirs: dict[str, str] = {}
    for code, ours in column.codes.items():
        theirs.setdefault(ours, code)
    forms = [form.strip() for form in column.date.split(" | ")] if column.date else ["%Y-%m-%dT%H:%M", "%Y-%m-%d"]
    moment = _format(next((form for form in forms if "%H" in form), forms[0]))
    day = _format(next((form for form in forms if "%H" not in form), forms[0]))

    def put(value: Value) -> str:
        if isinstance(value, datetime):
            return moment(value)
        if isinstance(value, date):
            return day(value)
        text = ("yes" if value else "no") if isinstance(value, bool) else value
        return theirs.get(text, text)

    return put


class Slot:
    """A person's columns."""

    def __init__(self, person: MappedPerson, record: Column) -> None:
        self.constant = person.role.is_
        self.roles = set(person.role.codes.values())
        self.role = (
            (person.role.from_[0], _put(person.role))
            if person.role.from_ and person.role.from_ != record.from_
            else None
        )
        self.columns: list[tuple[str, str, Put]] = []
        for name in PARTS:
            column = getattr(person, name)
            if column is not None and column.from_:
                self.columns.append((name, column.from_[0], _put(column)))

    def takes(self, role: str) -> bool:
        return role == self.constant if self.constant else not self.roles or role in self.roles

    def fill(self, values: dict[str, str], role: str, held: Mapping[str, Any]) -> None:
        if self.role:
            values[self.role[0]] = self.role[1](role)
        for name, column, put in self.columns:
            if found := held.get(name):
                values[column] = put(found)


class FeedWriter:
    """One agency's (or several agencies') file."""

    def __init__(
        self, feed: Feed, partnership: Partnership, held: Held, name: str, prefix: str, schools: Collection[str] = ()
    ) -> None:
        mapping = feed.mapping
        assert mapping is not None
        self.feed, self.held, self.name, self.prefix = feed, held, name, prefix
        self.count = 0
        named = [person.role.codes for person in mapping.people if person.role.from_ == mapping.record.from_]
        self.records = (
            set(mapping.record.codes.values())
            or {mapping.record.is_ or ""} - {""}
            or {r for codes in named for r in codes}
            or set(partnership.record)
        )
        # A feed of many agencies: the schools', or the council's own services'.
        others = {a.id for a in partnership.agency.values() if a.kind in ("social-care", "early-help", "youth-work")}
        self.general = not feed.agency and self.records == set(
            partnership.record
        )  # a form that takes anything from anybody
        senders = (
            {*partnership.agency, *schools}
            if self.general
            else set(schools)
            if "attendance-summary" in self.records
            else others
        )
        self.senders = {feed.agency} if feed.agency else senders
        self.roles = {r.id: set(r.people) for r in partnership.record.values()}
        self.slots = [Slot(person, mapping.record) for person in mapping.people]
        self.rows = bool(mapping.row_group)
        self.fields = {name: (column.from_[0], _put(column)) for name, column in mapping.fields.items() if column.from_}
        self.own = {r.id: frozenset(r.fields) for r in partnership.record.values()}
        self.top: list[tuple[str, str, Put]] = []
        for name in ("record", "message_id", "version", "happened", "sent", "says", "place"):
            column: Column | None = getattr(mapping, name)
            if column is not None and column.from_:
                self.top.append((name, column.from_[0], _put(column)))
        columns = [
            *feed.recognised_by,
            feed.agency_column,
            *(c for _, c, _ in self.top),
            *(c for c, _ in self.fields.values()),
        ]
        for slot in self.slots:
            columns += [slot.role[0]] if slot.role else []
            columns += [column for _, column, _ in slot.columns]
        self.columns = tuple(dict.fromkeys(filter(None, columns)))
        self._written: list[tuple[datetime, str]] = []  # each record's rows, with when they were sent
        self._file = io.StringIO(newline="")
        self._csv = (
            csv.DictWriter(self._file, self.columns, restval="", lineterminator="\r\n")
            if feed.format == "csv"
            else None
        )

    def takes(self, event: Event) -> bool:
        return event.record in self.records and event.agency in self.senders

    def write(self, event: Event) -> str:
        """Writes the record; returns the id under which the agency sends it."""
        if not event.message:
            self.count += 1
            event.message = f"{self.prefix}-{event.sent.year}-{self.count:07}"
        parts: dict[str, Value] = {
            "record": event.record,
            "message_id": event.message,
            "version": event.version,
            "happened": event.at,
            "sent": event.sent,
            "says": event.says,
            "place": event.place,
        }
        base = {column: put(parts[name]) for name, column, put in self.top if parts[name]}
        if self.feed.agency_column:
            base[self.feed.agency_column] = event.agency
        own = self.own[event.record]
        for name, value in event.fields.items():
            if name in own and name in self.fields and value != "":
                column, put = self.fields[name]
                base[column] = put(value)
        day = event.sent.date()
        if self.rows:
            for person, role in event.about:
                values = dict(base)
                self.slots[0].fill(values, role, self.held(event.agency, person, day))
                self._row(values)
            return self._ended(event)
        free = list(self.slots)
        for person, role in event.about:
            slot = next((slot for slot in free if slot.takes(role)), None)
            if slot is None:
                continue  # the supplier's layout has no room for them
            free.remove(slot)
            slot.fill(base, role, self.held(event.agency, person, day))
        if self.feed.agency_column:  # the child's school may stand in the same column: the sender is who sends
            base[self.feed.agency_column] = event.agency
        self._row(base)
        return self._ended(event)

    def _ended(self, event: Event) -> str:
        """One record stands whole: its rows stay together, and go where it was sent among the others."""
        self._written.append((event.sent, self._text()))
        return event.message

    def _row(self, values: Mapping[str, str]) -> None:
        if self._csv:
            self._csv.writerow(values)
        else:
            told = {name: "" for name in self.feed.recognised_by} | _nested(values)
            self._file.write(json.dumps(told, ensure_ascii=False, separators=(", ", ": ")) + "\n")

    def header(self) -> str:
        """The first line of the file; empty where the format has none."""
        if not self._csv:
            return ""
        self._text()
        self._csv.writeheader()
        return self._text()

    def taken(self) -> str:
        """What has been written since this was asked last, in the order in which it was sent: what corrects a record or
        closes it comes, as in life, long after it, and not on the next line.
        """
        self._written.sort(key=lambda one: one[0])
        text = "".join(text for _, text in self._written)
        self._written = []
        return text

    def _text(self) -> str:
        text = self._file.getvalue()
        self._file.seek(0)
        self._file.truncate()
        return text


def _nested(values: Mapping[str, str]) -> dict[str, Any]:
    """`pupil.given` as {"pupil": {"given": …}}; `others.0.given` as the first of a list."""
    out: dict[str, Any] = {}
    for path, value in values.items():
        names, at = path.split("."), out
        for name in names[:-1]:
            at = at.setdefault(name, {})
        at[names[-1]] = value
    return {name: _listed(value) for name, value in out.items()}


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(name.isdigit() for name in value):
        return [_listed(value[name]) for name in sorted(value, key=int)]
    return {name: _listed(inner) for name, inner in value.items()}


def feeds_of(partnership: Partnership) -> Iterable[Feed]:
    """The feeds that can be written from their mapping, in the order of their ids."""
    return [
        feed
        for _, feed in sorted(partnership.feed.items())
        if feed.mapping is not None and feed.format in ("csv", "jsonl")
    ]
