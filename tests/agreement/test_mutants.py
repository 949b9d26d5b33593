"""Every single change to a sharing rule is caught: by one of its own examples, or by the table of what it gives.

The table (`gives.yaml`) is kept beside the tests and read by people: who widens a rule changes it in the same commit.
"""

from collections import Counter

import pytest
import yaml

from sightline.definition.check_sharing import check_rule
from sightline.definition.faults import Faults
from sightline.definition.loader import load
from sightline.definition.types import KINDS
from sightline.sharing.examples import run_example
from sightline.sharing.types import CLASSES
from tests.agreement.probing import TABLE, Probe, dimensions

FIRST = {
    "handling": "handling",
    "records": "record",
    "for": "purpose",
    "tie": "tie",
    "role": "role",
    "agency-kind": "agency-kind",
}
LEVELS = ["hidden", "pointer", "headline", "full"]
PARTNERSHIP = "leeds"


@pytest.fixture(scope="module")
def tables():
    return yaml.safe_load(TABLE.read_text(encoding="utf-8"))


def changed(rule, *, who=None, see=None, **more):
    more |= {"who": rule.who.model_copy(update=who)} if who else {}
    more |= {"may_see": rule.may_see.model_copy(update=see)} if see else {}
    return rule.model_copy(update=more)


def mutants(partnership, rule):
    """(what was done to it, the rule as it would be, or None where it was dropped)."""
    who, see = rule.who, rule.may_see
    yield "dropped", None
    yield "effect flipped", changed(rule, effect="allow" if rule.effect == "restrict" else "restrict")
    for key in ("role", "agency_kind", "agency", "team", "tie", "unless_tie"):
        there = getattr(who, key)
        if there:
            yield f"who.{key} dropped", changed(rule, who={key: ()})
            for one in there:
                if len(there) > 1:
                    yield f"who.{key} without {one}", changed(rule, who={key: tuple(x for x in there if x != one)})
    if who.sender is not None:
        yield "who.sender dropped", changed(rule, who={"sender": None})
        yield "who.sender turned", changed(rule, who={"sender": not who.sender})
    yield "machine turned", changed(rule, who={"machine": not who.machine})
    at = LEVELS.index(see.level)
    for step in (-1, 1):
        if 0 <= at + step < len(LEVELS):
            yield f"level {LEVELS[at + step]}", changed(rule, see={"level": LEVELS[at + step]})
    dims = dimensions(partnership)
    for key, dimension in (("handling", "handling"), ("records", "record")):
        there = getattr(see, key)
        for one in dims[dimension]:
            if one not in there and not (key == "records" and "any" in there and one != "identity"):
                yield f"{key} with {one}", changed(rule, see={key: (*there, one)})
            elif one in there and len(there) > 1:
                yield f"{key} without {one}", changed(rule, see={key: tuple(x for x in there if x != one)})
    for one in dims["purpose"]:
        if one not in rule.for_ and "any" not in rule.for_:
            yield f"for with {one}", changed(rule, for_=(*rule.for_, one))
        elif one in rule.for_ and len(rule.for_) > 1:
            yield f"for without {one}", changed(rule, for_=tuple(x for x in rule.for_ if x != one))
    for one in dims["tie"][1:]:
        if who.tie and one not in who.tie:
            yield f"tie with {one}", changed(rule, who={"tie": (*who.tie, one)})
    for one in dims["role"]:
        if who.role and one not in who.role:
            yield f"role with {one}", changed(rule, who={"role": (*who.role, one)})
    for one in dims["agency-kind"]:
        if who.agency_kind and one not in who.agency_kind:
            yield f"agency-kind with {one}", changed(rule, who={"agency_kind": (*who.agency_kind, one)})
    yield "restricted turned", changed(rule, see={"restricted": not see.restricted})
    if see.level == "full" and rule.effect == "allow":
        fields = CLASSES[:2] if "protected" in see.fields else CLASSES
        yield f"fields {fields}", changed(rule, see={"fields": fields})
    if rule.age.within or rule.age.over:
        yield "age dropped", changed(rule, age=rule.age.model_copy(update={"within": "", "over": ""}))
    if rule.basis:
        yield "basis dropped", changed(rule, basis=())
    if rule.lasts:
        yield "lasts dropped", changed(rule, lasts="")
    yield "floor turned", changed(rule, floor=not rule.floor)


def caught_by_an_example(partnership, rule, mutant, tag):
    """Whether one of the rule's own examples, as it was written, fails."""
    if mutant is None:
        return any(str(example["sees"]) != "hidden" for example in rule.examples) or rule.effect == "restrict"
    named = partnership.model_copy(update={"hash": tag})
    return any(run_example(named, mutant, example) is not None for example in rule.examples)


def refused_by_the_check(partnership, mutant):
    """Whether `sightline check` would not let it stand: what changes nothing because it is not allowed to."""
    faults = Faults(
        partnership, {kind: tuple(getattr(partnership, kind)) for kind in KINDS if kind != "partnership"}, {}
    )
    check_rule(faults, f"rule/{mutant.id}", mutant)
    return bool(faults.found)


def test_every_rule_gives_what_the_table_says_and_no_more(tables):
    partnership = load(PARTNERSHIP)
    assert set(tables) == set(partnership.rule), "write the table: python -m tests.agreement.probing"
    different = [r.id for r in partnership.rule.values() if Probe(partnership, r).table() != tables[r.id]]
    assert not different, f"{different}: read what changed, then python -m tests.agreement.probing"


def test_every_mutant_of_every_rule_is_caught(tables):
    partnership = load(PARTNERSHIP)
    caught, survivors = Counter(), []
    for rule in partnership.rule.values():
        assert not refused_by_the_check(partnership, rule)
        probe = Probe(partnership, rule)
        for number, (done, mutant) in enumerate(mutants(partnership, rule)):
            tag = f"{rule.id}#{number}"
            if caught_by_an_example(partnership, rule, mutant, tag):
                caught["by an example"] += 1
            elif probe.differs(
                mutant, tables[rule.id], tag=f"{tag}#table", at=(FIRST.get(done.split()[0], ""), done.split()[-1])
            ):
                caught["by the table"] += 1
            elif refused_by_the_check(partnership, mutant):
                caught["by the check of the definition"] += 1
            else:
                survivors.append(f"{rule.id}: {done}")
    print(dict(caught), "survivors:", len(survivors))
    assert not survivors
    assert caught.total() > 9000
    assert caught["by an example"] > 400
