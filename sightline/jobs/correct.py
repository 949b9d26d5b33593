"""Correcting a record: a new version under the same first id, made of what stands and what changes.

What was known stays known: nothing is overwritten, and *as known on* an earlier day shows what was held then.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from sightline.agencies.queries import agencies, partnership
from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.chronology.actions import versions_of
from sightline.chronology.queries import entry as entry_history
from sightline.chronology.queries import persons_on
from sightline.chronology.tracing import Standing, standing
from sightline.definition.outcomes import Decision, Invalid, Missing, Refused
from sightline.definition.records import clean
from sightline.definition.types import Fault, Partnership
from sightline.identity.tracing import as_resolved, details_of
from sightline.identity.types import Resolved
from sightline.intake.actions import close_delivery, delivery_for, open_delivery
from sightline.intake.corrections import Corrections
from sightline.intake.types import Details, Named, Notification
from sightline.jobs import beside
from sightline.jobs.arriving import owe_what_follows
from sightline.jobs.as_sent import moment_of
from sightline.jobs.bite import Bite, World
from sightline.jobs.due import owe
from sightline.ledger.actions import write
from sightline.sharing.reading import reading
from sightline.sharing.standing import trusted
from sightline.sharing.types import Level
from sightline.timescales.london import local
from sightline.vault.actions import Keyring


class _Correction(Bite):
    """The work of one bite, for somebody's correction: who stood on the record already is who they were."""

    def __init__(self, world: World, notification: Notification, stands: Standing) -> None:
        super().__init__(world, [])
        self.inbox = Corrections(world.delivery, self.keyring, notification, stands.first)
        self.there = {str(i): found for i, found in as_resolved(i for i, _ in stands.people).items()}
        self.keyring.fetch(found.key for found in self.there.values())

    def _resolve(self, n: Notification, person: Named, *others: Any) -> Resolved:
        return self.there.get(person.key) or super()._resolve(n, person, *others)


@trusted("correct")
@transaction.atomic
def correct_record(
    *,
    entry: UUID,
    by: Actor,
    says: str | None = None,
    fields: Mapping[str, Any] | None = None,
    happened: str = "",
    until: str = "",
    people: Sequence[Named] | None = None,
    because: str = "",
) -> UUID:
    """Corrects a record of the worker's own agency. Returns the new version's entry.

    `entry` is the id of any version. `fields` are those that change (None or empty takes a value away). `people` is the
    whole of who is on it, where that changes: a `Named` whose key is the id of a source identity on the record keeps
    it. Raises Missing, Refused (`not-permitted`) and Invalid with every fault.
    """
    definition = partnership()
    allowed = may(by, "correct-record", definition)
    if not allowed:
        raise Refused(allowed)
    with reading(by, "safeguarding", about="correct-record") as gate:
        shown = entry_history(gate, entry).now  # Missing, for what this worker does not see as for what is not there
    opened = _stands(definition, shown.first)
    if opened.agency != by.agency:
        sentence = (
            "Only the agency that recorded this can correct it. Tell them what is wrong: their number is on the record."
        )
        raise Refused(Decision(False, "not-permitted", sentence))
    if shown.level < Level.FULL:
        raise Refused(Decision(False, "not-permitted", "You cannot correct what you cannot read in full."))
    before = set(persons_on(opened.id))
    delivery = open_delivery(feed="", agency=by.agency, kind="correction", name="correction", by=by)
    world = World(definition, agencies(), by, delivery_for(delivery))
    notification = _changed(definition, opened, world, says, fields, happened, until, people, because)
    work = _Correction(world, notification, opened)
    work.work()
    close_delivery(delivery, work.counts, by=by)
    made = versions_of(opened.first)[-1]
    write(
        kind="change",
        verb="correct-record",
        actor=by.id,
        acting_for=by.agency,
        purpose="data-quality",
        policy=definition.hash,
        ids=[made, opened.first],
    )
    concerned = before | set(persons_on(made))
    owe("clocks", beside.payload(sorted(concerned, key=str), concerned))
    owe_what_follows(work, at_once=False)
    return made


def _stands(definition: Partnership, entry: UUID) -> Standing:
    found = standing(entry, Keyring())
    if found is None or found.record not in definition.record:
        raise Missing
    return found


def _changed(
    definition: Partnership,
    stands: Standing,
    world: World,
    says: str | None,
    fields: Mapping[str, Any] | None,
    happened: str,
    until: str,
    people: Sequence[Named] | None,
    because: str,
) -> Notification:
    """The notification that says the record anew: what stands, and what changes."""
    record = definition.record[stands.record]
    values = {**stands.body.get("fields", {}), **(fields or {})}
    cleaned, faults = clean(definition, record, {k: v for k, v in values.items() if v not in (None, "")})
    faults = [fault for fault in faults if fault.code != "needed"]
    for name, text in (("happened", happened), ("until", until)):
        try:
            moment_of(text) if text else None
        except ValueError:
            faults.append(
                Fault(path=name, found=text, expected="a date or moment, such as 2025-01-10 21:40", code="not-a-date")
            )
    if people is not None:
        wrong = [role for person in people for role in person.roles if role not in record.people]
        if wrong or (record.people and not people):
            expected = f"roles of {record.id}: {', '.join(record.people)}"
            faults.append(Fault(path="people", found=", ".join(wrong), expected=expected, code="unknown-role"))
    if faults:
        raise Invalid(faults)
    held = details_of([identity for identity, _ in stands.people], Keyring())
    if people is None:
        people = [Named(str(identity), roles, held.get(identity, Details())) for identity, roles in stands.people]
    else:
        kept = {str(identity): details for identity, details in held.items()}
        people = [Named(p.key, p.roles, kept.get(p.key, p.details)) for p in people]
    changes = {"says": says, "fields": dict(fields or {}), "happened": happened, "until": until, "because": because}
    return Notification(
        agency=stands.agency,
        record=stands.record,
        message_id="",
        happened=happened or _as_sent(stands.happened, stands.precision),
        people=tuple(people),
        fields=cleaned,
        says=stands.body.get("says", "") if says is None else says,
        place=stands.body.get("place", {}),
        until=until or (_as_sent(stands.until, "minute") if stands.until else ""),
        position="correction",
        raw=json.dumps({k: v for k, v in changes.items() if v}, ensure_ascii=False, default=str).encode(),
    )


def _as_sent(moment: Any, precision: str) -> str:
    day = local(moment)
    return (
        day.isoformat()
        if precision == "minute"
        else day.date().isoformat()[: {"year": 4, "month": 7}.get(precision, 10)]
    )
