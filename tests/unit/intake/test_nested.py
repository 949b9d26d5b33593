"""Objects that hold lists of others: each kind is a table, and a row knows what stands around it."""

import json

import pytest

from sightline.definition.loader import load
from sightline.intake.notes import Notes
from sightline.intake.readers import detect, nested, read
from sightline.intake.readers.source import Unreadable
from sightline.intake.types import Notification, Unread

WANTED = ("outer/child", "outer/episode", "outer/purge", "plan")


@pytest.fixture(scope="module")
def leeds():
    return load("leeds")


def written(tmp_path, value, name="children-2025-06-30.json"):
    path = tmp_path / name
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return path


def of(path, table, *, objects=(), notes=None):
    found = nested.rows(path, table, "file", WANTED, objects, notes or Notes())
    return [
        (row.position, dict(row.values)) if not isinstance(row, Unread) else (row.position, row.reason) for row in found
    ]


TREE = [
    {
        "child": "1",
        "details": {"born": "2015-02-01", "codes": ["A", "B"], "none": None},
        "episodes": [
            {"episode": "E-1", "purge": False, "plans": [{"plan": "P-1"}, {"plan": "P-2", "episode": "not this one"}]}
        ],
    },
    {"child": "2", "details": {"born": "2016-03-04"}, "episodes": [], "leaving": {"activity": "F2"}},
]


def test_each_kind_of_list_is_a_table_and_its_rows_know_what_stands_around_them(tmp_path):
    path = written(tmp_path, TREE)
    assert nested.tables(path, "file", WANTED, ()) == {
        "file": ("child", "details/born", "details/codes", "details/none", "episodes", "leaving/activity"),
        "episodes": ("episode", "purge", "outer/child", "outer/episode", "outer/purge"),
        "plans": ("plan", "outer/child", "outer/episode", "outer/purge", "episode"),
    }
    around = {"outer/child": "1", "outer/episode": "E-1", "outer/purge": "false"}
    assert of(path, "plans") == [
        ("plans:1", {"plan": "P-1", **around}),
        ("plans:1", {"plan": "P-2", "episode": "not this one", **around}),
    ]
    first, second = of(path, "file")
    assert first == (
        "file:1",
        {"child": "1", "details/born": "2015-02-01", "details/codes": "A; B", "details/none": ""},
    )
    assert second[1]["leaving/activity"] == "F2"


def test_an_object_that_stands_alone_is_a_row_where_it_is_declared_so(tmp_path):
    path = written(tmp_path, TREE)
    assert of(path, "leaving", objects=("leaving",)) == [
        ("leaving:2", {"activity": "F2", "outer/child": "2", "outer/episode": "", "outer/purge": ""})
    ]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(TREE),
        json.dumps(TREE, indent=2),
        "\n".join(json.dumps(each) for each in TREE),
        "\ufeff" + "".join(json.dumps(each, indent=1) for each in TREE),
        json.dumps({"council": "383", "sent": "2025-06-30", "children": TREE}),
    ],
)
def test_a_list_objects_one_after_another_and_one_object_around_a_list_are_the_same(tmp_path, text):
    path = written(tmp_path, text)
    assert [values["child"] for _, values in of(path, "file")] == ["1", "2"]
    assert [values["outer/child"] for _, values in of(path, "plans")] == ["1", "1"]


def test_one_thing_with_a_list_in_it_is_not_a_cover_for_others(tmp_path):
    path = written(tmp_path, {"child_id": "1", "episodes": [{"episode": "E-1", "worker": {"name": "Sam"}}]})
    assert of(path, "file") == [("file:1", {"child_id": "1"})]
    assert [values["episode"] for _, values in of(path, "episodes")] == ["E-1"]


def test_a_broken_object_is_told_by_itself_and_the_next_is_found(tmp_path):
    text = json.dumps([{"child": str(n), "says": "x" * 40} for n in range(5)]).replace('"2", ', '"2" ')
    assert of(written(tmp_path, text), "file")[2] == ("file:3", "not-json")
    assert [each[1]["child"] for each in of(written(tmp_path, text), "file") if each[1] != "not-json"] == [
        "0",
        "1",
        "3",
        "4",
    ]


