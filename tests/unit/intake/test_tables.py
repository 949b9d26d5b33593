"""Sets of tables: each row with the rows that belong to it becomes what the declaration says; nothing is lost."""

import csv
import json

import pytest

from sightline.definition.loader import load
from sightline.intake.notes import Notes
from sightline.intake.readers import tables
from sightline.intake.readers.source import Unreadable
from sightline.intake.types import Notification, Unread

PERSON = "pers_person_id,pers_forename,pers_surname,pers_sex,pers_dob,pers_expected_dob,pers_is_mother"


@pytest.fixture(scope="module")
def leeds():
    return load("leeds")


@pytest.fixture
def folder(tmp_path):
    """Writes tables into a folder: `folder(name, {table: "heading\\nrow\\n"})`."""

    def write(name, contents):
        place = tmp_path / name
        place.mkdir()
        for table, text in contents.items():
            (place / f"{table}.csv").write_text(text, encoding="utf-8")
        return place

    return write


def take(path, partnership, feed="ssd"):
    notes = Notes()
    return list(tables.read(path, partnership.feed[feed], partnership, notes)), notes.sentences()


def by_id(things):
    return {one.message_id: one for one in things if isinstance(one, Notification)}


def unread(things):
    return [(one.position, one.reason) for one in things if isinstance(one, Unread)]


BASE = {
    "ssd_person": f"{PERSON}\n"
    "1,Jay,Marsh,M,2010-03-04 00:00:00.000,,N\n"
    "2,Baby,Marsh,U,,14/08/2025,N\n"
    "3,Dana,Marsh,F,1986-09-21,,Y\n",
    "ssd_contacts": "cont_contact_id,cont_person_id,cont_contact_date,cont_contact_source_code,cont_contact_outcome_json\n"
    'C1,1,2025-01-13,2A,"{""NFA_FLAG"": ""N"", ""NEW_REFERRAL_FLAG"": ""Y"", ""COMMENTS"": ""Rang back""}"\n',
}


def test_a_row_carries_who_its_person_is_and_what_belongs_to_them(leeds, folder):
    place = folder("ssd_2025-06-30", BASE | {
        "ssd_address": "addr_table_id,addr_address_json,addr_person_id,addr_address_start_date,addr_address_end_date,"
        "addr_address_postcode\n"
        'A1,"{""HOUSE"": ""1"", ""STREET"": ""Old Road"", ""TOWN"": ""Leeds""}",1,2020-01-01,2024-02-01,LS1 1AA\n'
        'A2,"{""HOUSE"": ""9"", ""STREET"": ""New Road"", ""TOWN"": ""Leeds""}",1,2024-02-01,,LS2 2BB\n'
        'A3,"{""HOUSE"": ""5"", ""STREET"": ""First Road"", ""TOWN"": ""Leeds""}",1,2012-02-01,2020-01-01,LS3 3CC\n',
        "ssd_linked_identifiers": "link_table_id,link_person_id,link_identifier_type,link_identifier_value,link_valid_from_date,"
        "link_valid_to_date\n"
        "L1,1,NHS Number,943 476 5919,2010-03-04,\nL2,1,Home Office Reference,X9,2010-03-04,\n",
        "ssd_disability": "disa_table_id,disa_person_id,disa_disability_code\nD1,1,AUT\nD2,1,LD\n",
    })  # fmt: skip
    things, _ = take(place, leeds)
    found = by_id(things)
    contact = found["ssd_contacts|C1"]
    (child,) = contact.people
    assert (child.details.given, child.details.born, child.details.nhs_number) == ("Jay", "2010-03-04", "9434765919")
    assert (child.details.lines, child.details.postcode) == (("9", "New Road", "Leeds"), "LS2 2BB")
    assert (contact.happened, contact.version, contact.agency) == ("2025-01-13", "2025-06-30", "childrens-social-work")
    assert contact.fields == {"source-code": "2A", "outcomes": "New referral; Comments: Rang back"}
    assert found["ssd_person|1"].fields["disabilities"] == "AUT; LD"
    assert "Home Office" not in str(things) and "X9" not in str(things)
    assert {m for m in found if m.startswith("ssd_address")} == {f"ssd_address|A{n}" for n in (1, 2, 3)}
    assert not unread(things)


