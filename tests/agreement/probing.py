"""What one sharing rule gives, found out by asking the policy: beside the first of its examples that shows something,
every role, kind of agency, tie, handling, purpose, kind of record, sender, age is tried, one at a time.

`python -m tests.agreement.probing` writes `gives.yaml` afresh: the second opinion that `test_mutants.py` holds each rule
against. Read what changed in it before you commit it: it is who sees more, or less, than before.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sightline.agencies.types import Actor
from sightline.definition.loader import load
from sightline.definition.types import Partnership, SharingRule
from sightline.sharing.examples import ASKED, OPEN, _open_to
from sightline.sharing.rules import Policy
from sightline.sharing.types import Label, Level, Sight

TABLE = Path(__file__).with_name("gives.yaml")
AGES = {"a day": 1, "a year": 366, "three years": 1100, "six years": 2200, "thirty years": 11000}
YES = ("yes", "true")


@cache
def _dimensions(name: str) -> dict[str, tuple[str, ...]]:
    partnership = load(name)
    codes = {name: tuple(partnership.codes[name].codes) for name in ("agency-kind", "tie", "handling", "purpose")}
    return {
        "role": tuple(partnership.role),
        "agency-kind": codes["agency-kind"],
        "tie": ("none", *codes["tie"]),
        "handling": codes["handling"],
        "purpose": codes["purpose"],
        "record": ("identity", *partnership.record),
        "sender": ("yes", "no"),
        "machine": ("yes", "no"),
        "restricted": ("yes", "no"),
        "agency": ("own", "another"),
        "team": ("own", "another"),
        "happened": ("not known", *AGES),
    }


def dimensions(partnership: Partnership) -> dict[str, tuple[str, ...]]:
    """What may be tried, by dimension."""
    return _dimensions(partnership.id)


def base_of(rule: SharingRule) -> dict[str, Any]:
    """The first example of a rule that shows something (of a restriction: that narrows), as a point to look out from."""
    restricts = rule.effect == "restrict"
    for example in rule.examples:
        if (str(example["sees"]) in ("hidden", "nothing")) == restricts:
            return example["given"]
    raise AssertionError(f"{rule.id} has no example to look out from")


class Probe:
    """A rule as it was declared, as the point to look out from; mutants of it are asked the same."""

    def __init__(self, partnership: Partnership, rule: SharingRule) -> None:
        self.partnership, self.rule, given = partnership, rule, base_of(rule)
        self.restricts = rule.effect == "restrict"
        ties = given.get("tie", [])
        self.ties = [ties] if isinstance(ties, str) else list(ties)
        self.purpose = str(given.get("purpose", "")) or ("safeguarding" if "any" in rule.for_ else rule.for_[0])
        self.agency, self.team = rule.who.agency[:1] or ("own",), rule.who.team[:1] or ("own",)
        self.actor = Actor(
            "a", "A", self.agency[0], str(given.get("agency-kind", "")), self.team[0], str(given.get("role", "")),
            machine=rule.who.machine)  # fmt: skip
        same = str(given.get("same-agency", "no")) in YES
        self.label = Label(
            str(given["record"]), self.agency[0] if same else "other", "", str(given.get("handling", "ordinary")), (),
            happened=ASKED - timedelta(1),
            restricted=False)  # fmt: skip

    def asked(self, dimension: str, value: str) -> tuple[Actor, Label, list[str], str]:
        actor, label, ties, purpose = self.actor, self.label, self.ties, self.purpose
        match dimension:
            case "role":
                actor = replace(actor, role=value)
            case "agency-kind":
                actor = replace(actor, agency_kind=value)
            case "machine":
                actor = replace(actor, machine=value == "yes")
            case "agency":
                changed = self.agency[0] if value == "own" else "elsewhere"
                sent = changed if label.agency == actor.agency else label.agency
                actor, label = replace(actor, agency=changed), replace(label, agency=sent)
            case "team":
                actor = replace(actor, team=self.team[0] if value == "own" else "elsewhere")
            case "tie":
                ties = [] if value == "none" else [value]
            case "handling":
                label = replace(label, handling=value)
            case "purpose":
                purpose = value
            case "record":
                label = replace(label, record=value)
            case "sender":
                label = replace(label, agency=actor.agency if value == "yes" else "other")
            case "restricted":
                label = replace(label, restricted=value == "yes")
            case "happened":
                label = replace(label, happened=None if value == "not known" else ASKED - timedelta(AGES[value]))
        return actor, label, ties, purpose

    def sight(self, rule: SharingRule | None, dimension: str, value: str, *, tag: str) -> Sight:
        """What a rule standing for this one (or none) gives there; a restriction, of what everything else would."""
        actor, label, ties, purpose = self.asked(dimension, value)
        rules = {} if rule is None else {rule.id: rule}
        if self.restricts:
            opened = _open_to(self.rule, label.record, label.handling, purpose)
            rules[OPEN] = opened.model_copy(update={"may_see": opened.may_see.model_copy(update={"restricted": True}),
                "who": opened.who.model_copy(update={"machine": actor.machine})})  # fmt: skip
            tag += f"#{label.record}#{label.handling}#{purpose}#{actor.machine}"
        alone = self.partnership.model_copy(update={"rule": rules, "hash": tag})
        return Policy(alone, actor, purpose, ASKED).decide(label, ties)

    def gives(self, rule: SharingRule | None, dimension: str, *, tag: str) -> list[str]:
        """The values of one dimension at which something shows (of a restriction: at which it narrows)."""
        return [v for v in dimensions(self.partnership)[dimension] if self.shows(rule, dimension, v, tag=tag)]

    def shows(self, rule: SharingRule | None, dimension: str, value: str, *, tag: str) -> bool:
        level = self.sight(rule, dimension, value, tag=tag).level
        return level is not Level.FULL if self.restricts else bool(level)

    def at_base(self, rule: SharingRule | None, *, tag: str) -> dict[str, Any]:
        sight = self.sight(rule, "sender", "yes" if self.label.agency == self.actor.agency else "no", tag=tag)
        return {
            "level": sight.level.word,
            "fields": sorted(sight.fields),
            "parts": list(sight.parts),
            "basis": list(sight.basis) if not self.restricts else [],
            "lasts": sight.lasts,
            "floor": bool(rule and rule.floor),
        }

    def table(self) -> dict[str, Any]:
        tag = f"declared#{self.rule.id}"
        found = self.at_base(self.rule, tag=tag)
        for name, values in dimensions(self.partnership).items():
            shown = self.gives(self.rule, name, tag=tag)
            found[name] = "all" if len(shown) == len(values) else shown
        return found

    def differs(
        self, mutant: SharingRule | None, declared: dict[str, Any], *, tag: str, at: tuple[str, str] = ("", "")
    ) -> bool:
        """Whether a rule in this one's place would give anything else than what stands in the table; looked `at` one
        value of one dimension before all others, which saves time and changes nothing."""
        dims = dimensions(self.partnership)
        if at[1] in dims.get(at[0], ()):
            showed = declared[at[0]] == "all" or at[1] in declared[at[0]]
            if showed != self.shows(mutant, *at, tag=tag):
                return True
        came = self.at_base(mutant, tag=tag)
        if any(declared[key] != value for key, value in came.items()):
            return True
        for name, values in dims.items():
            wanted = list(values) if declared[name] == "all" else declared[name]
            if self.gives(mutant, name, tag=tag) != wanted:
                return True
        return False


def write(partnership: str = "leeds") -> None:
    declared = load(partnership)
    tables = {rule.id: Probe(declared, rule).table() for rule in declared.rule.values()}
    head = "# What each sharing rule gives, found by asking. `python -m tests.agreement.probing` writes it; read it.\n"
    TABLE.write_text(
        head + yaml.safe_dump(tables, sort_keys=True, allow_unicode=True, width=150, default_flow_style=None),
        encoding="utf-8",
    )


if __name__ == "__main__":
    write()
