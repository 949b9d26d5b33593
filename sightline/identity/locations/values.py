"""A protected value as it is sealed, and in the clear for the scanner."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sightline.identity.models import ProtectedLocation
from sightline.sharing.release import Value
from sightline.vault.actions import CannotOpen, Keyring


def as_dict(value: Value) -> dict[str, Any]:
    told = {
        "kind": value.kind,
        "text": value.text,
        "lines": list(value.lines),
        "postcode": value.postcode,
        "uprn": value.uprn,
        "point": list(value.point) if value.point else None,
    }
    return {name: one for name, one in told.items() if one}


def from_dict(told: dict[str, Any], location: UUID) -> Value:
    point = told.get("point")
    return Value(
        kind=told["kind"],
        text=told.get("text", ""),
        lines=tuple(told.get("lines", ())),
        postcode=told.get("postcode", ""),
        uprn=told.get("uprn", ""),
        point=(point[0], point[1]) if point else None,
        id=str(location),
    )


def open_values(rows: Iterable[ProtectedLocation], keyring: Keyring) -> dict[UUID, Value]:
    """The values of these locations in the clear, for the scanner alone. Whose key is gone is left out."""
    rows = list(rows)
    keyring.fetch(row.key for row in rows)
    found = {}
    for row in rows:
        try:
            found[row.id] = from_dict(keyring.open(bytes(row.body), f"location|{row.id}"), row.id)
        except CannotOpen:
            continue
    return found
