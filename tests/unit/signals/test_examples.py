"""Every rule's examples hold, and notice when the rule is a little wrong: one number, one word or one question changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sightline.definition.loader import load
from sightline.definition.types import Partnership, Signal
from sightline.signals.examples import run_example
from tests.unit.signals.mutants import mutants

LANDS = ("leeds", "riverford")


def _rules() -> Iterator[tuple[str, str]]:
    """Each rule once: Riverford's own, and all of Leeds with what it has from England."""
    seen: dict[str, Signal] = {}
    for land in LANDS:
        for rule in load(land).signal.values():
            if seen.get(rule.id) != rule:
                seen[rule.id] = rule
                yield land, rule.id


RULES = list(_rules())


def _fails(partnership: Partnership, rule: Signal) -> bool:
    """Whether any example of a rule does not hold of it. The whole partnership has the rule as it is here."""
    here = partnership.model_copy(update={"signal": {**partnership.signal, rule.id: rule}})
    return any(run_example(here, rule, example) is not None for example in rule.examples)


def test_there_are_rules_enough_and_one_that_only_riverford_has() -> None:
    assert len(load("leeds").signal) >= 34
    assert set(load("riverford").signal) - set(load("england").signal) == {"drawn-to-the-river"}


@pytest.mark.parametrize(("land", "id"), RULES, ids=[id for _, id in RULES])
def test_examples_hold(land: str, id: str) -> None:
    rule = load(land).signal[id]
    came = [
        (example, said) for example in rule.examples if (said := run_example(load(land), rule, example)) is not None
    ]
    assert not came


@pytest.mark.parametrize(("land", "id"), RULES, ids=[id for _, id in RULES])
def test_each_single_change_fails_an_example(land: str, id: str) -> None:
    partnership = load(land)
    changed = list(mutants(partnership.signal[id]))
    assert changed, "a rule of which nothing can be changed is no rule"
    unnoticed = [said for said, rule in changed if not _fails(partnership, rule)]
    assert not unnoticed, f"no example of {id} notices that {unnoticed}"


def test_an_alternative_that_does_not_hold_is_named() -> None:
    partnership = load("leeds")
    rule = partnership.signal["repeat-missing"]
    given = [f"missing-child on missing-episode on day {day}" for day in ("1", "20", "40|400")]
    came = run_example(partnership, rule, {"given": given, "fires-on": "day 40"})
    assert came is not None and "day 400" in came and "does not fire" in came


@pytest.mark.parametrize(
    ("example", "said"),
    [
        ({"given": [], "fires": "day 1"}, "'fires' is not understood"),
        ({"given": ["missing-child on missing-episode"], "never": "yes"}, "is not `ROLE on RECORD on day N`"),
        ({"given": ["child on missing-episode on day 1"], "never": "yes"}, "child does not stand on missing-episode"),
        (
            {"given": ["missing-child on missing-episode on day 1 with colour red"], "never": "yes"},
            "has no field 'colour'",
        ),
        ({"given": []}, "an example says `fires-on: day N` or `never: yes`"),
        ({"given": [], "fires-on": "day 1"}, "does not fire"),
    ],
)
def test_an_example_that_cannot_be_understood_says_why(example: dict[str, object], said: str) -> None:
    partnership = load("leeds")
    came = run_example(partnership, partnership.signal["repeat-missing"], example)
    assert came is not None and said in came


def test_what_came_instead_is_said() -> None:
    partnership = load("leeds")
    rule = partnership.signal["repeat-missing"]
    three = [f"missing-child on missing-episode on day {day}" for day in (1, 20, 40)]
    run = {"given": three, "fires-on": "day 40"}
    assert run_example(partnership, rule, {**run, "never": "yes"}) == "fires on day 40"
    assert run_example(partnership, rule, {**run, "fires-on": "day 20"}) == "fires on day 40"
    assert run_example(partnership, rule, {**run, "ends-on": "day 99"}) == "has not ended by then"
    assert run_example(partnership, rule, {**run, "level": "now"}) == "it is pressing, not now"
    assert (
        run_example(partnership, rule, {**run, "whom": "gp"})
        == "tells duty-social-worker, missing-exploitation-officer"
    )
    assert run_example(partnership, rule, {**run, "how": "list"}) == "tells them so: now"
    assert run_example(partnership, rule, {**run, "says": "Missing"}) == "says 'Missing 3 times in 40 days'"
    assert run_example(partnership, rule, run) is None
