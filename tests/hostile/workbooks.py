"""Workbooks that are made to harm, or only to mislead."""

from __future__ import annotations

from pathlib import Path

from tests.hostile.corpus import (
    ENTITIES,
    FETCHED,
    LINKS,
    MAIN,
    QUADRATIC,
    SCHOOL,
    book,
    cell,
    changed,
    hostile,
    line,
    parts,
    pupil,
    repeated,
    sheet,
    written,
    zipped,
)

SHEET, STRINGS, STYLES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"
HEAD, TAIL = sheet().split("</sheetData>")[0], "</sheetData></worksheet>"


def _spoilt(folder: Path, part: str, content: str | bytes, name: str = "attendance.xlsx") -> Path:
    return book(folder / name, {**parts(), part: content})


def _long(folder: Path, part: str, pieces: list[tuple[str | bytes, int]]) -> Path:
    others = {name: text for name, text in parts().items() if name != part}
    return repeated(folder / "attendance.xlsx", part, pieces, others)


@hostile("unpacks to more than")
def xlsx_bomb_of_rows(folder: Path) -> Path:
    return _long(folder, SHEET, [(HEAD, 1), ('<row><c t="b"><v>1</v></c></row>', 3_000_000), (TAIL, 1)])


@hostile("unpacks to more than|more text than")
def xlsx_bomb_of_shared_texts(folder: Path) -> Path:
    return _long(
        folder, STRINGS, [(f'<sst xmlns="{MAIN}">', 1), ("<si><t>aaaaaaaa</t></si>", 4_000_000), ("</sst>", 1)]
    )


@hostile("larger than 2 MB|unpacks to")
def xlsx_one_text_of_50_mb(folder: Path) -> Path:
    return _long(folder, STRINGS, [(f'<sst xmlns="{MAIN}"><si><t>', 1), ("a", 50_000_000), ("</t></si></sst>", 1)])


@hostile("larger than 2 MB|more than 2000 columns")
def xlsx_a_million_columns(folder: Path) -> Path:
    return _long(
        folder, SHEET, [(sheet().split("<row")[0] + "<row>", 1), ("<c><v>1</v></c>", 1_000_000), ("</row>" + TAIL, 1)]
    )


@hostile("2000 columns")
def xlsx_a_column_far_to_the_right(folder: Path) -> Path:
    return _spoilt(folder, SHEET, sheet(line(1, SCHOOL), f'<row r="2">{cell(16_000, 2, "x")}</row>'))


@hostile("elsewhere")
def xlsx_a_cell_that_says_it_is_elsewhere(folder: Path) -> Path:
    return _spoilt(folder, SHEET, sheet(line(1, SCHOOL), f'<row r="2">{cell(1, 7, "x")}</row>'))


@hostile("heading", good=1)
def xlsx_that_claims_a_billion_cells(folder: Path) -> Path:
    return _spoilt(folder, SHEET, sheet(before='<dimension ref="A1:XFD1048576"/>'))


@hostile("numbered as no sheet")
def xlsx_a_row_numbered_a_billion(folder: Path) -> Path:
    return _spoilt(folder, SHEET, sheet(line(1, SCHOOL), line(1_000_000_000, pupil())))


@hostile("numbered as no sheet")
def xlsx_rows_that_go_back(folder: Path) -> Path:
    return _spoilt(folder, SHEET, sheet(line(1, SCHOOL), line(5, pupil(1)), line(3, pupil(2))))


@hostile("document type or entities")
def xlsx_billion_laughs_in_the_sheet(folder: Path) -> Path:
    return _spoilt(folder, SHEET, sheet(line(1, ["&j;"]), start=ENTITIES))


@hostile("document type or entities")
def xlsx_billion_laughs_in_the_texts(folder: Path) -> Path:
    return _spoilt(folder, STRINGS, f'<?xml version="1.0"?>{ENTITIES}<sst xmlns="{MAIN}"><si><t>&j;</t></si></sst>')


@hostile("document type or entities")
def xlsx_billion_laughs_in_the_styles(folder: Path) -> Path:
    return _spoilt(
        folder, STYLES, f'{ENTITIES}<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="&j;"/></cellXfs></styleSheet>'
    )


@hostile("document type or entities")
def xlsx_entities_in_the_list_of_sheets(folder: Path) -> Path:
    return book(folder / "attendance.xlsx", parts(start=QUADRATIC))


@hostile("document type or entities")
def xlsx_entities_in_the_content_types(folder: Path) -> Path:
    return _spoilt(folder, "[Content_Types].xml", FETCHED + "<Types>&a;</Types>")


