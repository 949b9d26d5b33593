"""When reading is unusual: each alert at its edge, details as they are compared, and what an alert may not declare."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import ValidationError

from sightline.definition.kinds.alerts import ReadingAlert
from sightline.definition.loader import load
from sightline.timescales.london import parse_moment
from sightline.timescales.working import WorkingDays
from sightline.watching.rules import (
    detail,
    excused,
    involved,
    join_ties,
    limit_on,
    run_example,
    split_ties,
    told_of,
    usual,
    within,
)
from sightline.watching.types import Facts

DAYS = WorkingDays()
AT = parse_moment("2025-03-05 11:00")
ALERTS = load("leeds").alert
BASE = {"id": "one", "title": "One", "source": "local", "says": "Noticed", "asks": "Ask"}


def alert(**keys):
    return ReadingAlert.model_validate({**BASE, **keys})


def test_every_declared_kind_of_alert_is_there_and_its_examples_hold():
    kinds = {one.of for one in ALERTS.values()}
    assert kinds == {"many-children", "more-than-usual", "own-family", "colleagues-family", "flagged", "out-of-hours"}
    definition = load("leeds")
    for one in ALERTS.values():
        came = {str(example["alerts"]).lower() for example in one.examples}
        assert came == {"yes", "no"}, f"{one.id} shows both"
        assert [run_example(definition, one, example) for example in one.examples] == [None] * len(one.examples)


def test_an_example_that_does_not_hold_says_what_came():
    assert (
        run_example(load("leeds"), ALERTS["flagged-child"], {"given": {"flagged": "yes"}, "alerts": "no"})
        == "alerts: yes"
    )


@pytest.mark.parametrize(
    ("children", "usual_", "told"), [(31, 6.0, True), (30, 6.0, False), (29, 1.0, False), (31, None, False)]
)
def test_more_than_usual_needs_enough_children_and_a_median(children, usual_, told):
    assert told_of(ALERTS["more-than-usual"], Facts(AT, children=children, usual=usual_), DAYS) is told


def test_a_limit_applies_from_its_day():
    one = alert(of="many-children", limit=[{"from": "2025-01-01", "is": "5"}, {"from": "2025-06-01", "is": "9"}])
    assert [limit_on(one, parse_moment(day)) for day in ("2024-12-31", "2025-05-31 12:00", "2025-06-01 00:00")] == [
        None,
        5,
        9,
    ]
    assert not told_of(one, Facts(parse_moment("2024-12-31"), children=99), DAYS)


def test_a_tie_of_ones_own_excuses_and_the_agencys_does_not():
    facts = Facts(AT, own=frozenset({"postcode"}))
    one = ALERTS["own-home"]
    assert told_of(one, facts, DAYS)
    assert told_of(one, replace(facts, agency_ties=frozenset({"network"})), DAYS)
    assert not told_of(one, replace(facts, ties=frozenset({"network"})), DAYS)


@pytest.mark.parametrize(
    ("at", "inside"),
    [
        ("2025-03-05 07:00", True),
        ("2025-03-05 06:59", False),
        ("2025-03-05 19:59", True),
        ("2025-03-05 20:00", False),
        ("2025-07-02 06:30", False),  # 05:30 in UTC: London's clocks count
        ("2025-03-08 12:00", False),  # a Saturday
        ("2025-04-18 12:00", False),  # Good Friday
    ],
)
def test_hours_are_londons_on_working_days(at, inside):
    assert within("07:00 to 20:00", parse_moment(at), DAYS) is inside


def test_ties_in_one_text_and_back():
    text = join_ties(["on-duty", "allocated"], ["network", "allocated"])
    assert text == "allocated,on-duty,agency:network"
    assert split_ties(text) == ({"allocated", "on-duty"}, {"network"})
    assert involved(text) and not involved("agency:network") and not involved("")
    many = ALERTS["many-children"]
    assert excused(many, text) and excused(many, "agency:attends") and not excused(many, "agency:network")


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("phone", "+44 (0)7700 900123".replace("(0)", ""), "07700-900 123"),
        ("phone", "0044 7700 900123", "07700900123"),
        ("postcode", "ls9 7aa", "LS97AA"),
        ("family-name", "O’Brien", "obrien"),
        ("family-name", "De La Cruz", "de la-cruz"),
    ],
)
def test_details_are_alike_however_they_are_written(kind, one, other):
    assert detail(kind, one) == detail(kind, other) != ""


def test_an_address_is_its_line_with_its_postcode_and_what_cannot_be_compared_is_nothing():
    assert (
        detail("address", "3, Mill Fold", "LS9 7AA") == detail("address", "3 mill fold", "ls97aa") == "3millfold|ls97aa"
    )
    assert detail("address", "3 Mill Fold", "") == detail("postcode", "Leeds") == detail("phone", "999") == ""
    assert detail("address", "3 Mill Fold", "LS9 7AA") != detail("address", "3 Mill Fold", "LS9 7AB")


def test_the_median_needs_enough_days():
    assert usual([1, 2, 3, 4]) is None
    assert usual([9, 1, 2, 3, 4]) == 3.0


@pytest.mark.parametrize(
    "keys",
    [
        {"of": "many-children"},  # no limit
        {"of": "flagged", "limit": [{"from": "2025-01-01", "is": "5"}]},
        {"of": "many-children", "limit": [{"from": "2025-01-01", "is": "many"}]},
        {"of": "own-family"},  # nothing to compare
        {"of": "own-family", "on": ["ethnicity"]},
        {"of": "flagged", "on": ["phone"]},
        {"of": "out-of-hours"},
        {"of": "out-of-hours", "hours": "7 to 8"},
        {"of": "flagged", "again": "soon"},
    ],
)
def test_a_meaningless_alert_cannot_be_declared(keys):
    with pytest.raises(ValidationError):
        alert(**keys)
