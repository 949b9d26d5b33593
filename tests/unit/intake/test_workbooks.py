"""Workbooks, zips and sets of tables: what a person sees in Excel, without what only looks like it."""

import random
import string
import zipfile

import pytest

from sightline.definition.loader import load
from sightline.intake.notes import Notes
from sightline.intake.readers import Unreadable, detect, parts, read, reread
from sightline.intake.readers.tabular import open_set
from sightline.intake.readers.xlsx_cells import Formats, kind_of, moment, plain
from sightline.intake.readers.zipped import member
from sightline.intake.types import Notification, Unread
from tests.hostile.corpus import MAIN, SCHOOL, book, cell, line, police, pupil, row, sheet, zipped
from tests.hostile.corpus import parts as made


@pytest.fixture(scope="module")
def leeds():
    return load("leeds")


def attendance(folder, *lines, name="attendance-2025-02-20.xlsx", **more):
    return book(folder / name, made({"Spring": sheet(line(1, SCHOOL), *lines)}, **more))


def test_a_school_sends_a_sheet_and_then_the_same_as_csv(leeds, tmp_path):
    (sent,) = read(path := attendance(tmp_path, line(2, pupil(7))), detect(path, leeds), leeds)
    assert (sent.agency, sent.record, sent.happened) == ("thornbeck-high-school", "attendance-summary", "2025-02-14")
    assert sent.people[0].details.local_id == "000007" and sent.version == "2025-02-20"
    assert sent.fields == {"period-from": "2025-01-06", "period-to": "2025-02-14", "possible": "60", "attended": "41"}
    flat = tmp_path / "attendance-2025-02-20.csv"
    flat.write_text("\n".join(",".join(values) for values in (SCHOOL, pupil(7))))
    (again,) = read(flat, detect(flat, leeds), leeds)
    assert (again.message_id, again.fields, again.people) == (sent.message_id, sent.fields, sent.people)


def test_a_school_that_nobody_declared_loses_no_row(leeds, tmp_path):
    path = attendance(tmp_path, *(line(n, pupil(n, School="Thornbeck Hihg School")) for n in (2, 3)))
    notes = Notes()
    kept = list(read(path, feed := detect(path, leeds), leeds, notes))
    assert [(one.reason, one.position) for one in kept] == [("unknown-agency", "row 2"), ("unknown-agency", "row 3")]
    assert kept[0].faults[0].nearest == "thornbeck high school"
    heading = next(text for text in notes.sentences() if text.startswith("heading: ")).removeprefix("heading: ")
    mended = kept[0].raw.decode().replace("Hihg", "High")
    told = {"feed": feed, "kind": "file", "agency": "thornbeck-high-school", "partnership": leeds, "about": heading}
    assert isinstance(reread(mended, **told), Notification)


def test_exclusions_count_sessions_and_we_count_days(leeds, tmp_path):
    columns = ["School", "Pupil ID", "Forename", "Surname", "StartDate", "Sessions", "Reason1", "Category"]
    rows = [
        ["383/0106", "000001", "Jay", "Marsh", "06/02/2025", "5", "DB", "SUSP"],
        ["383/0106", "000001", "Jay", "Marsh", "03/03/2025", "0", "OW", "PERM"],
        ["383/0106", "000001", "Jay", "Marsh", "03/04/2025", "91", "OW", "SUSP"],
    ]
    path = book(tmp_path / "x.xlsx", made({"Sheet1": sheet(*(line(n, r) for n, r in enumerate([columns, *rows], 1)))}))
    suspension, exclusion, kept = read(path, detect(path, leeds), leeds)
    assert (suspension.record, suspension.fields["days"]) == ("suspension", "2½")
    assert (exclusion.record, exclusion.fields["reason"]) == ("exclusion", "OW")
    assert isinstance(kept, Unread) and kept.reason == "unknown-code"


def test_true_dates_come_in_iso_form_and_texts_in_the_feeds(leeds, tmp_path):
    styles = f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
    cells = "".join(cell(n, 2, text) for n, text in enumerate(pupil(1)) if n != 5)
    day = f'<row r="2">{cells}<c r="F2" s="1"><v>45702</v></c></row>'
    content = {**made({"Spring": sheet(line(1, SCHOOL), day, line(3, pupil(2, **{"Period To": "14/02/2025"})))})}
    path = book(tmp_path / "attendance.xlsx", {**content, "xl/styles.xml": styles})
    assert [one.happened for one in read(path, detect(path, leeds), leeds)] == ["2025-02-14", "2025-02-14"]