def test_a_child_not_yet_born_is_a_child_and_a_mother_is_not_one_here(leeds, folder):
    found = by_id(take(folder("ssd", BASE), leeds)[0])
    (baby,) = found["ssd_person|2"].people
    assert (baby.roles, baby.details.expected, baby.details.born) == (("person",), "2025-08-14", "")
    assert found["ssd_person|3"].people[0].roles == ("parent",)


def test_what_has_no_date_of_its_own_is_told_on_the_day_of_the_extract(leeds, folder):
    first, later = (by_id(take(folder(f"ssd_2025-0{n}-30", BASE), leeds)[0])["ssd_person|1"] for n in (6, 7))
    assert (first.happened, later.happened) == ("2025-06-30", "2025-07-30")
    assert first.undated and later.undated and first.version < later.version
    from sightline.intake.inbox import content_digest

    assert content_digest(first) == content_digest(later)  # another day alone is nothing new


def test_the_sender_has_known_a_row_since_the_newest_day_that_it_tells_of(leeds, folder):
    """A set says everything again: years of history are not news, and yesterday is."""
    rows = "C1,1,2019-01-13,2A\nC2,1,2025-06-29,2A\nC3,1,2025-06-01,2A\n"
    head = "cont_contact_id,cont_person_id,cont_contact_date,cont_contact_source_code\n"
    plans = "cppl_cp_plan_id,cppl_person_id,cppl_cp_plan_start_date,cppl_cp_plan_end_date\nK1,1,2024-03-24,2025-02-01\n"
    found = by_id(take(folder("ssd_2025-06-30", BASE | {"ssd_contacts": head + rows, "ssd_cp_plans": plans}), leeds)[0])
    sent = {name: found[f"ssd_contacts|{name}"].sent for name in ("C1", "C2", "C3")}
    assert sent == {"C1": "2019-01-13", "C2": "2025-06-30", "C3": "2025-06-01"}
    assert found["ssd_cp_plans|K1"].sent == "2025-02-01" and found["ssd_person|1"].sent == "2025-06-30"


def test_rows_that_do_not_fit_wait_with_their_table_line_and_reason(leeds, folder):
    place = folder("ssd", BASE | {
        "ssd_contacts": "cont_contact_id,cont_person_id,cont_contact_date,cont_contact_source_code\n"
        "C1,1,2025-01-13,2A\n"
        "C2,99,2025-01-14,2A\n"  # nobody has this number
        "C3,1,31/13/2025,2A\n"
        "C1,1,2025-02-13,6\n"  # a second row with the same key
        "C1,1,2025-01-13,2A\n"  # the same row again: nothing
        ",1,2025-01-13,2A\n",
    })  # fmt: skip
    things, notes = take(place, leeds)
    assert unread(things) == [
        ("ssd_contacts:3", "unknown-person"),
        ("ssd_contacts:4", "not-a-date"),
        ("ssd_contacts:5", "duplicate-key"),
        ("ssd_contacts:7", "needed"),
    ]
    assert [m for m in by_id(things) if m.startswith("ssd_contacts")] == ["ssd_contacts|C1"]
    assert any("the same row twice" in text and "ssd_contacts:6" in text for text in notes)
    told = next(one for one in things if isinstance(one, Unread) and one.reason == "unknown-person")
    assert "99" not in str(told.faults) and json.loads(told.raw)["cont_person_id"] == "99"


