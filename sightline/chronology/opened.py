"""The words of a record that the gate shows to nobody, for a verb with a right of its own to them: grading what was told to
the police. What is opened so is noted on the reading, in full, under the right's name, like everything that is handed out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sightline.agencies.rules import may
from sightline.chronology.models import Entry
from sightline.chronology.queries import latest_of
from sightline.definition.outcomes import Decision, Missing, Refused
from sightline.sharing.reading import Reading
from sightline.sharing.standing import trusted
from sightline.sharing.types import Level, Sight
from sightline.vault.actions import Erased


def for_duty(reading: Reading, first: UUID, permission: str) -> dict[str, Any]:
    """The body of a record (by its first version; the one that stands), for whoever holds this permission; empty where it
    was erased. Raises Refused without the right, Missing where there is none, CannotOpen where it was altered."""
    decision = may(reading.actor, permission, reading.definition)
    if not decision:
        raise Refused(decision)
    with trusted("open-for-duty"):
        rows = list(Entry.objects.filter(first=first))
        if not rows:
            raise Missing
        standing, _ = latest_of(rows, None)
        entry = next(row for row in rows if row.id == standing[first])
    sentence = f"You may read it because of what you do: {reading.definition.permission[permission].title}."
    reading.keyring.fetch_for([bytes(entry.body)])
    try:
        body: dict[str, Any] = reading.keyring.open(bytes(entry.body), f"entry|{entry.id}")
    except Erased:
        body = {}
    level = Level.FULL if body else Level.POINTER
    reading.note(entry.id, Sight(level, Decision(True, permission, sentence, permission)))
    return body
