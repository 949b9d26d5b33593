"""A rule is left out of the question only where it cannot stand: what a child has no record of, nobody need be asked about."""

from itertools import combinations

import pytest

from sightline.definition.loader import load
from sightline.definition.records import facts
from sightline.definition.types import Condition
from sightline.signals.needs import Needs, could


@pytest.fixture(scope="module")
def england():
    return load("england")


@pytest.fixture(scope="module")
def need(england):
    return Needs(england, england.signal)


def test_what_may_satisfy_a_condition_is_never_left_out(england):
    """Every condition of every rule, of every record type in every role with no field filled."""
    conditions = [
        condition
        for rule in england.signal.values()
        for _, pattern in rule.patterns()
        for condition in pattern.conditions.values()
    ]
    for record in england.record.values():
        for role, declared in record.people.items():
            told = facts(england, record, {}, roles=(role,), agency="x", agency_kind="police")
            told["counts-as"] = frozenset((declared.counts_as,)) if declared.counts_as else frozenset()
            told["mark"] = record.mark
            for condition in conditions:
                if condition.holds(told):
                    assert record.id in could(condition, england)


def test_a_condition_narrows_by_record_role_and_field(england):
    assert could(Condition.model_validate({"record": ["ppn", "custody"]}), england) == {"ppn", "custody"}
    assert could(Condition.model_validate({"record": "ppn", "role": "detainee"}), england) == set()
    assert could(Condition.model_validate({"any": [{"record": "ppn"}, {"record": "custody"}]}), england) == {
        "ppn",
        "custody",
    }
    assert could(Condition.model_validate({"none": [{"record": "ppn"}]}), england) == set(england.record)
    assert "custody" in could(Condition.model_validate({"appropriate-adult-at": "x"}), england)


def test_rules_are_asked_of_those_of_whom_there_is_something(need):
    assert {rule.id for rule in need.rules_for([])} <= need.beside  # what happened to others is not known from these
    names = {rule.id for rule in need.rules_for(["missing-episode"])}
    assert "repeat-missing" in names and "transition-without-adult-partner" not in names
    assert "transition-without-adult-partner" in {rule.id for rule in need.rules_for(["child-protection-plan"])}


def test_more_records_never_mean_fewer_rules(need, england):
    some = sorted(need.records)[:12]
    for one, other in combinations(some, 2):
        alone = {rule.id for rule in need.rules_for([one])}
        assert alone <= {rule.id for rule in need.rules_for([one, other])}
