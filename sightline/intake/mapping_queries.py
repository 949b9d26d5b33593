"""Reading supplier mappings, and the feeds there are. The sample passes through a reading, which records who saw it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max

from sightline.agencies.in_force import ORIGIN
from sightline.agencies.rules import may
from sightline.definition.outcomes import Decision, Missing, Refused
from sightline.definition.types import Feed, Partnership
from sightline.intake.choosing import Choices, to_feed
from sightline.intake.mapping_actions import APPROVE, MAP
from sightline.intake.models import Delivery, SupplierMapping
from sightline.sharing.reading import Reading
from sightline.sharing.types import Level, Sight
from sightline.vault.actions import CannotOpen, Keyring

VIEW = "view-feeds"
OPEN_STATES = ("drafted", "submitted", "approved", "ending")


@dataclass(frozen=True, slots=True)
class MappingView:
    """A mapping as pages and commands show it. `sample` is None where it has been destroyed or was not asked for."""

    id: UUID
    feed: str
    state: str
    by: str
    made_at: datetime
    saved_at: datetime
    version: int
    asked_by: str
    asked_at: datetime | None
    decided_by: str
    decided_at: datetime | None
    body: dict[str, Any]
    note: str = ""
    sample: bytes | None = None


@dataclass(frozen=True, slots=True)
class FeedView:
    """A feed that this partnership can load: what it is, and when something last came by it."""

    feed: Feed
    declared: bool  # made on the page, approved by a second person; else it stands in files
    where: str  # file and line, or the day on which it was approved
    last: datetime | None
    deliveries: int = 0
    mapping: UUID | None = None


def feeds(reading: Reading) -> list[FeedView]:
    """Every feed of the definition in force, by its id: one query for all last arrivals."""
    _require(reading)
    whole = reading.definition
    rows = Delivery.objects.values("feed").annotate(last=Max("received_at"), many=Count("id"))
    arrived = {row["feed"]: (row["last"], row["many"]) for row in rows}
    made = dict(
        SupplierMapping.objects.filter(state__in=("approved", "ending")).order_by("saved_at").values_list("feed", "id")
    )
    out = []
    for id, feed in sorted(whole.feed.items()):
        where = whole.origins.get(f"feed/{id}", "")
        declared = where.startswith(f"{ORIGIN}/")
        last, many = arrived.get(id, (None, 0))
        out.append(FeedView(feed, declared, where.rpartition(":")[0], last, many, made.get(id) if declared else None))
    return out


def mappings(reading: Reading, states: Iterable[str] = OPEN_STATES) -> list[MappingView]:
    """Mappings in these states, those touched last first. Without samples."""
    sight = _require(reading)
    rows = list(SupplierMapping.objects.filter(state__in=tuple(states)).order_by("-saved_at", "id")[:200])
    keyring = Keyring()
    keyring.fetch([row.key for row in rows])
    for row in rows:
        reading.note(row.id, sight)
    return [_view(row, keyring) for row in rows]


def mapping(reading: Reading, id: UUID, *, sample: bool = False) -> MappingView:
    """One mapping, and its sample where it is asked for and still there. Raises Missing and Refused."""
    sight = _require(reading, MAP, APPROVE) if sample else _require(reading)
    row = SupplierMapping.objects.filter(id=id).first()
    if row is None:
        raise Missing
    reading.note(row.id, sight)
    keyring = Keyring()
    keyring.fetch([key for key in (row.key, row.sample_key) if key is not None])
    return _view(row, keyring, sample=sample)


def mapping_feed(name: str, definition: Partnership) -> Feed | None:
    """What the choices of a mapping make so far, by its id or feed: for the operator at the command line. No sample."""
    rows = SupplierMapping.objects.exclude(state="dropped").order_by("-saved_at")
    try:
        row = rows.filter(id=UUID(name)).first()
    except ValueError:
        row = rows.filter(feed=name).first()
    if row is None:
        return None
    keyring = Keyring()
    keyring.fetch([row.key])
    return to_feed(Choices.from_dict(_view(row, keyring).body), definition, draft=True)[0]


def _require(reading: Reading, *permissions: str) -> Sight:
    """Any of these rights opens it."""
    decisions = [may(reading.actor, permission, reading.definition) for permission in permissions or (VIEW,)]
    decision = next((one for one in decisions if one), decisions[0])
    if not decision:
        raise Refused(decision)
    return Sight(Level.FULL, Decision(True, decision.reason_code, decision.sentence, decision.rule))


def _view(row: SupplierMapping, keyring: Keyring, *, sample: bool = False) -> MappingView:
    body, note, found = {}, "", None
    try:
        body = keyring.open(bytes(row.body), f"mapping|{row.id}")
        note = keyring.open(bytes(row.note), f"note|{row.id}") if row.note else ""
        if sample and row.sample and row.sample_key is not None:
            found = keyring.open_bytes(bytes(row.sample), f"sample|{row.id}")
    except CannotOpen:
        pass
    return MappingView(
        row.id,
        row.feed,
        row.state,
        row.by,
        row.made_at,
        row.saved_at,
        row.version,
        row.asked_by,
        row.asked_at,
        row.decided_by,
        row.decided_at,
        body,
        note,
        found,
    )
