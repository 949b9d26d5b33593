"""What is counted of matching, for everybody and by group: shares, the range they may truly be in, and gaps."""

from __future__ import annotations

import pytest

from sightline.definition.loader import load
from sightline.identity import measuring
from sightline.identity.measuring import Counted, Gap, Share, Tally, counted, gaps, groups_of, origins

GROUPS = {"p": (("ethnicity", "A"),), "q": (("ethnicity", "B"),), "r": (("ethnicity", "B"),)}


def shares(found: Counted, group=None) -> dict[str, tuple[int, int]]:
    tally = found.groups[group] if group else found.all
    return {name: (tally.hits[name], tally.of[name]) for name in measuring.SHARES}


def test_pairs_are_counted_once_a_person_and_a_wrong_one_in_both_groups():
    truth = {1: "p", 2: "p", 3: "p", 4: "q", 5: "q"}
    found = counted(truth, {1: 1, 2: 1, 4: 1}, [(3, 5)], GROUPS)
    assert shares(found) == {"right": (1, 3), "joined": (1, 4), "worth": (0, 1), "found": (1, 4)}
    assert shares(found, ("ethnicity", "A"))["right"] == (1, 3)
    assert shares(found, ("ethnicity", "B")) == {"right": (0, 2), "joined": (0, 1), "worth": (0, 1), "found": (0, 1)}


def test_a_question_stands_for_all_whom_it_would_join_and_is_asked_once():
    truth = {1: "p", 2: "p", 3: "p", 4: "p"}
    found = counted(truth, {1: 1, 2: 1, 3: 3, 4: 3}, [(1, 3), (2, 4), (1, 2)], GROUPS)
    assert shares(found) == {"right": (2, 2), "joined": (2, 6), "worth": (1, 1), "found": (6, 6)}


def test_nobody_is_found_of_whom_nobody_is_asked():
    found = counted({1: "p", 2: "p"}, {}, [], GROUPS)
    assert shares(found)["found"] == (0, 1)
    assert counted({}, {}, [], {}).all.share("right").interval == (0.0, 1.0)


@pytest.mark.parametrize(("hits", "of", "low", "high"), [(10, 10, 0.722, 1.0), (50, 100, 0.404, 0.596), (0, 30, 0.0, 0.114)])
def test_the_range_of_a_share_is_wilsons(hits, of, low, high):
    assert Share(hits, of).interval == pytest.approx((low, high), abs=0.001)


def tally(hits: int, of: int) -> Tally:
    return Tally(dict.fromkeys(measuring.SHARES, hits), dict.fromkeys(measuring.SHARES, of))


def test_a_gap_is_more_points_than_declared_in_a_group_large_enough_to_be_judged():
    groups = {("ethnicity", "A"): tally(95, 100), ("ethnicity", "B"): tally(98, 100), ("ethnicity", "C"): tally(50, 99)}
    found = Counted(tally(990, 1000), groups)
    assert gaps(found, 2, 100) == [Gap("ethnicity", "A", "found", 4.0, 100), Gap("ethnicity", "A", "right", 4.0, 100)]
    assert gaps(found, 2, 99)[0].group == "C"
    assert gaps(found, 4, 100) == []


def test_what_is_kept_is_read_back():
    found = Counted(tally(1, 2), {("name-origin", "x"): tally(3, 4)}, 5, 6)
    assert Counted.from_dict(found.as_dict()) == found


@pytest.mark.parametrize(
    ("given", "family", "expected"),
    [
        ("Zofia", "Kowalska", "east-european"),
        ("Anna", "Brzezinski", "east-european"),  # by how it ends
        ("Aoife", "Smith", "irish-and-traveller"),  # by the given name, where the family name is in no list
        ("Aoife", "Okafor", "african"),  # the family name goes before it
        ("Mohammed", "Hussain", "south-asian"),
        ("Emily", "Carter", "other"),
        ("", "", "other"),
    ],
)
def test_the_origin_of_a_name_is_looked_up(given, family, expected):
    assert expected in origins(load("england").naming, given, family)


def test_ethnicity_that_was_not_asked_is_a_group_of_its_own():
    assert groups_of({}, ethnicity="", given="Emily", family="Carter")[0] == ("ethnicity", "not-recorded")
