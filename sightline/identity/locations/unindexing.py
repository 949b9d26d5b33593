"""Keeping protected values out of the index: nobody is found or matched by where they must not be found.

What is told of somebody loses what is protected before its likeness is made (`knowing.Known.without`); whoever is
protected from now on is indexed again, and what was said of their pairs on the strength of it goes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db.models import Q

from sightline.identity import indexing
from sightline.identity.models import LocationOf, Possible, SourceIdentity, Version
from sightline.intake.types import Details
from sightline.sharing.release import Scanner
from sightline.vault.actions import CannotOpen, Keyring

BY_PLACE = frozenset(
    "postcode household home address place phone e-mail email school lines district contact".split()
)  # comparisons that rest on where somebody is, or how they are reached


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
    touching = Possible.objects.filter(Q(one_id__among=ordered) | Q(other_id__among=ordered)).defer("because")
    for pair in touching:
        pair.agree = [code for code in pair.agree if code not in BY_PLACE]
        pair.differ = [code for code in pair.differ if code not in BY_PLACE]
        pair.parts = [part for part in pair.parts if part and part[0] not in BY_PLACE]
        pair.save(update_fields=["agree", "differ", "parts"])


def who_brings(scanner: Scanner, identities: Collection[UUID]) -> list[UUID]:
    """Of these source identities, those of whom any sender ever told a value that the scanner knows."""
    rows = SourceIdentity.objects.filter(id__among=identities)
    keyring = Keyring()
    keyring.fetch(row.key for row in rows)
    found: dict[UUID, None] = {}
    for version in Version.objects.filter(identity_id__among=identities):
        if version.identity_id in found:
            continue
        try:
            held = Details.from_dict(keyring.open(bytes(version.body), f"identity|{version.id}"))
        except CannotOpen:
            continue
        if any(
            scanner.found(text)
            for text in ("\n".join((*held.lines, held.postcode)), held.phone, held.email)
            if text.strip()
        ):
            found[version.identity_id] = None
    return list(found)


def already_of(location: UUID) -> set[UUID]:
    return set(LocationOf.objects.filter(location_id=location).values_list("identity_id", flat=True))
