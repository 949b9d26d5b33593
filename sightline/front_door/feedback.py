"""Telling whoever told us what was decided: each time, by the limit, and no more than they may know.

An agency that works here is told at once, by a message and a record on which it is named; it holds the decision, a sentence
that its route declares, and nothing of the child. Anybody else is rung, and somebody has it to do until they say that they did.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from sightline.agencies.queries import partnership, workers
from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.chronology.actions import write_here
from sightline.chronology.listing import authors_of
from sightline.chronology.queries import originator_of
from sightline.definition.outcomes import Invalid, Missing, Refused
from sightline.definition.types import Fault, Partnership, Route
from sightline.front_door import steps
from sightline.front_door.models import Step
from sightline.front_door.step_types import Given, Made, StepView
from sightline.messages.actions import ACKNOWLEDGE, send
from sightline.sharing.actions import tie
from sightline.timescales.moment import now

RECORD, MESSAGE, CLOCK = "referrer-feedback", "referrer-feedback", "referrer-feedback"
BY_SYSTEM = "system"
TELL = "decide-contact"


def tell(*, given: Given, notice: UUID, decision: UUID, route: Route, by: Actor, also: str = "") -> Made:
    """Tells whoever sent the notice, in the caller's transaction; where no message reaches them, somebody has it to do.

    `also`: words of whoever decided, for them alone.
    """
    definition = partnership()
    to = _reached(definition, notice, by)
    if not to:
        due = steps.due(definition, CLOCK)
        step = steps.begin(
            steps.FEEDBACK, notice=notice, entry=decision, to=f"worker:{by.id}", due_at=due, by=by, code=route.id
        )
        return Made(decision, (), step.id)
    sender = originator_of(notice)
    words = " ".join([route.tells, also.strip()]).strip()
    made = _write(definition, given, notice, decision, route, BY_SYSTEM, words, by)
    tie([(f"agency:{sender}", "named", made, now(), None, made)])
    step = steps.begin(
        steps.FEEDBACK, notice=notice, entry=made, to=f"agency:{sender}", due_at=now(), by=by, code=route.id
    )
    steps.end(step_row(step.id), by, entry=made)
    send(MESSAGE, to=to, about=[made], says={"decision": route.id}, by=by, because=step.id)
    return Made(made, (), step.id)


def step_row(step: UUID) -> Step:
    return Step.objects.get(id=step)


def _write(
    definition: Partnership,
    given: Given,
    notice: UUID,
    decision: UUID,
    route: Route,
    how: str,
    words: str,
    by: Actor,
) -> UUID:
    made = write_here(
        record=RECORD,
        fields={"told-at": steps.stamp(now()), "how": how, "decision": route.id, "told": words},
        identities=given.children,
        keys=given.keys,
        by=by,
        definition=definition,
        on=[decision, notice],
    )
    steps.kept("tell-referrer", by, [made, decision], how=how)
    return made


def _reached(definition: Partnership, notice: UUID, by: Actor) -> list[str]:
    """By which inboxes whoever told us is reached: the worker who wrote it, or their agency where somebody reads there."""
    sender = originator_of(notice)
    if sender == by.agency:
        return []
    author = steps.worker(authors_of([notice]).get(notice, ""))
    if author is not None and author.agency == sender and may(author, ACKNOWLEDGE, definition):
        return [f"worker:{author.id}"]
    readers = {role.id for role in definition.role.values() if ACKNOWLEDGE in role.may}
    there = any(one.active and one.agency == sender and one.role in readers for one in workers())
    return [f"agency:{sender}"] if there else []


@transaction.atomic
def told(*, step: UUID, how: str, words: str, by: Actor) -> Made:
    """Says that whoever told us was rung (or met, or written to), and what they were told.

    Raises Refused without the right, Invalid for no way of telling, Conflict where somebody has told them already.
    """
    definition = partnership()
    allowed = may(by, TELL, definition)
    if not allowed:
        raise Refused(allowed)
    row = steps.locked(step, steps.FEEDBACK)
    given = steps.keys_of(row.entry)
    if given is None:
        raise Missing
    if how not in definition.codes["contact-method"].codes:
        raise Invalid([Fault(path="how", found=how, expected="how they were told, such as `phone`", code="unknown")])
    route = definition.route[row.code]
    made = _write(definition, given, row.notice, row.entry, route, how, words.strip() or route.tells, by)
    steps.end(row, by, entry=made, said="told them")
    return Made(made, (), row.id)


def of_agency(agency: str, limit: int = 50) -> list[StepView]:
    """What became of what an agency told us, the last first."""
    rows = Step.objects.filter(to=f"agency:{agency}", kind=steps.FEEDBACK)
    return [steps.view(row) for row in rows.order_by("-at", "id")[:limit]]


def late(step: StepView, by: Actor) -> None:
    """Nothing is sent: the clock shows it as late where the manager looks, and it stays to be done."""
