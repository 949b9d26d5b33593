"""Who is near somebody: the people who are told to be of one family with them. And what is protected of these."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from sightline.identity.models import LocationEnded, LocationOf, ProtectedLocation, Relation, SourceIdentity


def anything_protected() -> bool:
    """Whether any location is protected at all. One query, so that a partnership without any pays nothing more."""
    return ProtectedLocation.objects.exists()


def circle(persons: Iterable[UUID], steps: int = 2) -> set[UUID]:
    """These people and their family as senders told it: two steps lead from a parent over a child to the other parent."""
    known = set(persons)
    fresh = known
    for _ in range(steps):
        ids = list(SourceIdentity.objects.filter(person__among=fresh).values_list("id", flat=True))
        told = Relation.objects.filter(Q(subject_id__among=ids) | Q(object_id__among=ids))
        others = {i for pair in told.values_list("subject_id", "object_id") for i in pair} - set(ids)
        if not others:
            break
        fresh = set(SourceIdentity.objects.filter(id__among=others).values_list("person", flat=True)) - known
        known |= fresh
        if not fresh:
            break
    return known


def protected_of(persons: Iterable[UUID]) -> list[ProtectedLocation]:
    """The locations that are protected now, of any of these people."""
    ids = list(SourceIdentity.objects.filter(person__among=set(persons)).values_list("id", flat=True))
    of = set(LocationOf.objects.filter(identity_id__among=ids).values_list("location_id", flat=True)) if ids else set()
    return _standing(of)


def _standing(of: set[UUID]) -> list[ProtectedLocation]:
    if not of:
        return []
    ended = set(LocationEnded.objects.filter(location_id__among=of).values_list("location_id", flat=True))
    return list(ProtectedLocation.objects.filter(id__among=of - ended).order_by("at", "id"))


def all_protected() -> list[ProtectedLocation]:
    """Every location that is protected now."""
    return list(
        ProtectedLocation.objects.exclude(id__in=LocationEnded.objects.values("location_id")).order_by("at", "id")
    )