def test_a_document_that_ends_in_the_middle_keeps_what_is_whole(tmp_path):
    text = json.dumps([{"child": str(n)} for n in range(20_000)])
    whole = of(written(tmp_path, text[:-7]), "file")
    assert len(whole) == 20_000 and whole[-1] == ("file:20000", "cut-short") and whole[-2][1] == {"child": "19998"}


def test_what_is_no_object_is_told(tmp_path):
    assert of(written(tmp_path, '[{"child": "1"}, 7, "two", {"child": "2"}]'), "file") == [
        ("file:1", {"child": "1"}),
        ("file:2", "not-an-object"),
        ("file:3", {"child": "2"}),
    ]


# --- as a feed ----------------------------------------------------------------------------------------


def child(number, **more):
    return {
        "la_child_id": f"C-{number}",
        "mis_child_id": f"S-{number}",
        "child_details": {
            "first_name": "Jay",
            "surname": "Marsh",
            "date_of_birth": "2010-03-04",
            "sex": "M",
            "purge": False,
        },
        "purge": False,
        **more,
    }


def episode(**more):
    return {
        "social_care_episode_id": "E-1",
        "referral_date": "2025-01-13",
        "referral_source": "1C",
        "purge": False,
        **more,
    }


def take(path, partnership):
    feed, notes = detect(path, partnership), Notes()
    return feed.id, list(read(path, feed, partnership, notes)), notes.sentences()


def test_a_councils_daily_document_is_recognised_and_read(tmp_path, leeds):
    plan = {"child_protection_plan_id": "P-1", "start_date": "2025-03-24", "end_date": None, "purge": False}
    value = [child(1, social_care_episodes=[episode(child_protection_plans=[plan])]), child(2, social_care_episodes=[])]
    feed, found, said = take(written(tmp_path, value), leeds)
    assert feed == "csc-daily" and all(isinstance(one, Notification) for one in found)
    assert [(one.record, one.message_id, one.version) for one in found] == [
        ("person-details", "children|C-1", "2025-06-30"),
        ("person-details", "children|C-2", "2025-06-30"),
        ("referral", "social_care_episodes|E-1", "2025-06-30"),
        ("child-protection-plan", "child_protection_plans|P-1", "2025-06-30"),
    ]
    plans = found[-1]
    assert plans.people[0].details.local_id == "C-1" and plans.people[0].details.family == "Marsh"
    assert not any("not read" in sentence for sentence in said)


def test_what_the_sender_takes_back_waits_for_a_person(tmp_path, leeds):
    plans = [{"child_protection_plan_id": f"P-{n}", "start_date": "2025-03-24", "purge": n == 2} for n in (1, 2)]
    value = [child(1, social_care_episodes=[episode(child_protection_plans=plans)])]
    _, found, _ = take(written(tmp_path, value), leeds)
    (waits,) = [one for one in found if isinstance(one, Unread)]
    assert waits.reason == "taken-back" and waits.position == "child_protection_plans:1"
    assert json.loads(waits.raw)["child_protection_plan_id"] == "P-2"
    assert [
        one.message_id for one in found if isinstance(one, Notification) and one.record == "child-protection-plan"
    ] == ["child_protection_plans|P-1"]


def test_a_set_of_tables_may_come_as_one_document(tmp_path, leeds):
    value = {
        "ssd_person": [
            {"pers_person_id": "1", "pers_forename": "Jay", "pers_surname": "Marsh", "pers_dob": "2010-03-04"}
        ],
        "ssd_contacts": [{"cont_contact_id": "C1", "cont_person_id": "1", "cont_contact_date": "2025-01-13"}],
    }
    feed, found, _ = take(written(tmp_path, value, "ssd-2025-06-30.json"), leeds)
    assert feed == "ssd" and [one.record for one in found] == ["contact", "person-details"]


def test_json_of_no_feed_is_refused_in_a_sentence(tmp_path, leeds):
    for value in ([{"a": 1}], {"a": [{"b": 1}]}, "[", "{", '[{"a": 1'):
        with pytest.raises(Unreadable):
            detect(written(tmp_path, value, "other.json"), leeds)
