"""A set of tables through `sightline load`: one delivery, new only once; a later extract closes what the earlier one opened."""

import json
import zipfile
from datetime import date, timedelta
from uuid import uuid4

import pytest

from sightline.agencies.queries import machine, partnership
from sightline.chronology.models import Entry
from sightline.definition.values import LONDON
from sightline.intake.alarms import watch
from sightline.intake.health_queries import of_all
from sightline.intake.health_words import told as told_words
from sightline.intake.models import Delivery, FeedAlarm, Quarantined
from sightline.timescales.moment import now
from tests.integration.load.test_load import inbox, inbox_on_both, run  # noqa: F401

JUNE = {
    "ssd_person": "pers_person_id,pers_forename,pers_surname,pers_sex,pers_dob,pers_expected_dob,pers_is_mother\n"
    "1,Jay,Marsh,M,2010-03-04,,N\n2,Baby,Marsh,U,,2025-08-14,N\n3,Dana,Marsh,F,1986-09-21,,Y\n",
    "ssd_cin_episodes": "cine_referral_id,cine_person_id,cine_referral_date,cine_close_date,cine_close_reason\n"
    "R1,1,2025-01-13,,\nR2,2,2025-06-02,,\n",
    "ssd_cp_plans": "cppl_cp_plan_id,cppl_person_id,cppl_cp_plan_start_date,cppl_cp_plan_end_date,cppl_cp_plan_latest_category\n"
    "K1,1,2025-03-24,,NEG\n",
    "ssd_missing": "miss_table_id,miss_person_id,miss_missing_episode_start_date,miss_missing_episode_end_date,"
    "miss_missing_episode_type,miss_missing_rhi_offered,miss_missing_rhi_accepted\n"
    "M1,1,2025-05-01 21:00:00,2025-05-02 06:10:00,M,Y,N\nM2,44,2025-05-03,,M,N,N\n",
    "ssd_mother": "moth_table_id,moth_person_id,moth_childs_person_id,moth_childs_dob\nH1,3,2,\n",
}
JULY = JUNE | {"ssd_cp_plans": JUNE["ssd_cp_plans"].replace("2025-03-24,,NEG", "2025-03-24,2025-07-20,NEG")}


@pytest.fixture
def folder(tmp_path):
    def write(name, contents):
        place = tmp_path / name
        place.mkdir(parents=True)
        for table, text in contents.items():
            (place / f"{table}.csv").write_text(text, encoding="utf-8")
        return place

    return write


def test_a_folder_is_one_delivery_and_nothing_new_the_second_time(inbox_on_both, run, folder):  # noqa: F811
    june = folder("inbox/ssd_2025-06-30", JUNE)
    code, told, _ = run(june.parent)  # found in the folder above too
    (one,) = told["files"]
    assert (code, one["feed"], one["quarantined"]) == (0, "ssd", 1)
    kinds = sorted(Entry.objects.values_list("record", flat=True))
    assert kinds == [
        "child-protection-plan", "missing-episode", "parent-recorded", "person-details", "person-details",
        "person-details", "referral", "referral", "return-home-interview",
    ]  # fmt: skip
    waiting = Quarantined.objects.select_related("item").get()
    assert (waiting.reason, waiting.item.position) == ("unknown-person", "ssd_missing:3")
    assert Delivery.objects.get().state == "done"
    _, again, _ = run(june)
    assert (again["new"], again["superseding"], again["quarantined"]) == (0, 0, 0)
    assert again["unchanged"] == told["new"] + told["quarantined"]


def test_a_later_extract_closes_what_an_earlier_one_opened_and_an_older_one_changes_nothing(inbox, run, folder):  # noqa: F811
    run(folder("ssd_2025-06-30", JUNE))
    _, told, _ = run(folder("ssd_2025-07-31", JULY))
    assert (told["new"], told["superseding"]) == (0, 1)  # what has no date of its own is not new for being told again
    opened, closed = Entry.objects.filter(record="child-protection-plan").order_by("recorded_at")
    assert opened.until is None and closed.until.astimezone(LONDON).date().isoformat() == "2025-07-20"
    assert opened.first == closed.first
    _, late, _ = run(folder("ssd_2025-05-31", JUNE))
    assert (late["new"], late["superseding"]) == (0, 0)


def left_out():
    (one,) = (one for one in of_all(partnership(), now()) if one.feed.id == "ssd")
    told = [told_words(f.of, f.detail, f.since, partnership()) for f in one.findings if f.of == "gone"]
    return told[0] if told else ""


