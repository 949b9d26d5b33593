"""Who is near somebody: the people who are told to be of one family with them. And what is protected of these."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import F, Q, Value

from sightline.identity.models import LocationEnded, LocationOf, Possible, ProtectedLocation, Relation, SourceIdentity


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


HOLDER = "holder"  # the tie of a recipient to a location
UNDECIDED = ("waiting", "half", "unsure")  # nobody has said that they are two
FAMILY, MOST_ROUNDS = 2, 5  # steps to a relative; and of those with the steps to whoever may be the same between them


def linked(persons: Iterable[UUID]) -> set[UUID]:
    """These people, their family (as `circle`), and whoever may be the same person as any of them, while nobody has said
    otherwise: what they are told with must not show because a match waits. For masking alone; nobody may do more by it.

    A step to a relative counts, one to a possible match does not. Three queries a round, and seldom more than three rounds.
    """
    steps = dict.fromkeys(persons, 0)
    fresh = set(steps)
    for _ in range(MOST_ROUNDS):
        of = dict(SourceIdentity.objects.filter(person__among=fresh).values_list("id", "person"))
        told = Relation.objects.filter(Q(subject_id__among=list(of)) | Q(object_id__among=list(of)))
        may_be = Possible.objects.filter(Q(one_id__among=list(of)) | Q(other_id__among=list(of)), state__in=UNDECIDED)
        pairs = told.order_by().annotate(step=Value(1)).values_list("subject_id", "object_id", "step").union(
            may_be.order_by().annotate(step=Value(0)).values_list("one_id", "other_id", "step"), all=True
        )
        reached: dict[UUID, int] = {}
        for one, other, step in pairs:
            for here, there in ((one, other), (other, one)):
                if here in of and there not in of:
                    far = steps[of[here]] + step
                    reached[there] = min(far, reached.get(there, far))
        within = {identity: far for identity, far in reached.items() if far <= FAMILY}
        if not within:
            break
        fresh = set()
        for identity, person in SourceIdentity.objects.filter(id__among=list(within)).values_list("id", "person"):
            if within[identity] < steps.get(person, FAMILY + 1):
                steps[person] = within[identity]
                fresh.add(person)
        if not fresh:
            break
    return set(steps)


def kept_for(location: UUID) -> set[UUID]:
    """Whom a location was protected for, their family, and whoever may be one of them: not whom later records brought there."""
    first = LocationOf.objects.filter(location=location, at=F("location__at"))
    return linked(first.values_list("identity__person", flat=True))


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
