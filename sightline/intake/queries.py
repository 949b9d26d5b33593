"""Reading the inbox: what arrived, what became of it, what waits for a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.definition.outcomes import Decision, Missing, Refused
from sightline.definition.types import Fault
from sightline.intake.models import Delivery, Draft, Item, Quarantined
from sightline.sharing.paging import Page, mark, place
from sightline.sharing.reading import Reading
from sightline.sharing.types import Level, Sight
from sightline.vault.actions import CannotOpen, Erased, Keyring
from sightline.vault.asking import Question

PAGE = 50

REASONS = {
    "conflict": "The same message arrived before with other content, and does not say that it is a correction.",
    "wrong-columns": "This row does not have as many columns as the heading.",
    "cut-short": "The file ends in the middle of this row.",
    "not-a-date": "A date could not be read.",
    "unknown-record": "The kind of record is not one that this partnership knows.",
    "unknown-role": "Somebody stands on the record in a way that it does not know.",
    "unknown-agency": "The sender is not an agency of this partnership.",
    "no-people": "Nobody is named on it.",
    "not-json": "It is not well-formed JSON.",
    "not-an-object": "It is JSON, but not one object with names and values.",
    "duplicate-key": "A name stands twice in it, with two values.",
    "too-deep": "It is nested too deeply to be read safely.",
    "too-long": "It is longer than a record can be.",
    "not-text": "It is not text that can be read.",
    "nul-bytes": "It holds NUL characters: the file was damaged, or is not text.",
    "unknown-code": "A code is not in the list for its column.",
    "needed": "Something that cannot be done without is missing.",
    "unknown-key": "It holds a name that is not known here.",
    "unknown-field": "It holds a field that this kind of record does not have.",
    "too-many-rows": "More rows name one record than anything that happens has people. The first were taken as that record.",
    "rows-apart": "The rows of one record stand too far apart in the file to be put together.",
    "hidden-row": "The row is hidden in its workbook: somebody may not have meant to send it, or left a filter on.",
    "wrong-collection": "It is a return of another collection.",
    "wrong-year": "It is a return in the shape of a year that cannot be read.",
    "not-xml": "It is not well-formed XML.",
    "invalid": "Some of it could not be understood.",
    "looked-at-first": "It came by the page for the public, and a person looks at it first.",
    "taken-back": "The sender takes it back. What they told before stands until somebody decides.",
    "could-not-be-kept": "Something went wrong here while it was being kept. It is safe, and can be tried again.",
}


@dataclass(frozen=True, slots=True)
class DeliveryView:
    id: UUID
    feed: str
    feed_title: str
    agency_title: str
    kind: str
    received_at: datetime
    finished_at: datetime | None
    state: str
    counts: dict[str, float]
    notes: tuple[str, ...]
    by: str
    waiting: int


@dataclass(frozen=True, slots=True)
class QuarantineView:
    id: UUID
    delivery: UUID
    position: str
    reason: str
    reason_says: str
    faults: tuple[Fault, ...]
    raw: str
    state: str
    at: datetime
    decided_at: datetime | None
    decided_by: str
    note: str
    erased: bool = False  # its key was destroyed: what was received cannot be read again


def _require(reading: Reading, permission: str) -> Sight:
    decision = may(reading.actor, permission, reading.definition)
    if not decision:
        raise Refused(decision)
    return Sight(Level.FULL, Decision(True, permission, decision.sentence, decision.rule))


def _mine_only(reading: Reading) -> Q:
    """Those who look after all loads see all; others see what their own agency sent."""
    if may(reading.actor, "release-quarantine", reading.definition) or reading.actor.agency_kind == "partnership":
        return Q()
    return Q(agency=reading.actor.agency)


def _delivery(reading: Reading, row: Delivery, titles: dict[str, str], waiting: int) -> DeliveryView:
    feed = reading.definition.feed.get(row.feed)
    return DeliveryView(
        row.id,
        row.feed,
        feed.title if feed else row.feed,
        titles.get(row.agency, row.agency or "Several agencies"),
        row.kind,
        row.received_at,
        row.finished_at,
        row.state,
        row.counts,
        tuple(row.notes),
        row.by,
        waiting,
    )


def deliveries(reading: Reading, *, after: str = "") -> Page[DeliveryView]:
    """Deliveries, newest first, a page at a time. Files and single messages alike."""
    sight = _require(reading, "view-loads")
    rows = Delivery.objects.filter(_mine_only(reading)).order_by("-received_at", "id")
    if after and (at := place(after)):
        rows = rows.filter(Q(received_at__lt=at[0]) | Q(received_at=at[0], id__gt=at[1]))
    found = list(rows[: PAGE + 1])
    titles = {a.id: a.title for a in reading.agencies.values()}
    waiting = _waiting_by_delivery([row.id for row in found])
    views = tuple(_delivery(reading, row, titles, waiting.get(row.id, 0)) for row in found[:PAGE])
    for one in views:
        reading.note(one.id, sight)
    reading.about = reading.about or "view-loads"
    last = found[PAGE - 1] if len(found) > PAGE else None
    return Page(views, mark(last.received_at, last.id) if last else "")


def _waiting_by_delivery(deliveries_: list[UUID]) -> dict[UUID, int]:
    found: dict[UUID, int] = {}
    for delivery in Quarantined.objects.filter(state="waiting", item__delivery__in=deliveries_).values_list(
        "item__delivery", flat=True
    )[:5000]:
        found[delivery] = found.get(delivery, 0) + 1
    return found


def waiting_count(reading: Reading, *, limit: int = 1000) -> int:
    """How many quarantined items wait for this reader's decision (capped)."""
    if not may(reading.actor, "release-quarantine", reading.definition):
        return 0
    return Quarantined.objects.filter(state="waiting").order_by()[:limit].count()