def test_what_is_open_and_was_left_out_of_a_newer_extract_is_told_and_never_closed(inbox_on_both, run, folder):  # noqa: F811
    """A plan that is in the council's folder no more may have ended, or have been left out by mistake: a person asks."""
    run(folder("ssd_2025-06-30", JUNE))
    assert left_out() == ""
    without = JUNE | {"ssd_cp_plans": JUNE["ssd_cp_plans"].partition("\n")[0] + "\n"}
    july = folder("ssd_2025-07-31", without)
    _, told, _ = run(july)
    assert "1 record that is open here is not in this extract" in " ".join(told["files"][0]["notes"])
    assert left_out() == (
        "1 record that is open here is not in the newest extract: Child protection plan (ssd_cp_plans:2 of the file that "
        f"came on {now():%-d %B %Y}, told last on 30 June 2025)"
    )
    assert [one.until for one in Entry.objects.filter(record="child-protection-plan")] == [None]
    watch(definition=partnership(), by=machine("clock-machine"))
    watch(definition=partnership(), by=machine("clock-machine"))
    assert FeedAlarm.objects.filter(of="gone").count() == 1  # told once
    run(july)  # the very same again
    assert left_out()
    run(folder("ssd_2025-05-31", JUNE))  # an older one that comes late says nothing new
    assert left_out()
    only_people = {"ssd_person": JUNE["ssd_person"], "ssd_mother": JUNE["ssd_mother"]}
    run(folder("ssd_2025-08-31", only_people))  # what is not in the folder at all is not left out of it
    assert "Child protection plan" in left_out() and "ssd_missing" not in left_out()
    run(folder("ssd_2025-09-30", JULY))  # it ended: it is told, and closed
    assert left_out() == ""


def test_what_a_person_ended_is_not_told_as_left_out(inbox, run, folder):  # noqa: F811
    run(folder("ssd_2025-06-30", JUNE))
    plan = Entry.objects.get(record="child-protection-plan")
    values = {field.attname: getattr(plan, field.attname) for field in Entry._meta.concrete_fields}
    Entry.objects.create(**values | {"id": uuid4(), "until": plan.happened + timedelta(days=9), "known_at": now()})
    run(folder("ssd_2025-07-31", JUNE | {"ssd_cp_plans": JUNE["ssd_cp_plans"].partition("\n")[0] + "\n"}))
    assert left_out() == ""


def test_what_comes_back_and_is_left_out_again_is_told_again(inbox, run, folder):  # noqa: F811
    without = JUNE | {"ssd_cp_plans": JUNE["ssd_cp_plans"].partition("\n")[0] + "\n"}
    for day, what in (("06-30", JUNE), ("07-31", without), ("08-31", JUNE), ("09-30", without)):
        run(folder(f"ssd_2025-{day}", what))
        watch(definition=partnership(), by=machine("clock-machine"))
    alarms = FeedAlarm.objects.filter(of="gone").order_by("opened_at")
    assert [one.steps.filter(step="closed").exists() for one in alarms] == [True, False]


