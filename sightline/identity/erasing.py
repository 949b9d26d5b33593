"""What erasing somebody means here: everything by which they could be known, found or matched goes, and the rows stay.

Not for: whether somebody may be erased. That takes two people and a reason (`retention`, `jobs.erasing`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from sightline.identity import indexing, protected
from sightline.identity.models import Possible, Relation, SourceIdentity
from sightline.identity.queries import rows_of
from sightline.identity.tracing import details_of
from sightline.vault.actions import Keyring, destroy


@transaction.atomic
def erase(identities: Sequence[UUID], also: Iterable[UUID] = ()) -> int:
    """Destroys the keys of these source identities for ever (and `also`, of what is theirs elsewhere), and whatever of them
    stands in the clear or for others: their likeness and keys in the index, the reasons of their matches, and their name
    among the family of others. Returns how many keys.

    Who was thought to be whom stays, by ids; what stands between two others is not touched.
    """
    keyring = Keyring()
    indexing.forget(identities, keyring)
    rows = list(SourceIdentity.objects.select_for_update().filter(id__among=list(identities)))
    touching = Q(one_id__among=list(identities)) | Q(other_id__among=list(identities))
    Possible.objects.filter(touching).update(because=None, agree=[], differ=[], parts=[])
    SourceIdentity.objects.filter(id__among=[row.id for row in rows]).update(details="")
    places = protected.forget(identities)
    gone = destroy([*(row.key for row in rows), *also, *places])
    _unname(identities)
    return gone


def _unname(identities: Sequence[UUID]) -> None:
    """The likenesses of their relatives, made anew from what is left: family told with somebody is compared too."""
    named = set(identities)
    told = Relation.objects.filter(Q(subject_id__among=list(named)) | Q(object_id__among=list(named)))
    relatives = {i for pair in told.values_list("subject_id", "object_id") for i in pair} - named
    if not relatives:
        return
    keyring = Keyring()  # a fresh one: nothing of what was destroyed is in hand any more
    ordered = sorted(relatives, key=str)
    places = indexing.read(ordered, keyring)
    keys = dict(SourceIdentity.objects.filter(id__among=ordered).values_list("id", "key"))
    keyring.fetch(keys.values())
    anew = indexing.told_of(ordered, keyring)
    changed = {i: (keys[i], anew[i], place) for i, place in places.items() if i in anew and anew[i] != place.likeness}
    indexing.write({}, changed, keyring)


def birth_days(persons: Collection[UUID]) -> dict[UUID, date | None]:
    """The latest birth date that any sender tells of each of these people; None where none does. For scheduled work alone,
    which hands out nothing of it."""
    person_of = {row.id: row.person for row in rows_of(persons)}
    found: dict[UUID, date | None] = dict.fromkeys(persons)
    for identity, details in details_of(person_of, Keyring()).items():
        with suppress(ValueError):
            born = date.fromisoformat(details.born)
            before = found[person_of[identity]]
            found[person_of[identity]] = born if before is None else max(born, before)
    return found
