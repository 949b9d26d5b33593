"""Hostile files of further kinds: other programs' files under a table's name, archives that lie in other ways, markup
that is wide instead of deep, texts that would command a screen."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path

from tests.hostile.corpus import (
    LINKS,
    PACKAGE,
    POLICE,
    SCHOOL,
    book,
    cell,
    concern,
    hostile,
    in_memory,
    line,
    parts,
    police,
    pupil,
    repeated,
    row,
    sheet,
    written,
    zipped,
)
from tests.hostile.markup import plain

GOOD = police(row(1), row(2))
SHEET = "xl/worksheets/sheet1.xml"
HEAD, TAIL = sheet().split("</sheetData>")[0], "</sheetData></worksheet>"


def _gap(folder: Path, part: str, content: str | bytes, name: str = "attendance.xlsx") -> Path:
    return book(folder / name, {**parts(), part: content})


# --- another program's file under a table's name ----------------------------------------------------------


@hostile("packed with tar")
def tar_with_links_named_csv(folder: Path) -> Path:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        link = tarfile.TarInfo("police.csv")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return written(folder / "police.csv", out.getvalue())


@hostile("packed with gzip")
def tar_gz(folder: Path) -> Path:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        info = tarfile.TarInfo("../../police.csv")
        info.size = len(GOOD)
        archive.addfile(info, io.BytesIO(GOOD.encode()))
    return written(folder / "police.tar.gz", out.getvalue())


@hostile("packed with bzip2")
def bzip2_bomb_named_csv(folder: Path) -> Path:
    return written(folder / "police.csv", bz2.compress(b"\0" * 50_000_000))


@hostile("packed with xz")
def xz_named_csv(folder: Path) -> Path:
    return written(folder / "police.csv", lzma.compress(GOOD.encode()))


@hostile("packed with zstd")
def zstandard_named_csv(folder: Path) -> Path:
    return written(folder / "police.csv", b"\x28\xb5\x2f\xfd\x04\x00" + GOOD.encode())


@hostile("packed with RAR")
def rar_named_zip(folder: Path) -> Path:
    return written(folder / "police.zip", b"Rar!\x1a\x07\x01\x00" + b"\x33\x92\xb5\xe5" * 40)


@hostile("packed as a cabinet")
def cabinet_named_csv(folder: Path) -> Path:
    return written(folder / "police.csv", b"MSCF\0\0\0\0" + b"\x2c\0\0\0" * 40)


@hostile("text document")
def rich_text_named_csv(folder: Path) -> Path:
    return written(folder / "police.csv", r"{\rtf1\ansi{\object\objocx REPORT_NO,REPORT_TYPE}\par Jay Marsh}" + "\n")


@hostile("PostScript")
def postscript_named_csv(folder: Path) -> Path:
    return written(folder / "police.csv", "%!PS-Adobe-3.0\n(REPORT_NO,REPORT_TYPE) show\n(/etc/passwd) (r) file\n")


@hostile("workbook written as XML")
def spreadsheet_of_2003_named_xls(folder: Path) -> Path:
    table = "".join(f'<Row><Cell><Data ss:Type="String">{name}</Data></Cell></Row>' for name in SCHOOL)
    text = (
        '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
        '<Workbook xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        f"<Worksheet><Table>{table}</Table></Worksheet></Workbook>"
    )
    return written(folder / "attendance.xls", text)


@hostile("workbook written as XML")
def flat_ods_named_csv(folder: Path) -> Path:
    return written(
        folder / "attendance.csv",
        '<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'office:mimetype="application/vnd.oasis.opendocument.spreadsheet"/>',
    )


@hostile("a Word document")
def docx_named_csv(folder: Path) -> Path:
    return zipped(
        folder / "police.csv",
        {"[Content_Types].xml": "<Types/>", "word/document.xml": "<w:document>REPORT_NO</w:document>"},
    )


@hostile("a Parquet file")
def parquet_named_csv(folder: Path) -> Path:
    return written(folder / "police.csv", b"PAR1" + b"\x15\x04\x15\x20" * 200 + b"PAR1")


@hostile("a shortcut")
def shortcut_named_csv(folder: Path) -> Path:
    sign = b"\x4c\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46"
    return written(folder / "police.csv", sign + b"C\0m\0d\0" * 100)


@hostile("an Access database")
def access_database_named_csv(folder: Path) -> Path:
    return written(folder / "police.csv", b"\0\x01\0\0Standard ACE DB\0" + b"\x02\0\0\0" * 500)


@hostile("of no feed")
def python_pickle_named_csv(folder: Path) -> Path:
    return written(folder / "police.csv", b"\x80\x04\x95\x1e\0\0\0\0\0\0\0\x8c\x05posix\x94\x8c\x06system\x94\x93\x94.")


@hostile("of no feed")
def yaml_that_makes_things_named_jsonl(folder: Path) -> Path:
    return written(folder / "school.jsonl", "!!python/object/apply:os.system ['true']\n")


@hostile("wrong-columns", good=2, waits=1)
def form_upload_named_csv(folder: Path) -> Path:
    """What a browser sent, kept whole: the file is inside, behind the form's own lines."""
    return written(
        folder / "police.csv",
        f'------x\r\nContent-Disposition: form-data; name="f"; filename="police.csv"\r\n\r\n{GOOD}\r\n------x--\r\n',
    )


