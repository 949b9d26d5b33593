"""Deciding on what reached the front door. The decision is a chronology entry, so that clocks and rules may rest on it."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from sightline.agencies.queries import partnership
from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.chronology.actions import write_here
from sightline.chronology.queries import entry as entry_history
from sightline.chronology.queries import subjects_of
from sightline.definition.outcomes import Decision, Invalid, Missing, Refused
from sightline.definition.records import clean
from sightline.front_door import rules
from sightline.ledger.actions import write
from sightline.sharing.reading import reading
from sightline.sharing.types import Level

RECORD = "decision"


@transaction.atomic
def decide(*, entry: UUID, by: Actor, **given: str) -> tuple[UUID, tuple[str, ...]]:
    """Decides on a notification (an entry's id). `given`: the fields of a decision (`decision`, `rationale`, …).

    Returns the decision's entry and what is flagged about it. Raises Refused (with the reason's code), Missing when the
    worker may not see the notification, Invalid for values that cannot be understood.
    """
    definition = partnership()
    allowed = may(by, "decide-referral", definition)
    if not allowed:
        raise Refused(allowed)
    fields, faults = clean(
        definition, definition.record[RECORD], {k.replace("_", "-"): v for k, v in given.items() if v}
    )
    if bad := [f for f in faults if f.code != "needed"]:
        raise Invalid(bad)
    with reading(by, "safeguarding", about="decide") as opened:
        asked = entry_history(opened, entry)
        if asked.now.level < Level.HEADLINE:
            raise Missing
    if asked.replaced or not asked.now.queued:
        raise Refused(Decision(False, "wrong-state", "This record did not come to the front door for a decision."))
    answer, flagged = rules.judge(
        decision=fields.get("decision", ""),
        rationale=fields.get("rationale", ""),
        agreement=fields.get("agreement", ""),
    )
    if not answer:
        raise Refused(answer)
    subjects = subjects_of(asked.now.id)
    made = write_here(
        record=RECORD,
        fields=fields,
        identities=[identity for identity, child, _ in subjects if child],
        keys=[key for _, _, key in subjects],
        by=by,
        definition=definition,
        on=[asked.now.first],
        flagged=flagged,
    )
    write(
        kind="change",
        verb="decide",
        actor=by.id,
        acting_for=by.agency,
        purpose="safeguarding",
        policy=definition.hash,
        ids=[made, asked.now.first],
        detail={"decision": fields.get("decision", ""), "flagged": list(flagged)},
    )
    return made, flagged
