"""Hostile files, each with what must become of it. `@hostile(…)` puts a builder on the list; builders take a folder."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Builder = Callable[[Path], Path]
POLICE = "REPORT_NO,REPORT_TYPE,INCIDENT_NO,OCC_DATE,OFFENCE,PERSON_ROLE,PERSON_ID,FORENAMES,SURNAME,DOB,SUMMARY"
SCHOOL = [
    "School",
    "Pupil ID",
    "Forename",
    "Surname",
    "Period From",
    "Period To",
    "Sessions Possible",
    "Sessions Attended",
]


@dataclass(frozen=True)
class Hostile:
    """`good`: records that come of it all the same; `waits`: rows kept for a person; None where it is refused."""

    name: str
    build: Builder
    says: str  # a pattern of the sentence, of a note or of a row's reason
    good: int | None
    waits: int | None


CORPUS: list[Hostile] = []


def hostile(says: str, *, good: int | None = None, waits: int | None = None) -> Callable[[Builder], Builder]:
    """Refused as a whole with a sentence, unless `good` or `waits` say what comes of it."""

    def listed(build: Builder) -> Builder:
        if good is None and waits is None:
            CORPUS.append(Hostile(build.__name__, build, says, None, None))
        else:
            CORPUS.append(Hostile(build.__name__, build, says, good or 0, waits or 0))
        return build

    return listed


def written(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# --- things as they ought to be -------------------------------------------------------------------------


def row(n: int = 1, **other: str) -> str:
    """One row of the police's extract; `other` replaces what stands in a column."""
    values = {
        "REPORT_NO": f"CR/{n}", "REPORT_TYPE": "CRIME", "INCIDENT_NO": f"13/{n}", "OCC_DATE": "10/01/2025 21:40",
        "OFFENCE": "WEAP", "PERSON_ROLE": "SUSP", "PERSON_ID": f"N{n}", "FORENAMES": "Jay", "SURNAME": f"Marsh{n}",
        "DOB": "04/03/2010", "SUMMARY": "",
    }  # fmt: skip
    return ",".join({**values, **other}.values()) + "\n"


def police(*rows: str) -> str:
    return POLICE + "\n" + "".join(rows)


def concern(n: int = 1, more: str = "") -> str:
    """One line of the schools' extract."""
    return (
        f'{{"message": "S{n}", "school": "thornbeck-high-school", "record": "school-concern", "happened": "2025-01-10",'
        f' "pupil": {{"id": "P{n}", "given": "Jay", "family": "Marsh{n}", "born": "2010-03-04"}}{more}}}\n'
    )


def pupil(n: int = 1, **other: str) -> list[str]:
    values = ["383/0106", f"{n:06}", "Jay", f"Marsh{n}", "2025-01-06", "2025-02-14", "60", "41"]
    return [other.get(name, value) for name, value in zip(SCHOOL, values, strict=True)]


# --- workbooks --------------------------------------------------------------------------------------------

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def cell(column: int, row: int, text: str) -> str:
    return f'<c r="{letters(column)}{row}" t="inlineStr"><is><t>{text}</t></is></c>'


def letters(column: int) -> str:
    found = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


def line(number: int, values: list[str], attributes: str = "") -> str:
    return (
        f'<row r="{number}"{attributes}>' + "".join(cell(n, number, text) for n, text in enumerate(values)) + "</row>"
    )


def sheet(*lines: str, before: str = "", start: str = "") -> str:
    rows = "".join(lines) or line(1, SCHOOL) + line(2, pupil())
    return f'<?xml version="1.0"?>{start}<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData></worksheet>'


def parts(
    sheets: dict[str, str] | None = None, states: dict[str, str] | None = None, start: str = "", links: str = ""
) -> dict[str, str | bytes]:
    """The parts of a workbook that can be read, to be spoilt in one place."""
    sheets, states = sheets or {"Attendance": sheet()}, states or {}
    listed = "".join(
        f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}" state="{states.get(name, "visible")}"/>'
        for n, name in enumerate(sheets, 1)
    )
    linked = "".join(
        f'<Relationship Id="rId{n}" Type="{LINKS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    found: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        f'<Override PartName="/xl/workbook.xml" ContentType="{SHEET_TYPE}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<?xml version="1.0"?>{start}<workbook xmlns="{MAIN}" xmlns:r="{LINKS}">'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{linked}'
        f'<Relationship Id="rId900" Type="{LINKS}/styles" Target="styles.xml"/>'
        f'<Relationship Id="rId901" Type="{LINKS}/sharedStrings" Target="sharedStrings.xml"/>{links}</Relationships>',
    }
    found |= {f"xl/worksheets/sheet{n}.xml": content for n, content in enumerate(sheets.values(), 1)}
    return found


def book(path: Path, content: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, text in content.items():
            archive.writestr(name, text)
    return path


def repeated(path: Path, name: str, pieces: list[tuple[str | bytes, int]], others: dict[str, str | bytes]) -> Path:
    """A zip in which one part is made of pieces, each many times over, without ever being whole in memory."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for other, text in others.items():
            archive.writestr(other, text)
        with archive.open(name, "w") as out:
            for piece, times in pieces:
                data = piece if isinstance(piece, bytes) else piece.encode()
                many = max(1, min(times, 1024 * 1024 // max(1, len(data))))
                for _ in range(times // many):
                    out.write(data * many)
                out.write(data * (times % many))
    return path


def zipped(path: Path, content: dict[str, bytes | str]) -> Path:
    return book(path, dict(content))


def in_memory(content: dict[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in content.items():
            archive.writestr(name, text)
    return out.getvalue()


def changed(path: Path, at: str, offset: int, form: str, value: int, *, last: bool = True) -> Path:
    """A zip with one number of its last (or first) record of a kind replaced. `at`: the record's sign."""
    data = bytearray(path.read_bytes())
    place = (data.rfind if last else data.find)(at.encode("latin-1"))
    struct.pack_into(form, data, place + offset, value)
    path.write_bytes(data)
    return path


ENTITIES = (
    '<!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
)
FETCHED = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
QUADRATIC = f'<!DOCTYPE x [<!ENTITY a "{"a" * 50_000}">]>'