# --- archives -----------------------------------------------------------------------------------------------


@hostile("is broken")
def zip_whose_two_names_differ(folder: Path) -> Path:
    """The list at the end says one name, the file's own head another."""
    path = zipped(folder / "two.zip", {"police.csv": GOOD})
    data = path.read_bytes()
    return written(path, data.replace(b"police.csv", b"police.exe", 1))


@hostile("heading", good=2)
def zip_with_a_nul_in_a_name(folder: Path) -> Path:
    path = zipped(folder / "nul.zip", {"police_csv.exe": GOOD})
    return written(path, path.read_bytes().replace(b"police_csv.exe", b"police.csv\0exe"))


@hostile("heading", good=2)
def zip_with_a_name_of_60_000_characters(folder: Path) -> Path:
    return zipped(folder / "long.zip", {f"{'a' * 60_000}.csv": GOOD})


@hostile("heading", good=2)
def zip_with_10_000_folders_in_each_other(folder: Path) -> Path:
    return zipped(folder / "deep.zip", {f"{'a/' * 10_000}police.csv": GOOD})


@hostile("broken or made to harm")
def zip_with_a_comment_of_65_000_bytes(folder: Path) -> Path:
    path = zipped(folder / "comment.zip", {"police.csv": GOOD})
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"PK\x05\x06" + b"x" * 65_000
    return path


@hostile("packed in a way that is not read")
def zip_packed_with_bzip2(folder: Path) -> Path:
    return book(folder / "bz.zip", {"police.csv": GOOD}, zipfile.ZIP_BZIP2)


def _method(path: Path, number: int) -> Path:
    data = bytearray(path.read_bytes())
    for sign, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        place = data.find(sign)
        struct.pack_into("<H", data, place + offset, number)
    return written(path, bytes(data))


@hostile("packed in a way that is not read")
def zip_packed_with_deflate_64(folder: Path) -> Path:
    return _method(zipped(folder / "d64.zip", {"police.csv": GOOD}), 9)


@hostile("packed in a way that is not read")
def zip_packed_in_a_way_that_nobody_knows(folder: Path) -> Path:
    return _method(zipped(folder / "x.zip", {"police.csv": GOOD}), 61_234)