def delivery(
    reading: Reading, delivery_id: UUID, *, after: str = ""
) -> tuple[DeliveryView, tuple[QuarantineView, ...], str]:
    """One delivery and what of it waits, or waited, for a person."""
    sight = _require(reading, "view-loads")
    try:
        row = Delivery.objects.filter(_mine_only(reading)).get(id=delivery_id)
    except Delivery.DoesNotExist as error:
        raise Missing from error
    reading.note(row.id, sight)
    rows = Quarantined.objects.filter(item__delivery=row).select_related("item").order_by("at", "id")
    if after and (at := place(after)):
        rows = rows.filter(Q(at__gt=at[0]) | Q(at=at[0], id__gt=at[1]))
    found = list(rows[: PAGE + 1])
    titles = {a.id: a.title for a in reading.agencies.values()}
    waiting = _waiting_by_delivery([row.id]).get(row.id, 0)
    last = found[PAGE - 1] if len(found) > PAGE else None
    reading.about = reading.about or "view-delivery"
    return (
        _delivery(reading, row, titles, waiting),
        tuple(_quarantined(q, "") for q in found[:PAGE]),
        mark(last.at, last.id) if last else "",
    )


def _quarantined(row: Quarantined, raw: str, *, note: str = "", erased: bool = False) -> QuarantineView:
    return QuarantineView(
        row.id,
        row.item.delivery_id,
        row.item.position,
        row.reason,
        REASONS.get(row.reason, REASONS["invalid"]),
        tuple(
            Fault(path=f["path"], expected=f["expected"], nearest=f.get("nearest", ""), code=f.get("code", ""))
            for f in row.faults
        ),
        raw,
        row.state,
        row.at,
        row.decided_at,
        row.decided_by,
        note,
        erased,
    )


def quarantined(reading: Reading, quarantined_id: UUID) -> QuarantineView:
    """One item that waits, with its raw text: only for those who may release it."""
    sight = _require(reading, "release-quarantine")
    try:
        row = Quarantined.objects.select_related("item", "item__delivery").get(id=quarantined_id)
    except Quarantined.DoesNotExist as error:
        raise Missing from error
    reading.note(row.id, sight)
    reading.about = reading.about or "view-quarantined"
    note = _opened(reading.keyring, row.note, f"note|{row.id}") or b""
    raw = _opened(reading.keyring, row.item.raw, f"item|{row.item_id}")
    return _quarantined(row, (raw or b"").decode("utf-8", "replace"), note=note.decode(), erased=raw is None)


def _opened(keyring: Keyring, sealed: bytes | None, bound_to: str) -> bytes | None:
    """What was sealed, as bytes; None where nothing was, or it opens no more."""
    if not sealed:
        return None
    try:
        keyring.fetch_for([bytes(sealed)])
        return keyring.open_bytes(bytes(sealed), bound_to)
    except CannotOpen:
        return None


def draft(actor: Actor, form: str) -> tuple[dict[str, str], datetime] | None:
    """What this worker has typed into a form and not yet sent, and when it was saved."""
    row = Draft.objects.filter(worker=actor.id, form=form).first()
    if row is None:
        return None
    keyring = Keyring()
    keyring.fetch([row.key])
    try:
        return keyring.open(bytes(row.body), f"draft|{row.id}"), row.saved_at
    except Erased:
        return None


def provenance(item: UUID | None) -> tuple[datetime | None, str, str]:
    """How an entry came: (received, feed, position). Ids and codes only; its reader has passed the gate already."""
    return next(iter(_CAME(item)), (None, "", "")) if item else (None, "", "")


_CAME = Question(lambda item: Item.objects.filter(id=item), "received_at", "delivery__feed", "position")


def anything_came() -> bool:
    """Whether anything was ever received here."""
    return Delivery.objects.exists()


def oldest_waiting() -> tuple[int, datetime | None]:
    """How many rows wait for a person, and since when: figures for whoever runs this, of no agency and no row."""
    rows = Quarantined.objects.filter(state="waiting")
    return rows.count(), rows.order_by("at", "id").values_list("at", flat=True).first()


def oldest_unfinished() -> tuple[int, datetime | None]:
    """How many loads began and have not come to their end, and since when."""
    rows = Delivery.objects.filter(state="reading")
    return rows.count(), rows.order_by("received_at", "id").values_list("received_at", flat=True).first()
