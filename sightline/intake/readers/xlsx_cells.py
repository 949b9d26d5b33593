"""The rows of a sheet, each cell as text: what a person sees in Excel, without what only looks like it.

Source: ECMA-376 part 1, 18.3.1.4 (cells), 18.3.1.73 (rows), 18.8.30 (number formats), 18.17.4.1 (dates).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import IO, NamedTuple

from lxml import etree

from sightline.intake.notes import Notes
from sightline.intake.readers.source import Unreadable
from sightline.intake.readers.xlsx_parts import elements, local

MOST_COLUMNS = 2000
MOST_STYLES = 65_490
MOST_ROWS = 1_048_576  # what a sheet has
LONGEST_TEXT = 32_767  # what a cell holds
FURTHEST_DAY = 2_958_465  # 31 December 9999
BUILT_IN = {
    **dict.fromkeys((14, 15, 16, 17, *range(27, 32), 34, 35, 36, *range(50, 59)), "day"),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 45, 46, 47), "time"),
    22: "moment",
}
_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h|m|s)[^\]]*\]', re.IGNORECASE)
_REFERENCE = re.compile(r"([A-Z]{1,7})(\d{1,10})", re.IGNORECASE)
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_WHOLE = re.compile(r"-?\d{1,15}")


class Cells(NamedTuple):
    """A row: its number from the top, its texts by column from 0 (empty cells left out)."""

    number: int
    texts: dict[int, str]
    hidden: bool
    hidden_columns: tuple[tuple[int, int], ...]


@dataclass
class Formats:
    """What a cell's style says of its number: a day, a time, a moment, how many digits; nothing for most."""

    from_1904: bool = False
    kinds: list[str] = field(default_factory=list)  # by style: "", day, time, moment, or how many digits

    def learn(self, found: Iterable[etree._Element]) -> None:
        """From the parts `numFmt`, `xf` and the lists of `xf` of the styles."""
        own: dict[str, str] = {}
        styles: list[str] = []
        for each in found:
            name = local(each)
            if name == "numFmt":
                own[each.get("numFmtId") or ""] = kind_of(each.get("formatCode") or "")
            elif name == "xf":
                number = each.get("numFmtId") or "0"
                if len(styles) >= MOST_STYLES:
                    raise Unreadable(f"the workbook has more than {MOST_STYLES} styles, which none of Excel's has")
                styles.append(own.get(number, BUILT_IN.get(int(number), "") if number.isdigit() else ""))
            elif name == "cellXfs":
                self.kinds = styles
                return
            else:
                styles = []

    def text(self, number: str, style: str) -> str:
        """A number as text: by its style a date, or padded with zeros; else plain."""
        kind = self.kinds[int(style)] if style.isdigit() and int(style) < len(self.kinds) else ""
        if not kind:
            return number if _WHOLE.fullmatch(number) else plain(number)
        if kind.isdigit():
            return plain(number).rjust(int(kind), "0")
        try:
            return moment(float(number), kind, self.from_1904)
        except (ValueError, OverflowError):
            return plain(number)


def kind_of(code: str) -> str:
    """What a number format shows: `dd/mm/yyyy` a day, `[h]:mm` a time, `0000000000` ten digits."""
    first = _QUOTED.sub("", code.split(";")[0]).strip().lower()
    if re.fullmatch(r"0{2,20}", first):
        return str(len(first))
    if "general" in first or not re.search(r"[dmyhs]", first):
        return ""
    if not re.fullmatch(r"[dmyhs\[\]:./\-,\sap年月日時分秒0]*", first):
        return ""
    day, time = bool(re.search(r"[dy]", first)), bool(re.search(r"[hs]", first))
    return "moment" if day and time else "time" if time else "day"


def moment(serial: float, kind: str, from_1904: bool) -> str:
    """Excel's count of days as an ISO day, moment or time. Raises ValueError for what is none."""
    if not 0 <= serial <= FURTHEST_DAY or serial < 1 and kind == "day":
        raise ValueError("no date")
    seconds = round(serial * 86400)
    if serial < 1 and kind != "day":
        return f"{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if from_1904:
        start = datetime(1904, 1, 1)
    else:  # Excel believes that 1900 was a leap year
        start = datetime(1899, 12, 30) if serial >= 60 else datetime(1899, 12, 31)
    found = start + timedelta(seconds=seconds)
    if seconds % 86400 == 0:
        return found.date().isoformat()
    return found.isoformat(timespec="seconds")


