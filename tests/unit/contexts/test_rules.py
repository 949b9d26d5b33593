"""Links and places, without a database: what makes a link and when it fades, and what words mean of a place."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from pydantic import ValidationError

from sightline.contexts import rules
from sightline.definition.kinds.links import Link
from sightline.definition.loader import load

LEEDS = load("leeds")
NOON = datetime(2025, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("record", "own", "other", "made"),
    [
        ("police-incident", "witness", "victim", {"peer"}),
        ("police-incident", "associate", "suspect", {"peer"}),
        ("domestic-abuse-incident", "child", "child", {"peer", "sibling"}),
        ("what-is-working", "child", "child", set()),
        ("looked-after-episode", "child", "child", set()),
        ("housing-concern", "child", "other-adult", {"adult-at-home"}),
        ("housing-concern", "child", "parent", {"parent"}),
        ("cuckooing-concern", "child", "other-adult", set()),
    ],
)
def test_what_a_record_makes_of_two_who_stand_on_it(record, own, other, made):
    assert rules.linked(LEEDS.link, LEEDS.record[record], (own,), (other,)) == made


def test_a_link_fades_in_months_and_a_parent_does_not():
    assert rules.ends(LEEDS.link["peer"].lasts, NOON) == datetime(2025, 7, 31, 11, tzinfo=UTC)
    assert rules.ends(LEEDS.link["parent"].lasts, NOON) is None


def test_nobody_is_said_to_be_young_whose_birth_nobody_knows():
    assert rules.is_under(date(2008, 1, 1), "18 years", NOON)
    assert not rules.is_under(date(2007, 1, 31), "18 years", NOON)
    assert not rules.is_under(None, "18 years", NOON)


def test_a_link_that_means_nothing_cannot_be_made():
    for wrong in ({"id": "gang"}, {"id": "peer"}, {"id": "peer", "relations": "friend", "both-under": "young"}):
        with pytest.raises(ValidationError):
            Link.model_validate({"title": "t", "source": "local", **wrong})


def test_what_is_asked_of_others_is_read_of_others_and_nothing_else():
    asked = rules.asked_of_others(LEEDS)
    assert "police-incident" in asked["peer"] and "looked-after-episode" in asked["sibling"]
    assert "visit" not in asked["peer"] and "attendance-summary" not in rules.makes_links(LEEDS)
    assert not {"police-intelligence", "intelligence-submission"} & set().union(*asked.values())


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("The Stairs, Carr Court", ""), ("stairs at Carr Court", ""), False),
        (("The Stairs at Carr Court!", ""), ("stairs at carr  court", ""), True),
        (("Kiosk", "LS1 4DY"), ("the corner", "ls14dy"), True),
        (("Café Noir", ""), ("cafe noir", ""), True),
        (("by LS1 4DY", ""), ("Kiosk", "LS1 4DY"), True),
    ],
)
def test_places_are_one_by_postcode_or_by_plain_name(one, other, same):
    assert (rules.key_of_place(LEEDS, *one) == rules.key_of_place(LEEDS, *other)) is same


@pytest.mark.parametrize(
    "name",
    [
        "",
        "at",
        "Home",
        "Near school",
        "Outside the shop",
        "the gate of the school",
        "BUS",
        "At her house",
        "outside a pub",
    ],
)
def test_a_place_that_nobody_named_is_none(name):
    assert rules.key_of_place(LEEDS, name, "") == ""


@pytest.mark.parametrize(
    "name", ["Home Farm", "East Mossop Park", "the Upper Skelder bus", "Carr Court", "School Close", "Shop on Low Lane"]
)
def test_a_place_that_is_named_is_one(name):
    assert rules.key_of_place(LEEDS, name, "").startswith("name|")


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("the gate of the school", "school"),
        ("Larch House, a children's home", "childrens-home"),
        ("outside Leeds General Infirmary", "hospital"),
        ("Elland Road police station", "custody"),
        ("the bus station", "public-transport"),
    ],
)
def test_words_say_what_kind_of_place_it_is(words, kind):
    assert kind in rules.kinds_of_place(LEEDS, words)


def test_families_are_those_who_hang_together():
    found = rules.families([1, 2, 3, 4], [(1, 2), (2, 3), (9, 1)])
    assert found[1] == found[2] == found[3] != found[4]