def workbook(path, sheets):
    """A plain workbook: texts as they stand, days as Excel's own numbers with a style that is a date."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    plain = "application/vnd.openxmlformats-officedocument.spreadsheetml"

    def cell(value):
        if isinstance(value, date):
            return f'<c s="1"><v>{(value - date(1899, 12, 30)).days}</v></c>'
        return f'<c t="inlineStr"><is><t>{value}</t></is></c>'

    with zipfile.ZipFile(path, "w") as archive:
        parts = "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{plain}.worksheet+xml"/>'
            for n in range(1, len(sheets) + 1)
        )
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="application/'
            f'vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
            f'ContentType="{plain}.sheet.main+xml"/><Override PartName="/xl/styles.xml" '
            f'ContentType="{plain}.styles+xml"/>{parts}</Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{office}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        listed = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="s{n}"/>' for n, name in enumerate(sheets, 1))
        archive.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{listed}</sheets></workbook>'
        )
        links = "".join(
            f'<Relationship Id="s{n}" Type="{office}/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n in range(1, len(sheets) + 1)
        )
        styles = f'<Relationship Id="st" Type="{office}/styles" Target="styles.xml"/>'
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}/relationships">{links}{styles}</Relationships>',
        )
        archive.writestr(
            "xl/styles.xml",
            f'<styleSheet xmlns="{main}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
        )
        for n, rows in enumerate(sheets.values(), 1):
            lines = "".join("<row>" + "".join(cell(value) for value in row) + "</row>" for row in rows)
            archive.writestr(
                f"xl/worksheets/sheet{n}.xml", f'<worksheet xmlns="{main}"><sheetData>{lines}</sheetData></worksheet>'
            )
    return path


def test_the_same_set_as_a_zip_or_a_workbook_is_nothing_new(inbox, run, folder, tmp_path):  # noqa: F811
    june = folder("ssd_2025-06-30", JUNE)
    _, told, _ = run(june)
    packed = tmp_path / "packed_2025-06-30.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for each in sorted(june.iterdir()):
            archive.write(each, each.name)
    sheets = {name: [line.split(",") for line in text.splitlines()] for name, text in JUNE.items()}
    for path in (packed, workbook(tmp_path / "book_2025-06-30.xlsx", sheets)):
        _, again, _ = run(path)
        assert [one["feed"] for one in again["files"]] == ["ssd"]
        assert (again["new"], again["superseding"]) == (0, 0), path
        assert again["unchanged"] == told["new"] + 1


def test_an_inspections_workbook_is_read_list_by_list(inbox, run, tmp_path):  # noqa: F811
    head = ["Child Unique ID", "Gender", "Ethnicity", "Date of Birth", "Age of Child (Years)"]
    who = ["77", "b) Female", "a) WBRI", date(2010, 3, 4), "15"]
    path = workbook(
        tmp_path / "Annex A 2025-06-30.xlsx",
        {
            "List 1": [[*head, "Date of Contact", "Contact Source"], [*who, date(2025, 1, 13), "a) Police"]],
            "List 7": [
                [*head, "Child Protection Plan Start Date", "Initial Category of Abuse", "Latest Category of Abuse"],
                [*who, date(2025, 3, 24), "a) Neglect", "c) Sexual abuse"],
            ],
            "List 11": [["Adopter Identifier"], ["A-1"]],
        },
    )
    _, told, _ = run(path)
    assert (told["files"][0]["feed"], told["new"], told["quarantined"]) == ("annex-a", 2, 0)
    assert set(Entry.objects.values_list("record", flat=True)) == {"contact", "child-protection-plan"}
    _, again, _ = run(path)
    assert (again["new"], again["unchanged"]) == (0, 2)


def test_a_councils_daily_document_is_new_once_and_the_next_day_takes_its_place(inbox_on_both, run, tmp_path):  # noqa: F811
    """What social care sends the department of each child, in one document: a plan that ends ends here too; what is taken
    back stands until a person decides."""

    def document(day, **plan):
        plans = [{"child_protection_plan_id": "P-1", "start_date": "2025-03-24", "end_date": None, "purge": False, **plan}]
        episode = {"social_care_episode_id": "E-1", "referral_date": "2025-01-13", "purge": False, "child_protection_plans": plans}
        details = {"first_name": "Jay", "surname": "Marsh", "date_of_birth": "2010-03-04", "sex": "M", "purge": False}
        child = {"la_child_id": "C-1", "mis_child_id": "S-1", "child_details": details, "purge": False}
        path = tmp_path / f"children-{day}.json"
        path.write_text(json.dumps([{**child, "social_care_episodes": [episode]}], indent=1))
        return path

    code, told, _ = run(document("2025-06-30"))
    assert (code, told["files"][0]["feed"], told["new"], told["quarantined"]) == (0, "csc-daily", 3, 0)
    _, again, _ = run(document("2025-06-30"))
    assert (again["new"], again["superseding"], again["quarantined"]) == (0, 0, 0)
    _, ended, _ = run(document("2025-07-31", end_date="2025-07-20"))
    assert (ended["new"], ended["superseding"]) == (0, 1)
    opened, closed = Entry.objects.filter(record="child-protection-plan").order_by("recorded_at")
    assert opened.until is None and closed.until.astimezone(LONDON).date().isoformat() == "2025-07-20"
    _, back, _ = run(document("2025-08-01", end_date="2025-07-20", purge=True))
    assert (back["new"], back["superseding"], back["quarantined"]) == (0, 0, 1)
    assert Quarantined.objects.get().reason == "taken-back"
    assert Entry.objects.filter(record="child-protection-plan").count() == 2
