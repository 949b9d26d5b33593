"""A correction that a worker makes: kept as it was made, beside what the sender's own messages say.

The sender's message is left as it is: when the sender sends the same again, nothing is new, and a newer version of
theirs supersedes the correction as it would supersede what was there before.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sightline.intake.inbox import Arriving, Inbox, content_digest
from sightline.intake.models import Delivery, Item, Message
from sightline.intake.types import Notification, Receipt
from sightline.timescales.moment import now
from sightline.vault.actions import Keyring, digest


class Corrections(Inbox):
    """The inbox for one correction of the record `first`."""

    def __init__(self, delivery: Delivery, keyring: Keyring, notification: Notification, first: UUID) -> None:
        super().__init__(delivery, keyring, [notification])
        self._notification, self._first = notification, first

    def sort(self) -> list[Arriving]:
        message = digest("message", f"correction|{self._first}|{uuid4()}")
        before = Message(
            agency=self._notification.agency, message=message, item=uuid4(), first=self._first
        )  # never saved
        return [Arriving(uuid4(), self._notification, message, content_digest(self._notification), before, 0)]

    def took(self, one: Arriving, *, first: UUID, keys: Sequence[UUID], sent_at: datetime | None) -> None:
        n = one.notification
        item = Item(
            id=one.item,
            delivery=self.delivery,
            agency=n.agency,
            message=one.message,
            content=one.content,
            version="",
            position="correction",
            received_at=now(),
            sent_at=sent_at,
        )
        item.raw = self.keyring.seal(n.raw or one.content.encode(), keys, f"item|{item.id}")
        self._items.append(item)
        self.counts.superseding += 1
        self._receipts[one.place] = Receipt(str(item.id), item.received_at, "received")
