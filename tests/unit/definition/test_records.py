"""What follows from a record's type, in the same way at every door."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from sightline.definition.records import (
    age_bands,
    facts,
    headline,
    is_routine,
    is_urgent,
    json_schema,
    missing_parts,
    pointer,
    reaches_queue,
    run_example,
)
from sightline.definition.types import Partnership
from sightline.definition.words import render


def parts(town: Partnership, fields: dict[str, str], people: Any) -> list[str]:
    return [part for part, _ in missing_parts(town.record["notice"], fields, people)]


def test_what_a_good_record_would_say(town: Partnership) -> None:
    whole = {"voice": "I hide.", "reason": "Alone"}
    assert parts(town, whole, {"child": [{"ethnicity": "MWBC"}]}) == []
    assert parts(town, {}, {"child": [{}]}) == ["voice", "ethnicity", "reason"]
    assert missing_parts(town.record["notice"], {}, {})[0] == ("voice", "The child's voice is missing")


@pytest.mark.parametrize("poor", ["", "  ", "n/a", "N/A", " Too young. ", "TOO  YOUNG"])
def test_saying_no_more_than_not_enough_is_missing(town: Partnership, poor: str) -> None:
    assert parts(town, {"voice": poor, "reason": "x"}, {}) == ["voice"]


def test_a_detail_is_missing_when_any_of_them_lacks_it(town: Partnership) -> None:
    fields = {"voice": "I hide.", "reason": "x"}
    assert parts(town, fields, {"child": [{"ethnicity": "MWBC"}, {"ethnicity": " "}]}) == ["ethnicity"]
    assert parts(town, fields, {"adult": [{}]}) == []


def told(town: Partnership, fields: dict[str, str], **about: Any) -> dict[str, Any]:
    return facts(town, town.record["notice"], fields, **about)


def test_the_queue_urgency_and_routine_follow_from_facts(town: Partnership) -> None:
    notice = town.record["notice"]
    red, quiet = told(town, {"grade": "red"}), told(town, {"grade": "amber"})
    assert (reaches_queue(notice, red), is_urgent(notice, red), is_routine(notice, red)) == (True, True, False)
    assert (reaches_queue(notice, quiet), is_urgent(notice, quiet), is_routine(notice, quiet)) == (False, False, True)
    assert (red["urgent"], quiet["urgent"]) == ("yes", "no")


@pytest.mark.parametrize(
    ("injury", "reaches"), [("violence", True), ("Bruise", True), ("none", False), ("N/A", False), ("", False)]
)
def test_words_that_an_open_list_does_not_know_are_other(town: Partnership, injury: str, reaches: bool) -> None:
    notice = town.record["notice"]
    assert reaches_queue(notice, told(town, {"injury": injury}, ages={"infant", "child"})) is reaches
    assert not reaches_queue(notice, told(town, {"injury": injury}, ages={"child"}))


def test_facts_name_the_agency_and_its_kind(town: Partnership) -> None:
    found = told(town, {"marks": "red; amber", "times": "3"}, roles=["child"], agency="town-police")
    assert found["agency-kind"] == "police" and found["marks"] == {"red", "amber"} and found["times"] == "3"
    assert found["role"] == {"child"} and found["record"] == "notice" and "grade" not in found


@pytest.mark.parametrize(
    ("born", "expected", "bands"),
    [
        (None, None, set()),
        (None, date(2025, 7, 1), {"unborn"}),
        (date(2025, 6, 2), None, {"unborn"}),
        (date(2025, 6, 1), None, {"infant", "child"}),
        (date(2024, 6, 2), None, {"infant", "child"}),
        (date(2024, 6, 1), None, {"child"}),
        (date(2007, 6, 2), None, {"child"}),
        (date(2007, 6, 1), None, {"adult"}),
    ],
)
def test_age_bands(born: date | None, expected: date | None, bands: set[str]) -> None:
    assert age_bands(born, date(2025, 6, 1), expected) == bands


def test_headlines_are_kind(town: Partnership) -> None:
    notice = town.record["notice"]

    def line(people: int = 0, **fields: str) -> str:
        return headline(town, notice, fields, people={"child": [{}] * people})

    assert line(2, grade="red", reason="Found alone.") == "Red notice about 2 children: Found alone"
    assert line(1, reason="Found alone") == "Notice about 1 child: Found alone"
    assert line(grade="amber") == "Amber notice"
    assert line(3) == "Notice about 3 children"
    assert line() == pointer(notice) == "Notice"
    assert len(line(reason="word " * 100)) < 150


@pytest.mark.parametrize(
    ("template", "known", "nothing"),
    [
        ("Missing from {place}: {reason}, {seen-at}.", "Missing from Home: Alone, 10 July 2025 at 21:40", ""),
        ("Incident ({grade}, {place})", "Incident (Red, Home)", ""),
        ("{role} of it - {age}", "Child of it - 14", ""),
        ("{times} days from {day}", "1 day from 31 March 2025", ""),
        ("{adult}", "", ""),
        ("{says}", "She said, he said", ""),
        ("Told: {told}", "Told: Yes", ""),
        ("No names here.", "No names here", "No names here"),
    ],
)
def test_templates(town: Partnership, template: str, known: str, nothing: str) -> None:
    notice = town.record["notice"]
    fields = {
        "reason": "Alone", "seen-at": "2025-07-10T21:40:00+01:00", "grade": "red", "times": "1", "day": "2025-03-31",
        "told": "yes",
    }  # fmt: skip
    about = {"place": "Home", "role": "child", "age": "14", "says": "She said, he said."}
    assert render(town, notice, template, fields, people={"child": [{}]}, **about) == known
    assert render(town, notice, template, {}) == nothing


def test_a_headline_never_names_anybody(town: Partnership) -> None:
    people = {"adult": [{"given": "Dana", "family": "Marsh"}]}
    assert render(town, town.record["notice"], "About {adult}", {}, people=people) == "About Adult"


def test_a_schema_for_the_api(town: Partnership) -> None:
    schema = json_schema(town, town.record["notice"])
    assert schema["required"] == ["reason"] and schema["additionalProperties"] is False
    assert schema["properties"]["grade"] == {"title": "Grade", "type": "string", "enum": ["amber", "red"]}
    assert "enum" not in schema["properties"]["injury"]
    assert schema["properties"]["marks"]["items"]["enum"] == ["amber", "red"]


@pytest.mark.parametrize(
    ("example", "came"),
    [
        ({"given": {"reason": "Alone"}, "missing": ["voice", "ethnicity"]}, None),
        ({"given": {"reason": "Alone"}, "missing": []}, "missing is ethnicity, voice"),
        ({"given": {"reason": "Alone", "people": {"child": {"ethnicity": "MWBC"}}}, "missing": "voice"}, None),
        ({"given": {"grade": "red"}, "queue": "no", "urgent": "no"}, "queue is yes; urgent is yes"),
        ({"given": {"grade": "purple"}, "faults": ["grade"]}, None),
        ({"given": {"grade": "red"}, "faults": ["grade"]}, "every field was understood"),
        ({"given": {"grade": "red", "people": {"child": 2}}, "headline": "Red notice about 2 children"}, None),
        ({"given": {}, "headline": "Other"}, "the headline is 'Notice about 1 child'"),
    ],
)
def test_examples_run(town: Partnership, example: dict[str, Any], came: str | None) -> None:
    assert run_example(town, town.record["notice"], example) == came


@pytest.mark.parametrize(
    "example", [{"givn": {}}, {"given": {"grad": "red"}}, {"given": {"people": {"chld": 1}}}, {"given": "red"}]
)
def test_an_example_that_cannot_be_understood_does_not_hold(town: Partnership, example: dict[str, Any]) -> None:
    assert run_example(town, town.record["notice"], example)
