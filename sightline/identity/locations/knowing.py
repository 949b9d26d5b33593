"""Whether what a sender tells of somebody brings a protected value: asked of every record that arrives, so it is quick.

What is kept in memory are digests under a key of this process alone, made again whenever a location is protected or ended.
Nothing of it is on disk: an index of protected addresses in the database would be a list to guess from.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID

from sightline.identity.locations.near import all_protected
from sightline.identity.locations.values import open_values
from sightline.identity.models import LocationEnded, ProtectedLocation
from sightline.intake.types import Details
from sightline.sharing.release import Value
from sightline.sharing.release.values import national, probes
from sightline.vault.actions import Keyring

_SECRET = os.urandom(32)


@dataclass(frozen=True)
class Known:
    """The protected values of one family's own, as digests of this process."""

    version: tuple[UUID, int, int]
    places: dict[bytes, frozenset[UUID]]

    def brought(self, details: Details) -> set[UUID]:
        """The locations whose value these details bring."""
        return {one for _, key in _keys(_as_value(details)) for one in self.places.get(key, ())}

    def without(self, details: Details) -> Details:
        """The details without what is protected: what the index may hold."""
        gone = {what for what, key in _keys(_as_value(details)) if key in self.places}
        changes: dict[str, object] = {}
        if "address" in gone:
            changes |= {"lines": (), "postcode": ""}
        changes |= {what: "" for what in ("phone", "email") if what in gone}
        return replace(details, **changes) if changes else details  # type: ignore[arg-type]


_known: Known | None = None


def known() -> Known | None:
    """The protected values as they are now; None while nothing is protected, which costs one query."""
    global _known
    latest = ProtectedLocation.objects.order_by("-at", "-id").values_list("id", flat=True).first()
    if latest is None:
        return None
    version = (latest, ProtectedLocation.objects.count(), LocationEnded.objects.count())
    if _known is None or _known.version != version:
        places: defaultdict[bytes, set[UUID]] = defaultdict(set)
        for id_, value in open_values(all_protected(), Keyring()).items():
            for _, key in _keys([value]):
                places[key].add(id_)
        _known = Known(version, {key: frozenset(ids) for key, ids in places.items()})
    return _known


def _as_value(details: Details) -> list[Value]:
    found = []
    if details.lines:
        found.append(Value("address", lines=details.lines, postcode=details.postcode))
    if details.phone:
        found += [Value("phone", one) for one in details.phone.replace(";", ",").split(",")]
    if details.email:
        found.append(Value("email", details.email))
    return found


def _keys(values: list[Value]) -> Iterator[tuple[str, bytes]]:
    """What of these values is one family's own: a house in its street, a house with its postcode, a number, a mail address."""
    for value in values:
        if value.kind == "phone":
            yield "phone", _digest("phone", national(value.text))
        elif value.kind == "email":
            yield "email", _digest("email", value.text.strip().lower())
        elif value.kind == "address":
            parts = probes([value])
            for one in parts.premises:
                if one.number:
                    yield "address", _digest("house", f"{one.number}|{one.street}")
                    for code, _ in parts.postcodes:
                        yield "address", _digest("code", f"{one.number}|{code}")


def _digest(kind: str, text: str) -> bytes:
    return hmac.new(_SECRET, f"{kind}|{text}".encode(), hashlib.sha256).digest()[:16]
