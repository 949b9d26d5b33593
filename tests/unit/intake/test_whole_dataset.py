"""The Standard Safeguarding Dataset, whole: every object and field of its published list is accounted for, and a row of
every object that is used becomes records whose fields are all understood."""

import csv
from pathlib import Path

import pytest

from sightline.definition.coverage import objects
from sightline.definition.loader import default_root, load
from sightline.definition.records import clean
from sightline.intake.notes import Notes
from sightline.intake.readers import tables
from sightline.intake.types import Notification, Unread

LIST = default_root() / "england" / "formats" / "ssd-fields.csv"


def published() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    with LIST.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["object"], {})[row["field"]] = row["type"].lower()
    return found


@pytest.fixture(scope="module")
def leeds():
    return load("leeds")


def test_every_object_and_field_is_mapped_or_not_used_for_a_reason(leeds):
    listed = published()
    assert (len(listed), sum(map(len, listed.values()))) == (48, 359)
    told = {one.name: one for one in objects(leeds.feed["ssd"])}
    assert set(told) == set(listed)
    for name, fields in listed.items():
        accounted = {field.name for field in told[name].fields if field.used or field.reason}
        missing = set(fields) - accounted if not told[name].reason else set()
        assert not missing, (name, missing)
        assert set(leeds.feed["ssd"].tables[name].columns) == set(fields), name


def test_every_return_and_list_has_all_its_files(leeds):
    assert len(leeds.feed["ssda903"].tables) == 12 and len(leeds.feed["annex-a"].tables) == 11


def value(name: str, kind: str) -> str:
    """Something plausible for a field: all keys are 1, so that every row finds the others."""
    if kind in ("datetime", "date") or name.endswith("_date") or name.endswith("_dob"):
        return "2024-03-04 00:00:00.000"
    if kind in ("nchar", "bit"):
        return "Y"
    if kind in ("int", "float"):
        return "2"
    if name.endswith("_json"):
        return '{"1A": "Yes", "REMAINSUP": "Y", "NFA_FLAG": "N", "STREET": "Old Road"}'
    if name in ("miss_missing_rhi_offered", "miss_missing_rhi_accepted"):
        return "Y"
    known = {"pers_ethnicity": "WBRI", "pers_common_child_id": "9434765919", "send_upn": "H801200001001"}
    return known.get(name, "1")


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    place = tmp_path_factory.mktemp("sets") / "ssd_2025-06-30"
    place.mkdir()
    for name, fields in published().items():
        with (place / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([list(fields), [value(field, kind) for field, kind in fields.items()]])
    return place


def test_a_row_of_every_object_becomes_what_it_should(leeds, whole):
    assert tables.holds(whole, leeds).id == "ssd"
    notes = Notes()
    things = list(tables.read(whole, leeds.feed["ssd"], leeds, notes))
    assert [(one.position, one.reason, one.faults) for one in things if isinstance(one, Unread)] == []
    came = {one.position.partition(":")[0] for one in things}
    used = {name for name, table in leeds.feed["ssd"].tables.items() if table.becomes}
    assert came == used
    for one in things:
        assert isinstance(one, Notification)
        record = leeds.record[one.record]
        fields, faults = clean(leeds, record, one.fields)
        assert not [str(fault) for fault in faults], one.position
        assert fields and one.people[0].roles[0] in record.people
        assert "social-care" in record.sent_by or "any" in record.sent_by
    assert notes.sentences() == []  # nothing is missing, nothing is strange


def test_no_field_that_the_mapping_names_is_dropped_on_the_way(leeds, whole):
    things = [t for t in tables.read(whole, leeds.feed["ssd"], leeds, Notes()) if isinstance(t, Notification)]
    for name, table in leeds.feed["ssd"].tables.items():
        wanted = {(becomes.record, field) for becomes in table.becomes for field in becomes.fields}
        came = {(t.record, field) for t in things if t.position.startswith(f"{name}:") for field in t.fields}
        kinds = {t.record for t in things if t.position.startswith(f"{name}:")}
        assert {pair for pair in wanted if pair[0] in kinds} <= came, name
