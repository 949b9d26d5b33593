"""Writing supplier mappings: begun, saved, submitted, approved or sent back, withdrawn. Two people, always.

The sample is sealed under a key of its own, which is destroyed once the mapping is decided, or when nobody has touched
it for four weeks: then it can never be read again, from no backup either.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from sightline.agencies import actions as definition
from sightline.agencies.queries import partnership
from sightline.agencies.two_people import Steps, reason, record, require
from sightline.agencies.types import Actor
from sightline.definition.outcomes import Conflict, Decision, Invalid, Refused
from sightline.definition.types import Fault, Feed
from sightline.intake.mappings import as_kept, with_example
from sightline.intake.models import Quarantined, SupplierMapping
from sightline.timescales.moment import now
from sightline.vault.actions import Keyring, destroy

MAP, APPROVE = "map-feeds", "approve-feeds"
LARGEST_SAMPLE = 2 * 1024 * 1024  # bytes
UNTOUCHED = timedelta(days=28)
STATES = {
    "drafted": "being made",
    "submitted": "waits for a second person",
    "approved": "in use",
    "ending": "to be withdrawn: waits for a second person",
    "ended": "withdrawn",
    "dropped": "dropped",
}
STEPS: Steps[SupplierMapping] = Steps("mapping", STATES, "version")


@transaction.atomic
def begin(*, body: Mapping[str, Any], sample: bytes, by: Actor) -> UUID:
    """A new mapping, with its sample. Returns its id."""
    require(by, MAP)
    if len(sample) > LARGEST_SAMPLE:
        most = LARGEST_SAMPLE // 1024 // 1024
        raise Invalid([Fault(path="sample", expected=f"a file of at most {most} MB: some hundred rows are enough")])
    _forget_old_samples(by)
    keyring = Keyring()
    key, sample_key = keyring.make("mapping"), keyring.make("mapping")
    keyring.save()
    row = SupplierMapping(by=by.id, made_at=now(), saved_at=now(), key=key, sample_key=sample_key)
    row.body = keyring.seal(dict(body), [key], f"mapping|{row.id}")
    row.sample = keyring.seal(sample, [sample_key], f"sample|{row.id}")
    row.save()
    _written("begin-mapping", row, by)
    return row.id


@transaction.atomic
def save(*, mapping: UUID, body: Mapping[str, Any], by: Actor) -> int:
    """Keeps what was chosen so far. Only who began it changes it. Returns its version."""
    row = _mine(mapping, by)
    keyring = _opened(row)
    row.body = keyring.seal(dict(body), [row.key], f"mapping|{row.id}")
    row.saved_at, row.version = now(), row.version + 1
    row.save(update_fields=["body", "saved_at", "version"])
    return row.version


@transaction.atomic
def submit(*, mapping: UUID, feed: Feed, by: Actor) -> None:
    """Asks for a second person. `feed` is what the choices make, whole and without a fault."""
    row = _mine(mapping, by)
    _free(feed.id, row)
    row.state, row.feed, row.asked_by, row.asked_at, row.note = "submitted", feed.id, by.id, now(), None
    row.version += 1
    row.save(update_fields=["state", "feed", "asked_by", "asked_at", "note", "version"])
    _written("submit-mapping", row, by)


@transaction.atomic
def approve(*, mapping: UUID, feed: Feed, version: int, by: Actor) -> None:
    """Makes the feed part of the definition in force, and destroys the sample. Never by who submitted it."""
    row = _taken(mapping, by, APPROVE, "submitted", version)
    STEPS.somebody_else(by, row.asked_by, row.by)
    if feed.id != row.feed:
        raise Conflict("It has changed since it was submitted. Nothing was changed.")
    whole = with_example(feed.model_copy(update={"from_": now().date()}), partnership())
    row.declared = definition.declare(
        thing=whole, kind="feed", body=as_kept(whole), asked_by=row.asked_by, permission=APPROVE, by=by
    )
    row.state = "approved"
    _decided(row, by)
    _written("approve-mapping", row, by)


@transaction.atomic
def send_back(*, mapping: UUID, because: str, version: int, by: Actor) -> None:
    """Back to who made it, with what to change."""
    row = _taken(mapping, by, APPROVE, "submitted", version)
    STEPS.somebody_else(by, row.asked_by, row.by)
    row.note = _opened(row).seal(reason(because), [row.key], f"note|{row.id}")
    row.state, row.decided_by, row.decided_at = "drafted", by.id, now()
    row.version += 1
    row.save(update_fields=["note", "state", "decided_by", "decided_at", "version"])
    _written("send-back-mapping", row, by)


@transaction.atomic
def drop(*, mapping: UUID, by: Actor) -> None:
    """Gives it up: the sample is destroyed."""
    row = _mine(mapping, by)
    row.state = "dropped"
    _decided(row, by)
    _written("drop-mapping", row, by)


@transaction.atomic
def ask_to_withdraw(*, mapping: UUID, because: str, by: Actor) -> None:
    """Asks that an approved feed be taken out of use, with the reason. A second person decides."""
    row = _taken(mapping, by, MAP, "approved", None)
    row.note = _opened(row).seal(reason(because), [row.key], f"note|{row.id}")
    row.state, row.asked_by, row.asked_at, row.version = "ending", by.id, now(), row.version + 1
    row.save(update_fields=["note", "state", "asked_by", "asked_at", "version"])
    _written("ask-to-withdraw-mapping", row, by)


@transaction.atomic
def decide_withdrawal(*, mapping: UUID, withdrawn: bool, version: int, by: Actor) -> None:
    """Takes the feed out of the definition in force, or keeps it. What came by it stays. Never by who asked."""
    row = _taken(mapping, by, APPROVE, "ending", version)
    STEPS.somebody_else(by, row.asked_by, row.by)
    if withdrawn and row.declared is not None:
        waiting = Quarantined.objects.filter(item__delivery__feed=row.feed, state="waiting").count()
        if waiting:
            sentence = f"{waiting} of its rows wait for a person, and are read by this mapping: deal with them first."
            raise Refused(Decision(False, "wrong-state", sentence))
        definition.end_declared(id=row.declared, asked_by=row.asked_by, permission=APPROVE, by=by)
    row.state = "ended" if withdrawn else "approved"
    _decided(row, by)
    _written("withdraw-mapping" if withdrawn else "keep-mapping", row, by)


# --- what they rest on -----------------------------------------------------------------------------------


def _mine(mapping: UUID, by: Actor) -> SupplierMapping:
    row = _taken(mapping, by, MAP, "drafted", None)
    STEPS.own(by, row.by)
    return row


def _taken(mapping: UUID, by: Actor, permission: str, state: str, version: int | None) -> SupplierMapping:
    """The row, locked. Raises Refused, Missing, or Conflict when it is not in this state or has changed since."""
    require(by, permission)
    return STEPS.at(SupplierMapping.objects.all(), mapping, state, version)


def _free(feed: str, row: SupplierMapping) -> None:
    used = SupplierMapping.objects.filter(feed=feed, state__in=("submitted", "approved", "ending")).exclude(id=row.id)
    if feed in partnership().feed or used.exists():
        raise Invalid([Fault(path="title", found=feed, expected="a name that no other feed has", code="taken")])


def _opened(row: SupplierMapping) -> Keyring:
    keyring = Keyring()
    keyring.fetch([row.key])
    if not keyring.has(row.key):
        raise Conflict("What was chosen has been erased. Begin again with a new sample.")
    return keyring


def _decided(row: SupplierMapping, by: Actor) -> None:
    if row.sample_key is not None:
        destroy([row.sample_key])
    row.sample, row.sample_key, row.decided_by, row.decided_at, row.version = None, None, by.id, now(), row.version + 1
    row.save()


def _forget_old_samples(by: Actor) -> None:
    """Samples that nobody has touched for four weeks go; the choices stay, and a new sample can be given."""
    old = SupplierMapping.objects.filter(
        state__in=("drafted", "submitted"), saved_at__lt=now() - UNTOUCHED, sample_key__isnull=False
    )
    for row in old[:100]:
        destroy([row.sample_key])
        row.sample, row.sample_key = None, None
        row.save(update_fields=["sample", "sample_key"])
        _written("forget-sample", row, by)


def _written(verb: str, row: SupplierMapping, by: Actor) -> None:
    record(verb, by, [row.id], state=row.state, feed=row.feed)
