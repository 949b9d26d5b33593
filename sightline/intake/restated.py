"""When a sender last told each thing, and where it stood: what a newer extract of the whole is held against (`jobs.gone`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sightline.definition.types import Feed
from sightline.intake.models import Delivery, Item, Message
from sightline.vault.asking import Question

LOOKED = 60  # earlier deliveries in which a kind's newest day is looked for
TOLD, GONE = "told", "gone"  # in a delivery's counts

_ITEMS = Question(
    lambda items, feed: Item.objects.filter(id__among=items, delivery__feed=feed),
    *("id", "message", "position", "received_at"),
)
_MESSAGES = Question(
    lambda agency, messages: Message.objects.filter(agency=agency, message__among=messages), "message", "item", "version"
)


def last_told(agency: str, feed: str, items: Sequence[UUID]) -> Iterator[tuple[UUID, str, str, datetime]]:
    """Of what came by this feed and is what its sender says now: the item, the version that told it last, its place in the
    file that brought it (table and line), and when that came."""
    there = {message: (item, position, at) for item, message, position, at in _ITEMS(list(items), feed)}
    for message, item, version in _MESSAGES(agency, list(there)) if there else []:
        held, position, at = there[message]
        if item == held and version:
            yield held, version, position, at


def told_before(feed: Feed) -> Iterator[Mapping[str, str]]:
    """Of which kinds of record earlier deliveries told, and of which day; newest first."""
    rows = Delivery.objects.filter(feed=feed.id, agency=feed.agency, state="done").order_by("-received_at", "-id")
    for counts in rows.values_list("counts", flat=True)[:LOOKED]:
        yield counts.get(TOLD) or {}


def keep(delivery: UUID, told: Mapping[str, str], gone: Mapping[str, Any]) -> None:
    """Remembers with a delivery, once it is closed, of what it told and what it left out: kinds, days, lines. No content."""
    row = Delivery.objects.get(id=delivery)
    row.counts = {**row.counts, TOLD: dict(told), **({GONE: dict(gone)} if gone else {})}
    row.save(update_fields=["counts"])
