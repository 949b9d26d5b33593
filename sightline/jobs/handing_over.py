"""What follows a decision, done by those to whom it went: accepting, telling the referrer, giving what was missing."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from sightline.agencies.types import Actor
from sightline.front_door import feedback, flags, handing_over
from sightline.front_door.step_types import Made
from sightline.jobs.stepping import follows
from sightline.sharing.standing import trusted


@trusted("accept-hand-over")
@transaction.atomic
def accept(*, step: UUID, by: Actor, comment: str = "") -> Made:
    """As `front_door.handing_over.accept`."""
    made = handing_over.accept(step=step, by=by, comment=comment)
    follows(made.entry)
    return made


@trusted("tell-referrer")
@transaction.atomic
def told(*, step: UUID, how: str, words: str, by: Actor) -> Made:
    """As `front_door.feedback.told`."""
    made = feedback.told(step=step, how=how, words=words, by=by)
    follows(made.entry)
    return made


@trusted("make-whole")
@transaction.atomic
def make_whole(*, step: UUID, words: str, by: Actor) -> Made:
    """As `front_door.flags.make_whole`."""
    made = flags.make_whole(step=step, words=words, by=by)
    follows(made.entry)
    return made
