"""What follows every verb of the front door: clocks, and a look at each step when it falls due."""

from __future__ import annotations

from uuid import UUID

from sightline.chronology.queries import persons_on
from sightline.front_door import steps
from sightline.jobs.due import owe
from sightline.jobs.falling_due import VERB, first_look


def follows(*entries: UUID) -> None:
    """Owes the clocks of everybody on these entries, and a look at each new step. In the caller's transaction."""
    persons = list(dict.fromkeys(str(person) for entry in entries for person in persons_on(entry)))
    if persons:
        owe("clocks", {"persons": persons})
    for step in steps.unscheduled():
        owe(VERB, {"step": str(step.id)}, run_at=first_look(step))
