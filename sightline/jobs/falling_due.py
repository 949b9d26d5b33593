"""What happens when a step of the front door falls due and nobody has done it: a reminder, then those who can act are told."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sightline.agencies.queries import machine, partnership
from sightline.definition.outcomes import Missing
from sightline.front_door import checks, escalation, flags, steps, strategy
from sightline.front_door.step_types import StepView
from sightline.timescales.moment import now

VERB = "step-due"
AGAIN = "1 working day"

Looks = list[tuple[UUID, datetime]]  # which step is looked at next, and when


def first_look(step: StepView) -> datetime:
    """When somebody looks at a step that has begun."""
    return checks.remind_at(partnership(), step) if step.kind == steps.CHECK else step.due_at


def look(step_id: UUID) -> Looks:
    """Looks at a step: reminds, tells whoever asked, chases, or lets a disagreement climb. Nothing where it is done.

    In the caller's transaction. Returns when it is looked at again.
    """
    try:
        step = steps.one(step_id)
    except Missing:
        return []
    if not step.open:
        return []
    by = machine("clock-machine")
    if step.kind == steps.CHECK:
        if now() < step.due_at:
            checks.remind(step, by)
            return [(step.id, step.due_at)]
        checks.late(step, by)
        steps.told_late(step.id)
        return []
    if step.kind == steps.DISAGREEMENT:
        escalation.climb(step, by)
        return [(one.id, first_look(one)) for one in steps.unscheduled()]
    if step.kind == steps.FLAG:
        flags.late(step, by)
    elif step.kind == steps.DISCUSSION:
        strategy.late(step, by)
    else:
        return []  # its own message is chased, and its clock shows it
    steps.told_late(step.id)
    return [(step.id, steps.due_in(partnership(), AGAIN))]
