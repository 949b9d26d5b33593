"""Taking back what one decided about a match, with what follows: the clocks of everybody concerned."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from sightline.agencies.types import Actor
from sightline.identity import undoing
from sightline.identity.tracing import ends_of
from sightline.jobs.linking import followed
from sightline.sharing.standing import trusted


@trusted("undo")
@transaction.atomic
def undo(*, possible: UUID, by: Actor) -> None:
    """As `identity.undoing.undo`; the clocks of everybody concerned follow at once after commit."""
    with followed(ends_of(possible)):
        undoing.undo(possible=possible, by=by)
