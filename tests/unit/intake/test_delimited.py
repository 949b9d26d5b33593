"""Any agency's CSV: torn, garbled, cut in half. Good rows in; each bad one by itself, with its line and reason."""

import random

import pytest

from sightline.intake.notes import Notes
from sightline.intake.readers import Unreadable, read, reread
from sightline.intake.types import Notification, Unread
from tests.unit.intake.shapes import HEADER, feed, leeds, row, table


def both(source, which=None, notes=None):
    found = list(read(source, which or feed(), leeds(), notes))
    good = [one for one in found if isinstance(one, Notification)]
    return good, [(one.position, one.reason) for one in found if isinstance(one, Unread)]


def ids(good):
    return [one.message_id for one in good]


def test_each_row_is_a_record_with_its_line_and_its_bytes():
    good, bad = both(table(row(1), row(2, '"He said ""no"", then left"')))
    assert (ids(good), bad) == (["R1", "R2"], [])
    assert good[1].position == "line 3"
    assert good[1].raw == row(2, '"He said ""no"", then left"').encode() + b"\n"
    assert good[1].says == 'He said "no", then left'


UTF_16 = [("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")]


@pytest.mark.parametrize(("encoding", "mark"), UTF_16)
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_utf_16_that_says_so_is_read(encoding, mark, ending):
    """As Excel's `Unicode Text` is: tabs, UTF-16, and its mark."""
    text = table(row(1, "Zoë Łęcka 王"), row(2, '"in two\nlines"')).decode().replace(",", "\t")
    good, bad = both(mark + text.replace("\n", ending).encode(encoding))
    assert (ids(good), bad, good[0].says) == (["R1", "R2"], [], "Zoë Łęcka 王")
    assert "王".encode() in good[0].raw  # kept as UTF-8, in which a person repairs it


@pytest.mark.parametrize(("encoding", "mark"), UTF_16)
def test_half_a_character_of_utf_16_spoils_its_own_line_alone(encoding, mark):
    whole = table(row(1), row(2, "?"), row(3)).decode().encode(encoding)
    half = "\ud83d".encode(encoding, "surrogatepass")
    good, bad = both(mark + whole.replace("?".encode(encoding), half))
    assert (ids(good), bad) == (["R1", "R3"], [("line 3", "not-text")])
    good, bad = both(mark + whole[:-1])
    assert (ids(good), [reason for _, reason in bad]) == (["R1", "R2"], ["not-text"])


def test_a_file_that_says_its_encoding_is_read_so_whatever_its_feed_declares():
    one = feed(encoding="windows-1252")
    text = table(row(1, "Siân")).decode()
    for source in (text.encode("utf-8-sig"), text.encode("utf-16"), text.encode("windows-1252")):
        assert [told.says for told in both(source, one)[0]] == ["Siân"]


def test_a_row_that_a_person_has_repaired_is_read_as_what_it_now_is():
    """What is repaired is UTF-8, though its file was Windows-1252."""
    one = feed(encoding="windows-1252")
    again = reread(row(1, "Siân"), feed=one, kind="file", agency=one.agency, partnership=leeds(), about=HEADER)
    assert again.says == "Siân"