@hostile("is broken")
def zip_whose_packed_bytes_end_early(folder: Path) -> Path:
    """A deflate stream without its last block, in a zip that is whole otherwise."""
    path = zipped(folder / "early.zip", {"police.csv": GOOD * 50})
    data = bytearray(path.read_bytes())
    size = struct.unpack_from("<I", data, data.find(b"PK\x01\x02") + 20)[0]
    start = 30 + len("police.csv")
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    short = packed.compress((GOOD * 50).encode()[:3000]) + packed.flush(zlib.Z_SYNC_FLUSH)
    data[start : start + size] = (short + b"\0" * size)[:size]
    return written(path, bytes(data))


@hostile("heading", good=2)
def zip_in_pieces(folder: Path) -> Path:
    """The last of several disks."""
    path = zipped(folder / "piece.zip", {"police.csv": GOOD})
    data = bytearray(path.read_bytes())
    struct.pack_into("<HH", data, data.rfind(b"PK\x05\x06") + 4, 3, 3)
    return written(path, bytes(data))


@hostile("no export does")
def zip_with_a_table_and_a_bomb(folder: Path) -> Path:
    return repeated(
        folder / "police.zip", "rest/police-2.csv", [("0", 1), ("\0" * 1000, 900_000)], {"police.csv": GOOD}
    )


@hostile("no export does")
def zip_with_a_workbook_that_is_a_bomb(folder: Path) -> Path:
    others = {name: text for name, text in parts().items() if name != SHEET}
    repeated(folder / "in.xlsx", SHEET, [(HEAD, 1), ("<row><c><v>1</v></c></row>", 3_000_000), (TAIL, 1)], others)
    bomb = (folder / "in.xlsx").read_bytes()
    (folder / "in.xlsx").unlink()
    return zipped(folder / "drop.zip", {"attendance.xlsx": bomb, "police.csv": GOOD})


# --- workbooks ----------------------------------------------------------------------------------------------


@hostile("heading", good=1)
def xlsx_a_million_merged_ranges(folder: Path) -> Path:
    merged = "".join(f'<mergeCell ref="A{n}:ZZ{n + 1}"/>' for n in range(1, 60_000, 2))
    text = sheet().replace("</worksheet>", f'<mergeCells count="1000000">{merged * 8}</mergeCells></worksheet>')
    return _gap(folder, SHEET, text)


@hostile("heading", good=1)
def xlsx_one_merged_range_over_everything(folder: Path) -> Path:
    text = sheet().replace("</worksheet>", '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>')
    return _gap(folder, SHEET, text)


@hostile("points at something outside itself", good=1)
def xlsx_linked_to_another_workbook(folder: Path) -> Path:
    link = (
        f'<Relationship Id="rId77" Type="{LINKS}/externalLink" Target="externalLinks/externalLink1.xml"/>'
        f'<Relationship Id="rId78" Type="{LINKS}/hyperlink" Target="file:////198.51.100.7/share/x" TargetMode="External"/>'
    )
    outside = (
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{LINKS}/externalLinkPath" '
        'Target="https://198.51.100.7/x.xlsx" TargetMode="External"/></Relationships>'
    )
    return book(
        folder / "attendance.xlsx",
        {
            **parts(links=link),
            "xl/externalLinks/_rels/externalLink1.xml.rels": outside,
            "xl/externalLinks/externalLink1.xml": "<a/>",
        },
    )


@hostile("never worked out", good=1, waits=1)
def xlsx_that_asks_a_server(folder: Path) -> Path:
    """A formula of old: `=cmd|'/c calc'!A1`, and a web query, each with a result that Excel kept."""
    cells = '<c r="A3"><f>cmd|\'/c calc\'!A1</f><v>383/0106</v></c><c r="B3"><f>WEBSERVICE("http://198.51.100.7")</f><v>9</v></c>'
    rows = line(1, SCHOOL) + line(2, pupil()) + f'<row r="3">{cells}</row>'
    return _gap(folder, SHEET, sheet(rows))


