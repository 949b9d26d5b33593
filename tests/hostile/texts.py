"""Delimited text and JSON that are made to harm, or were torn on the way."""

from __future__ import annotations

import os
import random
from pathlib import Path

from tests.hostile.corpus import POLICE, concern, hostile, police, row, written

GOOD = police(row(1), row(2))


@hostile("more than 2000 columns|no feed that is declared")
def csv_a_million_columns(folder: Path) -> Path:
    return written(folder / "police.csv", POLICE + "".join(f",c{n}" for n in range(1_000_000)) + "\n" + row(1))


@hostile("wrong-columns", good=1, waits=1)
def csv_a_row_of_50_000_columns(folder: Path) -> Path:
    return written(folder / "police.csv", police(row(1), "," * 50_000 + "x\n"))


@hostile("too-long", good=2, waits=1)
def csv_one_line_of_200_mb(folder: Path) -> Path:
    with (folder / "police.csv").open("wb") as out:
        out.write(police(row(1)).encode())
        out.seek(200_000_000, os.SEEK_CUR)  # a hole: NULs to whoever reads it
        out.write(b"\n" + row(2).encode())
    return folder / "police.csv"


@hostile("no header|binary|no feed")
def csv_nothing_but_200_mb_without_a_line(folder: Path) -> Path:
    with (folder / "police.csv").open("wb") as out:
        out.truncate(200_000_000)
    return folder / "police.csv"


@hostile("without its fellow", good=401)
def csv_a_quote_that_never_closes(folder: Path) -> Path:
    return written(folder / "police.csv", police('"' + row(0), *(row(n) for n in range(1, 401))))


@hostile("wrong-columns", good=0, waits=9_000)
def csv_a_quote_on_every_line(folder: Path) -> Path:
    return written(folder / "police.csv", police(*('"' + "x\n" for _ in range(9_000))))


@hostile("without its fellow|wrong-columns|cut-short", good=0, waits=1)
def csv_100_000_quotes_on_a_line(folder: Path) -> Path:
    return written(folder / "police.csv", police('"' * 99_999 + "\n"))


@hostile("nul-bytes", good=2, waits=1)
def csv_with_nul(folder: Path) -> Path:
    return written(folder / "police.csv", police(row(1), row(3, SURNAME="Ma\0rsh"), row(2)))


@hostile("not-text", good=1, waits=1)
def csv_in_utf_16_with_half_a_character(folder: Path) -> Path:
    half = "\ud800".encode("utf-16-le", "surrogatepass")
    spoilt = police(row(1, SURNAME="?"), row(2)).encode("utf-16-le").replace("?".encode("utf-16-le"), half)
    return written(folder / "police.csv", b"\xff\xfe" + spoilt)


@hostile("UTF-16")
def csv_in_utf_16_without_its_mark(folder: Path) -> Path:
    return written(folder / "police.csv", GOOD.encode("utf-16-be"))


@hostile("UTF-16")
def csv_in_utf_32(folder: Path) -> Path:
    return written(folder / "police.csv", GOOD.encode("utf-32"))


@hostile("heading", good=2)
def csv_with_the_mark_of_utf_8_twice(folder: Path) -> Path:
    return written(folder / "police.csv", b"\xef\xbb\xbf\xef\xbb\xbf" + GOOD.encode())


@hostile("heading", good=1)
def csv_in_utf_7(folder: Path) -> Path:
    """`+ADw-script+AD4-` is what it says, and never the script that UTF-7 makes of it."""
    return written(folder / "police.csv", police(row(1, SURNAME="+ADw-script+AD4-")))


@hostile("read as Windows-1252", good=2)
def csv_in_two_encodings(folder: Path) -> Path:
    return written(
        folder / "police.csv", police(row(1, SURNAME="Zoë")).encode() + row(2, SURNAME="Zoë").encode("cp1252")
    )


@hostile("read as Windows-1252", good=2)
def csv_with_halves_of_characters(folder: Path) -> Path:
    return written(
        folder / "police.csv", police(row(1)).encode() + row(2, SURNAME="?").encode().replace(b"?", b"\xed\xa0\x80")
    )


