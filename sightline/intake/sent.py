"""What an agency's workers have sent by forms here: receipts and the records that they became, by ids. For stages above."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sightline.intake.models import Delivery, Item, Message


@dataclass(frozen=True, slots=True)
class SentHere:
    """One thing that was sent: its receipt, when, by whom, and the record's first version (none where it waits)."""

    receipt: UUID
    at: datetime
    by: str
    first: UUID | None


def sent_here(agency: str, feed: str, *, by: str = "", limit: int = 50) -> list[SentHere]:
    """The newest that were sent as this agency by this feed; of one worker where `by` says so. What was sent again stands
    once, with the time of the last. Three queries."""
    rows = Delivery.objects.filter(feed=feed, agency=agency, **({"by": by} if by else {})).order_by(
        "-received_at", "id"
    )
    deliveries = dict(rows.values_list("id", "by")[:limit])
    items = Item.objects.filter(delivery__in=list(deliveries)).order_by("-received_at")
    told = list(items.values_list("id", "delivery", "message", "received_at"))
    wanted = {message for _, _, message, _ in told}
    firsts = dict(Message.objects.filter(agency=agency, message__in=wanted).values_list("message", "first"))
    found: dict[str, SentHere] = {}
    for item, delivery, message, at in told:
        found.setdefault(message, SentHere(item, at, deliveries[delivery], firsts.get(message)))
    return list(found.values())