@pytest.mark.parametrize(
    ("serial", "kind", "said"),
    [
        (1, "day", "1900-01-01"), (59, "day", "1900-02-28"), (61, "day", "1900-03-01"), (45658, "day", "2025-01-01"),
        (45658.5, "moment", "2025-01-01T12:00:00"), (0.25, "time", "06:00:00"), (45658.999999, "moment", "2025-01-02"),
        (2958465, "day", "9999-12-31"),
    ],
)  # fmt: skip
def test_excels_days(serial, kind, said):
    assert moment(serial, kind, False) == said


def test_days_counted_from_1904():
    assert moment(0, "moment", True) == "00:00:00" and moment(1, "day", True) == "1904-01-02"
    for serial in (-1, 2958466, float("inf"), float("nan")):
        with pytest.raises((ValueError, OverflowError)):
            moment(serial, "day", False)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("dd/mm/yyyy", "day"), ("[$-809]dd mmmm yyyy;@", "day"), ("yyyy-mm-dd\\ hh:mm", "moment"), ("[h]:mm", "time"),
        ("h:mm AM/PM", "time"), ("General", ""), ("0.00", ""), ("#,##0", ""), ('0 "days"', ""), ("0000000000", "10"), ("@", ""),
    ],
)  # fmt: skip
def test_what_a_number_format_shows(code, kind):
    assert kind_of(code) == kind


def test_numbers_as_a_person_sees_them():
    assert [plain(text) for text in ("9.434765919E9", "0.30000000000000004", "5.0", "-1.50", "1E-7", "x", "1e99")] == [
        "9434765919", "0.3", "5", "-1.5", "0.0000001", "x", "1e99",
    ]  # fmt: skip
    assert Formats(kinds=["", "10"]).text("34765919", "1") == "0034765919"
    assert Formats().text("007", "9") == "007"


def test_nothing_in_a_sheet_breaks_its_reader(tmp_path):
    """Whatever bytes stand in a part of a workbook: it is read, or refused with a sentence."""
    draw, content = random.Random(11), made()
    for n in range(120):
        part = draw.choice(list(content))
        text = bytearray(str(content[part]).encode())
        for _ in range(draw.randint(1, 6)):
            text[draw.randrange(len(text))] = draw.choice(string.printable.encode())
        path = book(tmp_path / f"{n}.xlsx", {**content, part: bytes(text)})
        try:
            with open_set(path, Notes()) as tables:
                for table in tables:
                    list(table.rows())
        except Unreadable as error:
            assert error.sentence


def test_a_set_is_a_folder_a_zip_a_workbook_or_a_workbook_in_a_zip(tmp_path):
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "children.csv").write_text("id,born\n007,2010-03-04\n")
    (folder / "notes.docx").write_text("x")
    (folder / "link.csv").symlink_to("/etc/passwd")
    flat = zipped(
        tmp_path / "set.zip", {"in/children.csv": "id,born\n007,2010-03-04\n", "__MACOSX/._children.csv": "x"}
    )
    lines = (line(1, ["Children, 2025"]), line(2, ["id", "born"]), line(3, ["007", "2010-03-04"]))
    sheets = book(tmp_path / "set.xlsx", made({"children": sheet(*lines)}))
    nested = zipped(tmp_path / "both.zip", {"set.xlsx": sheets.read_bytes()})
    for path in (folder, flat, sheets, nested):
        with open_set(path, notes := Notes()) as (table,):
            assert (table.name, table.columns) == ("children", ("id", "born"))
            first, again = list(table.rows()), list(table.rows())
            assert first == again and first[0].values == {"id": "007", "born": "2010-03-04"}
            assert first[0].position.startswith("children:") and b"007" in first[0].raw
        if path is folder:
            assert any("link" in text for text in notes.sentences())


def test_each_file_of_a_zip_speaks_for_itself(leeds, tmp_path):
    path = zipped(tmp_path / "day.zip", {"a/police-1.csv": police(row(1)), "police-2.csv": police(row(2), row(3))})
    assert parts(path, leeds) == ["a/police-1.csv", "police-2.csv"]
    found = [member(path, name) for name in parts(path, leeds)]
    assert [len(list(read(one, detect(one, leeds), leeds))) for one in found] == [1, 2]
    alone = zipped(tmp_path / "one.zip", {"police.csv": police(row(1))})
    assert parts(alone, leeds) == [""] and len(list(read(alone, detect(alone, leeds), leeds))) == 1


