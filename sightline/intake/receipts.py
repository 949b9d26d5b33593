"""Reading a receipt again: whoever sent something may ask what became of it, and learns nothing of anybody else."""

from __future__ import annotations

from uuid import UUID

from sightline.agencies.types import Actor
from sightline.definition.outcomes import Missing
from sightline.intake.models import Item, Quarantined
from sightline.intake.types import Receipt


def receipt(receipt_id: UUID, *, by: Actor) -> Receipt:
    """The receipt of something that this actor's agency sent. Raises Missing for all others alike."""
    item = Item.objects.filter(id=receipt_id, agency=by.agency).only("id", "received_at").first()
    if item is None or not by.agency:
        raise Missing
    waits = Quarantined.objects.filter(item=item).exclude(state="released").exists()
    return Receipt(str(item.id), item.received_at, "kept-for-a-person" if waits else "received")
