"""Keys of one record each: for what is only held on loan, and goes when its time is over.

A routine record is sealed with a key of its own, under the id of the entry. Destroying that key erases what was recorded and
what was received, and nothing about anybody else. Unlike an erasure that somebody asked for (`actions.destroy`), this is not
written outside the database: where an older copy is put back, the same schedule comes by again and erases the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from sightline.vault.models import Key
from sightline.vault.rules import key_ids

SCOPE = "record"  # of keys that stand under their entry's id


def still_there(field: str = "id") -> Exists:
    """A condition for a query of entries: the entry's own key has not been destroyed."""
    return Exists(Key.objects.filter(id=OuterRef(field), scope=SCOPE))


def destroy_of(entries: Collection[UUID]) -> int:
    """Destroys the keys of these entries, in the caller's transaction. Returns how many there were."""
    rows: QuerySet[Key] = Key.objects.filter(id__among=entries, scope=SCOPE)
    count, _ = rows.delete()
    return count


def openable(bodies: Iterable[bytes]) -> int:
    """How many of these sealed bodies at least one key is left for."""
    wanted = [key_ids(body) for body in bodies]
    there = set(Key.objects.filter(id__among={key for keys in wanted for key in keys}).values_list("id", flat=True))
    return sum(not there.isdisjoint(keys) for keys in wanted)


def gone(key_ids_: Collection[UUID]) -> set[UUID]:
    """Those of these keys that were destroyed."""
    return set(key_ids_) - set(Key.objects.filter(id__among=list(key_ids_)).values_list("id", flat=True))
