"""Writing the inbox: deliveries, items as received, quarantine, drafts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sightline.agencies.queries import partnership
from sightline.agencies.rules import may
from sightline.agencies.types import Actor
from sightline.definition.outcomes import Conflict, Decision, Missing, Refused
from sightline.intake.models import Delivery, Draft, Quarantined
from sightline.intake.types import Counts
from sightline.ledger.actions import write
from sightline.timescales.moment import now
from sightline.vault.actions import Keyring, digest

MOST_NOTE = 4000  # a wide table's heading is kept whole: its rows can be repaired only with it


@transaction.atomic
def open_delivery(
    *, feed: str, agency: str, kind: str, name: str, by: Actor, notes: Sequence[str] = (), mark: str = ""
) -> UUID:
    """A file or call has begun to arrive. Returns its id. `notes`: what is noticed already (a table's heading, without
    which its rows cannot be repaired, should the load never come to its end). `mark`: of the whole content, by which a
    load that was stopped is found again (`resuming`).
    """
    keyring = Keyring()
    key = keyring.make("delivery")
    keyring.save()
    made = Delivery(
        feed=feed, agency=agency, by=by.id, kind=kind, key=key, received_at=now(), digest=mark or digest("delivery", name)
    )
    made.notes = _kept(notes)
    made.name = keyring.seal(name, [key], f"delivery|{made.id}")
    made.save()
    write(
        kind="change",
        verb="open-delivery",
        actor=by.id,
        acting_for=by.agency or agency,
        purpose="safeguarding",
        ids=[made.id],
    )
    return made.id


@transaction.atomic
def close_delivery(
    delivery: UUID, counts: Counts, notes: Sequence[str] = (), *, by: Actor, state: str = "done"
) -> None:
    """The whole of it has arrived (or stopped). `notes`: what the reader noticed, without values."""
    Delivery.objects.filter(id=delivery).update(
        finished_at=now(), state=state, counts=counts.as_dict(), notes=_kept(notes)
    )
    write(
        kind="run",
        verb="close-delivery",
        actor=by.id,
        acting_for=by.agency,
        purpose="safeguarding",
        ids=[delivery],
        detail={"counts": counts.as_dict(), "state": state},
    )


def keep_filled(delivery: UUID, filled: dict[str, dict[str, int]]) -> None:
    """How often each field was filled so far (`filled.py`): figures about a file, of which its closing is the record."""
    if filled:
        with transaction.atomic():
            Delivery.objects.filter(id=delivery).update(filled=filled)


def _kept(notes: Sequence[str]) -> list[str]:
    return [note[:MOST_NOTE] for note in list(notes)[:50]]


def delivery_for(delivery: UUID) -> Delivery:
    """The delivery itself, for those who take what it brings."""
    return Delivery.objects.get(id=delivery)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A quarantined item that a person is about to decide on: locked until their transaction ends."""

    row: Quarantined
    delivery: Delivery

    @property
    def agency(self) -> str:
        return self.row.item.agency

    @property
    def received(self) -> datetime:
        return self.row.at

    @property
    def position(self) -> str:
        return self.row.item.position

    @property
    def heading(self) -> str:
        """The heading line of the table that the item stood in, as its reader noted it."""
        return next((n.removeprefix("heading: ") for n in self.delivery.notes if n.startswith("heading: ")), "")


def take_waiting(quarantined: UUID, by: Actor) -> Waiting:
    """Takes a waiting item in hand. Raises Refused without the right, Missing, or Conflict when somebody was first."""
    decision = may(by, "release-quarantine", partnership())
    if not decision:
        raise Refused(decision)
    try:
        row = Quarantined.objects.select_for_update(of=("self",)).select_related("item__delivery").get(id=quarantined)
    except Quarantined.DoesNotExist as error:
        raise Missing from error
    if row.state != "waiting":
        raise Conflict("Somebody has already dealt with this. Nothing was changed.")
    return Waiting(row, row.item.delivery)


def released(waiting: Waiting, *, repaired: str, became: UUID | None, by: Actor) -> None:
    """The repair was taken: kept beside the original, with who made it. In the caller's transaction."""
    row, keyring = waiting.row, Keyring()
    keyring.fetch([waiting.delivery.key])
    if not keyring.has(waiting.delivery.key):
        raise Conflict("What was received has been erased: there is nothing to repair. Set it aside.")
    row.repaired = keyring.seal(repaired, [waiting.delivery.key], f"repaired|{row.id}")
    row.state, row.decided_at, row.decided_by, row.became = "released", now(), by.id, became
    row.save(update_fields=["repaired", "state", "decided_at", "decided_by", "became"])
    write(
        kind="change",
        verb="release-quarantined",
        actor=by.id,
        acting_for=by.agency,
        purpose="safeguarding",
        ids=[row.id, *([became] if became else [])],
    )


@transaction.atomic
def set_aside(*, quarantined: UUID, note: str, by: Actor) -> None:
    """Says that this needs nothing more, and why. It stays kept until its time is over."""
    row = take_waiting(quarantined, by).row
    if len(note.strip()) < 10:
        raise Refused(Decision(False, "rationale-too-short", "Say in a few words why this can be set aside."))
    row.note = _sealed_anew(note.strip()[:400], f"note|{row.id}")
    row.state, row.decided_at, row.decided_by = "set-aside", now(), by.id
    row.save(update_fields=["state", "decided_at", "decided_by", "note"])
    write(
        kind="change",
        verb="set-aside-quarantined",
        actor=by.id,
        acting_for=by.agency,
        purpose="safeguarding",
        ids=[row.id],
    )


def _sealed_anew(text: str, bound_to: str) -> bytes:
    """Somebody's words under a key of their own: they may name anybody."""
    keyring = Keyring()
    key = keyring.make("delivery")
    keyring.save()
    return keyring.seal(text.encode(), [key], bound_to)


@transaction.atomic
def save_draft(*, form: str, values: dict[str, str], by: Actor) -> None:
    """Keeps what is being typed, sealed: one draft a worker and form."""
    keyring = Keyring()
    draft = Draft.objects.select_for_update().filter(worker=by.id, form=form).first()
    if draft is None:
        draft = Draft(worker=by.id, form=form, key=keyring.make("draft"))
        keyring.save()
    keyring.fetch([draft.key])
    if not keyring.has(draft.key):  # it was destroyed: what is typed now has a key of its own
        draft.key = keyring.make("draft")
        keyring.save()
    draft.body = keyring.seal(values, [draft.key], f"draft|{draft.id}")
    draft.saved_at = now()
    draft.save()


def drop_draft(*, form: str, by: Actor) -> None:
    Draft.objects.filter(worker=by.id, form=form).delete()


def drop_drafts_about(ids: Iterable[UUID]) -> list[UUID]:
    """Takes away what anybody has typed and not sent about these (people, source identities, records). Returns the keys that
    opened it, which are to be destroyed."""
    about = {str(one) for one in ids}
    rows = [row for row in Draft.objects.values_list("id", "key", "form") if row[2].rpartition(":")[2] in about]
    Draft.objects.filter(id__in=[id for id, _, _ in rows]).delete()
    return [key for _, key, _ in rows]
