"""Attendances after violence, without names: the NHS's minimum data set, as XML or as a table.

What an emergency department tells so that a place can be made safer: when and where, how, and nothing of who. This
reader holds to that whatever arrives. It takes only what the data set has; a file that carries names, NHS numbers,
birth dates or anything else besides has them left out before a row is made or kept, and the note says how often.

It hands each attendance to the feed's mapping with the columns of `COLUMNS`, under one name each, whatever the sender's
spelling. The mapping (codes for method and kind of place are local) is declared; so is the sender, by its site code.

Source: NHS Data Dictionary, Information Sharing to Tackle Violence minimum data set (ISB 1594, amended DCB 1594).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256

from lxml import etree

from sightline.definition.types import Fault, Feed
from sightline.intake.identifiers import nhs_number
from sightline.intake.mapping import Row
from sightline.intake.notes import Notes
from sightline.intake.readers import delimited, sheets
from sightline.intake.readers.source import Source, Unreadable, clean, start
from sightline.intake.readers.xlsx import workbook
from sightline.intake.readers.xml_parts import Broken, local, parts
from sightline.intake.readers.zipped import is_zip
from sightline.intake.types import Unread

ATTENDANCE = "Attendance"  # the number that we give: the data set has none
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "Reporting Period Start Date": ("period start", "report period start date", "start date"),
    "Reporting Period End Date": ("period end", "report period end date", "end date"),
    "Site Code": ("site code of treatment", "organisation site identifier of treatment", "site", "ods site code"),
    "Arrival Date": ("arrival date at accident and emergency department", "arrival date at emergency department",
                     "emergency care arrival date", "date of arrival"),
    "Arrival Time": ("arrival time at accident and emergency department", "arrival time at emergency department",
                     "emergency care arrival time", "time of arrival"),
    "Assault Date": ("date of assault", "incident date", "date of incident"),
    "Assault Time": ("time of assault", "incident time", "time of incident"),
    "Assault Method": ("method of assault", "assault method type", "method", "weapon"),
    "Assault Method Other": ("assault method other description", "other assault method description",
                             "method of assault other description", "assault method description"),
    "Assault Location Type": ("location type", "assault location", "type of location"),
    "Assault Location Description": ("location description", "assault location other description",
                                     "location of assault", "assault location details"),
}  # fmt: skip
MOMENTS = {"Arrival Date": "Arrival Time", "Assault Date": "Assault Time"}
HEADER = ("Reporting Period Start Date", "Reporting Period End Date", "Site Code")
ROOTS = frozenset(
    ("ISTV", "ISTVMinimumDataSet", "ISTVDataSet", "ISTVReport", "ISTVSubmission", "ISTVMessage", "ISTVMDS",
     "InformationSharingToTackleViolence", "InformationSharingToTackleViolenceMinimumDataSet",
     "InformationSharingtoTackleViolence", "InformationSharingtoTackleViolenceMinimumDataSet"),
)  # fmt: skip
EACH = frozenset(
    ("Assault", "AssaultRecord", "AssaultAttendance", "Attendance", "ISTVAttendance", "ISTVRecord", "Record")
)
HEADERS = frozenset(("Header", "ISTVHeader", "ReportHeader", "ReportingPeriod"))
LEAVES = frozenset(("SiteCode", "SiteCodeOfTreatment", "ReportingPeriodStartDate", "ReportingPeriodEndDate"))
LONGEST = 500
_NUMBER = re.compile(r"(?<!\d)\d{3}[ -]?\d{3}[ -]?\d{4}(?!\d)")


def _plain(name: str) -> str:
    """A name by its letters alone: `AssaultLocationType`, `ASSAULT LOCATION TYPE`, `assault_location-type`."""
    return re.sub(r"[^a-z0-9]", "", name.casefold())


_KNOWN = {_plain(name): ours for ours, others in COLUMNS.items() for name in (ours, *others)}
for _day in MOMENTS:
    _which = _day.removesuffix(" Date").casefold()
    for _form in ("{} date time", "{} date and time", "{} datetime", "date and time of {}", "{} at", "{} timestamp"):
        _KNOWN[_plain(_form.format(_which))] = _day
_KNOWN[_plain("arrival date and time at accident and emergency department")] = "Arrival Date"
_KNOWN[_plain("emergency care arrival date and time")] = "Arrival Date"


def is_one(names: Iterable[str]) -> bool:
    """Whether a table with these columns is of the data set."""
    ours = {_KNOWN.get(_plain(name)) for name in names}
    return "Assault Date" in ours and bool(ours & {"Assault Method", "Assault Location Type"})


def rows(source: Source, feed: Feed, notes: Notes) -> Iterator[Row | Unread]:
    """Every attendance, as its values by column; or what could not be read, with its reason. Raises Unreadable."""
    made = _Making(notes)
    head = start(source, 400)
    if is_zip(head):
        with workbook(source, notes) as book:
            found = sheets.choose(book, [*COLUMNS], feed.sheet, notes)
            yield from made.table(sheets.rows(found, notes), found.header.names)
    elif head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<") or b"<\0" in head[:4]:
        yield from _xml(source, made)
    else:
        header = delimited.find_header(source, [*COLUMNS], encoding=feed.encoding, delimiter=feed.delimiter)
        yield from made.table(delimited.rows(source, header, notes, encoding=feed.encoding), header.names)


def _xml(source: Source, made: _Making) -> Iterator[Row | Unread]:
    header: dict[str, str] = {}
    count = 0
    try:
        for part in parts(source, EACH | HEADERS | LEAVES):
            if not part.whole:
                if part.name not in ROOTS:
                    raise Unreadable("the XML is of another kind: its root element is not of the data set on violence")
                continue
            values = made.taken(_leaves(part.element), position := f"line {part.element.sourceline or 0}")
            if part.name not in EACH:
                header |= values
                continue
            count += 1
            yield made.row({**header, **values}, position)
    except Broken as broken:
        at = f"line {broken.line}, after attendance {count}"
        code = broken.reason
        expected = "the whole file: it ends before" if code == "cut-short" else "well-formed XML"
        yield Unread(at, b"", code, (Fault(path=at, expected=expected, code=code),))


def _leaves(element: etree._Element) -> Iterator[tuple[str, str]]:
    for each in element.iter():
        if not len(each) and isinstance(each.tag, str):
            yield local(each), (each.text or "").strip()
        for name, text in each.attrib.items():
            yield name.rpartition("}")[2], text.strip()


class _Making:
    def __init__(self, notes: Notes) -> None:
        self.notes = notes
        self.seen: Counter[str] = Counter()

    def table(self, found: Iterator[Row | Unread], names: tuple[str, ...]) -> Iterator[Row | Unread]:
        """The rows of a table, without what the data set does not have."""
        if not any(_KNOWN.get(_plain(name)) == "Assault Date" for name in names):
            raise Unreadable("the file lacks the date of the assault, which the data set on violence has")
        foreign = [name for name in names if _plain(name) not in _KNOWN]
        for row in found:
            if isinstance(row, Row):
                yield self.row(self.taken(iter(row.values.items()), row.position), row.position)
            elif foreign:  # a row that cannot be taken apart cannot be cleaned either
                yield Unread(row.position, b"", row.reason, row.faults)
            else:
                yield row

    def taken(self, found: Iterator[tuple[str, str]], position: str) -> dict[str, str]:
        """What the data set has, by our names. Everything else is left out, and that is noted without its name."""
        values: dict[str, str] = {}
        for name, text in found:
            text = clean(text, self.notes, position).strip()
            ours = _KNOWN.get(_plain(name))
            if ours is None:
                if text:
                    self.notes.add(
                        "something that is not of the data set is left out: nobody may be named here", position
                    )
                continue
            if not text or text == values.get(ours):
                continue
            values.setdefault(ours, self._without_numbers(text[:LONGEST], position))
        for day, time in MOMENTS.items():
            if time not in values and (parted := re.split(r"[T ]", values.get(day, ""), maxsplit=1))[1:]:
                values[day], values[time] = parted
        return values

    def row(self, values: dict[str, str], position: str) -> Row:
        """`raw` is what was taken, not what came: what was left out is not kept anywhere."""
        told = "; ".join(f"{name}: {text}" for name in COLUMNS if (text := values.get(name)))
        self.seen[told] += 1  # two of one minute, place and method are two
        number = f"istv/{sha256(told.encode()).hexdigest()[:24]}/{self.seen[told]}"
        return Row(position, told.encode(), {**values, ATTENDANCE: number})

    def _without_numbers(self, text: str, position: str) -> str:
        def without(found: re.Match[str]) -> str:
            number, holds = nhs_number(found[0])
            if not holds:
                return found[0]
            self.notes.add("an NHS number within a text is left out", position)
            return "[a number was left out]"

        return _NUMBER.sub(without, text)


def repaired(raw: bytes) -> Row:
    """An attendance that was kept, and that a person has repaired: `Assault Date: 2025-01-04; …`."""
    values: dict[str, str] = {}
    for piece in re.split(rf"; (?=(?:{'|'.join(map(re.escape, COLUMNS))}): )", raw.decode("utf-8", "replace").strip()):
        name, _, text = piece.partition(": ")
        if name in COLUMNS:
            values[name] = text
    return _Making(Notes()).row(values, "")
