"""The same request has the same answer, however often it is sent.

Source: IETF, The Idempotency-Key HTTP header field (draft-ietf-httpapi-idempotency-key-header). A request that was cut
off is done again: that is safe, because a notification that is held already is nothing new.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from sightline.api.models import Answered
from sightline.definition.outcomes import Conflict
from sightline.timescales.moment import now
from sightline.vault.actions import digest

Answer = tuple[int, dict[str, Any]]


def once(*, agency: str, key: str, body: bytes, answer: Callable[[], Answer]) -> Answer:
    """The kept answer to this key, or a new one. Raises Conflict when the key came before with another body."""
    if not key:
        return answer()
    named = digest("idempotency-key", f"{agency}|{key}")
    content = digest("idempotency-body", hashlib.sha256(body).hexdigest())
    row, _ = Answered.objects.get_or_create(agency=agency, key=named, defaults={"body": content, "at": now()})
    if row.body != content:
        raise Conflict("This Idempotency-Key was used before, with another body. Nothing was taken.")
    if row.status is not None:
        return row.status, row.answer
    status, said = answer()
    if Answered.objects.filter(id=row.id, status=None).update(status=status, answer=said):
        return status, said
    first = Answered.objects.get(id=row.id)  # the same was sent at the same time, and was answered: both have that answer
    return (first.status, first.answer) if first.status is not None else (status, said)
