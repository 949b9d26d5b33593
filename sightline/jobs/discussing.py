"""Strategy discussions, medicals and section 47 enquiries, with what follows: clocks, chasing, who is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from sightline.agencies.types import Actor
from sightline.front_door import strategy
from sightline.front_door.step_types import Made
from sightline.jobs.stepping import follows
from sightline.sharing.standing import trusted


@trusted("call-strategy-discussion")
@transaction.atomic
def call(*, entry: UUID, agencies: Sequence[str], by: Actor, because: str = "") -> Made:
    """As `front_door.strategy.call_strategy_discussion`."""
    made = strategy.call_strategy_discussion(entry=entry, agencies_called=agencies, by=by, because=because)
    follows(made.entry)
    return made


@trusted("say-part")
@transaction.atomic
def say_part(*, discussion: UUID, agency: str, part: str, by: Actor) -> None:
    """As `front_door.strategy.say_part`."""
    strategy.say_part(discussion=discussion, agency=agency, part=part, by=by)


@trusted("record-strategy-discussion")
@transaction.atomic
def record(*, discussion: UUID, by: Actor, **given: Any) -> Made:
    """As `front_door.strategy.record_discussion`."""
    made = strategy.record_discussion(discussion=discussion, by=by, **given)
    follows(made.entry)
    return made


@trusted("record-medical-decision")
@transaction.atomic
def decide_medical(*, entry: UUID, by: Actor, **given: str) -> tuple[Made, str]:
    """As `front_door.strategy.record_medical_decision`."""
    made, prompt = strategy.record_medical_decision(entry=entry, by=by, **given)
    follows(made.entry)
    return made, prompt


@trusted("end-enquiry")
@transaction.atomic
def end_enquiry(*, step: UUID, outcome: str, rationale: str, by: Actor) -> Made:
    """As `front_door.strategy.end_enquiry`."""
    made = strategy.end_enquiry(step=step, outcome=outcome, rationale=rationale, by=by)
    follows(made.entry)
    return made
