"""Workbooks, zips and nameless records through the whole of a load."""

import json

import pytest

from sightline.agencies.actions import take_from_definition
from sightline.agencies.queries import machine
from sightline.chronology.models import Entry
from sightline.intake.models import Delivery, Message, Quarantined
from sightline.vault.actions import digest
from tests.hostile.corpus import SCHOOL, book, line, parts, police, pupil, row, sheet, zipped
from tests.integration.load.test_load import run  # noqa: F401

VIOLENCE = "Site Code,Assault Date,Assault Time,Assault Method,Assault Location Type,Patient Name\n"


@pytest.fixture
def inbox(database, tmp_path):
    take_from_definition(by=machine("feed-machine"))
    return tmp_path


def test_a_record_of_nobody_is_held_and_stands_on_no_chronology(inbox, run):  # noqa: F811
    (inbox / "istv-2025-01.csv").write_text(VIOLENCE + "RR801,2025-01-04,22:40,Knife,Street,Jay Marsh\n")
    code, said, _ = run(inbox)
    assert (code, said["new"], said["people_new"], said["quarantined"]) == (0, 1, 0, 0)
    (entry,) = Entry.objects.all()
    assert entry.record == "violence-attendance" and not entry.parts.exists()
    assert "Marsh" not in json.dumps(said)
    assert run(inbox)[1]["unchanged"] == 1


def test_a_workbook_and_a_zip_of_files_load_once(inbox, run):  # noqa: F811
    lines = (line(1, SCHOOL), line(2, pupil(1)), line(3, pupil(2), ' hidden="1"'), line(4, pupil(3, School="Nowhere")))
    book(inbox / "attendance-2025-02-20.xlsx", parts({"Spring": sheet(*lines)}))
    zipped(inbox / "day.zip", {"police-1.csv": police(row(1)), "in/police-2.csv": police(row(2), row(3))})
    code, said, _ = run(inbox)
    assert (code, said["read"], said["new"], said["quarantined"]) == (0, 6, 4, 2)
    assert sorted(Quarantined.objects.values_list("reason", flat=True)) == ["hidden-row", "unknown-agency"]
    assert [one["file"].removeprefix(f"{inbox}/") for one in said["files"]] == [
        "attendance-2025-02-20.xlsx", "day.zip/in/police-2.csv", "day.zip/police-1.csv",
    ]  # fmt: skip
    assert run(inbox)[1]["new"] == 0


def test_a_bad_file_stops_no_other(inbox, run):  # noqa: F811
    (inbox / "a.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    (inbox / "b.csv").symlink_to("/etc/passwd")
    (inbox / "b2.csv").write_bytes(b'"' * 30_000 + b"\xff\x00,x\r\r\n")
    (inbox / "c.zip").write_bytes(b"PK\x03\x04" + b"\0" * 600)
    (inbox / "police-\u202e1.csv").write_text(police(row(1)))
    code, said, told = run(inbox)
    assert (
        (code, said["new"]) == (2, 1) and "save it as .xlsx" in told and "it is a link" in told and "cut short" in told
    )
    assert len([one for one in said["files"] if "error" in one]) == 3
    assert "\u202e" not in told + json.dumps(said, ensure_ascii=False)


def test_what_is_held_under_a_number_of_an_earlier_version_is_nothing_new_and_is_superseded(inbox, run):  # noqa: F811
    """Numbers made of several columns were once made of the day as it was written. What came then stays known by that."""
    heading = "School,Pupil ID,Forename,Surname,Period From,Period To,Sessions Possible,Sessions Attended\n"
    told = heading + "Thornbeck High School,004417,Jay,Marsh,06/01/2025,14/02/2025,60,41\n"
    (inbox / "attendance-2025-02-14.csv").write_text(told)
    assert run(inbox)[1]["new"] == 1
    former = digest("message", "thornbeck-high-school|Thornbeck High School / 004417 / 06/01/2025")
    assert Message.objects.update(message=former) == 1
    Delivery.objects.update(state="stopped")  # so that it is not passed over unread, as the same file
    again = run(inbox)[1]
    assert (again["read"], again["new"], again["unchanged"]) == (1, 0, 1)
    (inbox / "attendance-2025-02-14.csv").unlink()
    (inbox / "attendance-2025-02-21.csv").write_text(told.replace(",41", ",52").replace("06/01/2025", "2025-01-06"))
    assert run(inbox)[1]["superseding"] == 1
    (inbox / "attendance-2025-02-14.csv").write_text(told + "\n")
    older = run(inbox)[1]
    assert (older["new"], older["superseding"], older["unchanged"]) == (0, 0, 2)
    known = Message.objects.filter(first__isnull=False).values_list("first", flat=True)
    assert set(known) == {Entry.objects.earliest("recorded_at").id}
