"""A declared mapping makes a supplier's row a notification: no code for a new supplier."""

import time

import pytest

from sightline.intake.mapping import Mapper
from sightline.intake.notes import Notes
from sightline.intake.readers import read
from sightline.intake.types import Details, Notification, Unread
from tests.unit.intake.shapes import HEADER, feed, leeds, row, table

GIVEN = {
    "REF": "R1",
    "TYPE": "PPN",
    "WHEN": "10/01/2025 21:40",
    "ROLE": "C",
    "FIRST": " Jay ",
    "LAST": "Marsh",
    "DOB": "4/3/2010",
    "SEX": "M",
    "ETH": "M1",
    "NHS": "943 476 5919",
    "A1": "14 Quarry Rise",
    "A2": "Leeds",
    "MUM": "Marsh",
    "GRADE": "A",
    "OTHER REASON": "Alone at night",
}


def one(notes=None, which=None, **changes):
    return Mapper(leeds(), which or feed(), notes=notes).row({**GIVEN, **changes}, "line 2", b"raw")


def faults(unread):
    assert isinstance(unread, Unread)
    return [(fault.path, fault.code) for fault in unread.faults]


def test_a_row_becomes_a_notification():
    made = one()
    assert isinstance(made, Notification)
    assert (made.agency, made.record, made.message_id) == ("west-yorkshire-police", "ppn", "R1")
    assert made.happened == "2025-01-10T21:40:00"
    assert made.fields == {"grade": "amber", "reason": "Alone at night"}
    assert [(p.key, p.roles) for p in made.people] == [("p1", ("child",)), ("p2", ("parent",))]
    assert made.people[0].details == Details(
        given="Jay",
        family="Marsh",
        born="2010-03-04",
        sex="male",
        ethnicity="MWBC",
        nhs_number="9434765919",
        lines=("14 Quarry Rise", "Leeds"),
    )
    assert made.relations == (("p2", "parent", "p1"),)
    assert (made.position, made.raw) == ("line 2", b"raw")


def test_a_person_is_there_only_when_their_column_is_filled():
    assert [p.roles for p in one(MUM="").people] == [("child",)]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"WHEN": "2025-13-01"}, [("WHEN", "not-a-date")]),
        ({"WHEN": ""}, [("WHEN", "needed")]),
        ({"REF": " "}, [("REF", "needed")]),
        ({"TYPE": "XX"}, [("TYPE", "unknown-code")]),
        ({"ROLE": "S"}, [("ROLE", "unknown-role")]),
        ({"GRADE": "Z"}, [("GRADE", "unknown-code")]),
        (
            {"WHEN": "x", "DOB": "31/02/2010", "GRADE": "Z"},
            [("WHEN", "not-a-date"), ("GRADE", "unknown-code")],
        ),
    ],
)
def test_every_fault_of_a_row_is_told_by_column_without_what_was_found(changes, expected):
    made = one(**changes)
    assert faults(made) == expected
    assert all(not fault.found and fault.expected for fault in made.faults)
    assert made.agency == "west-yorkshire-police"


def test_a_date_fault_shows_the_suppliers_own_way_of_writing():
    assert one(WHEN="x").faults[0].expected == "a date such as 31/03/2025 21:40, or 31/03/2025"


def test_a_birth_date_in_another_form_goes_on_as_received_and_is_told():
    notes = Notes()
    assert one(notes, DOB="2010-02-30").people[0].details.born == "2010-02-30"
    assert notes.sentences() == ["DOB is not a date such as 31/03/2025: kept as received"]


def test_birth_dates_as_far_as_they_are_known():
    assert one(DOB="2010").people[0].details.born == "2010"
    assert one(DOB="2010-03").people[0].details.born == "2010-03"


def test_a_wrong_check_digit_is_kept_and_told():
    notes = Notes()
    assert one(notes, NHS="9434765918").people[0].details.nhs_number == "9434765918"
    assert notes.sentences() == ["NHS number whose check digit does not hold: kept, not matched on (at line 2)"]


