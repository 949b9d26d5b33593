"""Figures by group: nothing small is shown, nothing that is shown can be undone by adding and subtracting, and they are right."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from datetime import date
from itertools import combinations, product

import pytest

from sightline.definition.check_oversight import check_oversight
from sightline.definition.faults import Faults
from sightline.definition.kinds.oversight import Grouping, Oversight
from sightline.definition.loader import load
from sightline.signals.governing import fairness
from sightline.signals.governing.drift import drift
from sightline.signals.governing.fairness import ACTED, COVERED, DISMISSED, FIRED, NONE, NOT_ACTED, OUTCOMES, WAITING
from sightline.signals.governing.groups import Known, group_of

FEWEST = 3
GROUPING = Grouping.model_validate(
    {
        "title": "Three groups",
        "of": "ethnicity",
        "stops": "yes",
        "groups": {one: {"title": one, "codes": [one]} for one in "abc"},
        "coarser": [[["b", "c"]]],
    }
)


def tallies(**groups: tuple[int, int, int]) -> dict[str, dict[str, int]]:
    """Of each group: children it told nothing of, acted on, dismissed."""
    return {
        group: {NONE: none, ACTED: acted, DISMISSED: dismissed} for group, (none, acted, dismissed) in groups.items()
    }


def cells(table: fairness.Table) -> list[int]:
    """Every cell of a table: by group, and by what became of it."""
    found = []
    for row in table.rows:
        found += [row.children - row.fired, *(row.became.values() if row.became else [row.fired])]
    return found


def test_what_is_large_enough_is_shown_as_it_was_counted():
    table = fairness.published(tallies(a=(90, 6, 4), b=(40, 5, 5), c=(30, 3, 7)), GROUPING, FEWEST)
    assert table is not None and table.coarser == 0 and table.columns == (ACTED, NOT_ACTED)
    assert [(r.groups, r.children, r.fired, r.became) for r in table.rows] == [
        (("a",), 100, 10, {ACTED: 6, NOT_ACTED: 4}),
        (("b",), 50, 10, {ACTED: 5, NOT_ACTED: 5}),
        (("c",), 40, 10, {ACTED: 3, NOT_ACTED: 7}),
    ]


def test_a_small_group_is_put_together_with_others_and_never_left_out():
    table = fairness.published(tallies(a=(90, 6, 4), b=(40, 1, 1), c=(30, 3, 7)), GROUPING, FEWEST)
    assert table is not None
    assert [(r.groups, r.children, r.fired) for r in table.rows] == [(("a",), 100, 10), (("b", "c"), 82, 12)]


def test_where_what_became_of_it_is_too_small_only_how_often_it_told_is_shown():
    table = fairness.published(tallies(a=(90, 9, 1), b=(40, 9, 1), c=(30, 10, 0)), GROUPING, FEWEST)
    assert table is not None and table.columns == (FIRED,) and table.coarser == 0
    assert all(not row.became for row in table.rows)


def test_where_even_two_groups_are_too_small_nothing_is_shown():
    assert fairness.published(tallies(a=(90, 6, 4), b=(40, 1, 0), c=(30, 0, 1)), GROUPING, FEWEST) is None
    assert fairness.published({}, GROUPING, FEWEST) is None


def test_none_told_of_is_as_small_as_one():
    """A nought tells of everybody in the group: it is put together like any other small figure."""
    table = fairness.published(tallies(a=(90, 6, 4), b=(40, 0, 0), c=(30, 3, 7)), GROUPING, FEWEST)
    assert table is not None and ("b",) not in [row.groups for row in table.rows]


@pytest.fixture(scope="module")
def declared() -> Oversight:
    return load("england").oversight["signals"]


@pytest.mark.parametrize("by", ["ethnicity", "sex", "age", "send", "care-status"])
def test_no_sum_or_difference_of_what_is_shown_is_small(declared, by):
    """An attacker adds and subtracts the figures of a table, and the sums at its foot: what comes of it is never small."""
    grouping, lot = declared.by[by], random.Random(by)
    shown = 0
    for _ in range(150):
        made = {g: {k: int(lot.paretovariate(0.6)) - 1 for k in (NONE, *OUTCOMES)} for g in grouping.groups}
        table = fairness.published(made, grouping, declared.fewest)
        if table is None:
            continue
        shown += 1
        assert min(cells(table)) >= declared.fewest
        assert sum(r.children for r in table.rows) == sum(sum(one.values()) for one in made.values())
        for row in table.rows:
            assert row.children - row.fired >= declared.fewest
            for left in range(1, len(row.became)):
                for some in combinations(row.became.values(), left):
                    assert row.fired - sum(some) >= declared.fewest
        for column in ("children", "fired"):  # a sum at the foot, less all rows but some
            values = [getattr(row, column) for row in table.rows]
            for left in range(1, len(values)):
                for some in combinations(values, left):
                    assert sum(values) - sum(some) >= declared.fewest
    assert shown > 20


def test_an_attacker_who_knows_how_it_is_done_learns_of_no_small_group():
    """Every world of three groups with up to five acted on and five not in each: what is shown is worked out for each, and all
    worlds that look alike are put together. Whoever knows the programme, all that is shown, and besides how many were acted on
    of all children, still cannot say of any group how many it was where that was fewer than may be shown.

    Only what looks like no world beyond those is judged, so that none is missing. Where none of all children were acted on,
    or all, that is no secret of a group.
    """
    fewest, cap = 2, 6
    worlds: dict[object, list[tuple[int, ...]]] = defaultdict(list)
    for world in product(range(cap), repeat=6):
        made = tallies(a=(9, *world[:2]), b=(9, *world[2:4]), c=(9, *world[4:]))
        table = fairness.published(made, GROUPING, fewest)
        total, acted = sum(world), sum(world[::2])
        if max((row.fired for row in table.rows), default=0) < cap if table else total < cap:
            worlds[str(table and table.as_dict()), total, acted].append(world)
    judged = [(total, acted, alike) for (_, total, acted), alike in worlds.items() if acted not in (0, total)]
    assert len(judged) > 500
    for total, acted, alike in judged:
        for at in (0, 2, 4):
            for values in ({w[at] for w in alike}, {w[at + 1] for w in alike}, {w[at] + w[at + 1] for w in alike}):
                assert len(values) > 1 or min(values) >= fewest, (total, acted, alike)


def test_leaving_a_small_cell_out_would_be_undone():
    """The test above can fail: a table that leaves small figures out, with its sum, gives them away."""
    worlds: dict[object, set[int]] = defaultdict(set)
    for a, b, c in product(range(6), repeat=3):
        shown = tuple(one if one >= FEWEST else "few" for one in (a, b, c))
        worlds[shown, a + b + c].add(b)
    assert any(len(values) == 1 and min(values) < FEWEST for values in worlds.values())


def test_rates_are_held_against_all_other_children():
    table = fairness.published(tallies(a=(800, 100, 100), b=(280, 60, 60), c=(190, 5, 5)), GROUPING, FEWEST)
    assert table is not None
    rates = fairness.relative(table, 10)
    assert rates[1] is not None and rates[1].times == pytest.approx((120 / 400) / (210 / 1200))
    assert rates[1].over(1.5) and not rates[0].over(1.5)  # type: ignore[union-attr]
    assert rates[2] is not None and rates[2].under(1.5)
    # by hand: log(1.7143) = 0.5390; √(1/120 - 1/400 + 1/210 - 1/1200) = 0.0988, times 1.96 = 0.1936
    assert (rates[1].low, rates[1].high) == (pytest.approx(1.4125, abs=0.001), pytest.approx(2.0806, abs=0.001))


def test_a_rate_of_few_children_is_not_judged_and_chance_alone_stops_nothing():
    table = fairness.published(tallies(a=(800, 100, 100), b=(40, 4, 5), c=(190, 5, 5)), GROUPING, FEWEST)
    assert table is not None and fairness.relative(table, 10)[1] is None
    few = fairness.Relative(("b",), 1.9, 0.8, 4.4)
    assert not few.over(1.5) and fairness.Relative(("b",), 1.9, 1.2, 3.0).over(1.5)


def test_a_child_of_whom_it_told_several_times_counts_once():
    assert fairness.outcome(["", "not-relevant", "acted"]) == ACTED
    assert fairness.outcome(["covered", "wrong"]) == COVERED
    assert fairness.outcome(["", "wrong"]) == DISMISSED
    assert fairness.outcome(["", ""]) == WAITING
    counted = fairness.count({1: "a", 2: "a", 3: "b"}, {2: ACTED})
    assert counted == {"a": Counter({NONE: 1, ACTED: 1}), "b": Counter({NONE: 1})}


def test_groups_are_those_that_were_declared(declared):
    ethnicity, age = declared.by["ethnicity"], declared.by["age"]
    send, care = declared.by["send"], declared.by["care-status"]
    on = date(2026, 6, 30)
    assert group_of(ethnicity, Known(ethnicity="BCRB"), on) == "black"
    assert group_of(ethnicity, Known(ethnicity="REFU"), on) == group_of(ethnicity, Known(), on) == "not-recorded"
    assert group_of(age, Known(born=date(2016, 7, 1)), on) == "under-10"
    assert group_of(age, Known(born=date(2016, 6, 30)), on) == "under-16"
    assert group_of(age, Known(born=date(2026, 9, 1)), on) == "under-1"
    assert group_of(age, Known(), on) == "not-recorded"
    assert group_of(send, Known(records=frozenset({"sen-need", "ehcp"})), on) == "plan"
    assert group_of(care, Known(states=frozenset({"child-in-need-plan", "looked-after"})), on) == "looked-after"
    assert group_of(care, Known(records=frozenset({"ehcp"})), on) == "none"


def test_what_is_put_together_must_be_declared_from_fine_to_coarse(declared):
    """Else a coarse table and a finer one of another period, or another rule, would not nest."""
    data = declared.model_dump(by_alias=True)
    data["by"]["care-status"]["coarser"] = [[["looked-after", "protection-plan"]], [["protection-plan", "need-plan"]]]
    faults = Faults(load("england"), {"record": set(load("england").record)})
    check_oversight(faults, "oversight/signals", Oversight.model_validate(data))
    assert [fault.path for fault in faults.found] == ["by.care-status.coarser.1"]


def test_drift_is_told_once_there_is_a_past():
    assert drift([5] * 15).says == drift([0] * 20 + [1]).says == "too-few"
    assert drift([5, 6, 4, 5, 7, 5, 4, 6, 5, 5, 6, 4, 5, 6, 5, 5]).says == "steady"
    assert drift([5, 6, 4, 5, 7, 5, 4, 6, 5, 5, 6, 4, 5, 6, 5, 15]).says == "more"
    assert drift([5, 6] * 6 + [5, 5, 5, 5, 5, 4, 5, 4]).says == "fewer"  # seven below the usual, none of them far
