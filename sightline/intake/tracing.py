"""Following a sender's message through the inbox, by ids: for stages above."""

from __future__ import annotations

from uuid import UUID

from sightline.intake.models import Message
from sightline.vault.actions import digest


def became(agency: str, message_id: str) -> UUID | None:
    """The record (its first version) that a sender's message has become; None where it waits, or never came."""
    found = Message.objects.filter(agency=agency, message=digest("message", f"{agency}|{message_id}"))
    return found.values_list("first", flat=True).first()
