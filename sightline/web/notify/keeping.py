"""What is typed into a concern and not yet sent, and what was sent lately: sealed, the worker's own, under random ids.

A sent one stays for two days, so that whoever sent it can add to it; then it goes, and what was sent stands in the record.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sightline.agencies.types import Actor
from sightline.definition.outcomes import Missing
from sightline.intake.actions import drop_draft, save_draft
from sightline.intake.queries import draft
from sightline.jobs.notifying import Sent
from sightline.timescales.moment import now
from sightline.vault.actions import CannotOpen

INDEX = "concerns"
KEPT_AFTER_SENDING = timedelta(days=2)
MOST = 40


@dataclass(frozen=True, slots=True)
class Kept:
    """A concern of this worker: what was typed, and, where it was sent, its receipt and how often."""

    id: UUID
    record: str
    values: dict[str, str]
    saved_at: datetime | None = None
    sent_at: datetime | None = None
    receipt: UUID | None = None
    first: UUID | None = None
    waits: bool = False
    version: int = 0

    @property
    def sent(self) -> bool:
        return self.sent_at is not None


def _name(id: UUID) -> str:
    return f"concern:{id}"


def _index(actor: Actor) -> dict[str, dict[str, Any]]:
    try:
        found = draft(actor, INDEX)
    except CannotOpen:
        return {}
    return dict(found[0]) if found else {}  # type: ignore[arg-type]


def begin(actor: Actor, record: str) -> UUID:
    """A new concern of this record type. The oldest empty ones make room."""
    made, index = uuid4(), _index(actor)
    for old in list(index)[: max(0, len(index) - MOST + 1)]:
        drop_draft(form=_name(UUID(old)), by=actor)
        del index[old]
    index[str(made)] = {"record": record}
    save_draft(form=INDEX, values=index, by=actor)  # type: ignore[arg-type]
    return made


def get(actor: Actor, id: UUID) -> Kept:
    """One of this worker's own. Raises Missing for anybody else's and for none alike."""
    told = _index(actor).get(str(id))
    if told is None:
        raise Missing
    try:
        found = draft(actor, _name(id))
    except CannotOpen:
        found = None
    return _kept(id, told, *(found or ({}, None)))


def _kept(id: UUID, told: dict[str, Any], values: dict[str, str], saved_at: datetime | None) -> Kept:
    return Kept(
        id,
        told["record"],
        values,
        saved_at,
        datetime.fromisoformat(told["sent"]) if told.get("sent") else None,
        UUID(told["receipt"]) if told.get("receipt") else None,
        UUID(told["first"]) if told.get("first") else None,
        bool(told.get("waits")),
        int(told.get("version", 0)),
    )


def save(actor: Actor, id: UUID, values: dict[str, str]) -> datetime:
    """Keeps what was typed. Raises Missing."""
    if str(id) not in _index(actor):
        raise Missing
    save_draft(form=_name(id), values=values, by=actor)
    return now()


def sent(actor: Actor, id: UUID, how: Sent, version: int) -> None:
    """Notes that it was sent; what was typed stays for two days, to be added to."""
    index = _index(actor)
    index[str(id)] = {
        "record": index[str(id)]["record"],
        "sent": how.at.isoformat(),
        "receipt": str(how.receipt),
        "first": str(how.first) if how.first else "",
        "waits": how.waits,
        "version": version,
    }
    save_draft(form=INDEX, values=index, by=actor)  # type: ignore[arg-type]


def drop(actor: Actor, id: UUID) -> None:
    """Takes one away that was not sent, or what is kept of one that was."""
    index = _index(actor)
    drop_draft(form=_name(id), by=actor)
    if index.pop(str(id), None) is not None:
        save_draft(form=INDEX, values=index, by=actor)  # type: ignore[arg-type]


def all_of(actor: Actor) -> list[Kept]:
    """This worker's own that were not sent, newest first; those sent more than two days ago are taken away."""
    index, found = _index(actor), []
    gone = [
        id
        for id, told in index.items()
        if told.get("sent") and now() - datetime.fromisoformat(told["sent"]) > KEPT_AFTER_SENDING
    ]
    for id in gone:
        drop_draft(form=_name(UUID(id)), by=actor)
        del index[id]
    if gone:
        save_draft(form=INDEX, values=index, by=actor)  # type: ignore[arg-type]
    for id, told in index.items():
        if not told.get("sent"):
            kept = draft(actor, _name(UUID(id)))
            if kept is not None:
                found.append(_kept(UUID(id), told, *kept))
    return found[::-1]
