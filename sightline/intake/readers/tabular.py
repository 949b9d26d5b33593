"""Several tables that belong together: a folder of delimited files, a zip of them (or of one workbook), a workbook, or one
document of JSON objects with lists of others in them.

    with open_set(path, notes) as tables:
        for table in tables:
            for row in table.rows(): …        a Row with its values by column, or an Unread with its reason

For: formats in which many tables are one delivery (the Standard Safeguarding Dataset, SSDA903, Annex A). `rows` may be
called again and again, and of several tables by turns; each call reads the table anew, in bounded memory.
Not for: what the tables mean.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePath

from sightline.intake.mapping import Row
from sightline.intake.notes import Notes
from sightline.intake.readers import delimited, nested, sheets
from sightline.intake.readers.refusals import refuse_other
from sightline.intake.readers.source import Source, Unreadable, named, start
from sightline.intake.readers.xlsx import workbook
from sightline.intake.readers.zipped import at_hand, holds, is_zip, unpacked
from sightline.intake.types import Unread

DELIMITED = frozenset((".csv", ".txt", ".tsv", ".psv", ".dat"))
MOST_TABLES = 300


@dataclass(frozen=True)
class Table:
    """One table. `name`: the file's without its ending, or the sheet's. Positions of rows: `ssd_person:12`."""

    name: str
    columns: tuple[str, ...]
    rows: Callable[[], Iterator[Row | Unread]]


@contextmanager
def open_set(
    source: Source, notes: Notes, *, wanted: Collection[str] = (), objects: Collection[str] = (), encoding: str = ""
) -> Iterator[list[Table]]:
    """The tables of a folder, zip, workbook or single file, in the order of their names (sheets: in theirs).

    `wanted`: names of columns, by which a heading is found under lines of title. `objects`: see `nested.tables`.
    What is no table is noted and passed over, and so is a table without a heading. Raises Unreadable: for the
    whole where it cannot be opened, or while a table's rows are read where its file turns out to be broken.
    """
    with ExitStack() as stack:
        files: list[Source] = []
        if isinstance(source, Path) and source.is_dir():
            files += _in_folder(source, notes)
        elif is_zip(head := start(source, 400)):
            kind = holds(source)
            files += [source] if kind == "workbook" else stack.enter_context(unpacked(source))
        else:
            refuse_other(source, head)
            files.append(source)
        if sum(PurePath(named(file)).suffix.lower() in DELIMITED for file in files) > MOST_TABLES:
            raise Unreadable(f"{named(source)} holds more than {MOST_TABLES} tables; send them in several")
        tables: list[Table] = []
        for file in files:
            if is_zip(start(file, 4)):
                tables += _sheets(file, notes, wanted, stack, alone=len(files) == 1)
            elif len(files) == 1 and nested.is_one(start(file, 400)):
                tables += _nested(file, notes, wanted, objects)
            elif (table := _table(file, notes, wanted, encoding)) is not None:
                tables.append(table)
        if len(tables) > MOST_TABLES:
            raise Unreadable(f"{named(source)} holds more than {MOST_TABLES} tables; send them in several")
        seen: set[str] = set()
        for table in tables:
            if table.name.casefold() in seen:
                raise Unreadable(f"{named(source)} holds two tables of one name ({table.name}); send one of them")
            seen.add(table.name.casefold())
        yield tables


def _in_folder(folder: Path, notes: Notes) -> list[Path]:
    """The files in a folder and the folders in it. Links are not followed: they could lead anywhere."""
    found: list[Path] = []
    for each in sorted(folder.rglob("*")):
        if any(part.startswith(".") for part in each.relative_to(folder).parts):
            continue
        if each.is_symlink():
            notes.add("a link in the folder is not followed: only files that lie there are read", each.name)
        elif each.is_file():
            found.append(each)
        elif not each.is_dir():
            notes.add("what is no file in the folder is passed over", each.name)
    return found


def _sheets(source: Source, notes: Notes, wanted: Collection[str], stack: ExitStack, *, alone: bool) -> Iterator[Table]:
    """The sheets of a workbook, which may lie in a folder or zip beside other files."""
    source = at_hand(source)
    if holds(source) != "workbook":
        notes.add("a zip within a zip is passed over: send its files themselves", named(source))
        return
    try:
        book = stack.enter_context(workbook(source, notes))
    except Unreadable as error:
        if alone:
            raise
        notes.add(error.sentence)
        return
    for sheet in book.sheets:
        found = sheets.find(sheet, wanted, notes)
        if found is None:
            notes.add(f"sheet {sheet.name} is empty")
            continue
        read = partial(sheets.rows, found, notes, position=f"{sheet.name}:")
        yield Table(sheet.name, found.header.names, read)


def _nested(source: Source, notes: Notes, wanted: Collection[str], objects: Collection[str]) -> Iterator[Table]:
    """The tables in a document of JSON objects."""
    name = PurePath(named(source)).stem or "document"
    for table, columns in nested.tables(source, name, wanted, objects).items():
        yield Table(table, columns, partial(nested.rows, source, table, name, wanted, objects, notes))


def _table(source: Source, notes: Notes, wanted: Collection[str], encoding: str) -> Table | None:
    path = PurePath(named(source))
    if not isinstance(source, bytes) and path.suffix.lower() not in DELIMITED:
        notes.add("a file that is no table is passed over", path.name)
        return None
    try:
        header = delimited.find_header(source, wanted, encoding=encoding)
    except Unreadable as error:
        notes.add(f"{path.name}: {error.sentence}")
        return None

    def rows() -> Iterator[Row | Unread]:
        for row in delimited.rows(source, header, notes, encoding=encoding):
            position = f"{path.stem}:{row.position.rpartition(' ')[2]}"
            yield row._replace(position=position) if isinstance(row, Row) else replace(row, position=position)

    return Table(path.stem, header.names, rows)
