"""On a child's page and on what came in: that somebody is still to decide who this is, as a number and nothing else.

For the front door and for whoever may see matches. A waiting match lowers no urgency and holds nothing up: it says so.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.http import HttpRequest

from sightline.agencies.rules import may
from sightline.identity.match_queries import waiting_about
from sightline.web.words import counted


def waits(request: HttpRequest, person: UUID, identities: Collection[UUID] = ()) -> str:
    """`1 possible match waits: no time is lost by it`; empty where none does, or where it is not for this worker."""
    reading = request.reading
    if not any(may(reading.actor, right, reading.definition) for right in ("see-queue", "see-matches")):
        return ""
    count = waiting_about(person, identities)
    return f"{counted(count, 'possible match waits', 'possible matches wait')}: no time is lost by it" if count else ""
