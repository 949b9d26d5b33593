"""Which lines of the queue have changed since a moment: ids and times alone, for whoever tells open pages."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sightline.front_door.models import Item

MOST = 2000
SEALED = "sealed"  # that something about whoever is sealed has changed is told to nobody


def changed_since(moment: datetime) -> dict[UUID, datetime]:
    """The items that changed after a moment, the last changed first, at most 2,000."""
    rows = Item.objects.filter(changed_at__gt=moment).exclude(handling=SEALED).order_by("-changed_at")
    return dict(rows.values_list("id", "changed_at")[:MOST])
