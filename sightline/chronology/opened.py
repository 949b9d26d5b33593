"""The words of a record of which the gate shows a pointer at most, for a verb with a right of its own to them: grading what was
told to the police. The gate is passed first: what it hides, or keeps to named people, no right opens. What is opened so is
noted on the reading, in full, under the right's name, like everything that is handed out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sightline.agencies.rules import may
from sightline.chronology.models import Entry, Part
from sightline.chronology.queries import label_of, latest_of
from sightline.definition.outcomes import Decision, Missing, Refused
from sightline.sharing.reading import Reading
from sightline.sharing.standing import trusted
from sightline.sharing.types import Level, Sight
from sightline.vault.actions import Erased


def for_duty(reading: Reading, first: UUID, permission: str) -> dict[str, Any]:
    """The body of a record (by its first version; the one that stands), for whoever holds this permission; empty where it
    was erased. Raises Refused without the right, Missing where there
    is none or the gate shows not even a pointer of it, CannotOpen where it was altered."""
    decision = may(reading.actor, permission, reading.definition)
    if not decision:
        raise Refused(decision)
    with trusted("open-for-duty"):
        rows = list(Entry.objects.filter(first=first))
        if not rows:
            raise Missing
        standing, _ = latest_of(rows, None)
        entry = next(row for row in rows if row.id == standing[first])
    on = Part.objects.filter(entry=entry).order_by("id").values_list("identity_id", flat=True)
    kind = reading.agencies[entry.agency].kind if entry.agency in reading.agencies else ""
    if not reading.see(label_of(entry, kind, dict.fromkeys(on), sealed=False)):
        raise Missing  # the right opens what its holder knows of; what is hidden from them, or kept to others, it does not
    sentence = f"You may read it because of what you do: {reading.definition.permission[permission].title}."
    reading.keyring.fetch_for([bytes(entry.body)])
    try:
        body: dict[str, Any] = reading.keyring.open(bytes(entry.body), f"entry|{entry.id}")
    except Erased:
        body = {}
    level = Level.FULL if body else Level.POINTER
    reading.note(entry.id, Sight(level, Decision(True, permission, sentence, permission)))
    return body