def test_a_row_that_a_person_has_repaired_is_read_by_itself(leeds, folder):
    place = folder(
        "ssd", BASE | {"ssd_contacts": "cont_contact_id,cont_person_id,cont_contact_date\nC3,1,31/13/2025\n"}
    )
    (bad,) = [one for one in take(place, leeds)[0] if isinstance(one, Unread)]
    repaired = bad.raw.replace(b"31/13/2025", b"31/12/2025")
    (good,) = tables.reread(repaired, leeds.feed["ssd"], leeds)
    assert (good.record, good.message_id, good.happened) == ("contact", "ssd_contacts|C3", "2025-12-31")
    assert good.people[0].details.local_id == "1"
    assert isinstance(tables.reread(b"{}", leeds.feed["ssd"], leeds)[0], Unread)


def test_a_person_with_one_bad_detail_keeps_all_their_records(leeds, folder):
    place = folder("ssd", BASE | {"ssd_person": f"{PERSON}\n1,Jay,Marsh,M,04-2010-31,,N\n"})
    things, _ = take(place, leeds)
    assert unread(things) == [("ssd_person:2", "not-a-date")]
    assert by_id(things)["ssd_contacts|C1"].people[0].details.given == "Jay"


def test_older_and_other_releases_are_read_as_far_as_they_go(leeds, folder):
    place = folder("extract", {
        "SSD_Person_v1": "PERS_PERSON_ID,Pers Forename,pers_surname,pers_upn,my_own_column\n1,Jay,Marsh,H801200001001,x\n",
        "ssd_cla_placements": "clap_cla_placement_id,clap_person_id,clap_cla_placement_start_date,clap_cla_placement_type\n"
        "X1,1,2025-01-02,U6\n",
        "ssd_cp_plans": "cppl_person_id,cppl_cp_plan_start_date\n1,2025-01-02\n",  # its key is gone
        "notes": "a,b\n1,2\n",
    })  # fmt: skip
    things, notes = take(place, leeds)
    found = by_id(things)
    assert found["ssd_cla_placement|X1"].people[0].details.upn == "H801200001001"
    assert [one.reason for one in things if isinstance(one, Unread)] == ["wrong-columns"]
    said = " ".join(notes)
    assert "my_own_column" in said and "notes is none of the tables" in said and "lacks tables" in said


def test_without_the_people_table_children_are_known_by_number(leeds, folder):
    things, notes = take(folder("ssd", {"ssd_contacts": BASE["ssd_contacts"]}), leeds)
    assert by_id(things)["ssd_contacts|C1"].people[0].details.local_id == "1"
    assert any("table of people is missing" in text for text in notes)


def test_factors_parents_and_children_find_each_other(leeds, folder):
    place = folder("ssd", BASE | {
        "ssd_cin_episodes": "cine_referral_id,cine_person_id,cine_referral_date,cine_cin_primary_need_code,cine_close_date,"
        "cine_close_reason\n"
        "R1,1,2025-01-13,N1,2025-06-01,RC8\n",
        "ssd_cin_assessments": "cina_assessment_id,cina_referral_id,cina_assessment_start_date,cina_assessment_worker_id\n"
        "S1,R1,2025-01-15,W1\n",
        "ssd_assessment_factors": "cinf_table_id,cinf_assessment_id,cinf_assessment_factors_json\n"
        'F1,S1,"{""1A"": ""No"", ""3C"": ""Yes"", ""24A"": ""1""}"\n',
        "ssd_professionals": "prof_professional_id,prof_professional_name\nW1,Alex Reed\n",
        "ssd_send": "send_table_id,send_person_id,send_upn\nN1,1,\n",
        "ssd_ehcp_requests": "ehcr_ehcp_request_id,ehcr_send_table_id,ehcr_ehcp_req_date\nQ1,N1,2025-02-01\nQ2,N9,2025-02-01\n",
        "ssd_mother": "moth_table_id,moth_person_id,moth_childs_person_id,moth_childs_dob\nM1,3,2,\n",
        "ssd_family": "fami_table_id,fami_family_id,fami_person_id\n1,F1,1\n2,F2,2\n3,F1,3\n",
    })  # fmt: skip
    things, _ = take(place, leeds)
    found = by_id(things)
    assessment = found["ssd_cin_assessments|S1"]
    assert (assessment.fields["factors"], assessment.fields["worker"]) == ("3C; 24A", "Alex Reed")
    assert assessment.people[0].details.given == "Jay"  # through the referral
    assert found["ssd_cin_episodes|R1|episode-closed"].happened == "2025-06-01"
    assert found["ssd_ehcp_requests|Q1"].people[0].details.given == "Jay"  # through the register of special needs
    assert unread(things) == [("ssd_ehcp_requests:3", "needed")]
    mother = found["ssd_mother|M1"]
    assert mother.relations == (("p2", "parent", "p1"),) and mother.people[1].details.given == "Dana"
    assert [p.details.given for p in found["ssd_family|F1"].people] == ["Jay", "Dana"]


