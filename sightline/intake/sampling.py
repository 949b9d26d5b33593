"""A supplier's sample file, as the one who maps it sees it: its columns, and what stands in them. Bounded.

    sample = read_sample(raw, partnership, "club.xlsx")     a table of CSV or a workbook, or JSON lines
    sample.columns["Birthday"].some()                       its first few different values
    Sample.from_kept(sample.kept())                         what is sealed is the table, never the file itself

A table is read in a process of its own (`readers.apart`): a file from a stranger cannot harm the one that serves pages.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sightline.definition.types import Partnership
from sightline.intake.mapping import Row
from sightline.intake.notes import Notes
from sightline.intake.readers import apart, jsonl
from sightline.intake.readers.source import Unreadable

MOST_ROWS = 500
MOST_COLUMNS = 150
MOST_VALUES = 60  # distinct values of a column that are remembered
WORKBOOK = b"PK\x03\x04"


@dataclass(slots=True)
class SampleColumn:
    """One column: how many rows are filled, and its distinct values with how often."""

    name: str
    filled: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    many: bool = False  # more distinct values than are remembered

    @property
    def values(self) -> list[str]:
        """The distinct values, most frequent first."""
        return sorted(self.counts, key=lambda text: -self.counts[text])

    def some(self, most: int = 3) -> list[str]:
        """The first few different values, as they stand in the file."""
        return list(self.counts)[:most]


@dataclass(slots=True)
class Sample:
    """A table of texts, and what its columns hold. `repeats`: columns in which a value stands twice."""

    format: str = "csv"
    names: tuple[str, ...] = ()
    table: list[tuple[str, ...]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    columns: dict[str, SampleColumn] = field(default_factory=dict)
    repeats: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, format: str, names: Sequence[str], rows: Iterable[Sequence[str]], notes: Sequence[str] = ()) -> Sample:
        made = cls(format, tuple(names), [tuple(row) for row in rows], list(notes))
        made.columns = {name: SampleColumn(name) for name in made.names}
        for row in made.table:
            for name, value in zip(made.names, row, strict=True):
                if text := value.strip():
                    made._count(made.columns[name], text)
        return made

    def _count(self, column: SampleColumn, text: str) -> None:
        column.filled += 1
        if text in column.counts:
            self.repeats.add(column.name)
            column.counts[text] += 1
        elif len(column.counts) < MOST_VALUES:
            column.counts[text] = 1
        else:
            column.many = True

    @property
    def size(self) -> int:
        return len(self.table)

    def column(self, name: str) -> SampleColumn:
        return self.columns.get(name) or SampleColumn(name)

    def rows(self) -> list[Row]:
        """As a reader would hand them on. The first stands on line 2, under the heading."""
        return [
            Row(f"row {n}", b"", dict(zip(self.names, row, strict=True))) for n, row in enumerate(self.table, start=1)
        ]

    def kept(self) -> bytes:
        return json.dumps([self.format, self.names, self.table, self.notes], ensure_ascii=False).encode()

    @classmethod
    def from_kept(cls, kept: bytes) -> Sample:
        format, names, rows, notes = json.loads(kept)
        return cls.of(format, names, rows, notes)


def read_sample(raw: bytes, partnership: Partnership, name: str = "") -> Sample:
    """The table of a delimited file or workbook, or the objects of JSON lines. Raises Unreadable with what would help."""
    if not raw.strip():
        raise Unreadable("it is empty")
    if raw.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
        made = _objects(raw)
    else:
        tables, notes = apart.look(raw, partnership, rows=MOST_ROWS, name=name)
        if not tables:
            raise Unreadable("no table was found in it: a line of column names, parted by commas, semicolons, tabs or bars")
        best = max(tables, key=lambda table: len(table.columns) * (len(table.rows) + 1))
        if len(best.columns) < 2:
            raise Unreadable("only one column was found: columns are parted by a comma, a semicolon, a tab or a bar")
        told = notes.sentences()
        if len(tables) > 1:
            told.append(f"the sheet {best.name} is taken; {len(tables) - 1} other(s) are passed over")
        made = Sample.of("xlsx" if raw.startswith(WORKBOOK) else "csv", best.columns, best.rows, told)
    if len(made.names) > MOST_COLUMNS:
        raise Unreadable(f"it has more than {MOST_COLUMNS} columns: a mapping on the page is for fewer")
    if not made.table:
        raise Unreadable("it has a heading and no row that can be read: a sample needs some rows")
    return made


def _objects(raw: bytes) -> Sample:
    notes, found = Notes(), []
    for row in jsonl.rows(raw, notes):
        if isinstance(row, Row):
            found.append(row.values)
        if len(found) >= MOST_ROWS:
            break
    names = list(dict.fromkeys(name for values in found for name in values))
    return Sample.of(
        "jsonl", names, [[values.get(name) or "" for name in names] for values in found], notes.sentences()
    )
