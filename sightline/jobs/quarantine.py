"""What a person does with what could not be used: repair and release, or set aside."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from sightline.agencies.queries import machine, partnership
from sightline.agencies.types import Actor
from sightline.definition.outcomes import Invalid
from sightline.intake.actions import released, set_aside, take_waiting
from sightline.intake.readers import reread
from sightline.intake.types import Notification, Receipt
from sightline.jobs.receive import take_again
from sightline.sharing.standing import trusted

__all__ = ["release", "set_aside"]


@trusted("release")
@transaction.atomic
def release(*, quarantined: UUID, repaired: str, by: Actor) -> Receipt:
    """Reads a repaired row again, as its feed would, and takes it. Raises Invalid with every fault when it still cannot
    be used; then nothing has changed. The original stays as it was received.
    """
    waiting = take_waiting(quarantined, by)
    definition = partnership()
    thing = reread(
        repaired,
        feed=definition.feed.get(waiting.delivery.feed),
        kind=waiting.delivery.kind,
        agency=waiting.agency,
        partnership=definition,
        position=waiting.position,
        about=waiting.heading,
    )
    if not isinstance(thing, Notification):
        raise Invalid(thing.faults)
    receipt = take_again(thing, delivery=waiting.delivery.id, received=waiting.received, by=machine("feed-machine"))
    if receipt.state == "kept-for-a-person":
        raise Invalid(receipt.faults)  # the transaction ends here: what was kept a second time is not
    released(waiting, repaired=repaired, became=UUID(receipt.id) if receipt.id else None, by=by)
    return receipt