def test_an_unknown_ethnicity_keeps_no_record_waiting():
    notes = Notes()
    assert one(notes, ETH="Q9").people[0].details.ethnicity == "Q9"
    assert len(notes) == 1


def test_our_own_code_is_understood_where_the_suppliers_is_meant():
    assert one(GRADE="amber").fields["grade"] == "amber"


def test_the_file_names_its_agency():
    which = feed(agency="", agency_column="FORCE")
    assert one(which=which, FORCE="West Yorkshire Police").agency == "west-yorkshire-police"
    assert faults(one(which=which, FORCE="Nobody")) == [("FORCE", "unknown-agency")]


def test_a_constant_stands_in_where_the_column_is_empty():
    which = feed(mapping={"says": {"from": "TEXT", "is": "(nothing was written)"}})
    assert one(which=which).says == "(nothing was written)"


# --- rows of one record -------------------------------------------------------------------------------

GROUPED = {"row_group": ["REF"]}


def grouped(*rows):
    return list(read(table(*rows), feed(mapping=GROUPED), leeds()))


def test_rows_of_one_record_are_one_with_all_its_people():
    first, second = grouped(row(1, ID="a"), row(1, ID="b", ROLE="V"), row(2))
    assert [p.details.local_id for p in first.people] == ["a", "b"]
    assert (first.position, second.position) == ("lines 2, 3", "line 4")
    assert first.raw.count(b"\n") == 2


def test_also_when_they_stand_apart():
    found = grouped(row(1, ID="a"), row(2), row(1, ID="b"), row(3), row(1, ID="c"))
    assert [(one.message_id, len(one.people)) for one in found] == [("R2", 1), ("R3", 1), ("R1", 3)]


def test_somebody_who_stands_on_two_rows_is_one_person_with_two_roles():
    (found,) = grouped(row(1, ID="a"), row(1, ID="a", ROLE="V"))
    assert [(p.roles, p.details.local_id) for p in found.people] == [(("suspect", "victim"), "a")]


def test_a_bad_row_is_told_and_the_others_still_make_the_record():
    found = grouped(row(1, ID="a"), row(1, ID="b", WHEN="x"), row(1, ID="c"))
    assert [len(one.people) for one in found if isinstance(one, Notification)] == [2]
    assert [(one.position, one.reason) for one in found if isinstance(one, Unread)] == [("line 3", "not-a-date")]


def test_what_waits_is_bounded(monkeypatch):
    monkeypatch.setattr("sightline.intake.readers.HELD_BACK", 400)
    found = grouped(row(1, ID="a"), *(row(n) for n in range(2, 20)), *(row(n) for n in range(2, 20)), row(1, ID="b"))
    assert found[-1].reason == "rows-apart"
    assert sum(isinstance(one, Notification) for one in found) == 19


# --- whole states and speed ---------------------------------------------------------------------------


def test_a_file_that_restates_everything_has_the_date_in_its_name_as_version():
    which, notes = feed(whole_state="yes", mapping={"version": None}), Notes()
    assert [one.version for one in read(table(row(1)), which, leeds(), name="roll-2025-01-31.csv")] == ["2025-01-31"]
    assert [one.version for one in read(table(row(1)), which, leeds(), name="roll_20250131.csv")] == ["2025-01-31"]
    assert [one.version for one in read(table(row(1)), which, leeds(), notes, name="roll.csv")] == [""]
    assert any("no date" in text for text in notes.sentences())


def test_it_is_fast_enough():
    source = table(*(row(n, '"Detained, after a fight"') for n in range(4000)))
    best = 0.0
    for _ in range(3):
        began = time.process_time()
        assert sum(1 for _ in read(source, feed(), leeds())) == 4000
        best = max(best, 4000 / (time.process_time() - began))
    assert best > 8000, f"{best:.0f} rows a second"


def test_the_header_of_these_tests_is_the_one_they_mean():
    assert HEADER.count(",") == row(1).count(",")
