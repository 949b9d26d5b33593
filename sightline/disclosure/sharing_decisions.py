"""Deciding to share, or not to, on the record: what, with whom, what for, on which basis, told the family or why not.

A decision not to share is an entry as one to share is. It is handled as strictly as the record that it is about.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from sightline.agencies.queries import partnership
from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.chronology.actions import write_here
from sightline.chronology.queries import entries_of, subjects_of
from sightline.chronology.queries import entry as entry_history
from sightline.definition.outcomes import Decision, Invalid, Missing, Refused
from sightline.definition.records import clean
from sightline.disclosure import rules
from sightline.identity.queries import identities_of, profile, rows_by_id
from sightline.ledger.actions import write
from sightline.sharing.reading import reading
from sightline.sharing.restricting import holders_of, named_on, restrict
from sightline.sharing.rules import both
from sightline.sharing.types import Level

RECORD = "sharing-decision"


@transaction.atomic
def decide_sharing(
    *, by: Actor, entry: UUID | None = None, person: UUID | None = None, **given: str
) -> tuple[UUID, tuple[str, ...]]:
    """Decides whether a record (an entry's id), or something about a person, is shared. `given`: the fields of a
    `sharing-decision` (`decision`, `recipient`, `purpose`, `basis`, `told_family`, `rationale`, …).

    Returns the decision's entry and what is flagged about it. Raises Refused (`not-permitted`, `agreement-missing` and its
    like where the declared share requires it), Missing where the worker may not see it, Invalid for values that cannot
    be understood.
    """
    definition = partnership()
    allowed = may(by, "decide-sharing", definition)
    if not allowed:
        raise Refused(allowed)
    declared = definition.record[RECORD]
    fields, faults = clean(definition, declared, {k.replace("_", "-"): v for k, v in given.items() if v})
    if faults:
        raise Invalid(faults)
    subjects, on, handling = _about(by, entry, person)
    answer, flagged = rules.judge(rules.share_for(definition, fields.get("purpose", "")), fields)
    if not answer:
        raise Refused(answer)
    kept_to = (
        tuple(dict.fromkeys(h for names in named_on([on]).values() for h in names)) if on and holders_of([on]) else ()
    )
    if kept_to and not (asked := may(by, "restrict-record", definition)):
        raise Refused(asked)  # else the decision would say to many what the record says to a few
    made = write_here(
        record=RECORD,
        fields=fields,
        identities=[identity for identity, child, _ in subjects if child],
        keys=[key for _, _, key in subjects],
        by=by,
        definition=definition,
        handling=both(declared.handling, handling),
        on=[on] if on else [],
        flagged=flagged,
    )
    if kept_to:
        restrict([made], named=kept_to, by=by, because="It is about a record that is kept to these people.")
    write(
        kind="change",
        verb="decide-sharing",
        actor=by.id,
        acting_for=by.agency,
        purpose=fields.get("purpose", "safeguarding"),
        basis=fields.get("basis", "").replace("; ", ",")[:120],
        policy=definition.hash,
        ids=[made, *([on] if on else [])],
        detail={"decision": fields.get("decision", ""), "flagged": list(flagged)},
    )
    return made, flagged


def _about(
    by: Actor, entry: UUID | None, person: UUID | None
) -> tuple[list[tuple[UUID, bool, UUID]], UUID | None, str]:
    """Whom a decision is about (source identity, child, key), on which record, how that is handled. Raises Missing."""
    with reading(by, "safeguarding", about="decide-sharing") as opened:
        if entry is not None:
            asked = entry_history(opened, entry)
            if asked.now.level < Level.HEADLINE:
                raise Missing
            if asked.replaced:
                raise Refused(
                    Decision(False, "wrong-state", "This record was corrected since. Decide about what stands now.")
                )
            return subjects_of(asked.now.id), asked.now.first, entries_of([asked.now.id])[asked.now.id].handling
        if person is None:
            raise Missing
        profile(opened, person)  # Missing where nothing may be seen
    rows = rows_by_id(row.id for row in identities_of(person))
    return [(row.id, True, row.key) for row in rows.values()], None, "ordinary"
