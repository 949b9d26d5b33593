"""Whom unusual reading is told to: information governance where the reader works, else the partnership's."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sightline.agencies.queries import agencies, partnership, workers
from sightline.agencies.types import Actor, WorkerInfo
from sightline.definition.types import Partnership
from sightline.messages.actions import send

REVIEW = "review-reading"


def reviewing_roles(definition: Partnership) -> set[str]:
    return {role.id for role in definition.role.values() if REVIEW in role.may and not role.machine}


def recipients(reader: WorkerInfo, definition: Partnership) -> list[str]:
    """Agencies whose reviewers are told: the reader's own where somebody else reviews there, and the partnership's."""
    roles = reviewing_roles(definition)
    there = {worker.agency for worker in workers() if worker.active and worker.role in roles and worker.id != reader.id}
    kinds = {agency.id: agency.kind for agency in agencies().values()}
    return sorted(agency for agency in there if agency == reader.agency or kinds.get(agency) == "partnership")


def tell(
    unusual: UUID, agency: str, person: UUID | None, to: list[str], count: int, since: datetime, by: Actor
) -> None:
    """A line in the inbox of the reviewing roles there. It names no child and no reader: the page does, to who may."""
    roles, there = reviewing_roles(partnership()), {(w.agency, w.role) for w in workers() if w.active}
    send(
        "unusual-reading",
        to=[f"role:{role}@{one}" for one in to for role in sorted(roles) if (one, role) in there],
        about=[person] if person else [],
        says={"agency": agency, "count": count, "since": since.isoformat()},
        by=by,
        because=unusual,
    )
