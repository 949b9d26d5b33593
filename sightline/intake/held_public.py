"""What came by the page for the public and waits for a person, by its own feed: one delivery a day, so that a flood is one
line among the loads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.definition.outcomes import Decision, Refused
from sightline.intake.actions import open_delivery
from sightline.intake.models import Delivery, Quarantined
from sightline.sharing.reading import Reading
from sightline.sharing.types import Level, Sight
from sightline.timescales.london import local_day
from sightline.timescales.moment import now
from sightline.vault.actions import CannotOpen, digest

FEED = "tell-us-held"
MOST = 200


@dataclass(frozen=True, slots=True)
class HeldPublic:
    """One of them: when it came, what is doubted about it (in words), and the text in which it came."""

    id: UUID
    at: datetime
    position: str
    doubts: tuple[str, ...]
    raw: str


def today(agency: str, by: Actor) -> UUID:
    """Today's delivery of what is held; opened where it is the first."""
    mark = digest("delivery", f"{FEED}|{agency}|{local_day(now()).isoformat()}")
    found = Delivery.objects.filter(digest=mark).values_list("id", flat=True).first()
    return found or open_delivery(feed=FEED, agency=agency, kind="form", name="held today", by=by, mark=mark)


def count() -> int:
    """How many wait. A figure, for a message."""
    return Quarantined.objects.filter(state="waiting", item__delivery__feed=FEED).count()


def waiting(reading: Reading, limit: int = MOST) -> list[HeldPublic]:
    """Those that wait, the oldest first, with their words: for whoever may release them. Raises Refused."""
    decision = may(reading.actor, "release-quarantine", reading.definition)
    if not decision:
        raise Refused(decision)
    sight = Sight(Level.FULL, Decision(True, "release-quarantine", decision.sentence, decision.rule))
    rows = (
        Quarantined.objects.filter(state="waiting", item__delivery__feed=FEED)
        .select_related("item")
        .order_by("at", "id")
    )
    found = []
    some = list(rows[:limit])
    reading.keyring.fetch_for([bytes(row.item.raw) for row in some])
    for row in some:
        try:
            raw = reading.keyring.open_bytes(bytes(row.item.raw), f"item|{row.item_id}").decode("utf-8", "replace")
        except CannotOpen:
            continue
        reading.note(row.id, sight)
        doubts = tuple(str(fault["expected"]) for fault in row.faults)
        found.append(HeldPublic(row.id, row.at, row.item.position, doubts, raw))
    return found