@hostile("document type or entities")
def xlsx_a_file_fetched_by_the_links(folder: Path) -> Path:
    return _spoilt(folder, "xl/_rels/workbook.xml.rels", FETCHED + "<Relationships>&a;</Relationships>")


@hostile("document type or entities")
def xlsx_a_file_fetched_by_the_sheet(folder: Path) -> Path:
    return _spoilt(folder, SHEET, sheet(line(1, ["&a;"]), start=FETCHED))


@hostile("document type or entities|not well-formed")
def xlsx_a_document_type_behind_a_long_comment(folder: Path) -> Path:
    return _spoilt(folder, SHEET, sheet(line(1, ["&j;"]), start=f"<!--{'x' * 100_000}-->{ENTITIES}"))


@hostile("document type or entities")
def xlsx_entities_in_utf_16(folder: Path) -> Path:
    return _spoilt(
        folder,
        SHEET,
        sheet(line(1, ["&j;"]), start=ENTITIES).replace('"1.0"', '"1.0" encoding="UTF-16"', 1).encode("utf-16"),
    )


@hostile("points at something outside", good=1)
def xlsx_links_to_elsewhere(folder: Path) -> Path:
    link = f'<Relationship Id="rId7" Type="{LINKS}/externalLink" Target="http://198.51.100.7/x" TargetMode="External"/>'
    return book(folder / "attendance.xlsx", parts(links=link))


@hostile("lacks a part")
def xlsx_links_that_climb_out(folder: Path) -> Path:
    content = parts()
    content["xl/_rels/workbook.xml.rels"] = str(content["xl/_rels/workbook.xml.rels"]).replace(
        "worksheets/sheet1.xml", "../../../../../etc/passwd"
    )
    return book(folder / "attendance.xlsx", content)


@hostile("has macros")
def xlsx_with_macros(folder: Path) -> Path:
    return book(folder / "attendance.xlsx", {**parts(), "xl/vbaProject.bin": b"\xcc\x61"})


@hostile("has macros")
def xlsm(folder: Path) -> Path:
    types = str(parts()["[Content_Types].xml"]).replace(
        "officedocument.spreadsheetml.sheet", "ms-excel.sheet.macroEnabled"
    )
    return _spoilt(folder, "[Content_Types].xml", types, "attendance.xlsm")


@hostile("has macros")
def xlsx_with_a_macro_sheet_of_1992(folder: Path) -> Path:
    return book(folder / "attendance.xlsx", {**parts(), "xl/macrosheets/sheet1.xml": "<x/>"})