def test_a_time_in_care_ends_only_where_the_next_episode_does_not_begin(leeds, folder):
    place = folder("2025", {
        "header": "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n7,1,04/03/2010,WBRI,UN3,,\n8,F,05/03/2010,WBRI,UN3,1,06/01/2025\n",
        "episodes": "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n"
        "7,02/04/2024,S,V2,N1,U6,PR1,01/09/2024,X1,CARPL,LS1 1AA,LS2 2BB,\n"
        "7,01/09/2024,P,V2,N1,K2,PR4,31/01/2025,E4A,,LS1 1AA,LS3 3CC,SC1\n"
        "9,01/09/2024,P,V2,N1,K2,PR4,,,,,,\n",
        "missing": "CHILD,DOB,MISSING,MIS_START,MIS_END\n7,04/03/2010,M,05/05/2024,06/05/2024\n7,04/03/2010,A,07/05/2024,\n",
    })  # fmt: skip
    assert tables.holds(place, leeds).id == "ssda903"
    things, _ = take(place, leeds, "ssda903")
    kinds = [one.record for one in things if isinstance(one, Notification)]
    assert (kinds.count("looked-after-episode"), kinds.count("left-care")) == (2, 1)
    assert (kinds.count("missing-episode"), kinds.count("absent-episode"), kinds.count("parent-recorded")) == (1, 1, 1)
    assert {one.version for one in things if isinstance(one, Notification)} == {"2025-01-31"}
    assert by_id(things)["episodes|7/2024-04-02"].people[0].details.sex == "male"
    assert unread(things) == [("episodes:4", "unknown-person")]


def test_an_episode_that_ended_without_a_reason_is_not_leaving_care(leeds, folder):
    episode = "clae_cla_episode_"
    head = f"{episode}id,clae_person_id,{episode}start_date,{episode}ceased_date,{episode}ceased_reason\n"
    rows = "E1,1,2024-04-02,2024-09-01,X1 Episode ceases\nE2,1,2024-09-01,2025-01-31,\nE3,1,2025-02-01,2025-03-01,E8\n"
    found = by_id(take(folder("ssd", BASE | {"ssd_cla_episodes": head + rows}), leeds)[0])
    assert [name for name in found if name.endswith("left-care")] == ["ssd_cla_episodes|E3|left-care"]


def test_lists_of_an_inspection_are_read_with_their_letters(leeds, folder):
    place = folder("Annex A", {
        "List 1 Contacts": "Child Unique ID,Gender,Ethnicity,Date of Birth,Age of Child (Years),Date of the Contact,"
        "Contact Source\n"
        "77,b) Female,a) WBRI,04/03/2010,15,13/01/2025,a) Police\n",
        "List 10": "Child unique ID,Family identifier,Gender,Ethnicity,Date of Birth,Age of Child (Years),Date of Placement Order\n"
        "78,F1,a) Male,f) Not stated,05/03/2020,5,13/01/2025\n",
        "List 11": "Adopter Identifier,Family identifier\nA1,F1\n",
    })  # fmt: skip
    assert tables.holds(place, leeds).id == "annex-a"
    things, notes = take(place, leeds, "annex-a")
    assert any("Date of the Contact is read as Date of Contact" in text for text in notes)
    contact, permanence = things
    assert (contact.message_id, contact.fields["source-words"]) == ("list-1-contacts|77/2025-01-13", "Police")
    assert (contact.people[0].details.sex, contact.people[0].details.ethnicity) == ("female", "WBRI")
    assert (permanence.record, permanence.people[0].details.ethnicity) == ("permanence", "NOBT")
    assert "A1" not in str(things)


