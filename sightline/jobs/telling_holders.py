"""Telling those named for a protected location that somebody else holds it now, or tried whether it is one."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sightline.agencies.queries import partnership
from sightline.agencies.types import Actor
from sightline.identity.locations.told import by_others
from sightline.messages.actions import goes_to, send, still_there
from sightline.sharing.standing import trusted

HELD, GUESSED = "protected-place-told", "protected-place-guessed"


@trusted("receive")
def of_places(brought: Collection[tuple[UUID, UUID]], *, by: Actor) -> None:
    """In the transaction in which the records are kept. `brought`: a location and a source identity that came with it for
    the first time."""
    if not brought:
        return
    declared = partnership().message
    for one in by_others(brought, by):
        kind = HELD if one.family else GUESSED
        if kind not in declared:
            continue
        says = {"agency": one.agency, "count": len(one.identities)}
        named = still_there(kind, one.holders)
        send(kind, to=named, about=one.identities, says=says, by=by, because=one.location)  # it opens to those named alone
        if others := goes_to(kind):
            send(kind, to=others, about=one.identities, says=says, by=by)