@hostile("no sheet with a line of column names")
def xlsx_links_that_go_round(folder: Path) -> Path:
    one = f'<Relationship Id="rId1" Type="{LINKS}/worksheet" Target="workbook.xml"/>'
    rel = f'<Relationships xmlns="{PACKAGE}/relationships">{one}</Relationships>'
    return _gap(folder, "xl/_rels/workbook.xml.rels", rel)


@hostile("heading", good=1)
def xlsx_100_000_attributes_of_many_names(folder: Path) -> Path:
    many = " ".join(f'a{n}="1"' for n in range(100_000))
    return _gap(folder, SHEET, sheet(line(1, SCHOOL) + f'<row r="2" {many}>' + "</row>" + line(3, pupil())))


@hostile("is cut", good=1)
def xlsx_a_cell_of_entities_written_out(folder: Path) -> Path:
    return _gap(folder, SHEET, sheet(line(1, SCHOOL), line(2, pupil(Forename="&#x41;" * 300_000))))


@hostile("not-a-date", good=0, waits=1)
def xlsx_numbers_beyond_numbers(folder: Path) -> Path:
    odd = ["383/0106", "1", "Jay", "Marsh"]
    numbers = "".join(
        f'<c r="{c}2"><v>{v}</v></c>' for c, v in (("E", "1e999"), ("F", "-1E+308"), ("G", "9" * 5000), ("H", "NaN"))
    )
    first = "".join(cell(n, 2, text) for n, text in enumerate(odd))
    return _gap(folder, SHEET, sheet(line(1, SCHOOL), f'<row r="2">{first}{numbers}</row>'))


@hostile("an encoding that is not read")
def xlsx_in_utf_7(folder: Path) -> Path:
    text = sheet().replace('<?xml version="1.0"?>', '<?xml version="1.0" encoding="UTF-7"?>')
    return _gap(folder, SHEET, text)


@hostile("heading", good=1)
def xlsx_sheet_names_that_turn_and_hide(folder: Path) -> Path:
    return book(folder / "attendance.xlsx", parts({"\u202eecnadnettA\u200b": sheet()}))


@hostile("heading", good=2)
def xlsx_with_a_second_zip_behind_it(folder: Path) -> Path:
    book(folder / "attendance.xlsx", parts())
    behind = in_memory({"police.csv": GOOD})
    return written(folder / "attendance.xlsx", (folder / "attendance.xlsx").read_bytes() + behind)


# --- markup and texts ---------------------------------------------------------------------------------------


@hostile("", good=1)
def xml_100_000_attributes_of_many_names(folder: Path) -> Path:
    many = " ".join(f'a{n}="1"' for n in range(100_000)).encode()
    return written(folder / "cin.xml", plain().replace(b"<Child>", b"<Child " + many + b">", 1))


@hostile("no root element")
def xml_100_000_namespaces(folder: Path) -> Path:
    many = " ".join(f'xmlns:n{n}="urn:{n}"' for n in range(100_000)).encode()
    return written(folder / "cin.xml", plain().replace(b"<Message", b"<Message " + many, 1))


@hostile("not-xml", good=0, waits=1)
def xml_a_name_of_a_megabyte(folder: Path) -> Path:
    name = b"x" * 1_000_000
    return written(folder / "cin.xml", plain().replace(b"</Child>", b"<" + name + b"/></Child>", 1))


@hostile("too-long", good=1, waits=1)
def xml_a_million_comments(folder: Path) -> Path:
    return written(folder / "cin.xml", plain().replace(b"</Children>", b"<!--x-->" * 1_000_000 + b"</Children>"))


@hostile("not-xml", good=0, waits=1)
def xml_overlong_letters(folder: Path) -> Path:
    return written(folder / "cin.xml", plain().replace(b"</LAchildID>", b"\xc0\xaf\xe0\x80\xaf</LAchildID>", 1))


@hostile("too-long", good=1, waits=1)
def json_100_000_lists_in_a_detail(folder: Path) -> Path:
    return written(folder / "school.jsonl", concern(1) + concern(2, ', "x": ' + "[" * 100_000 + "]" * 100_000))