def test_what_a_database_writes_for_nothing_is_an_empty_cell(leeds, folder):
    """SQL Server's own tool writes NULL into every empty cell of a file: nobody's plan has ended by it, no meeting was held."""
    whole = BASE | {
        "ssd_cp_plans": "cppl_cp_plan_id,cppl_person_id,cppl_cp_plan_start_date,cppl_cp_plan_end_date\nK1,1,2025-03-24,\n",
        "ssd_initial_cp_conference": "icpc_icpc_id,icpc_person_id,icpc_icpc_target_date,icpc_icpc_date\nI1,1,2025-07-24,\n",
    }
    plain = [one for one in take(folder("ssd_2025-06-30", whole), leeds)[0] if isinstance(one, Notification)]
    for word in ("NULL", "(null)", "[NULL]", "\\N", ' NULL', '"NULL"'):
        spoilt = {
            name: "\n".join(",".join(cell or word for cell in line.split(",")) for line in text.strip("\n").split("\n"))
            if "{" not in text
            else text
            for name, text in whole.items()
        }
        things, notes = take(folder(f"x{abs(hash(word))}_ssd_2025-06-30", spoilt), leeds)
        assert unread(things) == [], word
        said = [(one.message_id, one.until, one.fields, one.people) for one in things]
        assert said == [(one.message_id, one.until, one.fields, one.people) for one in plain], word
        assert any("such as NULL" in note for note in notes)


def test_somebody_may_be_called_null(leeds, folder):
    people = BASE | {"ssd_person": f"{PERSON}\n1,Jay,Null,M,2010-03-04,,N\n"}
    (contact,) = (one for one in take(folder("ssd_2025-06-30", people), leeds)[0] if one.record == "contact")
    assert contact.people[0].details.family == "Null"


def test_days_are_read_however_a_councils_database_writes_them(leeds, folder):
    """One day, one record: a sender that changes its tool sends nothing new."""
    wrote = ("2025-01-03", "2025-01-03 00:00:00.000", "2025-01-03T00:00:00", "03/01/2025", "03/01/2025 00:00:00",
             "Jan  3 2025 12:00AM", "03-Jan-2025", "03-JAN-25", "20250103", "03-01-2025", "03.01.2025", "2025/01/03",
             "3 Jan 2025", "3 January 2025", "03/01/25", "03-JAN-25 12.00.00.000000000 AM", "45660", "45660.0")  # fmt: skip
    made = set()
    for n, day in enumerate(wrote):
        contacts = f"cont_contact_id,cont_person_id,cont_contact_date,cont_contact_source_code\nC1,1,{day},2A\n"
        things, _ = take(folder(f"{n}_ssd_2025-06-30", BASE | {"ssd_contacts": contacts}), leeds)
        assert unread(things) == [], day
        made.add(by_id(things)["ssd_contacts|C1"].happened)
    assert made == {"2025-01-03"}
    missing = "miss_table_id,miss_person_id,miss_missing_episode_start_date,miss_missing_episode_type\nM1,1,{},M\n"
    moments = set()
    for n, day in enumerate(("2025-05-01 21:40:00.000", "2025-05-01T21:40", "2025-05-01 21:40:00", "01/05/2025 21:40",
                             "01-MAY-25 09.40.00.000000000 PM", "45778.902777777777777")):  # fmt: skip
        things, _ = take(folder(f"m{n}_ssd_2025-06-30", BASE | {"ssd_missing": missing.format(day)}), leeds)
        moments.add(by_id(things)["ssd_missing|M1"].happened)
    assert moments == {"2025-05-01T21:40:00"}


