"""Running the examples of the sharing rules: each rule alone, as it is declared. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sightline.agencies.types import Actor
from sightline.definition.kinds.sharing import ANY
from sightline.definition.types import Partnership, SharingRule
from sightline.sharing.rules import Policy, before
from sightline.sharing.types import Label

ASKED = datetime(2026, 1, 1, 12, tzinfo=UTC)  # when examples are asked; nothing but the age of a record hangs on it
OPEN = "given"  # the rule that gives everything, which a restriction's examples narrow


def run_example(partnership: Partnership, rule: SharingRule, example: dict[str, Any]) -> str | None:
    """Runs one of a rule's examples on that rule alone. None when it holds, else what came instead.

    `{given: {role, agency-kind, agency, team, tie: [...], record, handling, sent-by, same-agency: yes/no, purpose,
    happened: 3 years (ago), restricted: yes/no}, sees: level, fields: [classes]}`. A restriction is run beside a rule
    that gives everything in full, so that what it leaves is what is seen.
    """
    given = example.get("given", {})
    own = str(given.get("agency", "a"))
    actor = Actor(
        "example",
        "Example",
        own,
        str(given.get("agency-kind", "")),
        str(given.get("team", "")),
        str(given.get("role", "")),
        machine=rule.who.machine,
    )
    purpose = str(given.get("purpose", "")) or ("safeguarding" if ANY in rule.for_ else rule.for_[0])
    rules = {rule.id: rule}
    if rule.effect == "restrict":
        rules[OPEN] = _open_to(rule, str(given.get("record", "")), str(given.get("handling", "ordinary")), purpose)
    about = (
        rule.id,
        *((str(given.get("record", "")), str(given.get("handling", "")), purpose) if OPEN in rules else ()),
    )
    alone = partnership.model_copy(update={"rule": rules, "hash": "#".join((partnership.hash, *about))})
    record = partnership.record.get(str(given.get("record", "")))
    label = Label(
        record=str(given.get("record", "")),
        agency=own if _yes(given.get("same-agency")) else f"not-{own}",
        agency_kind=str(given.get("sent-by", "")),
        handling=str(given.get("handling", "ordinary")),
        subjects=(),
        pointer_only=bool(record and record.pointer_only),
        happened=before(ASKED, str(given["happened"])) if "happened" in given else None,
        restricted=_yes(given.get("restricted")),
    )
    ties = given.get("tie", [])
    sight = Policy(alone, actor, purpose, ASKED).decide(label, [ties] if isinstance(ties, str) else ties)
    wanted = str(example.get("sees", "hidden")).replace("nothing", "hidden")
    if sight.level.word != wanted:
        return f"sees {sight.level.word}, not {wanted}"
    classes = example.get("fields")
    if classes is not None and sight.fields != frozenset([classes] if isinstance(classes, str) else classes):
        return f"fields that are {', '.join(sorted(sight.fields)) or 'none'}"
    return None


def _yes(value: object) -> bool:
    return str(value or "no").lower() in ("yes", "true")


def _open_to(rule: SharingRule, record: str, handling: str, purpose: str) -> SharingRule:
    """A rule that gives this record in full, with every field, to whom a restriction is for."""
    who = rule.who.model_copy(
        update={"role": (), "agency_kind": (), "agency": (), "team": (), "tie": (), "unless_tie": (), "sender": None}
    )
    what = rule.may_see.model_copy(
        update={
            "records": (record,),
            "handling": (handling,),
            "level": "full",
            "fields": ("ordinary", "sensitive", "protected"),
        }
    )
    return rule.model_copy(
        update={
            "id": OPEN,
            "effect": "allow",
            "who": who,
            "may_see": what,
            "age": type(rule.age)(),
            "for_": (purpose,),
            "floor": False,
        }
    )
