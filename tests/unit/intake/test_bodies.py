"""A notification as JSON: every fault at once, by path; what was found is told only where it is nobody's."""

import copy
import json

import pytest

from sightline.intake import bodies
from sightline.intake.types import Details, Notification
from tests.unit.intake.shapes import leeds

BODY = {
    "message_id": "M1", "record": "ppn", "happened": "2025-01-10T21:40", "version": "2", "says": "Found alone.",
    "place": {"name": "Bus station", "postcode": "LS2 7HU"},
    "people": [
        {
            "key": "jay", "roles": ["child"], "given": "Jay", "born": "2010-03-04", "sex": "M", "ethnicity": "MWBC",
            "nhs_number": "943 476 5919", "address": {"lines": ["14 Quarry Rise"], "postcode": "LS14 6AA"},
        },
        {"key": "dana", "roles": ["parent"], "given": "Dana"},
    ],
    "relations": [["dana", "mother", "jay"]],
    "fields": {"grade": "amber", "reason": "Alone at night"},
}  # fmt: skip


def read(change=None, raw=None):
    body = copy.deepcopy(BODY)
    if change:
        change(body)
    return bodies.read(raw or json.dumps(body).encode(), agency="west-yorkshire-police", partnership=leeds())


def test_a_body_becomes_a_notification():
    made = read()
    assert isinstance(made, Notification)
    assert (made.agency, made.record, made.version) == ("west-yorkshire-police", "ppn", "2")
    assert made.people[0].details == Details(
        given="Jay", born="2010-03-04", sex="male", ethnicity="MWBC", nhs_number="9434765919",
        lines=("14 Quarry Rise",), postcode="LS14 6AA",
    )  # fmt: skip
    assert made.relations == (("dana", "parent", "jay"),)
    assert made.raw == json.dumps(BODY).encode()


def setting(path, value):
    def change(body):
        *way, last = path
        for step in way:
            body = body[step]
        body[last] = value

    return change


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        (["record"], "pnp", ("record", "pnp", "ppn", "unknown-record")),
        (["record"], 7, ("record", "7", "", "unknown-record")),
        (["record"], None, ("record", "", "", "needed")),
        (["message_id"], "", ("message_id", "", "", "needed")),
        (["message_id"], 12, ("message_id", "", "", "invalid")),
        (["happened"], "10/01/2025", ("happened", "", "", "not-a-date")),
        (["happened"], 1736545200, ("happened", "", "", "invalid")),
        (["hapened"], "2025-01-10", ("hapened", "hapened", "happened", "unknown-key")),
        (["place"], "Bus station", ("place", "", "", "not-an-object")),
        (["people"], [], ("people", "", "", "needed")),
        (["people"], {}, ("people", "", "", "invalid")),
        (["people", 0], "Jay", ("people.0", "", "", "not-an-object")),
        (["people", 0, "roles"], ["childe"], ("people.0.roles.0", "childe", "child", "unknown-role")),
        (["people", 0, "roles"], [], ("people.0.roles", "", "", "needed")),
        (["people", 0, "famly"], "Marsh", ("people.0.famly", "famly", "family", "unknown-key")),
        (["people", 1, "key"], "jay", ("people.1.key", "", "", "duplicate-key")),
        (["relations"], [["dana", "parent", "kim"]], ("relations.0", "", "", "unknown-key")),
        (["relations"], ["dana"], ("relations.0", "", "", "invalid")),
        (["fields", "grade"], "purple", ("fields.grade", "", "", "unknown-code")),
        (["fields", "raeson"], "x", ("fields.raeson", "raeson", "reason", "unknown-field")),
        (["fields", "reason"], {"a": 1}, ("fields.reason", "", "", "invalid")),
        (["fields"], [], ("fields", "", "", "invalid")),
        (["says"], "x" * 20_001, ("says", "", "", "too-long")),
    ],
)
def test_a_fault_names_its_path_what_was_expected_and_the_nearest(path, value, fault):
    found = read(setting(path, value)).faults
    assert fault in [(one.path, one.found, one.nearest, one.code) for one in found]
    assert all(one.expected for one in found)


def test_all_faults_are_told_at_once():
    def change(body):
        body["happened"] = "soon"
        body["people"][0]["roles"] = ["childe"]
        body["fields"]["grade"] = "purple"

    assert [one.path for one in read(change).faults] == ["happened", "people.0.roles.0", "fields.grade"]


@pytest.mark.parametrize(
    ("detail", "sent", "held"),
    [
        ("born", 2010, "2010"),
        ("born", "4 March", "4 March"),
        ("born", ["2010-03-04", "2010-04-03"], "2010-03-04 / 2010-04-03"),
        ("born", {"year": 2010, "month": 3}, "2010 3"),
        ("given", ["Jay"], "Jay"),
        ("given", "x" * 501, "x" * 501),
        ("ethnicity", "Q9", "Q9"),
        ("sex", 1, "male"),
        ("sex", "other", "other"),
        ("nhs_number", 9434765919, "9434765919"),
        ("phone", True, "true"),
        ("upn", None, ""),
    ],
)
def test_no_detail_of_anybody_keeps_what_is_told_of_them_waiting(detail, sent, held):
    made = read(setting(["people", 0, detail], sent))
    assert getattr(made.people[0].details, detail) == held


def test_an_address_may_come_as_one_text():
    assert read(setting(["people", 0, "address"], "14 Quarry Rise, LS14 6AA")).people[0].details.lines == (
        "14 Quarry Rise, LS14 6AA",
    )


def test_nothing_of_a_person_is_ever_told():
    def change(body):
        body["people"][0] |= {"born": "CANARY1", "sex": "CANARY2", "ethnicity": "CANARY3", "given": ["CANARY4"]}
        body["fields"] |= {"grade": "CANARY5", "reason": {"CANARY6": 1}}
        body["happened"] = "CANARY7"

    assert "CANARY" not in "".join(one.model_dump_json() for one in read(change).faults)


def test_what_is_poor_is_taken():
    def change(body):
        body["people"][0] = {"roles": ["child"], "nhs_number": "9434765918"}
        body["relations"] = []
        del body["fields"], body["place"], body["says"], body["version"]

    made = read(change)
    assert isinstance(made, Notification)
    assert made.people[0].details.nhs_number == "9434765918"


def test_a_number_is_no_date_even_where_it_looks_like_one():
    def change(body):
        body |= {"record": "missing-episode", "fields": {"missing-from": 20250110}}
        body["people"] = [{"roles": ["missing-child"]}]
        body["relations"] = []

    assert [one.path for one in read(change).faults] == ["fields.missing-from"]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"{", "not-json"),
        (b"\xff\xfe", "not-text"),
        (b'{"record": "ppn", "record": "contact"}', "duplicate-key"),
        (b'"text"', "not-an-object"),
        (b"[" * 100_000, "too-deep"),
    ],
)
def test_what_is_no_object_is_kept_with_its_reason(raw, code):
    kept = read(raw=raw)
    assert (kept.reason, kept.raw, kept.agency) == (code, raw, "west-yorkshire-police")


def test_thousands_of_wrong_names_do_not_hold_it_up():
    def change(body):
        body |= {f"wrong{n}": n for n in range(5000)}
        body["fields"] = {f"wrong{n}": n for n in range(5000)}

    assert len(read(change).faults) < 50