def test_a_day_within_a_key_is_one_however_it_is_written(leeds, folder):
    """Else a visit would be told twice, once in each way of writing."""
    told = set()
    for n, day in enumerate(("2025-05-02", "02/05/2025 00:00", "2/5/2025 0:00", "20250502", "2 May 2025", "45779")):
        heading = "clae_cla_episode_id,clae_person_id,clae_cla_episode_start_date,clae_cla_last_iro_contact_date\n"
        rows = f"{heading}E1,1,2024-04-02,{day}\n"
        things, _ = take(folder(f"{n}_ssd_2025-06-30", BASE | {"ssd_cla_episodes": rows}), leeds)
        told |= {one.message_id for one in things if one.record == "visit"}
    assert told == {"ssd_cla_episodes|E1|reviewing-officer/2025-05-02"}


def test_a_childs_number_is_not_taken_for_a_day(leeds, folder):
    rows = "CHILD,DECOM,RNE,LS,CIN,PLACE,DEC,REC\n20250103,02/04/2024,S,V2,N1,U6,,\n45660,02/04/2024,S,V2,N1,U6,,\n"
    header = "CHILD,SEX,DOB,ETHNIC\n20250103,1,04/03/2010,WBRI\n45660,2,04/03/2010,WBRI\n"
    things, _ = take(folder("ssda903 2025", {"header": header, "episodes": rows}), leeds, "ssda903")
    ids = {one.message_id for one in things if one.record == "looked-after-episode"}
    assert ids == {"episodes|20250103/2024-04-02", "episodes|45660/2024-04-02"}


def test_a_number_with_a_fraction_is_the_number(leeds, folder):
    """Tools for tables write `1.0` where other rows of the column are empty: the row still finds its child."""
    contacts = "cont_contact_id,cont_person_id,cont_contact_date,cont_contact_source_code\nC1,1.0,2025-01-13,2A\n"
    things, _ = take(folder("ssd_2025-06-30", BASE | {"ssd_contacts": contacts}), leeds)
    assert unread(things) == []
    (child,) = by_id(things)["ssd_contacts|C1"].people
    assert (child.details.local_id, child.details.family) == ("1", "Marsh")
    heading = "Child Unique ID,Gender,Date of Birth,Date of Contact,Contact Source\n"
    lists = f"{heading}77.0,b) Female,04/03/2010,13/01/2025,a) Police\n"
    (contact,), _ = take(folder("Annex A 2025-06-30", {"List 1": lists}), leeds, "annex-a")
    assert (contact.people[0].details.local_id, contact.message_id) == ("77", "list-1-contacts|77/2025-01-13")


def test_factors_that_stand_in_several_rows_are_all_told(leeds, folder):
    whole = BASE | {
        "ssd_cin_assessments": "cina_assessment_id,cina_person_id,cina_assessment_start_date\nA1,1,2025-01-13\n",
        "ssd_assessment_factors": "cinf_table_id,cinf_assessment_id,cinf_assessment_factors_json\n"
        'F1,A1,"{""1A"": ""No"", ""3B"": ""Yes""}"\n'
        'F2,A1,"[""4B"", ""16A""]"\n',
    }
    things, _ = take(folder("ssd_2025-06-30", whole), leeds)
    assert by_id(things)["ssd_cin_assessments|A1"].fields["factors"] == "3B; 4B; 16A"


def test_tables_are_known_by_the_names_that_a_server_gives_them(leeds, folder):
    whole = {f"SSD_Live.dbo.{name}": text for name, text in BASE.items()} | {
        "SSD_Live.dbo.ssd_professionals": "prof_professional_id,prof_staff_id,prof_professional_name\nW1,E1,Tariq Bell\n"
    }
    _, notes = take(folder("ssd_2025-06-30", whole), leeds)
    assert not [note for note in notes if "none of the tables" in note]


