"""The contract: OpenAPI 3.1, made from the definition, so that a record type declared today has its body today."""

import re
import shutil

import pytest
from django.test import Client

from sightline.agencies.queries import partnership
from sightline.api.urls import NOTHING
from sightline.definition import loader

NEW = """\
record: canal-rescue
title: Pulled from the canal
source: local
sent-by: [any]
people:
  swimmer: {title: Swimmer, needed: yes, child: yes}
fields:
  lock: {title: Which lock, kind: line}
  rescued-at: {title: When, kind: datetime, needed: yes}
pointer: Pulled from the canal
headline: "Pulled from the canal at {lock}"
concern: yes
examples:
  - {given: {lock: Seven, rescued-at: 2025-01-10 21:40}, missing: [], headline: Pulled from the canal at Seven}
"""
FEED = """\
feed: canal-trust
title: Canal trust
source: local
agency: west-yorkshire-police
format: csv
recognised-by: [Rescue, Lock]
mapping:
  record: {is: canal-rescue}
  message-id: Rescue
  happened: {from: On, date: "%d/%m/%Y"}
  people:
    - {role: {is: swimmer}, given: First, family: Last}
  fields:
    lock: Lock
    rescued-at: {from: On, date: "%d/%m/%Y"}
examples:
  - given: {Rescue: "1", On: 10/01/2025, Lock: Seven, First: Jay}
    becomes: {record: canal-rescue, happened: 2025-01-10}
"""


@pytest.fixture
def one_more(tmp_path, monkeypatch):
    """The definitions with one record type and one feed more, as files that somebody wrote a moment ago."""
    root = tmp_path / "definitions"
    shutil.copytree(loader.default_root(), root)
    (root / "leeds" / "records").mkdir(exist_ok=True)
    (root / "leeds" / "records" / "canal-rescue.yaml").write_text(NEW)
    (root / "leeds" / "feeds" / "canal-trust.yaml").write_text(FEED)
    monkeypatch.setenv("SIGHTLINE_DEFINITIONS", str(root))
    loader.forget()
    yield tmp_path
    loader.forget()


def contract():
    answer = Client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    return answer.json()


def refs(value):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for item in value.values():
            yield from refs(item)
    elif isinstance(value, list):
        for item in value:
            yield from refs(item)


def test_every_record_type_has_its_body_and_every_reference_holds():
    made = contract()
    assert made["openapi"] == "3.1.0"
    schemas = made["components"]["schemas"]
    mapping = schemas["Notification"]["discriminator"]["mapping"]
    assert set(mapping) == set(partnership().record)
    assert schemas["PpnNotification"]["properties"]["record"] == {"const": "ppn"}
    assert "grade" in schemas["PpnNotification"]["properties"]["fields"]["properties"]
    wanted = {*refs(made), *mapping.values()}
    assert all(ref.removeprefix("#/components/schemas/") in schemas for ref in wanted)
    post = made["paths"]["/api/v1/notifications"]["post"]
    assert set(post["responses"]) == {"200", "201", "207", "401", "403", "409", "413", "422", "503"}
    assert post["security"] == [{"AgencyToken": []}]


def test_the_contract_says_nothing_of_anybody_and_needs_no_token():
    assert Client().get("/api/v1/openapi.json").status_code == 200
    assert Client().get("/api/v1/").status_code == 404
    assert Client().get("/api/v1/docs").status_code == 404


def test_a_record_type_declared_today_has_its_body_and_its_feed_today(police, one_more):
    schema = contract()["components"]["schemas"]["CanalRescueNotification"]
    assert schema["properties"]["fields"]["required"] == ["rescued-at"]
    sent = {
        "message_id": "C1", "record": "canal-rescue", "happened": "2025-01-10",
        "people": [{"roles": ["swimmer"], "given": "Jay", "family": "Marsh"}], "fields": {"lock": "Seven"},
    }  # fmt: skip
    assert police.post(sent).status_code == 201
    wrong = police.post(sent | {"message_id": "C2", "fields": {"lok": "Seven"}})
    assert [(f["path"], f["nearest"]) for f in wrong.json()["faults"]] == [("fields.lok", "lock")]

    from sightline.intake.readers import detect, read

    file = one_more / "rescues.csv"
    file.write_text("Rescue,On,Lock,First,Last\n7,10/01/2025,Seven,Jay,Marsh\n")
    feed = detect(file, partnership())
    (made,) = read(file, feed, partnership())
    assert (feed.id, made.record, made.fields) == (
        "canal-trust", "canal-rescue", {"lock": "Seven", "rescued-at": "2025-01-10"},
    )  # fmt: skip


@pytest.mark.parametrize(
    "address", ["v1/checks/a%0Ab/answer", "v1/%00", "v1/notifications/more", "v2/notifications", "", "v1"]
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_any_other_address_is_answered_as_the_contract_says(police, address, method):
    """Whatever stands in it, a new line too, and never with a page of ours."""
    answer = getattr(Client(), method)(f"/api/{address}", headers={"Authorization": f"Bearer {police.token}"})
    assert answer.status_code == 404 and answer.json() == {"code": "missing", "says": NOTHING}


def test_no_parameter_is_declared_twice_and_each_is_named():
    for path in contract()["paths"].values():
        for operation in path.values():
            names = [(one["in"], one["name"]) for one in operation.get("parameters", [])]
            assert len(names) == len(set(names)), operation["operationId"]
    (asked,) = contract()["paths"]["/api/v1/receipts/{receipt_id}"]["get"]["parameters"]
    assert asked["schema"]["format"] == "uuid" and asked["required"]


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("2025", True), ("2025-01", True), ("2025-01-10", True), ("2025-01-10 21:40", True), ("2025-01-10T21:40Z", True),
        ("2025-01-10T21:40:00.1234567+01:00", True), ("2025-01-10T21:40 +0000", True), ("9999-12-31", True),
        ("10/01/2025", False), ("0001-01-01", False), ("1899-12-31", False), ("2025-1-9", False), ("tomorrow", False),
    ],
)  # fmt: skip
def test_the_contract_says_of_moments_what_is_taken(police, text, taken):
    moment = contract()["components"]["schemas"]["PpnNotification"]["properties"]["happened"]
    assert bool(re.search(moment["pattern"], text)) is taken
    sent = {"message_id": f"moment {text}", "record": "ppn", "happened": text, "people": [{"roles": ["child"], "given": "Jay"}]}
    assert (police.post(sent).status_code == 201) is taken
