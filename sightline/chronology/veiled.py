"""Records as they show while something about somebody on them is protected: the value is taken out before anything is made
of a record, its headline too."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sightline.chronology.models import Entry, Part
from sightline.identity.locations import veiling
from sightline.identity.queries import persons_of
from sightline.sharing.reading import Reading


def learn(reading: Reading, entries: Iterable[UUID]) -> veiling.Veil:
    """What is masked on these entries: of everybody who stands on them, and their family. Two queries for all of them, and
    none while nothing is protected."""
    veil = veiling.of(reading)
    new = set(entries) - veil.entries if veil.there else set()
    if new:
        veil.entries |= new
        veil.learn(persons_of(Part.objects.filter(entry__among=new).values_list("identity_id", flat=True)).values())
    return veil


def body_of(reading: Reading, entry: Entry, body: dict[str, Any]) -> dict[str, Any]:
    """A record's body as it may show."""
    return learn(reading, [entry.id]).body(body)