def plain(number: str) -> str:
    """A number without exponent and without the digits that only a computer's arithmetic added."""
    try:
        value = Decimal(number)
    except InvalidOperation:
        return number[:60]
    if not value.is_finite() or abs(value.adjusted()) > 30:
        return number[:60]
    if len(value.as_tuple().digits) > 15:
        value = Decimal(f"{value:.15g}")
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def texts_of(element: etree._Element) -> str:
    """The text of a shared or inline string: its runs joined, without readings beside the characters."""
    pieces: list[str] = []
    for each in element:
        name = local(each)
        if name == "t":
            pieces.append(each.text or "")
        elif name == "r":
            pieces += [inner.text or "" for inner in each if local(inner) == "t"]
    text = pieces[0] if len(pieces) == 1 else "".join(pieces)
    return _ESCAPE.sub(_unescaped, text) if "_x" in text else text


def rows(stream: IO[bytes], name: str, strings: list[str], formats: Formats, notes: Notes) -> Iterator[Cells]:
    """Every row that a sheet holds, from the top. What it claims of its size counts for nothing."""
    last = 0
    hidden: list[tuple[int, int]] = []
    what = f"the sheet {name}"
    for element in elements(stream, ("col", "row", "sheetData"), what=what):
        kind = local(element)
        if kind == "col":
            if element.get("hidden") in ("1", "true") and len(hidden) < 500:
                hidden.append((_number(element.get("min")) - 1, _number(element.get("max")) - 1))
            continue
        if kind == "sheetData":
            while stream.read(65536):  # what comes after the cells is passed over; but its check sum is looked at
                pass
            return
        number = _number(element.get("r")) or last + 1
        if number <= last or number > MOST_ROWS:
            raise Unreadable(
                f"{what}: its rows are numbered as no sheet's are (after row {last}); save it again in Excel"
            )
        last = number
        texts = _texts(element, number, what, strings, formats, notes)
        yield Cells(number, texts, element.get("hidden") in ("1", "true"), tuple(hidden))


def _texts(
    row: etree._Element, number: int, what: str, strings: list[str], formats: Formats, notes: Notes
) -> dict[int, str]:
    found: dict[int, str] = {}
    place = -1
    for cell in row:
        reference = cell.get("r")
        place = _column(reference, number) if reference else place + 1
        if not len(cell):
            continue
        if place < 0:
            raise Unreadable(f"{what}: row {number} has a cell that says it is elsewhere; save it again in Excel")
        text = _text(cell, number, strings, formats, notes)
        if not text:
            continue
        if place >= MOST_COLUMNS:
            raise Unreadable(f"{what} has more than {MOST_COLUMNS} columns")
        if len(text) > LONGEST_TEXT:
            text = text[:LONGEST_TEXT]
            notes.add("a cell with more text than a cell can hold is cut", f"row {number}")
        found[place] = text
    return found


def _text(cell: etree._Element, number: int, strings: list[str], formats: Formats, notes: Notes) -> str:
    kind, value, formula = cell.get("t") or "n", None, False
    for each in cell:
        name = local(each)
        if name == "v":
            value = each.text
        elif name == "is":
            value = texts_of(each)
        elif name == "f":
            formula = True
    if formula:
        if value is None:
            notes.add("a formula without a result: read as empty, for formulas are never worked out", f"row {number}")
        else:
            notes.add("a formula: the result that Excel kept is read, it is never worked out", f"row {number}")
    if not value:
        return ""
    if kind == "s":
        place = _number(value.strip())
        if place < len(strings) and (place or value.strip() == "0"):
            return strings[place]
        notes.add("a cell refers to a text that the workbook does not hold: read as empty", f"row {number}")
        return ""
    if kind == "n":
        return formats.text(value.strip()[:400], cell.get("s") or "0")
    if kind == "b":
        return "true" if value.strip() in ("1", "true") else "false"
    if kind == "e":
        notes.add("a cell shows an error of Excel's, such as #N/A: read as empty", f"row {number}")
        return ""
    if kind == "d":
        return value.strip().removesuffix("T00:00:00").removesuffix(".000")
    return _ESCAPE.sub(_unescaped, value) if "_x" in value else value


def _column(reference: str, number: int) -> int:
    """The column from 0, for `C12` in row 12; -1 for what is no reference to this row."""
    found = _REFERENCE.fullmatch(reference)
    if found is None or int(found[2]) != number:
        return -1
    column = 0
    for letter in found[1].upper():
        column = column * 26 + ord(letter) - 64
    return column - 1


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 13 else 0


def _unescaped(found: re.Match[str]) -> str:
    """`_x000A_` stands for a line break; what stands for no character that a text may hold, is left as it is."""
    code = int(found[1], 16)
    if code in (9, 10, 13) or code >= 32 and not 0xD800 <= code <= 0xDFFF:
        return chr(code)
    return found[0]
