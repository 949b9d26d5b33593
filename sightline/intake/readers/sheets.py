"""A sheet of a workbook as a table: its heading found as in delimited text, its rows by column.

What is hidden is not taken without being asked about: a hidden row waits for a person, a hidden column is left out and
noted. Somebody may have hidden it because it was not to be sent, or only left a filter on.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from sightline.definition.types import Fault
from sightline.intake.mapping import Row
from sightline.intake.notes import Notes
from sightline.intake.readers import delimited
from sightline.intake.readers.source import Unreadable, clean, emptied
from sightline.intake.readers.xlsx import Sheet, Workbook
from sightline.intake.readers.xlsx_cells import Cells
from sightline.intake.types import Unread


class Found(NamedTuple):
    """A sheet, and where its heading is."""

    sheet: Sheet
    header: delimited.Header
    places: tuple[int, ...]  # the column of each name
    score: int  # how many of the wanted columns it has


def find(sheet: Sheet, wanted: Collection[str], notes: Notes | None = None) -> Found | None:
    """The heading: the first row that has the most of the wanted columns, among the first twenty; else the first that
    has more than a title. None for an empty sheet."""
    folded = {delimited.fold(name): name for name in wanted}
    best: Found | None = None
    for cells in sheet.head:
        if not cells.texts or cells.hidden:
            continue
        last = max(cells.texts)
        shown = [place for place in range(last + 1) if not _hidden(cells, place)]
        while shown and not cells.texts.get(shown[-1], "").strip():
            shown.pop()
        if not shown:
            continue
        header = delimited.header_of([cells.texts.get(place, "") for place in shown], ",", folded, cells.number)
        score = delimited.score(header, folded)[0]
        if best is None or score > best.score or not folded and len(shown) > len(best.places):
            best = Found(sheet, header, tuple(shown), score)
            left_out = sum(1 for place in cells.texts if _hidden(cells, place))
            if left_out and notes is not None:
                notes.add(
                    f"sheet {sheet.name}: {left_out} hidden column(s) are not read: show them, if they were meant"
                )
        if score == len(folded) and (folded or len(shown) > 1):
            break
    return best


def choose(book: Workbook, wanted: Collection[str], name: str, notes: Notes) -> Found:
    """The sheet that a flat feed means: the one of that name, or of all the one with most of the wanted columns."""
    sheets = book.sheets
    if name:
        sheets = [each for each in sheets if delimited.fold(each.name) == delimited.fold(name)]
        if not sheets:
            raise Unreadable(f"{book.name} has no sheet {name} that can be seen; it has {_listed(book.sheets)}")
    found = [each for sheet in sheets if (each := find(sheet, wanted)) is not None]
    if not found:
        raise Unreadable(f"{book.name} has no sheet with a line of column names")
    best = max(found, key=lambda each: each.score)
    again = find(best.sheet, wanted, notes)
    assert again is not None
    others = len(book.sheets) - 1
    if others:
        notes.add(f"sheet {best.sheet.name} is read; {others} other sheet(s) are passed over")
    return again


def rows(found: Found, notes: Notes, *, position: str = "row ") -> Iterator[Row | Unread]:
    """Every row under the heading, as its values by column. `raw` is the row as a line of comma-separated text."""
    names, places = found.header.names, found.places
    known = frozenset(places)
    for cells in found.sheet.rows():
        if cells.number <= found.header.line or not cells.texts:
            continue
        texts = [clean(cells.texts.get(place, ""), notes) for place in places]
        if not any(text.strip() for text in texts):
            continue
        at = f"{position}{cells.number}"
        raw = line_of(texts).encode("utf-8", "replace")
        if cells.hidden:
            expected = "a row that can be seen: show it (a filter may be on) and send it again, or leave it out"
            yield Unread(at, raw, "hidden-row", (Fault(path=at, expected=expected, code="hidden-row"),))
            continue
        if not known.issuperset(cells.texts) and any(place > places[-1] for place in cells.texts):
            notes.add("cells beyond the last named column are passed over", at)
        yield Row(at, raw, dict(zip(names, emptied(texts, notes, at), strict=True)))


def line_of(texts: Sequence[str]) -> str:
    """The texts as one line of comma-separated text with its line break."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(texts)
    return out.getvalue()


def _hidden(cells: Cells, place: int) -> bool:
    return any(first <= place <= last for first, last in cells.hidden_columns)


def _listed(sheets: list[Sheet]) -> str:
    names = [each.name for each in sheets]
    return ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")
