"""The policy: one list of declared rules, evaluated for one record here and compiled to a filter in `filters.py`.

Both read the same branches, and a test holds them equal on random worlds. Pure.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sightline.agencies.types import Actor
from sightline.definition.outcomes import Decision
from sightline.definition.types import Partnership, SharingRule
from sightline.sharing.types import Label, Level, Sight

LEVELS = {"full": Level.FULL, "headline": Level.HEADLINE, "pointer": Level.POINTER}
HIDDEN = Sight(Level.HIDDEN, Decision(False, "no-rule", "Nothing allows this."))
NEVER_BY_FLOOR = frozenset({"sealed"})  # a sealed identity is pointed to by its own named holder, never by a floor


def holders(actor: Actor) -> list[str]:
    """The names under which an actor may hold ties."""
    found = [f"worker:{actor.id}"]
    if actor.team:
        found.append(f"team:{actor.team}")
    if actor.agency:
        found.append(f"agency:{actor.agency}")
    return found


@dataclass(frozen=True)
class Branch:
    """A rule as it stands for one actor: only what depends on the record is left."""

    rule: SharingRule
    level: Level
    needs_tie: frozenset[str]
    sender: bool | None

    def covers(self, label: Label) -> bool:
        records = self.rule.may_see.records
        kind_ok = label.record in records or ("any" in records and label.record != "identity")
        return kind_ok and label.handling in self.rule.may_see.handling


_BRANCHES: dict[tuple[str, str, str, bool], tuple[Branch, ...]] = {}


def _branches(partnership: Partnership, actor: Actor) -> tuple[Branch, ...]:
    """The rules that can apply to this role at this kind of agency, best level first. Remembered by definition."""
    key = (partnership.hash, actor.role, actor.agency_kind, actor.machine)
    if key not in _BRANCHES:
        found = []
        for rule in partnership.rule.values():
            who = rule.who
            if who.role and actor.role not in who.role:
                continue
            if who.agency_kind and actor.agency_kind not in who.agency_kind:
                continue
            if (
                actor.machine != who.machine
            ):  # a person is never served by a machine's rule, nor a machine by a person's
                continue
            found.append(Branch(rule, LEVELS[rule.may_see.level], frozenset(who.tie), who.sender))
        _BRANCHES[key] = tuple(sorted(found, key=lambda b: (-b.level, b.rule.id)))
    return _BRANCHES[key]


class Policy:
    """The sharing rules of one definition, for one actor and one purpose: static conditions already compiled away."""

    def __init__(self, partnership: Partnership, actor: Actor, purpose: str) -> None:
        self.actor, self.purpose, self.hash = actor, purpose, partnership.hash
        self.branches = tuple(b for b in _branches(partnership, actor) if purpose in b.rule.for_)

    def decide(self, label: Label, ties: Collection[str]) -> Sight:
        """What the actor sees of a record, holding `ties` to any of its subjects; the best rule wins, and says why."""
        if label.sealed:
            return HIDDEN
        for branch in self.branches:
            if not branch.covers(label):
                continue
            if branch.rule.floor and label.handling in NEVER_BY_FLOOR:
                continue
            if branch.needs_tie and branch.needs_tie.isdisjoint(ties):
                continue
            if branch.sender is not None and branch.sender != (label.agency == self.actor.agency):
                continue
            level = min(branch.level, Level.POINTER) if label.pointer_only else branch.level
            rule = branch.rule
            return Sight(
                level,
                Decision(True, rule.id, rule.says, f"rule/{rule.id}"),
                rule.may_see.parts,
                rule.source,
                rule.basis,
            )
        return HIDDEN


def run_example(partnership: Partnership, rule: SharingRule, example: dict[str, Any]) -> str | None:
    """Runs one of a rule's examples on that rule alone. None when it holds, else what came instead.

    `{given: {role, agency-kind, tie: [...], record, handling, sent-by, same-agency: yes/no}, sees: level}`
    """
    given = example.get("given", {})
    kind, role = str(given.get("agency-kind", "")), str(given.get("role", ""))
    actor = Actor("example", "Example", "a", kind, "", role, machine=rule.who.machine)
    alone = partnership.model_copy(update={"rule": {rule.id: rule}, "hash": f"{partnership.hash}#{rule.id}"})
    sender = str(given.get("same-agency", "no")).lower() in ("yes", "true")
    label = Label(
        record=str(given.get("record", "")),
        agency="a" if sender else "b",
        agency_kind=str(given.get("sent-by", "")),
        handling=str(given.get("handling", "ordinary")),
        subjects=(),
        pointer_only=bool((r := partnership.record.get(str(given.get("record", "")))) and r.pointer_only),
    )
    ties = given.get("tie", [])
    sight = Policy(alone, actor, rule.for_[0]).decide(label, [ties] if isinstance(ties, str) else ties)
    wanted = str(example.get("sees", "hidden")).replace("nothing", "hidden")
    return None if sight.level.word == wanted else f"sees {sight.level.word}, not {wanted}"