@hostile("not-text", good=1, waits=1)
def csv_with_bytes_of_no_encoding(folder: Path) -> Path:
    return written(
        folder / "police.csv", police(row(1)).encode() + row(2, SURNAME="?").encode().replace(b"?", b"\x81\x8d")
    )


@hostile("carriage return alone", good=2)
def csv_of_an_old_macintosh(folder: Path) -> Path:
    return written(folder / "police.csv", GOOD.replace("\n", "\r"))


@hostile("heading", good=2)
def csv_with_all_kinds_of_line_ends(folder: Path) -> Path:
    return written(folder / "police.csv", POLICE + "\r\n" + row(1) + "\n\r\n" + row(2).rstrip() + "\x1a")


@hostile("no feed that is declared")
def csv_with_another_separator(folder: Path) -> Path:
    return written(folder / "police.csv", GOOD.replace(",", "~"))


@hostile("heading", good=2)
def csv_with_tabs(folder: Path) -> Path:
    return written(folder / "police.csv", GOOD.replace(",", "\t"))


@hostile("web page")
def html_named_xls(folder: Path) -> Path:
    return written(folder / "police.xls", "<html><table><tr><td>REPORT_NO</td></tr></table></html>")


@hostile("web page")
def html_behind_a_comment_named_csv(folder: Path) -> Path:
    return written(folder / "police.csv", "\ufeff<!-- x -->\n<TABLE><tr><td>1</td></tr></TABLE>")


@hostile("saved web page")
def mail_named_xls(folder: Path) -> Path:
    return written(folder / "police.xls", "MIME-Version: 1.0\nContent-Type: multipart/related\n\nx")