@hostile("too-long", good=1, waits=1)
def json_200_000_names_in_one_object(folder: Path) -> Path:
    many = ", ".join(f'"k{n}": 1' for n in range(200_000))
    return written(folder / "school.jsonl", concern(1) + concern(2, f', "x": {{{many}}}'))


@hostile("too-long", good=2, waits=1)
def json_one_line_of_60_mb(folder: Path) -> Path:
    with (folder / "school.jsonl").open("w") as out:
        out.write(concern(1) + '{"message": "')
        for _ in range(60):
            out.write("a" * 1_000_000)
        out.write('"}\n' + concern(2))
    return folder / "school.jsonl"


@hostile("not-text", good=1, waits=1)
def json_a_pair_of_halves_the_wrong_way_round(folder: Path) -> Path:
    return written(folder / "school.jsonl", concern(1) + concern(2).replace("Marsh2", "\\udc00\\ud800"))


@hostile("too-long", good=2, waits=1)
def csv_a_number_of_a_million_digits(folder: Path) -> Path:
    return written(folder / "police.csv", police(row(1), row(2, PERSON_ID="9" * 1_000_000), row(3)))


@hostile("not-a-date", good=2, waits=1)
def csv_dates_of_100_000_digits(folder: Path) -> Path:
    return written(folder / "police.csv", police(row(1), row(2, OCC_DATE="1" * 100_000), row(3, DOB="9" * 100_000)))


@hostile("Windows-1252", good=2)
def csv_overlong_letters(folder: Path) -> Path:
    return written(
        folder / "police.csv", police(row(1), row(2)).encode().replace(b"Marsh2", b"\xc0\xaf\xf8\x88\x80\x80\x80")
    )


@hostile("\ufffd", good=1)
def csv_that_would_command_a_screen(folder: Path) -> Path:
    """Escapes that clear a terminal or set its title: in a heading, which a note tells, and in a name."""
    heading = POLICE + ",\x1b]0;owned\x07\x1b[2J\n"
    return written(folder / "police.csv", heading + row(1, FORENAMES="Jay\x1b[31m\x9b2J").rstrip("\n") + ",x\n")


@hostile("stands twice", good=1)
def csv_a_heading_that_names_itself_2_000_times(folder: Path) -> Path:
    return written(folder / "police.csv", POLICE + ",SUMMARY" * 1_980 + "\n" + row(1).rstrip("\n") + "," * 1_980 + "\n")


@hostile("too-many-rows", good=1, waits=1999)
def csv_every_line_a_heading(folder: Path) -> Path:
    return written(folder / "police.csv", (POLICE + "\n") * 2_000 + row(1))


@hostile("too-many-rows", good=1, waits=2500)
def csv_rows_of_one_record_without_end(folder: Path) -> Path:
    return written(folder / "police.csv", police(*(row(1, PERSON_ID=f"N{n}") for n in range(3_000))))


@hostile("heading", good=2)
def csv_all_the_ways_to_break_a_line(folder: Path) -> Path:
    """Signs that Python, but nobody else, takes for the end of a line."""
    return written(folder / "police.csv", police(row(1), row(2, SUMMARY="a\x0bb\x0cc\x1cd\x85e\u2028f\u2029g")))


@hostile("no set")
def csv_within_gzip_within_zip(folder: Path) -> Path:
    return zipped(folder / "drop.zip", {"police.csv": gzip.compress(GOOD.encode()), "police-2.csv": GOOD})


@hostile("not-text", good=1, waits=3)
def jsonl_that_is_a_zip_too(folder: Path) -> Path:
    return written(folder / "school.jsonl", concern(1).encode() + in_memory({"school.jsonl": concern(2)}))


@hostile("of no feed")
def census_that_is_json_too(folder: Path) -> Path:
    return written(folder / "cin.xml", json.dumps({"message": "1"}).encode() + b"\n" + plain())