SAYS_ITS_LEGAL_STATUS = {
    "C1: ICO": "C1", "C1": "C1", "a) C1": "C1", "Interim care order": "C1", "C2 Full care order": "C2",
    "Full care order (C2)": "C2",
    "E1: Placement order": "E1", "Placement order granted": "E1", "V2: Single period under S20": "V2", "Section 20": "V2",
    "Accommodated under S20": "V2", "L1: Police protection LA accommodation": "L1", "Emergency protection order": "L2",
    "J1 - Remanded": "J1", "d) Something that nobody listed": "Something that nobody listed",
}  # fmt: skip


def test_a_legal_status_is_told_in_whichever_words_an_inspections_list_has_it(leeds, folder):
    heading = "Child Unique ID,Date of Birth,Date Started to be Looked After,Start date of current legal status,"
    heading += "Child's Legal Status\n"
    rows = "".join(f"{n},04/03/2010,10/09/2024,10/09/2024,{word}\n" for n, word in enumerate(SAYS_ITS_LEGAL_STATUS))
    things, _ = take(folder("Annex A 2025-06-30", {"List 8": heading + rows}), leeds, "annex-a")
    assert [one.fields["status"] for one in things if one.record == "legal-status"] == list(SAYS_ITS_LEGAL_STATUS.values())


def test_what_a_value_says_wins_over_the_letter_before_it(leeds, folder):
    """Editions of the lists give one letter to different things: `e` is Roma in one, and any other group in another."""
    child = "Child Unique ID,Gender,Ethnicity,Date of Birth"
    things, _ = take(folder("Annex A 2025-06-30", {
        "List 1": f"{child},Date of Contact,Contact Source\n"
        "1,a) Male,e) WROM,04/03/2010,13/01/2025,q) 6: Police\n2,a) Male,f) MWBC,04/03/2010,13/01/2025,p1) 5D: LA services\n"
        "3,a) Male,e) Any other ethnic group,04/03/2010,13/01/2025,Friend\n4,a) Male,f) Not stated,04/03/2010,13/01/2025,\n",
        "List 6": f"{child},CIN Start Date,Primary Need Code,Reason for Closure,CIN Closure Date\n"
        "1,a) Male,a) WBRI,04/03/2010,13/01/2025,N5 - Family dysfunction,RC9 - Referred to early help,13/02/2025\n",
        "List 8": f"{child},Date Started to be Looked After,What is the permanence plan for this child?,Placement Type,"
        "Start Date of Most Recent Placement,Date Ceased to be Looked After,Reason Ceased to be Looked After\n"
        "1,a) Male,a) WBRI,04/03/2010,10/09/2024,f) Long-term fostering,zz) T4: Seven days or less,01/02/2025,01/03/2025,"
        "f) E4B: Returned home\n2,a) Male,a) WBRI,04/03/2010,10/09/2024,e,q) R1: Residential care home,01/02/2025,,\n",
        "List 9": f"{child},Eligibility Category,LA in Touch,Type of Accommodation,Activity Status\n"
        "1,a) Male,a) WBRI,04/03/2006,b) Former relevant child,c) Died,B: Parents/relatives,F2: Full time in education\n",
    }), leeds, "annex-a")  # fmt: skip
    contacts = [one for one in things if one.record == "contact"]
    assert [one.people[0].details.ethnicity for one in contacts] == ["WROM", "MWBC", "OOTH", "NOBT"]
    assert [one.fields.get("source-code", "") for one in contacts] == ["6", "5D", "", ""]
    one = {thing.record: thing.fields for thing in reversed(things)}
    assert (one["social-care-episode"]["need"], one["social-care-episode"]["reason"]) == ("N5", "RC9")
    assert (one["left-care"]["reason"], one["looked-after-episode"]["end-reason"]) == ("E4B", "E4B")
    assert [t.fields["permanence"] for t in things if t.record == "care-plan"] == ["long-term-fostering", "long-term-fostering"]
    assert [t.fields["kind"] for t in things if t.record == "placement"] == ["T4", "R1"]
    assert [one["care-leaver"][name] for name in ("in-touch", "accommodation", "activity")] == ["DIED", "B", "F2"]