@hostile("a PDF")
def pdf_named_csv(folder: Path) -> Path:
    return written(folder / "police.csv", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n")


@hostile("gzip")
def gzip_named_csv(folder: Path) -> Path:
    return written(folder / "police.csv", b"\x1f\x8b\x08\x00" + b"\0" * 100)


@hostile("a picture")
def picture_named_csv(folder: Path) -> Path:
    return written(folder / "police.csv", b"\x89PNG\r\n\x1a\n" + b"\0" * 100)


@hostile("a database")
def database_named_csv(folder: Path) -> Path:
    return written(folder / "police.csv", b"SQLite format 3\x00" + b"\0" * 100)


@hostile("no feed that is declared|binary")
def noise_named_csv(folder: Path) -> Path:
    return written(folder / "police.csv", random.Random(3).randbytes(1_000_000))


@hostile("is empty")
def csv_empty(folder: Path) -> Path:
    return written(folder / "police.csv", b"")


@hostile("is empty|no feed")
def csv_of_blank_lines(folder: Path) -> Path:
    return written(folder / "police.csv", b"\n" * 1_000_000)


@hostile("heading", good=0)
def csv_header_only(folder: Path) -> Path:
    return written(folder / "police.csv", police())


@hostile("heading", good=1)
def csv_with_a_million_blank_lines_inside(folder: Path) -> Path:
    return written(folder / "police.csv", police("\n" * 1_000_000, row(1)))


@hostile("heading", good=3)
def csv_with_formulas(folder: Path) -> Path:
    rows = (
        row(1, FORENAMES="=cmd|' /C calc'!A0"),
        row(2, SURNAME="@SUM(1+1)*cmd"),
        row(3, SUMMARY="-2+3+HYPERLINK(1)"),
    )
    return written(folder / "police.csv", police(*rows))


@hostile("turn or hide", good=1)
def csv_names_that_turn_and_hide(folder: Path) -> Path:
    return written(folder / "police.csv", police(row(1, FORENAMES="J\u200bay\u202e", SURNAME="\u2067Marsh")))


@hostile("not-a-date", good=1, waits=5)
def csv_days_that_never_were(folder: Path) -> Path:
    days = ("31/02/2025 10:00", "00/00/0000 00:00", "01/01/0000 10:00", "32/13/2025 25:61", "٣١/٠٣/٢٠٢٥ ١٠:٠٠")
    return written(folder / "police.csv", police(row(9), *(row(n, OCC_DATE=day) for n, day in enumerate(days))))


@hostile("heading", good=2)
def csv_days_at_the_ends_of_time(folder: Path) -> Path:
    return written(
        folder / "police.csv", police(row(1, OCC_DATE="31/12/9999 23:59"), row(2, OCC_DATE="01/01/0001 00:00"))
    )


@hostile("heading", good=1)
def csv_a_message_id_of_100_000_characters(folder: Path) -> Path:
    return written(folder / "police.csv", police(row(1, REPORT_NO="9" * 100_000)))


@hostile("unknown-code", good=1, waits=1)
def csv_a_record_that_nobody_declared(folder: Path) -> Path:
    return written(folder / "police.csv", police(row(1), row(2, REPORT_TYPE="__class__")))


@hostile("is not a file")
def pipe_named_csv(folder: Path) -> Path:
    os.mkfifo(folder / "police.csv")
    return folder / "police.csv"


@hostile("is not a file")
def link_to_a_device(folder: Path) -> Path:
    (folder / "police.csv").symlink_to("/dev/zero")
    return folder / "police.csv"


@hostile("is not there")
def link_to_nothing(folder: Path) -> Path:
    (folder / "police.csv").symlink_to(folder / "gone")
    return folder / "police.csv"


@hostile("is not a file")
def folder_named_csv(folder: Path) -> Path:
    (folder / "police.csv").mkdir()
    return folder / "police.csv"


@hostile("almost nothing of it fits", good=1, waits=10_000)
def csv_rows_that_never_fit(folder: Path) -> Path:
    return written(folder / "police.csv", police(row(1), *(row(n, OCC_DATE="soon") for n in range(2, 90_000))))


# --- JSON ---------------------------------------------------------------------------------------------------


@hostile("too-deep", good=2, waits=1)
def json_100_000_deep(folder: Path) -> Path:
    deep = concern(3, ', "x": ' + "[" * 50_000 + "]" * 50_000)
    return written(folder / "school.jsonl", concern(1) + deep + concern(2))


@hostile("too-long", good=2, waits=1)
def json_a_number_of_a_million_digits(folder: Path) -> Path:
    return written(folder / "school.jsonl", concern(1) + concern(3, ', "x": ' + "9" * 1_000_000) + concern(2))


@hostile("", good=1)
def json_a_number_of_100_000_digits(folder: Path) -> Path:
    """Python refuses to make a number of so many digits, and takes long where it does: nobody asks it to."""
    return written(folder / "school.jsonl", concern(1, ', "x": ' + "9" * 100_000))


@hostile("", good=2)
def json_numbers_that_overflow(folder: Path) -> Path:
    return written(folder / "school.jsonl", concern(1, ', "x": 1e99999') + concern(2, ', "x": -0.0e-99999'))


@hostile("duplicate-key", good=1, waits=1)
def json_a_name_twice(folder: Path) -> Path:
    return written(folder / "school.jsonl", concern(1) + concern(2, ', "given": "Ana", "given": "Jay"'))


@hostile("not-json", good=1, waits=3)
def json_what_is_no_number(folder: Path) -> Path:
    bad = (concern(n, f', "x": {text}') for n, text in enumerate(("NaN", "Infinity", "-Infinity"), 2))
    return written(folder / "school.jsonl", concern(1) + "".join(bad))


@hostile("not-text", good=1, waits=1)
def json_half_a_character(folder: Path) -> Path:
    return written(folder / "school.jsonl", concern(1) + concern(2, ', "x": "\\ud83d"'))


@hostile("nul-bytes", good=1, waits=1)
def json_nul_in_an_escape(folder: Path) -> Path:
    return written(folder / "school.jsonl", concern(1) + concern(2, ', "x": "a\\u0000b"'))


@hostile("one JSON list|no feed")
def json_one_list(folder: Path) -> Path:
    return written(folder / "school.jsonl", "[" + concern(1) + "]")


@hostile("not-an-object|not-json", good=1, waits=3)
def json_that_is_no_object(folder: Path) -> Path:
    return written(folder / "school.jsonl", concern(1) + '[1]\n"x"\n{x}\n')


@hostile("", good=1)
def json_a_name_of_100_000_characters(folder: Path) -> Path:
    return written(folder / "school.jsonl", concern(1, f', "{"k" * 100_000}": 1'))


@hostile("", good=1)
def json_names_of_the_language(folder: Path) -> Path:
    return written(folder / "school.jsonl", concern(1, ', "__proto__": {"x": 1}, "__class__": "os.system"'))
