"""Keeping protected values out of the index: nobody is found or matched by where they must not be found.

What is told of somebody passes `without` before its likeness is made; whoever is protected from now on is indexed again.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sightline.identity import indexing
from sightline.identity.models import SourceIdentity
from sightline.vault.actions import Keyring


def again(identities: Sequence[UUID]) -> None:
    """Makes the likeness of these anew, without what is protected now. In the caller's transaction."""
    keyring = Keyring()
    ordered = sorted(set(identities), key=str)
    places = indexing.read(ordered, keyring)
    keys = dict(SourceIdentity.objects.filter(id__among=ordered).values_list("id", "key"))
    keyring.fetch(keys.values())
    anew = indexing.told_of(ordered, keyring)
    changed = {i: (keys[i], anew[i], place) for i, place in places.items() if i in anew and anew[i] != place.likeness}
    indexing.write({}, changed, keyring)
