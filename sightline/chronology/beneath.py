"""An older version of a record that comes after a newer one: it is kept beneath what stands, and never stands itself.

What stands is the last by when it was known, and the first version is always the oldest. So an older version takes its
place just before a correction that stands; beneath a first version that stands it cannot, and what stands is said once more
above it, as it was.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sightline.chronology.models import Entry, Part
from sightline.chronology.queries import VERSIONS
from sightline.chronology.types import Writing
from sightline.vault import expiring
from sightline.vault.actions import CannotOpen, Keyring
from sightline.vault.asking import Question
from sightline.vault.rules import key_ids

TICK = timedelta(microseconds=1)
LATE, RESTATES = "late", "restates"  # in the body: it came after what is newer; it says the first version once more


_STANDS = Question(
    lambda first: Entry.objects.filter(first=first).order_by("-known_at", "-recorded_at")[:1], "known_at", "author"
)


def what_stands(first: UUID) -> tuple[datetime, str] | None:
    """When the version of a record that stands was known, and who wrote it. None where there is no such record."""
    return next(((known, author) for known, author in _STANDS(first)), None)


def under_what_stands(late: Writing, keyring: Keyring) -> list[Writing]:
    """The older version as it is to be written, and where needed what stands once more. What stands and was erased says
    nothing more: then the older one is all that there is."""
    stands = VERSIONS.rows([late.first])[-1]
    late = late._replace(body={**late.body, LATE: True})
    if stands.id != stands.first:
        return [late._replace(known_at=stands.known_at - TICK)]
    kept = [late._replace(known_at=stands.known_at + TICK)]
    keyring.fetch_for([bytes(stands.body)])
    try:
        body = keyring.open(bytes(stands.body), f"entry|{stands.id}")
    except CannotOpen:
        return kept
    return [*kept, _once_more(stands, body, keyring)]


def _once_more(stands: Entry, body: dict[str, object], keyring: Keyring) -> Writing:
    keys = [key for key in key_ids(bytes(stands.body)) if keyring.has(key)]
    if stands.id in keys:  # held on loan: under a key of its own, which expiry destroys
        made = keyring.make(expiring.SCOPE)
        keys = [made]
    else:
        made = keyring.ids()
    parts = Part.objects.filter(entry_id=stands.id).order_by("id").values_list("identity_id", "role", "child")
    return Writing(
        id=made,
        first=stands.first,
        record=stands.record,
        agency=stands.agency,
        handling=stands.handling,
        pointer_only=stands.pointer_only,
        routine=stands.routine,
        queued=stands.queued,
        urgent=stands.urgent,
        happened=stands.happened,
        until=stands.until,
        precision=stands.precision,
        known_at=stands.known_at + 2 * TICK,
        stated=stands.stated,
        item=stands.item,
        author=stands.author,
        definition=stands.definition,
        body={**body, RESTATES: True},
        parts=tuple(parts),
        keys=tuple(keys),
    )
