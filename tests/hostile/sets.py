"""Hostile sets of tables, and texts in UTF-16: what a reader of many tables, of joined rows, of JSON within a column and of wide
letters can be made to do."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

from tests.hostile.corpus import concern, hostile, police, row, written

PERSON = "pers_person_id,pers_forename,pers_surname,pers_sex,pers_dob\n1,Jay,Marsh,M,2010-03-04\n"
CONTACTS = "cont_contact_id,cont_person_id,cont_contact_date,cont_contact_source_code\n"
CONTACT = CONTACTS + "C1,1,2025-01-13,2A\n"
ASSESSMENT = "cina_assessment_id,cina_person_id,cina_assessment_start_date\nA1,1,2025-01-13\n"
FACTORS = "cinf_table_id,cinf_assessment_id,cinf_assessment_factors_json\n"
MARK = b"\xff\xfe"


def tables(folder: Path, name: str = "ssd_2025-06-30", **texts: str | bytes) -> Path:
    place = folder / name
    place.mkdir()
    for table, text in texts.items():
        written(place / f"{table}.csv", text)
    return place


def in_json(value: object) -> str:
    return '"' + json.dumps(value).replace('"', '""') + '"'


def wide(text: str) -> bytes:
    return MARK + text.encode("utf-16-le")


# --- sets of tables ---------------------------------------------------------------------------------------


@hostile("more than 300 tables")
def set_of_5_000_tables(folder: Path) -> Path:
    return tables(folder, ssd_person=PERSON, ssd_contacts=CONTACT, **{f"ssd_contacts_{n}": CONTACTS for n in range(5000)})


@hostile("no header line", good=2, waits=0)
def set_with_a_table_of_a_million_columns(folder: Path) -> Path:
    return tables(folder, ssd_person=PERSON, ssd_contacts=CONTACT, ssd_legal_status=",".join(f"c{n}" for n in range(1_000_000)))


@hostile("columns that are not read", good=2, waits=0)
def set_of_120_tables_of_300_columns(folder: Path) -> Path:
    heading = ",".join(f"some other column {n}" for n in range(300)) + "\n"
    more = {f"ssd_contacts_{n}": CONTACTS.strip() + "," + heading for n in range(120)}
    return tables(folder, ssd_person=PERSON, ssd_contacts=CONTACT, **more)


@hostile("", good=2, waits=0)
def set_with_10_000_rows_for_one_row(folder: Path) -> Path:
    """Each assessment has all its factors in one field: as many rows as there are make one text."""
    rows = "".join(f'F{n},A1,"[""{n}X""]"\n' for n in range(10_000))
    return tables(folder, ssd_person=PERSON, ssd_cin_assessments=ASSESSMENT, ssd_assessment_factors=FACTORS + rows)


@hostile("", good=2, waits=0)
def set_with_a_list_of_20_000_in_a_cell(folder: Path) -> Path:
    return tables(
        folder, ssd_person=PERSON, ssd_cin_assessments=ASSESSMENT,
        ssd_assessment_factors=FACTORS + f"F1,A1,{in_json(list(range(20_000)))}\n",
    )  # fmt: skip


@hostile("", good=21, waits=0)
def set_with_long_lists_in_many_cells(folder: Path) -> Path:
    heading = "cont_contact_id,cont_person_id,cont_contact_date,cont_contact_outcome_json\n"
    rows = "".join(f"C{n},1,2025-01-13,{in_json([n, *range(3000)])}\n" for n in range(20))
    return tables(folder, ssd_person=PERSON, ssd_contacts=heading + rows)


@hostile("", good=2, waits=0)
def set_with_json_20_000_deep(folder: Path) -> Path:
    deep = "[" * 20_000 + "]" * 20_000
    return tables(folder, ssd_person=PERSON, ssd_cin_assessments=ASSESSMENT, ssd_assessment_factors=FACTORS + f"F1,A1,{deep}\n")


@hostile("", good=2, waits=0)
def set_with_json_of_half_a_list_many_times(folder: Path) -> Path:
    return tables(
        folder, ssd_person=PERSON, ssd_cin_assessments=ASSESSMENT, ssd_assessment_factors=FACTORS + f"F1,A1,{'[1]; ' * 20_000}[\n"
    )


@hostile("", good=2, waits=0)
def set_with_json_of_a_number_of_50_000_digits(folder: Path) -> Path:
    factors = FACTORS + f"F1,A1,[{'9' * 50_000}]\n"
    return tables(folder, ssd_person=PERSON, ssd_cin_assessments=ASSESSMENT, ssd_assessment_factors=factors)


@hostile("", good=4, waits=0)
def set_with_3_000_numbers_of_one_child(folder: Path) -> Path:
    heading = "link_table_id,link_person_id,link_identifier_type,link_identifier_value,link_valid_from_date\n"
    rows = "".join(f"L{n},1,UPN,H8012{n:08},2025-01-13\n" for n in range(3000))
    two = "ssd_mother", "moth_table_id,moth_person_id,moth_childs_person_id\nM1,1,1\n"  # who is their own mother
    return tables(
        folder, ssd_person=PERSON, ssd_contacts=CONTACT, ssd_linked_identifiers=heading + rows, **dict([two]),
        ssd_send="send_table_id,send_upn,send_person_id\nS1,H801200001001,1\n",
    )  # fmt: skip


@hostile("duplicate-key", good=2, waits=2000)
def set_with_one_key_2_001_times(folder: Path) -> Path:
    rows = "".join(f"C1,1,2025-01-13,{n}\n" for n in range(2001))
    return tables(folder, ssd_person=PERSON, ssd_contacts=CONTACTS + rows)


@hostile("more than 20 people", good=401, waits=0)
def set_with_a_family_of_400(folder: Path) -> Path:
    people = "".join(f"{n},Jay,Marsh{n},M,2010-03-04\n" for n in range(2, 401))
    rows = "".join(f"F{n},FAM1,{n}\n" for n in range(1, 401))
    person = PERSON.replace("pers_dob\n", "pers_dob\n") + people
    heads = "fami_table_id,fami_family_id,fami_person_id\n"
    return tables(folder, ssd_family=heads + rows, ssd_professionals="prof_professional_id,prof_staff_id\n", ssd_person_=person)


@hostile("not-a-date", good=1, waits=1000)
def set_with_days_that_nobody_writes(folder: Path) -> Path:
    rows = "".join(f"C{n},1,31-Foo-{n} at {n}:{n} o'clock,2A\n" for n in range(1000))
    return tables(folder, ssd_person=PERSON, ssd_contacts=CONTACTS + rows)


@hostile("not-a-date", good=1, waits=100)
def set_with_days_of_10_000_letters(folder: Path) -> Path:
    rows = "".join(f"C{n},1,{n}{'1-Jan-' * 1700},2A\n" for n in range(100))
    return tables(folder, ssd_person=PERSON, ssd_contacts=CONTACTS + rows)


@hostile("", good=1, waits=3)
def set_with_numbers_of_days_beyond_days(folder: Path) -> Path:
    rows = "C1,1,99999,2A\nC2,1,45670.99999999999999999999,2A\nC3,1,-45670,2A\n"
    return tables(folder, ssd_person=PERSON, ssd_contacts=CONTACTS + rows)


@hostile("link in the folder|no file in the folder", good=2, waits=0)
def set_with_a_link_and_a_pipe(folder: Path) -> Path:
    place = tables(folder, ssd_person=PERSON, ssd_contacts=CONTACT)
    (place / "ssd_legal_status.csv").symlink_to("/dev/zero")
    os.mkfifo(place / "ssd_missing.csv")
    return place


@hostile("none of the tables", good=2, waits=0)
def set_whose_names_would_command_a_screen(folder: Path) -> Path:
    return tables(folder, ssd_person=PERSON, ssd_contacts=CONTACT, **{"\x1b]0;owned\x07\x1b[2J": "a,b\n1,2\n"})


@hostile("two tables of one name")
def set_with_one_table_in_two_folders(folder: Path) -> Path:
    place = tables(folder, ssd_person=PERSON, ssd_contacts=CONTACT)
    (place / "again").mkdir()
    written(place / "again" / "SSD_PERSON.csv", PERSON.replace("Jay", "Sam"))
    return place


@hostile("two tables of one name")
def set_in_a_zip_with_one_table_twice(folder: Path) -> Path:
    path = folder / "ssd_2025-06-30.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in (("a/ssd_person.csv", PERSON), ("b/ssd_person.csv", PERSON), ("ssd_contacts.csv", CONTACT)):
            archive.writestr(name, text)
    return path


@hostile("zip within a zip|holds no|passed over", good=2, waits=0)
def set_with_a_zip_within(folder: Path) -> Path:
    place = tables(folder, ssd_person=PERSON, ssd_contacts=CONTACT)
    with zipfile.ZipFile(place / "ssd_missing.csv", "w") as archive:
        archive.writestr("ssd_missing.csv", "x")
    return place


@hostile("unknown-person", good=0, waits=1)
def set_whose_people_are_nobody(folder: Path) -> Path:
    return tables(folder, ssd_person=PERSON.partition("\n")[0] + "\n", ssd_contacts=CONTACT)


@hostile("", good=2, waits=0)
def set_whose_codes_are_words_of_the_reader(folder: Path) -> Path:
    """The signs with which rows are packed in memory, and a name that asks for a detail of its own."""
    person = PERSON.replace("Jay", "J\x1fay\x1e").replace("Marsh", "Marsh\x1f\x1f\x1f9434765919")
    return tables(folder, ssd_person=person, ssd_contacts=CONTACT)


@hostile("columns that are not read|is read as", good=1, waits=0)
def list_with_1_900_headings_that_are_almost_right(folder: Path) -> Path:
    ends = (f"{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}{chr(97 + n // 676)}" for n in range(1900))
    near = ",".join(f"Date Started to be Looked After by {end}" for end in ends)
    heading = f"Child Unique ID,Date of Birth,Date Started to be Looked After,{near}\n"
    return tables(folder, "Annex A 2025-06-30", **{"List 8": f"{heading}1,04/03/2010,10/09/2024{',' * 1900}\n"})


@hostile("", good=1000, waits=0)
def list_with_1_000_values_of_its_own(folder: Path) -> Path:
    heading = "Child Unique ID,Date of Birth,Date of Contact,Gender,Contact Source\n"
    rows = "".join(f"{n},04/03/2010,13/01/2025,{n}) {'a' * 30}{n},{'(' * 200}{n}\n" for n in range(1000))
    return tables(folder, "Annex A 2025-06-30", **{"List 1": heading + rows})


@hostile("", good=0, waits=1)
def return_with_a_child_of_60_000_figures(folder: Path) -> Path:
    heading = "CHILD,DECOM,RNE,LS,CIN,PLACE,DEC,REC\n"
    return tables(folder, "ssda903 2025", episodes=f"{heading}{'9' * 140_000},02/04/2024,S,V2,N1,U6,,\n")


# --- UTF-16 -----------------------------------------------------------------------------------------------

GOOD = police(row(1), row(2))


@hostile("too-long", good=1, waits=1)
def utf_16_one_line_of_60_mb(folder: Path) -> Path:
    path = folder / "police.csv"
    with path.open("wb") as out:
        out.write(wide(police(row(1))))
        for _ in range(30):
            out.write(("x" * 1_000_000).encode("utf-16-le"))
        out.write("\n".encode("utf-16-le"))
    return path


@hostile("columns|no feed")
def utf_16_a_million_columns(folder: Path) -> Path:
    return written(folder / "police.csv", wide(",".join(f"c{n}" for n in range(1_000_000)) + "\n"))


@hostile("without its fellow|wrong-columns|cut-short", good=2000, waits=1)
def utf_16_a_quote_that_never_closes(folder: Path) -> Path:
    text = police('"\n', *(row(n) for n in range(2000)))
    return written(folder / "police.csv", wide(text))


@hostile("nul-bytes", good=2, waits=1)
def utf_16_with_nul(folder: Path) -> Path:
    return written(folder / "police.csv", wide(police(row(1), row(3, SURNAME="Ma\0rsh"), row(2))))


@hostile("empty|no header|no feed")
def utf_16_its_mark_alone(folder: Path) -> Path:
    return written(folder / "police.csv", MARK)


@hostile("heading", good=2, waits=0)
def utf_16_its_mark_three_times(folder: Path) -> Path:
    return written(folder / "police.csv", MARK + MARK + wide(GOOD))


@hostile("no feed|UTF-16")
def utf_16_with_the_mark_of_the_other(folder: Path) -> Path:
    return written(folder / "police.csv", b"\xfe\xff" + GOOD.encode("utf-16-le"))


@hostile("", good=1, waits=1)
def utf_16_cut_within_a_character(folder: Path) -> Path:
    return written(folder / "police.csv", wide(GOOD)[:-3])


@hostile("", good=2, waits=0)
def utf_16_with_half_a_million_empty_lines(folder: Path) -> Path:
    return written(folder / "police.csv", wide(police(row(1), "\n" * 500_000, row(2))))


@hostile("turn or hide", good=1, waits=0)
def utf_16_names_that_turn_and_hide(folder: Path) -> Path:
    return written(folder / "police.csv", wide(police(row(1, SURNAME="Mar\u202esh\u200b"))))


@hostile("web page")
def utf_16_a_web_page(folder: Path) -> Path:
    return written(folder / "police.csv", wide("<html><table><tr><td>1</td></tr></table></html>"))


@hostile("too-deep", good=1, waits=1)
def utf_16_json_10_000_deep(folder: Path) -> Path:
    deep = concern(2, ', "x": ' + "[" * 10_000 + "]" * 10_000)
    return written(folder / "school.jsonl", wide(concern(1) + deep))


@hostile("not-text", good=0, waits=1000)
def utf_16_nothing_but_halves(folder: Path) -> Path:
    halves = police("", *("?" * 50 + "\n" for _ in range(1000))).encode("utf-16-le").replace("?".encode("utf-16-le"), b"\x00\xdc")
    return written(folder / "police.csv", MARK + halves)


@hostile("no feed")
def utf_16_noise(folder: Path) -> Path:
    return written(folder / "police.csv", MARK + bytes((n * n * 31 + n // 7) % 256 for n in range(400_000)))


@hostile("not-a-date", good=0, waits=2000)
def csv_2_000_days_that_no_form_fits(folder: Path) -> Path:
    return written(folder / "police.csv", police(*(row(n, OCC_DATE=f"{n} Xyz 20{n:04} {n}:00:00") for n in range(2000))))


@hostile("one JSON list")
def json_one_list_of_a_million(folder: Path) -> Path:
    return written(folder / "school.json", "[" + "1," * 1_000_000 + "1]")


@hostile("mainframe")
def csv_of_a_mainframe(folder: Path) -> Path:
    return written(folder / "police.csv", (GOOD * 200).encode("cp500"))


