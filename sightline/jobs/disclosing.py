"""Packs and decisions to share, with what follows: the clocks of whoever they are about."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from sightline.agencies.queries import partnership, workers
from sightline.agencies.types import Actor
from sightline.chronology.queries import persons_on
from sightline.disclosure import actions as disclosure
from sightline.disclosure.types import Left, To
from sightline.jobs.due import owe
from sightline.messages.actions import send
from sightline.sharing.standing import trusted


@trusted("prepare-pack")
@transaction.atomic
def prepare_pack(*, kind: str, about: UUID, to: To, purpose: str, by: Actor, **given: Any) -> UUID:
    """As `disclosure.actions.prepare_pack`; where it answers a request for what is held, the month starts to run."""
    made = disclosure.prepare_pack(kind=kind, about=about, to=to, purpose=purpose, by=by, **given)
    owe("clocks", {"persons": [str(about)]})
    ask_second(made, about, by)
    return made


def ask_second(pack: UUID, about: UUID, by: Actor) -> None:
    """Tells those who may let it go that it waits: of the same agency where there are any, else information governance."""
    may = {role.id for role in partnership().role.values() if "release-pack" in role.may and "confirm" in role.may}
    near = {w.role for w in workers() if w.active and w.agency == by.agency and w.role in may and w.id != by.id}
    anywhere = {w.role for w in workers() if w.active and w.role in may and w.id != by.id}
    to = [f"role:{role}@{by.agency}" for role in sorted(near)] or [f"role:{role}" for role in sorted(anywhere)]
    if to:
        says = {"what": "release-pack", "agency": by.agency}
        send("second-person-asked", to=to, about=[about], says=says, by=by, because=pack)


@trusted("release-pack")
def release_pack(*, pack: UUID, by: Actor, seen: str = "") -> Left:
    """As `disclosure.actions.release_pack`; the month that it answers stops. What the gate stops stays on the record, so
    this is not one transaction."""
    person = disclosure.newest(pack).person
    left = disclosure.release_pack(pack=pack, by=by, seen=seen)
    with transaction.atomic():
        owe("clocks", {"persons": [str(person)]})
    return left


@trusted("decide-sharing")
@transaction.atomic
def decide_sharing(
    *, by: Actor, entry: UUID | None = None, person: UUID | None = None, **given: str
) -> tuple[UUID, tuple[str, ...]]:
    """As `disclosure.sharing_decisions.decide_sharing`."""
    made, flagged = disclosure.decide_sharing(by=by, entry=entry, person=person, **given)
    owe("clocks", {"persons": [str(p) for p in persons_on(made)]})
    return made, flagged