def test_a_zip_that_lies_is_stopped_where_it_is_told_to_be(tmp_path, monkeypatch):
    from sightline.intake.readers import zipped as zips

    monkeypatch.setattr(zips, "RATIO_FROM", 1000)
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", "a,b\n" + "1,2\n" * 200_000)
    with pytest.raises(Unreadable, match="60 times its size"):
        zips.members(path)


# --- violence, without names ------------------------------------------------------------------------------

NAMED = (
    "Site Code,Arrival Date,Arrival Time,Assault Date,Assault Time,Assault Method,Assault Location Type,"
    "Location Description,NHS Number,Patient Name,DOB\n"
)
CAME = "RR801,05/01/2025,01:00,04/01/2025,23:40,Fist,Pub,The Old Barge,9990000018,Jay Marsh,04/03/2010\n"


def test_of_an_attendance_after_violence_nobody_can_be_found(leeds, tmp_path):
    (tmp_path / "istv-2025-01.csv").write_text(NAMED + CAME + CAME + CAME.replace("04/01", "44/01") + "a,b\n")
    notes, path = Notes(), tmp_path / "istv-2025-01.csv"
    one, other, kept, torn = read(path, feed := detect(path, leeds), leeds, notes)
    assert (one.record, one.people, one.happened) == ("violence-attendance", (), "2025-01-04T23:40:00")
    assert one.place == {"name": "The Old Barge"} and one.fields["weapon"] == "body"
    assert one.message_id != other.message_id, "two of one minute and place are two"
    assert (kept.reason, torn.reason, torn.raw) == ("not-a-date", "wrong-columns", b"")
    everything = repr((one, other, kept, torn, notes.sentences()))
    assert not any(text in everything for text in ("Marsh", "9990000018", "04/03/2010", "Patient"))
    assert any("nobody may be named" in text for text in notes.sentences())
    mended = kept.raw.decode().replace("44/01", "04/01")
    again = reread(mended, feed=feed, kind="file", agency="leeds-teaching-hospitals", partnership=leeds)
    assert isinstance(again, Notification) and again.happened == one.happened


@pytest.mark.parametrize("name", ["AssaultDateTime", "DateAndTimeOfAssault", "ASSAULT_DATE_TIME"])
def test_the_data_set_is_known_however_its_elements_are_spelt(leeds, tmp_path, name):
    path = tmp_path / "violence.xml"
    inside = f"<{name}>2025-01-04T22:40:00</{name}><AssaultMethod>Knife</AssaultMethod>"
    path.write_text(
        f'<ISTV xmlns="urn:x"><Header><SiteCode>RR801</SiteCode></Header><Assault>{inside}</Assault></ISTV>'
    )
    (one,) = read(path, detect(path, leeds), leeds)
    assert one.happened == "2025-01-04T22:40:00" and b"RR801" in one.raw


def test_a_number_made_of_several_columns_is_one_however_its_day_and_sender_are_written():
    """Else a sheet, and the same saved as text, would count a child's absence twice."""
    partnership = load("leeds")
    heading = "School,Pupil ID,Forename,Surname,Period From,Period To,Sessions Possible,Sessions Attended\n"
    told = set()
    for school in ("Thornbeck High School", "thornbeck high school", "383/0106"):
        for since in ("06/01/2025", "2025-01-06", "6/1/2025", "06-JAN-25"):
            source = f"{heading}{school},004417,Jay,Marsh,{since},14/02/2025,60,41\n".encode()
            (one,) = read(source, partnership.feed["school-attendance"], partnership, name="attendance 2025-02-14.csv")
            told.add((one.message_id, one.fields["period-from"]))
    assert told == {("thornbeck-high-school / 004417 / 2025-01-06", "2025-01-06")}


def test_and_the_numbers_that_earlier_versions_made_of_it_are_known_too():
    """What was loaded before numbers were made so is held under the day as it was written, from a sheet or from text."""
    partnership = load("leeds")
    heading = "School,Pupil ID,Forename,Surname,Period From,Period To,Sessions Possible,Sessions Attended\n"
    source = f"{heading}383/0106,004417,Jay,Marsh,06/01/2025,14/02/2025,60,41\n".encode()
    (one,) = read(source, partnership.feed["school-attendance"], partnership, name="attendance 2025-02-14.csv")
    assert one.formerly == ("383/0106 / 004417 / 06/01/2025", "383/0106 / 004417 / 2025-01-06")