def test_what_a_databases_tool_writes_around_a_table_is_passed_over_and_told():
    notes = Notes()
    dashes = ",".join("---" for _ in HEADER.split(","))
    for footer in ("(2 rows affected)", "2 rows selected.", "Completion time: 2026-09-01T06:00:12.1234567+01:00"):
        good, bad = both(table(dashes, row(1), row(2), "", footer), notes=notes)
        assert (ids(good), bad) == (["R1", "R2"], [])
    told = " ".join(notes.sentences())
    assert "a line of dashes under the heading is passed over" in told and "what a database's tool writes" in told
    assert both(table(row(1), "about 2 rows affected somebody"))[1] == [("line 3", "wrong-columns")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
def test_delimiter_and_line_ends_are_found(delimiter, ending):
    source = table(row(1), row(2)).replace(b",", delimiter.encode()).replace(b"\n", ending)
    good, bad = both(source)
    assert (ids(good), bad) == (["R1", "R2"], [])


def test_excel_says_its_delimiter_in_the_first_line():
    assert ids(both(b"sep=;\r\n" + table(row(1)).replace(b",", b";"))[0]) == ["R1"]


def test_a_title_above_the_header_is_passed_over_and_told():
    notes = Notes()
    assert ids(both(b"Daily extract\n\n" + table(row(1)), notes=notes)[0]) == ["R1"]
    assert "2 line(s) before the header are passed over" in notes.sentences()


def test_byte_order_mark_and_other_capitals_in_the_header():
    source = b"\xef\xbb\xbf" + table(row(1)).replace(HEADER.encode(), HEADER.lower().encode())
    assert ids(both(source)[0]) == ["R1"]


def test_windows_text_is_read_and_told():
    notes = Notes()
    good, bad = both(table(row(1, "Siân’s café")).decode().encode("windows-1252"), notes=notes)
    assert (good[0].says, bad) == ("Siân’s café", [])
    assert "text that is not UTF-8 is read as Windows-1252 (at line 2)" in notes.sentences()


def test_a_true_text_of_several_lines_is_one_row():
    good, bad = both(table(row(1, '"First, he ran.\nThen, at 9, home.\n\nThe end"'), row(2)))
    assert (ids(good), bad) == (["R1", "R2"], [])
    assert good[0].says == "First, he ran.\nThen, at 9, home.\n\nThe end"


@pytest.mark.parametrize("after", [0, 1, 30])
def test_a_stray_quote_never_swallows_the_rows_after_it(after):
    rows = [row(1), row(2, '"stray'), *(row(n) for n in range(3, 3 + after))]
    good, bad = both(table(*rows))
    assert (len(good), bad) == (2 + after, [])


def test_two_stray_quotes_do_not_join_the_rows_between():
    good, bad = both(table(row(1, '"stray'), row(2), row(3), row(4, 'again"'), row(5)))
    assert (ids(good), bad) == (["R1", "R2", "R3", "R4", "R5"], [])


def test_a_wrong_number_of_columns_is_that_row_alone():
    good, bad = both(table(row(1), row(2, "a, b"), "R3,INC", row(4), row(5) + ",,"))
    assert ids(good) == ["R1", "R4", "R5"]
    assert bad == [("line 3", "wrong-columns"), ("line 4", "wrong-columns")]


def test_nul_bytes_are_that_row_alone():
    assert both(table(row(1), row(2, "a\0b"), row(3)))[1] == [("line 3", "nul-bytes")]


def test_empty_lines_count_for_nothing():
    good, bad = both(table(row(1), "", ",,,,,,,,,", row(2), "\x1a"))
    assert (ids(good), bad) == (["R1", "R2"], [])


@pytest.mark.parametrize("text", ["plain", '"quoted, with comma"'])
def test_a_file_cut_in_half_gives_what_is_whole_and_tells_the_rest(text):
    whole = table(*(row(n, text) for n in range(200)))
    for cut in range(len(whole) // 2, len(whole) // 2 + 120):
        good, bad = both(whole[:cut])
        assert ids(good) == [f"R{n}" for n in range(len(good))]
        lines = whole[:cut].count(b"\n")
        assert bad in ([], [(f"line {lines + 1}", "cut-short")])
        assert len(good) >= lines - 1


def test_a_cut_within_a_quoted_text_is_cut_short():
    assert both(table(row(1), row(2, '"Seen at ho'), end=""))[1] == [("line 3", "cut-short")]
    assert both(table(row(1), row(2, '"Seen at\nho'), end=""))[1] == [("line 3", "cut-short")]


def test_a_last_third_of_garbage_harms_no_good_row():
    draw = random.Random(7)
    rows = [row(n) for n in range(60)]
    garbage = b"".join(draw.randbytes(draw.randint(1, 200)).replace(b"\n", b" ") + b"\n" for _ in range(30))
    good, bad = both(table(*rows) + garbage)
    assert ids(good) == [f"R{n}" for n in range(60)]
    assert len(bad) >= 28 and all(int(position.split()[1]) > 61 for position, _ in bad)


def test_garbage_of_plain_words_too():
    lines = ["### export failed ###", "ORA-01555", row(61, WHEN="yesterday"), row(62, TYPE="??"), '"', '","']
    good, bad = both(table(*(row(n) for n in range(3)), *lines))
    assert len(good) == 3
    assert {reason for _, reason in bad} == {"wrong-columns", "not-a-date", "unknown-code"}
    assert [position for position, _ in bad] == [f"line {n}" for n in range(5, 11)]


def test_a_line_too_long_is_told_and_passed_over_in_bounded_memory():
    good, bad = both(table(row(1), row(2, "x" * 3_000_000), row(3)))
    assert (ids(good), bad) == (["R1", "R3"], [("line 3", "too-long")])


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (table(row(1)).decode().encode("utf-32"), "UTF-16"),
        (table(row(1)).decode().encode("utf-16-le"), "UTF-16"),
        (b"", "no header"),
        (b"\x00" * 500, "binary"),
        (b"a,b\n1,2\n", "lacks what the feed"),
        (",".join(f"c{n}" for n in range(20_000)).encode(), "more than 2000 columns"),
    ],
)
def test_what_cannot_be_used_at_all_is_said_before_anything_is_taken(source, says):
    with pytest.raises(Unreadable, match=says):
        next(iter(read(source, feed(), leeds())))


def test_formulas_and_markup_are_text():
    good, _ = both(table(row(1, "=cmd|' /C calc'!A0"), row(2, "<script>alert(1)</script>{{7*7}}")))
    assert [one.says for one in good] == ["=cmd|' /C calc'!A0", "<script>alert(1)</script>{{7*7}}"]


def test_what_is_told_of_a_file_commands_no_screen():
    """A heading may hold what a terminal obeys, and it is named in what the load says."""
    notes = Notes()
    notes.add("columns that are not read: \x1b]0;owned\x07\x1b[2J, Zoë’s club\u2028x", "line\x9b 2")
    assert notes.sentences() == ["columns that are not read: \ufffd]0;owned\ufffd\ufffd[2J, Zoë’s club\ufffdx (at line\ufffd 2)"]


def test_one_record_has_no_more_rows_than_anything_has_people():
    """A file whose rows all name one record is read at once, and what is too much of it is told row by row."""
    whole = table(*(row(1, ID=f"N{n}") for n in range(620)), row(2))
    things = list(read(whole, feed(mapping={"row_group": ["REF"]}), leeds()))
    good = [one for one in things if isinstance(one, Notification)]
    assert [len(one.people) for one in good] == [500, 1]
    assert {one.reason for one in things if isinstance(one, Unread)} == {"too-many-rows"} and len(things) == 122


def test_a_heading_that_is_one_name_many_times_is_read_at_once():
    whole = (HEADER + ",TEXT" * 1900 + "\n" + row(1) + ",x" * 1900 + "\n").encode()
    (one,) = read(whole, feed(), leeds())
    assert (one.message_id, one.says) == ("R1", "Seen")