def test_a_remark_under_a_table_is_nobody(leeds, folder):
    lists = {
        "List 9": "Child Unique ID,Gender,Ethnicity,Date of Birth,Eligibility Category,LA In Touch\n"
        "77,b) Female,a) WBRI,04/03/2006,b) Former relevant,a) Yes\n,,,,,\n"
        "Note: 1 child is left out because her record is restricted.,,,,,\n",
    }
    things, notes = take(folder("annex-a-2025-09-30", lists), leeds, "annex-a")
    assert [one.people[0].details.local_id for one in things if isinstance(one, Notification)] == ["77"]
    assert unread(things) == [("List 9:4", "wrong-columns")]
    assert not any("code for ethnicity" in note for note in notes)  # a code behind its letter is known


def test_a_table_whose_heading_was_lost_waits_and_its_first_row_is_not_told(leeds, folder):
    lost = BASE | {"ssd_person": "1,Jaspreet,Marshington,M,2010-03-04,,N\n", "ssd_cin_visits": "V1,1,2025-01-02,Y,N,Y\n"}
    things, notes = take(folder("ssd_2025-06-30", lost), leeds)
    assert unread(things) == [("ssd_cin_visits:1", "wrong-columns"), ("ssd_person:1", "wrong-columns")]
    assert not any("Marshington" in note for note in notes)
    assert "ssd_contacts|C1" in by_id(things), "children are known by their number"


def test_nothing_is_known_before_it_happened(leeds, folder):
    """The return's newest day stands in another table: what happened after it was not known before."""
    returned = {
        "header": "CHILD,SEX,DOB,ETHNIC,UPN\n101,1,04/03/2010,WBRI,UN3\n",
        "episodes": "CHILD,DECOM,RNE,LS,CIN,PLACE\n101,10/03/2024,S,V2,N1,U6\n",
        "missing": "CHILD,DOB,MISSING,MIS_START,MIS_END\n101,04/03/2010,M,30/03/2024,\n",
    }
    things, _ = take(folder("SSDA903", returned), leeds, "ssda903")
    (missing,) = (one for one in things if one.record == "missing-episode")
    assert missing.sent == missing.happened == "2024-03-30"


def test_what_is_no_set_is_refused_with_a_sentence(leeds, folder):
    place = folder("other", {"takings": "shop,amount\nA,1\n"})
    assert tables.holds(place, leeds) is None
    with pytest.raises(Unreadable, match="none of the tables of ssd"):
        take(place, leeds)


def test_memory_does_not_grow_with_the_rows(leeds, tmp_path):
    import tracemalloc

    def peak(rows):
        place = tmp_path / f"big{rows}"
        place.mkdir()
        with (place / "ssd_person.csv").open("w", newline="") as file:
            csv.writer(file).writerows(
                [PERSON.split(","), *([str(n), "Jay", "Marsh", "M", "2010-03-04", "", "N"] for n in range(200))]
            )
        with (place / "ssd_cin_visits.csv").open("w", newline="") as file:
            head = ["cinv_cin_visit_id", "cinv_person_id", "cinv_cin_visit_date", "cinv_cin_visit_seen"]
            csv.writer(file).writerows([head, *([f"V{n}", str(n % 200), "2025-01-13", "Y"] for n in range(rows))])
        tracemalloc.start()
        for _ in tables.read(place, leeds.feed["ssd"], leeds, Notes()):
            pass
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    few, many = peak(500), peak(3500)
    assert many - few < 3000 * 200  # the marks of keys only: far less than the rows