@hostile("old kind of Excel")
def xls(folder: Path) -> Path:
    return written(folder / "attendance.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4096)


@hostile("with a password")
def xlsx_with_a_password(folder: Path) -> Path:
    inside = b"\0" * 1024 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 4096
    return written(folder / "attendance.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + inside)


@hostile("binary workbook")
def xlsb(folder: Path) -> Path:
    content = {name: text for name, text in parts().items() if name != "xl/workbook.xml"}
    return book(folder / "attendance.xlsb", {**content, "xl/workbook.bin": b"\x83\x01"})


@hostile("OpenDocument")
def ods(folder: Path) -> Path:
    return zipped(
        folder / "attendance.ods", {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}
    )


@hostile("Word document")
def docx_named_xlsx(folder: Path) -> Path:
    return zipped(folder / "attendance.xlsx", {"[Content_Types].xml": "<Types/>", "word/document.xml": "<x/>"})


@hostile("1 hidden sheet", good=1)
def xlsx_with_a_hidden_sheet(folder: Path) -> Path:
    hidden = sheet(line(1, SCHOOL), *(line(n, pupil(n)) for n in range(2, 9)))
    return book(folder / "attendance.xlsx", parts({"Attendance": sheet(), "All": hidden}, {"All": "veryHidden"}))


@hostile("no sheet that can be seen")
def xlsx_with_nothing_but_hidden_sheets(folder: Path) -> Path:
    return book(folder / "attendance.xlsx", parts({"All": sheet()}, {"All": "hidden"}))


@hostile("hidden-row", good=1, waits=2)
def xlsx_with_hidden_rows(folder: Path) -> Path:
    lines = [line(1, SCHOOL), line(2, pupil(1)), line(3, pupil(2), ' hidden="1"'), line(4, pupil(3), ' hidden="true"')]
    return _spoilt(folder, SHEET, sheet(*lines))


@hostile("hidden column", good=1)
def xlsx_with_a_hidden_column(folder: Path) -> Path:
    lines = [line(1, [*SCHOOL, "NHS Number"]), line(2, [*pupil(), "9990000018"])]
    return _spoilt(folder, SHEET, sheet(*lines, before='<cols><col min="9" max="9" hidden="1"/></cols>'))


@hostile("never worked out", good=2)
def xlsx_with_formulas(folder: Path) -> Path:
    inside = '<c r="H{0}"><f>cmd|\' /C calc\'!A0+WEBSERVICE("http://198.51.100.7/")</f><v>41</v></c>'
    lines = [line(n + 1, pupil(n)[:7]).replace("</row>", inside.format(n + 1) + "</row>") for n in (1, 2)]
    return _spoilt(folder, SHEET, sheet(line(1, SCHOOL), *lines))


@hostile("heading", good=1)
def xlsx_with_texts_that_look_like_formulas(folder: Path) -> Path:
    return _spoilt(folder, SHEET, sheet(line(1, SCHOOL), line(2, pupil(Forename="=HYPERLINK(1)", Surname="@SUM(A1)"))))


@hostile("not well-formed|larger than 2 MB")
def xlsx_100_000_elements_deep(folder: Path) -> Path:
    return _spoilt(folder, SHEET, sheet("<row>" + "<c>" * 100_000 + "</c>" * 100_000 + "</row>"))


@hostile("larger than 2 MB|not well-formed")
def xlsx_an_attribute_of_9_mb(folder: Path) -> Path:
    return _long(folder, SHEET, [('<worksheet><sheetData><row spans="', 1), ("a", 9_000_000), ('"></row>' + TAIL, 1)])


@hostile("not well-formed")
def xlsx_200_000_attributes(folder: Path) -> Path:
    many = " ".join(f'a{n}=""' for n in range(100_000))
    return _spoilt(folder, SHEET, sheet(f"<row {many} a0=''></row>"))


@hostile("cut short")
def xlsx_cut_short(folder: Path) -> Path:
    path = book(folder / "attendance.xlsx", parts())
    return written(path, path.read_bytes()[:-100])


@hostile("broken or cut short")
def xlsx_with_a_wrong_check_sum(folder: Path) -> Path:
    return changed(book(folder / "attendance.xlsx", parts()), "PK\x01\x02", 16, "<I", 99)


@hostile("does not hold", good=0, waits=1)
def xlsx_texts_that_are_not_there(folder: Path) -> Path:
    lost = '<row r="2"><c r="A2" t="s"><v>7</v></c><c r="B2" t="s"><v>-1</v></c><c r="C2"><v>1</v></c></row>'
    return _spoilt(folder, SHEET, sheet(line(1, SCHOOL), lost))


@hostile("not-a-date", good=0, waits=3)
def xlsx_dates_that_no_calendar_has(folder: Path) -> Path:
    styles = f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
    lines = []
    for n, number in enumerate(("1e308", "-1", "2958466"), 2):
        cells = "".join(cell(c, n, text) for c, text in enumerate(pupil(n)) if c != 5)
        lines.append(f'<row r="{n}">{cells}<c r="F{n}" s="1"><v>{number}</v></c></row>')
    return book(folder / "attendance.xlsx", {**parts({"A": sheet(line(1, SCHOOL), *lines)}), STYLES: styles})


@hostile("more than 300 sheets|larger than 16 MB|unpacks to")
def xlsx_100_000_sheets(folder: Path) -> Path:
    listed = "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="rId1"/>' for n in range(100_000))
    content = parts()
    content["xl/workbook.xml"] = f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets>{listed}</sheets></workbook>'
    return book(folder / "attendance.xlsx", content)


@hostile("larger than 16 MB|unpacks to|styles")
def xlsx_a_million_styles(folder: Path) -> Path:
    return _long(
        folder,
        STYLES,
        [
            (f'<styleSheet xmlns="{MAIN}"><cellXfs>', 1),
            ('<xf numFmtId="14"/>', 1_000_000),
            ("</cellXfs></styleSheet>", 1),
        ],
    )


@hostile("heading", good=1)
def xlsx_a_text_of_20_000_pieces(folder: Path) -> Path:
    runs = "<r><t>a</t></r>" * 20_000
    lines = [line(1, SCHOOL), line(2, pupil()).replace("<t>Jay</t>", runs)]
    return _spoilt(folder, SHEET, sheet(*lines))


@hostile("no sheet with a line of column names")
def xlsx_that_is_empty(folder: Path) -> Path:
    return _spoilt(folder, SHEET, f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>')


@hostile("turn or hide", good=1)
def xlsx_names_that_turn_and_hide(folder: Path) -> Path:
    return _spoilt(
        folder, SHEET, sheet(line(1, SCHOOL), line(2, pupil(Forename="J\u200bay\u202e", Surname="\u2066Marsh")))
    )
