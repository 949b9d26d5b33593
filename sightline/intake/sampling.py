"""A supplier's sample file, as the one who maps it sees it: its columns, and what stands in them. Pure; bounded."""

from __future__ import annotations

from dataclasses import dataclass, field

from sightline.intake.mapping import Row
from sightline.intake.notes import Notes
from sightline.intake.readers import delimited, jsonl
from sightline.intake.readers.source import Unreadable

MOST_ROWS = 2000
MOST_COLUMNS = 150
MOST_VALUES = 60  # distinct values of a column that are remembered


@dataclass(slots=True)
class SampleColumn:
    """One column: how many rows are filled, and its distinct values with how often, most frequent first (`values`)."""

    name: str
    filled: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    many: bool = False  # more distinct values than are remembered

    @property
    def values(self) -> list[str]:
        return sorted(self.counts, key=lambda text: -self.counts[text])

    def some(self, most: int = 3) -> list[str]:
        """The first few different values, as they stand in the file."""
        return list(self.counts)[:most]


@dataclass(slots=True)
class Sample:
    format: str
    delimiter: str = ""
    rows: int = 0
    bad: int = 0
    columns: dict[str, SampleColumn] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    repeats: set[str] = field(default_factory=set)  # columns in which no value stands twice

    def column(self, name: str) -> SampleColumn:
        return self.columns.get(name) or SampleColumn(name)


def read_sample(raw: bytes) -> Sample:
    """The columns of a delimited file or of JSON Lines. Raises Unreadable with a sentence that helps."""
    if not raw.strip():
        raise Unreadable("the file is empty")
    if raw[:4] == b"PK\x03\x04":
        raise Unreadable("this is a workbook or a zip; save the sheet as CSV UTF-8 and choose that file")
    notes = Notes()
    if raw.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
        sample, rows = Sample("jsonl"), jsonl.rows(raw, notes)
    else:
        header = delimited.find_header(raw, ())
        if len(header.names) < 2:
            raise Unreadable("only one column was found: columns are parted by a comma, a semicolon, a tab or a bar")
        sample, rows = Sample("csv", header.delimiter), delimited.rows(raw, header, notes)
        sample.columns = {name: SampleColumn(name) for name in header.names}
    doubled: set[str] = set()
    for row in rows:
        if sample.rows >= MOST_ROWS:
            break
        sample.rows += 1
        if not isinstance(row, Row):
            sample.bad += 1
            continue
        for name, value in row.values.items():
            column = sample.columns.setdefault(name, SampleColumn(name))
            text = (value or "").strip()
            if not text:
                continue
            column.filled += 1
            if text in column.counts:
                doubled.add(name)
                column.counts[text] += 1
            elif len(column.counts) < MOST_VALUES:
                column.counts[text] = 1
            else:
                column.many = True
    if len(sample.columns) > MOST_COLUMNS:
        raise Unreadable(f"the file has more than {MOST_COLUMNS} columns: a mapping on the page is for fewer")
    if sample.rows == sample.bad:
        raise Unreadable("the file has a heading and no row that can be read: a sample needs some rows")
    sample.repeats = doubled
    sample.notes = notes.sentences()
    return sample
